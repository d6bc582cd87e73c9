// node render.js LIBRARIES DOCUMENT: the charts of a document, drawn for print without a browser.
// Writes {"id": "<svg…>"} to stdout.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [libraries, file] = process.argv.slice(2);
const WIDTH = 640, WIDE = 760;

const load = (script) => vm.runInThisContext(fs.readFileSync(script, "utf8"), { filename: script });
for (const name of ["vega", "vega-lite"]) load(path.join(libraries, `${name}.min.js`));
for (const name of ["data", "chart", "prepare", "roofline"]) load(path.join(__dirname, `${name}.js`));

const { vega, vegaLite, Report } = globalThis;

/** Widths of Helvetica's letters, in parts of the font size: there is no canvas to measure with. */
const NARROW = new Set("iljtfI.,:;'|![]() -"), BROAD = new Set("mwMW@%");
const widthOf = (letter) => (NARROW.has(letter) ? 0.31 : BROAD.has(letter) ? 0.9 : letter >= "A" && letter <= "Z" ? 0.73 : 0.59);
vega.textMetrics.width = (item, text) => {
  const shown = text === null || text === undefined ? "" : String(Array.isArray(text) ? text[0] : text);
  return (item.fontSize || 11) * [...shown].reduce((sum, letter) => sum + widthOf(letter), 0);
};

const specifications = Object.fromEntries(fs.readdirSync(__dirname).filter((name) => name.endsWith(".vl.json"))
  .map((name) => [name.slice(0, -8), JSON.parse(fs.readFileSync(path.join(__dirname, name), "utf8"))]));
const theme = JSON.parse(fs.readFileSync(path.join(__dirname, "themes.json"), "utf8")).print;
const report = JSON.parse(fs.readFileSync(file, "utf8"));
const tables = Report.tablesOf(report);

/** What a reader of the paper cannot choose: the values of single filters. */
function subtitle(chart, state, rows) {
  return Report.heldBy(chart, state, tables.get(chart.table), rows).map(([column, from]) => `${column.title} ${Report.format(from, column)}`).join(", ");
}

async function svgOf(chart) {
  const state = Report.initialState(chart, tables);
  const width = chart.wide ? WIDE : WIDTH;
  const { spec, rows } = Report.draw(chart, state, { tables, specifications, theme, width, print: true });
  spec.title = { text: chart.title, subtitle: subtitle(chart, state, rows), subtitleColor: theme.muted, subtitleFontSize: theme.size };
  const compiled = vegaLite.compile(spec, { config: { ...Report.configuration(theme, width), background: theme.background, padding: 10 }, logger: vega.logger(vega.Error) });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logLevel: vega.Error });
  return view.toSVG();
}

(async () => {
  const drawn = {};
  for (const section of report.sections) for (const chart of section.charts) drawn[chart.id] = await svgOf(chart);
  process.stdout.write(JSON.stringify(drawn));
})().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
