// node report_browser_test.js PROGRAM ROOT FOLDER: opens every kind of report in a headless Chromium.
// Screenshots stay in FOLDER. Exits 77 (skipped) where there is no Chromium or no library of the page.
"use strict";
const assert = require("assert");
const { spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const { Browser, chromium } = require("./browser.js");

const [program, root, folder] = process.argv.slice(2);
const file = (name) => path.join(folder, name);

function einsight(...words) {
  const done = spawnSync(program, words, { cwd: root, encoding: "utf8" });
  assert.ok(done.status === 0 || done.status === 1, `einsight ${words.join(" ")}\n${done.stderr}`);
}

function inputs() {
  einsight("run", "-w", "bert", "-a", "fusemax", "--set", "L=4K", "--json", file("run.json"));
  einsight("run", "-w", "attention-3pass:bert", "-a", "flat", "-m", "unfused", "--set", "L=4K", "--json", file("unfused.json"));
  einsight("run", "-w", "attention", "-a", "h100", "--set", "L=4K", "--json", file("gpu.json"));
  einsight("validate", "fusemax", "--engine", "analytic", "--json", file("validate.json"));
  einsight("gna", "--layout", "30x48x80", "--window", "18x24x24", "--q-tile", "4x8x8", "--kv-tile", "2x8x8", "--sweep-strides", "--json", file("gna.json"));
  einsight("sweep", "examples/sweeps/family.yaml", "-o", file("sweep.db"), "--overwrite");
  einsight("sweep", "examples/sweeps/array-shapes.yaml", "--set", "L=1K..1201K:1K", "-o", file("many.db"), "--overwrite");
}

/** What the page says of each chart: rows of its data, marks that are drawn, the kind of canvas. */
const CHARTS = `[...Report.views].map(([id, { view, marks }]) => {
  const count = (group) => group.items ? group.items.reduce((sum, item) => sum + (item.items ? item.items.reduce((s, each) => s + (each.items ? count(each) : each.marktype ? 0 : 0), 0) : 0), 0) : 0;
  const drawn = (mark) => mark.marktype === "group" ? mark.items.flatMap((group) => group.items.flatMap(drawn)) : [mark];
  const all = drawn(view.scenegraph().root);
  const withRow = all.filter((mark) => mark.items[0]?.datum?.row !== undefined && mark.marktype !== "line" && mark.marktype !== "text" && !/best|stems/.test(mark.name || "") && mark.role === "mark");
  return { id, marks, drawn: Math.max(0, ...withRow.map((mark) => mark.items.length)), canvas: Boolean(view.container().querySelector("canvas")) };
})`;

/** Where on the screen a mark with a row of data is. */
const MARK = (id) => `(() => {
  const { view } = Report.views.get("${id}");
  view.container().scrollIntoView({ block: "center", behavior: "instant" });
  const find = (mark) => mark.marktype === "group" ? mark.items.flatMap((group) => group.items.flatMap(find)) : mark.marktype !== "line" && mark.marktype !== "text" ? mark.items.filter((item) => item.datum?.row !== undefined && item.tooltip) : [];
  const size = ({ bounds }) => (bounds.x2 - bounds.x1) * (bounds.y2 - bounds.y1);
  const item = find(view.scenegraph().root).reduce((most, each) => (size(each) > size(most) ? each : most));
  const box = view.container().querySelector("canvas, svg").getBoundingClientRect();
  const [left, top] = [view.origin()[0] + view.padding().left, view.origin()[1] + view.padding().top];
  const { x1, x2, y1, y2 } = item.bounds;
  return { x: box.left + left + (x1 + x2) / 2, y: box.top + top + (y1 + y2) / 2, row: item.datum.row };
})()`;

async function checkDrawn(page, name) {
  const charts = await page.value(CHARTS);
  assert.ok(charts.length > 0, `${name}: no chart`);
  for (const { id, marks, drawn, canvas } of charts) {
    assert.ok(marks > 0, `${name}: ${id} has no data`);
    assert.strictEqual(drawn, marks, `${name}: marks of ${id}`);
    assert.strictEqual(canvas, marks > 2000, `${name}: canvas of ${id} with ${marks} marks`);
  }
  return charts;
}

async function checkHover(page, id) {
  const { x, y } = await page.value(MARK(id));
  await page.hover(x, y);
  await page.until("document.querySelector('#tooltip.shown dl dt')");
  assert.ok((await page.value("document.querySelector('#tooltip').textContent")).length > 10);
}

/** The rows of a table are there when it is opened, and gone when nothing is found. */
async function checkTable(page, details) {
  await page.value(`document.querySelector("${details}").open = true`);
  await page.until(`document.querySelectorAll("${details} .row").length > 0`);
  await page.value(`(() => { const input = document.querySelector("${details} input"); input.value = "nothing has this"; input.dispatchEvent(new Event("input")); })()`);
  assert.strictEqual(await page.value(`document.querySelectorAll("${details} .row").length`), 0);
}

/** Changes the first drop-down with that label; the marks of the chart after it. */
async function filtered(page, id, label) {
  await page.value(`(() => {
    const select = [...document.querySelectorAll('#chart-${id} select')].find((each) => each.getAttribute('aria-label') === ${JSON.stringify(label)});
    select.selectedIndex = 1;
    select.dispatchEvent(new Event('change'));
  })()`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return (await page.value(CHARTS)).find((chart) => chart.id === id);
}

async function report(browser, name, words, use = async () => {}, look = {}) {
  einsight("report", ...words, "-o", file(`${name}.html`));
  const page = await browser.page({ width: look.width || 1280, height: 900 }, look.colours);
  const milliseconds = await page.open(file(`${name}.html`));
  const charts = await checkDrawn(page, name);
  await page.screenshot(file(`${name}.png`));
  await use(page, charts);
  assert.deepStrictEqual(page.errors, [], `${name}: errors in the console`);
  assert.deepStrictEqual(page.requests, [], `${name}: requests`);
  console.log(`${name}: ${charts.length} charts, ${charts.reduce((sum, chart) => sum + chart.marks, 0)} marks, drawn after ${milliseconds} ms`);
  await page.close();
}

async function explorerWorks(page, charts) {
  const id = charts.find((chart) => chart.id.endsWith("explorer")).id;
  await checkHover(page, id);
  const all = charts.find((chart) => chart.id === id).marks;
  const { marks, drawn } = await filtered(page, id, "arch.PE");
  assert.ok(marks > 0 && marks < all, `a filter left ${marks} of ${all} marks`);
  assert.strictEqual(drawn, marks);
  const corner = (x, y) => page.value(`(() => {
    const { view } = Report.views.get("${id}");
    const box = view.container().querySelector("canvas, svg").getBoundingClientRect();
    return { x: box.left + view.origin()[0] + ${x} * view.width(), y: box.top + view.origin()[1] + ${y} * view.height() };
  })()`);
  await page.drag(await corner(0.05, 0.05), await corner(0.6, 0.9));
  await page.until(`document.querySelector('#chart-${id} .count')?.textContent.includes(' of ')`);
}

async function main() {
  const browserProgram = chromium();
  if (!browserProgram) {
    console.log("skipped: there is no Chromium");
    process.exit(77);
  }
  fs.mkdirSync(folder, { recursive: true });
  inputs();
  const tried = spawnSync(program, ["report", file("run.json"), "-o", file("run.html")], { encoding: "utf8" });
  if (tried.status === 2 && tried.stderr.includes("npm")) {
    console.log("skipped: the libraries of the page are missing");
    process.exit(77);
  }
  const browser = await Browser.start(browserProgram);
  try {
    await report(browser, "run", [file("run.json")], async (page, charts) => {
      for (const { id } of charts) await checkHover(page, id);
    });
    await report(browser, "runs", ["run", "unfused", "gpu"].map((name) => file(`${name}.json`)), (page) => checkTable(page, "#chart-runs-speedup details.data"));
    await report(browser, "validate", [file("validate.json")], async (page, charts) => {
      await checkHover(page, charts[0].id);
      await checkTable(page, "#validate-1 > details.data");
      const { marks } = await filtered(page, charts[0].id, "metric");
      assert.ok(marks > 0 && marks < charts[0].marks);
    });
    await report(browser, "gna", [file("gna.json")], (page, charts) => checkHover(page, charts[0].id));
    await report(browser, "sweep", [file("sweep.db")], explorerWorks, { colours: "dark" });
    await report(browser, "many", [file("many.db")], (page, charts) => checkHover(page, charts.find((chart) => chart.canvas).id));
    await report(browser, "all-narrow", ["run.json", "validate.json", "gna.json", "sweep.db"].map(file), undefined, { width: 420 });
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
