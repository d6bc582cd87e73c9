// node charts_test.js HTML: what charts of many designs are drawn from, without a library.
"use strict";
const assert = require("assert");
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const folder = process.argv[2];
const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
for (const name of ["data", "chart", "prepare"]) vm.runInThisContext(read(`${name}.js`), { filename: `${name}.js` });
const { Report } = globalThis;
const theme = JSON.parse(read("themes.json")).print;
const specifications = { lines: JSON.parse(read("lines.vl.json")), explorer: JSON.parse(read("explorer.vl.json")) };

const nameOf = (design) => `cascade number ${design} · machine · mapping`;

/** So many designs at three lengths; the higher the number, the slower, and the less energy. */
function tableOf(designs) {
  const rows = [1024, 4096, 16384].flatMap((length) => Array.from({ length: designs }, (_, design) => ({ length, design })));
  const column = (name, values, more = {}) => ({ name, title: name, unit: "", setting: false, values, ...more });
  const columns = [
    column("design", rows.map(({ design }) => nameOf(design)), { text: true }),
    column("L", rows.map(({ length }) => length), { setting: true }),
    column("seconds", rows.map(({ length, design }) => (length * (1 + design)) / 1e6), { unit: "s" }),
    column("energy", rows.map(({ length, design }) => length / (1 + Math.min(design, 20))), { unit: "J" }),
  ];
  return Report.tablesOf({ tables: [{ id: "t", title: "t", rows: rows.length, command: "", columns }] });
}

function drawn(specification, designs, x, y, width = 640) {
  const tables = tableOf(designs);
  const chart = { id: "c", specification, title: "c", table: "t", placeholders: {}, choices: [], filters: [] };
  const state = { placeholders: { x, y, colour: "design" }, filters: {} };
  return Report.draw(chart, state, { tables, specifications, theme, width, print: true }).spec;
}

const colourOf = (spec) => spec.encoding.color || spec.layer[0].encoding.color;

function legendsFit() {
  for (const width of [320, 640, 760]) {
    for (const designs of [2, 10, 30, 300]) {
      const { legend } = colourOf(drawn("lines", designs, "L", "seconds", width));
      assert.ok(legend.columns * (legend.labelLimit + 30) <= width, `${designs} designs in ${width} pixels`);
    }
  }
  assert.strictEqual(Report.legendFor(["a", "b", "c"], 640).columns, 3);
  assert.strictEqual(Report.legendFor(Array(8).fill("L=256K · E=128"), 760).columns, 4, "as long rows as can be");
}

function fewHaveAllTheirColours() {
  const { scale } = colourOf(drawn("lines", 12, "L", "seconds"));
  assert.strictEqual(new Set(scale.range).size, 12);
  assert.deepStrictEqual(scale.domain, Array.from({ length: 12 }, (_, design) => nameOf(design)));
}

function theBestOfManyAreNamed() {
  const spec = drawn("lines", 30, "L", "seconds");
  const { scale, legend } = colourOf(spec);
  assert.deepStrictEqual(scale.domain, [0, 1, 2, 3, 4, 5, 6, 7].map(nameOf).concat("22 others"));
  assert.strictEqual(legend.title, "design: the best 8 of 30");
  assert.strictEqual(scale.range[8], theme.line);
  const { rows } = spec.datasets;
  assert.strictEqual(rows.length, 90);
  assert.strictEqual(new Set(rows.map((row) => row.line)).size, 30, "each has a line of its own");
  assert.ok(rows.slice(0, 66).every((row) => row.other) && rows.slice(66).every((row) => !row.other), "others lie behind");
}

function theFrontOfManyIsNamed() {
  const { scale, legend } = colourOf(drawn("explorer", 30, "seconds", "energy"));
  assert.strictEqual(legend.title, "design: 21 of 30 on the front, 12 of them named");
  assert.strictEqual(scale.domain.length, 13);
  assert.strictEqual(scale.domain[12], "18 others");
}

function aSettingHasNoFront() {
  const spec = drawn("explorer", 3, "L", "seconds");
  assert.deepStrictEqual(spec.layer.map(({ name }) => name), ["points"]);
  assert.deepStrictEqual(drawn("explorer", 3, "energy", "seconds").layer.map(({ name }) => name), ["points", "front", "best"]);
}

for (const test of [legendsFit, fewHaveAllTheirColours, theBestOfManyAreNamed, theFrontOfManyIsNamed, aSettingHasNoFront]) {
  test();
  console.log(`${test.name}: passed`);
}
