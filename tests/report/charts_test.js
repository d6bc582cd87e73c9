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
const specifications = Object.fromEntries(["lines", "explorer", "groups", "agreement"].map((name) => [name, JSON.parse(read(`${name}.vl.json`))]));

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

/** A table of columns of numbers (null: none) and texts. */
function tableFrom(columns) {
  const rows = Object.values(columns)[0].length;
  const made = Object.entries(columns).map(([name, values]) => ({ name, title: name, unit: name === "speedup" ? "x" : "", setting: false, values, text: typeof values[0] === "string" }));
  return Report.tablesOf({ tables: [{ id: "t", title: "t", rows, command: "", columns: made }] });
}

/** What is drawn of a chart of a table at its beginning. */
function atFirst(specification, tables, placeholders, filters = [], width = 640) {
  const chart = { id: "c", specification, title: "c", table: "t", placeholders, choices: [], filters };
  const state = Report.initialState(chart, tables);
  return { chart, state, ...Report.draw(chart, state, { tables, specifications, theme, width, print: true }) };
}

function whatARowDoesNotHaveIsNoReasonToLeaveItOut() {
  const tables = tableFrom({ design: ["a", "a", "b", "b"], memory: [2, 4, null, null], count: [null, null, 4, 8], seconds: [1, 2, 3, 4] });
  const single = [{ column: "count", single: true }];
  const { chart, state, rows } = atFirst("lines", tables, { x: "memory", y: "seconds", colour: "design" }, single);
  assert.deepStrictEqual(rows, [0, 1]);
  assert.deepStrictEqual(Report.heldBy(chart, state, tables.get("t"), rows), [], "it says nothing of what is drawn");
  const all = atFirst("lines", tables, { x: "seconds", y: "seconds", colour: "design" }, single);
  assert.deepStrictEqual(all.rows, [0, 1, 2], "the filter holds where there is a value");
  assert.deepStrictEqual(Report.heldBy(all.chart, all.state, tables.get("t"), all.rows).map(([column, from]) => [column.name, from]), [["count", 4]]);
}

function aFilterThatLeavesNothingDoesNotHold() {
  const tables = tableFrom({ design: ["a", "a", "b"], part: [1, 2, 2], seconds: [null, 2, 3], watts: [1, 2, 3] });
  const single = [{ column: "part", single: true }];
  assert.deepStrictEqual(atFirst("lines", tables, { x: "watts", y: "seconds", colour: "design" }, single).rows, [1, 2]);
  const { chart, state } = atFirst("lines", tables, { x: "watts", y: "watts", colour: "design" }, [{ column: "part", single: false }]);
  state.filters.part = { from: 7, to: 9 };
  assert.deepStrictEqual(Report.rowsOf(chart, state, tables), [], "what a reader asked for is shown, though it is nothing");
}

/** Widths of numbers over bars, in pixels, with the letters that they are drawn in. */
function numbersOverBarsDoNotTouch() {
  for (const [groups, series] of [[2, 2], [6, 3], [6, 5], [12, 4], [12, 8]]) {
    const rows = Array.from({ length: groups * series }, (_, row) => row);
    const tables = tableFrom({ design: rows.map((row) => nameOf(row % series)), L: rows.map((row) => String(Math.floor(row / series))), speedup: rows.map((row) => 1.23 + row) });
    const { spec } = atFirst("groups", tables, { x: "L", y: "speedup", colour: "design" }, [], 760);
    const room = (0.75 * 760) / (groups * series), names = spec.layer.map(({ name }) => name);
    const { mark } = spec.layer.find(({ name }) => /ends/.test(name));
    if (mark.opacity === 0) assert.ok(room < 10, `${groups} x ${series}`);
    else if (names.includes("upright ends")) assert.ok(mark.fontSize <= room && mark.angle === 270);
    else for (const { label } of spec.datasets.rows) assert.ok(0.6 * mark.fontSize * label.length < room, `${label} in ${room}`);
    const most = Math.max(...spec.datasets.rows.map(({ speedup }) => speedup));
    assert.ok(mark.opacity === 0 || spec.encoding.y.scale.domainMax > most, "room over the highest bar");
  }
}

function ringsOnEachOtherAreOne() {
  const ring = (L, top, label) => ({ L, top, label, note: label });
  const place = ({ L, top }) => [L, top];
  const rings = Report.merged([ring(50, 5, "d"), ring(10, 5, "a"), ring(18, 5, "b"), ring(12, 40, "c")], place, "L");
  assert.deepStrictEqual(rings.map(({ label, note }) => [label, note]), [["a–b", "a; b"], ["c", "c"], ["d", "d"]]);
  assert.deepStrictEqual(Report.merged([ring(10, 5, "19K"), ring(11, 5, "19K")], place, "L").map(({ label }) => label), ["19K"]);
}

function shapesTellMappingsApart() {
  const tables = tableFrom({ group: ["a", "a", "b", "b"], mapping: ["m", "n", "m", "n"], one: ["x", "x", "x", "x"], seconds: [1, 2, 3, 4], joules: [4, 3, 2, 1] });
  const shaped = (shape) => atFirst("explorer", tables, { x: "seconds", y: "joules", colour: "group", ...shape }).spec.layer[0].encoding.shape;
  assert.deepStrictEqual(shaped({ shape: "mapping" }).scale.domain, ["m", "n"]);
  assert.ok(shaped({ shape: "mapping" }).legend);
  assert.strictEqual(shaped({ shape: "one" }), undefined);
  assert.strictEqual(shaped({}), undefined);
}

function agreementHasNoUnit() {
  const tables = tableFrom({ metric: ["seconds", "rate", "rate", "saving", "counted"], verdict: ["within", "within", "outside", "known miss", "within"], reference: [1e-3, 500, 700, 2.7, 4], simulated: [2e-3, 500, 350, -0.3, 0], error: [1, 0, -0.5, 0.031, -1] });
  const { spec } = atFirst("agreement", tables, { colour: "verdict", y: "metric" });
  const points = Object.fromEntries(spec.datasets.rows.map(({ row, ratio }) => [row, ratio]));
  assert.deepStrictEqual([points[0], points[1], points[2]], [2, 1, 0.5]);
  assert.strictEqual(points[3], 1.031, "a saving next to nothing has a place");
  const { scale, axis } = spec.layer[2].encoding.x;
  assert.strictEqual(points[4], scale.domain[0], "nothing at all stands at the left end");
  assert.ok(axis.values.includes(1) && axis.values.every((at) => at >= scale.domain[0] && at <= scale.domain[1]));
  assert.deepStrictEqual(spec.layer[2].encoding.y.sort[0], "rate", "the metric with most points first");
}

for (const test of [whatARowDoesNotHaveIsNoReasonToLeaveItOut, aFilterThatLeavesNothingDoesNotHold, numbersOverBarsDoNotTouch, ringsOnEachOtherAreOne,
  shapesTellMappingsApart, agreementHasNoUnit, legendsFit, fewHaveAllTheirColours, theBestOfManyAreNamed, theFrontOfManyIsNamed, aSettingHasNoFront]) {
  test();
  console.log(`${test.name}: passed`);
}
