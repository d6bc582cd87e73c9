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

const PLAN = `version: 1
plan: small
workload: llama-33b
load: {trace: kimi-conv, requests: 40}
limits: {tbt: 1 s}
prices: {h100: 11 USD, h20: 4 USD}
clusters:
  - {machine: lamina-1h100-2h20, mappings: attention-offload, set: {memory: [2, 4]}}
  - {machine: h100x4, mappings: tensor-parallel-decode, set: {count: [2, 4]}}
`;

/** A file as `measure` writes it: rates, bandwidths, latencies, kernels, and one case that failed. */
function measured() {
  const timed = (id, us, more) => ({ id, suite: "micro", system: "microbenchmark", median_us: us, p10_us: 0.98 * us, p90_us: 1.03 * us, runs: 80, sm_mhz: 1755, ...more });
  const kernel = (system, length) => timed(`${system} L${length}`, (length * length) / 2e5, {
    suite: "dense", system, batch: 1, heads_q: 16, heads_kv: 16, seq_q: length, seq_kv: length, head_dim: 128, mask: "none", dtype: "bf16", flops: 4 * 16 * 128 * length * length });
  return {
    provenance: { device: "NVIDIA H200", sms: 132, memory_bytes: 1.5e11, einsight: "0.1.0", date: "2026-11-20 10:00:00 UTC", command: "einsight measure -o h200.json" },
    cases: [timed("rate exp2", 280, { operations: 1e9 }), timed("rate fp32 fma", 35, { operations: 1e9 }), timed("rate wgmma m64n128k16 bf16 shared", 1200, { flops: 1e12 }),
      timed("read 8192 MiB", 1980, { bytes: 8192 * 2 ** 20 }), timed("load latency 16 KiB", 200, { loads: 10000 }),
      ...[1024, 4096, 16384].flatMap((length) => [kernel("fused-sm90", length), kernel("fused-sm80", length)]), { id: "fused-sm90 x", suite: "dense", system: "fused-sm90", error: "out of memory" }],
    not_run: ["fused-sm90 y"],
  };
}

function inputs() {
  einsight("run", "-w", "bert", "-a", "fusemax", "--set", "L=4K", "--json", file("run.json"));
  einsight("run", "-w", "attention-3pass:bert", "-a", "flat", "-m", "unfused", "--set", "L=4K", "--json", file("unfused.json"));
  einsight("run", "-w", "attention", "-a", "h100", "--set", "L=4K", "--json", file("gpu.json"));
  einsight("run", "-w", "attention-causal", "-a", "a100-node", "-m", "zigzag-ring-attention", "--set", "L=16K,H=8", "--json", file("cluster.json"));
  for (const requests of [40, 60]) {
    einsight("run", "-w", "llama-33b", "-a", "lamina-1h100-2h20", "-m", "attention-offload", "--set", `trace=kimi-conv,requests=${requests}`, "--json", file(`serving-${requests}.json`));
  }
  fs.writeFileSync(file("plan.yaml"), PLAN);
  einsight("plan", file("plan.yaml"), "-o", file("plan.db"), "--overwrite", "--json", file("plan.json"));
  fs.writeFileSync(file("measure.json"), JSON.stringify(measured()));
  einsight("compare", "-w", "mha,gqa8,nsa,lightning", "-a", "h100", "--set", "L=4K..64K", "--engine", "analytic", "--json", file("compare.json"));
  einsight("validate", "fusemax", "--engine", "analytic", "--json", file("validate.json"));
  einsight("gna", "--layout", "30x48x80", "--window", "18x24x24", "--q-tile", "4x8x8", "--kv-tile", "2x8x8", "--sweep-strides", "--json", file("gna.json"));
  einsight("sweep", "examples/sweeps/family.yaml", "-o", file("sweep.db"), "--overwrite");
  einsight("sweep", "examples/sweeps/array-shapes.yaml", "--set", "L=1K..1201K:1K", "-o", file("many.db"), "--overwrite");
}

/** What the page says of each chart: rows of its data, marks that are drawn, the kind of canvas. */
const CHARTS = `[...Report.views].map(([id, { view, marks }]) => {
  const drawn = (mark) => mark.marktype === "group" ? mark.items.flatMap((group) => group.items.flatMap(drawn)) : [mark];
  const all = drawn(view.scenegraph().root);
  const withRow = all.filter((mark) => mark.items[0]?.datum?.row !== undefined && mark.marktype !== "line" && mark.marktype !== "text" && !/best|stems/.test(mark.name || "") && mark.role === "mark");
  return { id, marks, drawn: new Set(withRow.flatMap((mark) => mark.items.map((item) => item.datum.row))).size, canvas: Boolean(view.container().querySelector("canvas")) };
})`;

/** Where on the screen the largest mark with a row of data is, or with another key. */
const MARK = (id, key = "row") => `(() => {
  const { view } = Report.views.get("${id}");
  view.container().scrollIntoView({ block: "center", behavior: "instant" });
  const inside = (group, [left, top]) => group.items.flatMap((each) => find(each, [left + (group.x || 0), top + (group.y || 0)]));
  const find = (mark, at) => mark.marktype === "group" ? mark.items.flatMap((group) => inside(group, at))
    : mark.marktype !== "line" && mark.marktype !== "text" ? mark.items.filter((item) => item.datum?.${key} !== undefined && item.tooltip).map((item) => ({ item, at })) : [];
  const size = ({ item: { bounds } }) => (bounds.x2 - bounds.x1) * (bounds.y2 - bounds.y1);
  const { item, at } = find(view.scenegraph().root, [0, 0]).reduce((most, each) => (size(each) > size(most) ? each : most));
  const box = view.container().querySelector("canvas, svg").getBoundingClientRect();
  const [left, top] = [view.origin()[0] + view.padding().left, view.origin()[1] + view.padding().top];
  const { x1, x2, y1, y2 } = item.bounds;
  return { x: box.left + left + at[0] + (x1 + x2) / 2, y: box.top + top + at[1] + (y1 + y2) / 2, row: item.datum.row };
})()`;

/** Rings of the comparison, all panels together. */
const RINGS = `(() => {
  const all = (mark) => mark.marktype === "group" ? mark.items.flatMap((group) => group.items.flatMap(all)) : [mark];
  return all(Report.views.get("compare-1").view.scenegraph().root).filter((mark) => mark.role === "mark" && mark.items[0]?.datum?.note && mark.marktype === "symbol").reduce((sum, mark) => sum + mark.items.length, 0);
})()`;

/** Names in a roofline that lie on each other, as the browser measures their letters; and how many there are. */
const NAMES = (id) => `(() => {
  const inside = (mark, left, top) => mark.marktype === "group"
    ? mark.items.flatMap((group) => group.items.flatMap((each) => inside(each, left + (group.x || 0), top + (group.y || 0))))
    : mark.marktype === "text" && mark.role === "mark" ? mark.items.map(({ text, bounds: { x1, x2, y1, y2 } }) => ({ text, x1: left + x1, x2: left + x2, y1: top + y1, y2: top + y2 })) : [];
  const names = inside(Report.views.get("${id}").view.scenegraph().root, 0, 0);
  const both = (a, b) => Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1) > 1 && Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1) > 3; // bounds have room around letters
  const overlaps = names.flatMap((a, i) => names.slice(i + 1).filter((b) => both(a, b)).map((b) => a.text + " / " + b.text));
  return { count: names.length, overlaps };
})()`;

async function checkNames(page, name, charts) {
  for (const { id } of charts.filter((chart) => chart.id.endsWith("roofline"))) {
    const { count, overlaps } = await page.value(NAMES(id));
    assert.ok(count >= 3, `${name}: names in ${id}`);
    assert.deepStrictEqual(overlaps, [], `${name}: names in ${id}`);
  }
}

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

async function checkHover(page, id, key) {
  const { x, y } = await page.value(MARK(id, key));
  await page.hover(x, y);
  await page.until("document.querySelector('#tooltip.shown dl dt')");
  const text = await page.value("document.querySelector('#tooltip').textContent");
  assert.ok(text.length > 10);
  return text;
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
  const atOnce = await page.value("Report.views.size");
  await page.value("Report.drawAll()");
  const charts = await checkDrawn(page, name);
  await checkNames(page, name, charts);
  await page.screenshot(file(`${name}.png`));
  await use(page, charts);
  assert.deepStrictEqual(page.errors, [], `${name}: errors in the console`);
  assert.deepStrictEqual(page.requests, [], `${name}: requests`);
  console.log(`${name}: ${charts.length} charts, ${atOnce} of them at once, ${charts.reduce((sum, chart) => sum + chart.marks, 0)} marks, drawn after ${milliseconds} ms`);
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
    await report(browser, "cluster", [file("cluster.json")], async (page, charts) => {
      for (const { id } of charts) await checkHover(page, id);
      await checkTable(page, "#runs > details.data");
    });
    await report(browser, "serving", [file("serving-40.json"), file("serving-60.json")], async (page, charts) => {
      for (const { id } of charts) await checkHover(page, id);
      const shown = await filtered(page, "serving-rates", "show");
      assert.strictEqual(shown.drawn, 2);
    });
    await report(browser, "plan", [file("plan.json")], async (page, charts) => {
      await checkHover(page, "plan-1-front");
      const { marks } = await filtered(page, "plan-1-front", "machine");
      assert.ok(marks > 0 && marks < charts.find(({ id }) => id === "plan-1-front").marks);
    });
    // Each cluster has a setting that the other has not.
    await report(browser, "planned", [file("plan.db")], async (page, charts) => {
      for (const kind of ["lines", "utilisation", "explorer"]) assert.ok(charts.some(({ id }) => id.endsWith(kind)), kind);
      await filtered(page, "sweep-1-lines", "across");
      await checkDrawn(page, "planned, across the other");
    });
    await report(browser, "measure", [file("measure.json")], async (page, charts) => {
      for (const { id } of charts) await checkHover(page, id);
      const { marks } = await filtered(page, "measure-1-kernels-points", "kernel");
      assert.strictEqual(marks, 3);
    });
    await report(browser, "compare", [file("compare.json")], async (page, charts) => {
      await checkHover(page, "compare-1");
      assert.strictEqual(charts[0].marks, 40);
      assert.ok((await page.value(RINGS)) > 0, "no ring where lines cross");
      assert.match(await checkHover(page, "compare-1", "note"), /is faster than .* from L = /);
      await checkTable(page, "#compare-1 > details.data");
    });
    await report(browser, "sweep", [file("sweep.db")], explorerWorks, { colours: "dark" });
    await report(browser, "many", [file("many.db")], (page, charts) => checkHover(page, charts.find((chart) => chart.canvas).id));
    await report(browser, "all-narrow", ["run.json", "cluster.json", "serving-40.json", "compare.json", "plan.json", "validate.json", "gna.json", "measure.json", "sweep.db"].map(file), undefined, { width: 420 });
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
