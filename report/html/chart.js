// From a chart of the document and a specification to what Vega-Lite draws: the same in the page
// and, for print, in node.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});

  /** What a specification needs besides its table: name -> function of a context. */
  Report.prepare = {};

  /** A name that Vega does not read as a path. */
  Report.safe = (name) => name.replace(/[^A-Za-z0-9_]/g, "_");

  /** Vega-Lite's configuration for a theme. */
  Report.configuration = (theme) => ({
    background: null, font: theme.font, padding: 4,
    view: { stroke: null, continuousWidth: 400, continuousHeight: 260 },
    range: { category: theme.series, ordinal: theme.series, ramp: theme.ramp, heatmap: theme.ramp },
    axis: {
      labelColor: theme.muted, labelFontSize: theme.size, labelPadding: 6, labelLimit: 260,
      titleColor: theme.text, titleFontSize: theme.size + 1, titleFontWeight: 500, titlePadding: 10,
      grid: true, gridColor: theme.grid, domain: false, ticks: false,
    },
    axisDiscrete: { grid: false, labelColor: theme.text },
    legend: {
      labelColor: theme.text, labelFontSize: theme.size, labelLimit: 240, titleColor: theme.muted, titleFontSize: theme.size,
      titleFontWeight: 500, orient: "top", direction: "horizontal", columns: 4, symbolLimit: 16, offset: 8, padding: 0, symbolSize: 70, symbolStrokeWidth: 1.5,
    },
    title: { color: theme.text, fontSize: theme.size + 3, fontWeight: 600, anchor: "start", offset: 12 },
    bar: { color: theme.accent }, tick: { color: theme.accent }, point: { color: theme.accent, filled: true }, line: { color: theme.accent },
    rule: { color: theme.line }, text: { color: theme.muted, fontSize: theme.size },
  });

  /** Powers of ten between two numbers, so few that their labels have room. */
  Report.decades = ([low, high], most = 8) => {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first + 1) / most));
    const ticks = [];
    for (let at = first; at <= last; at += step) ticks.push(10 ** at);
    return ticks.length > 1 ? ticks : undefined;
  };

  function isLogarithmic(values) {
    return values.length > 1 && values[0] > 0 && values[values.length - 1] / values[0] > 30;
  }

  function labelsOf(column) {
    if (column.unit === "share") return "format(datum.value, '.3~p')";
    if (column.unit === "x") return "format(datum.value, '.3~r') + '×'";
    if (column.setting) {
      return "datum.value >= 1048576 && datum.value % 1048576 == 0 ? datum.value / 1048576 + 'M' : datum.value >= 1024 && datum.value % 1024 == 0 ? datum.value / 1024 + 'K' : format(datum.value, '~r')";
    }
    return column.unit !== "mm²" ? "format(datum.value, '.3~s')" : "format(datum.value, '.3~g')";
  }

  /** Title with its unit. */
  Report.titleOf = (column) => !column.unit || column.unit === "share" || column.unit === "x" || column.unit === column.title ? column.title : `${column.title} (${column.unit})`;

  /** A colour of a ramp, 0 to 1. */
  function mixed(ramp, at) {
    const place = at * (ramp.length - 1), from = Math.min(Math.floor(place), ramp.length - 2), part = place - from;
    const channel = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
    return `rgb(${[0, 1, 2].map((i) => Math.round(channel(ramp[from], i) * (1 - part) + channel(ramp[from + 1], i) * part)).join(",")})`;
  }

  /** What "$x", "$x.title", … of a specification stand for. */
  function standsFor(placeholder, name, table, theme, used) {
    const column = table.column(name);
    if (!column) return { [placeholder]: name };
    const present = [...new Set(used.map((row) => column.at(row)))].filter((value) => value !== null);
    if (!column.text) present.sort((a, b) => a - b);
    const nominal = column.text || present.length <= theme.series.length;
    const log = !column.text && column.unit !== "share" && isLogarithmic(present);
    const scale = log ? { type: "log", nice: false, padding: 14 } : column.unit === "share" ? { type: "linear", zero: true, nice: true } : { type: "linear", zero: false, nice: false, padding: 14 };
    if (log && column.setting) scale.base = 2;
    const series = column.text ? theme.series : present.map((_, i) => mixed(theme.ramp, present.length > 1 ? i / (present.length - 1) : 1));
    return {
      [placeholder]: Report.safe(name),
      [`${placeholder}.title`]: Report.titleOf(column),
      [`${placeholder}.scale`]: scale,
      [`${placeholder}.ticks`]: log && !column.setting ? Report.decades([present[0] / 1.5, present[present.length - 1] * 1.5]) : undefined,
      [`${placeholder}.zero`]: { type: "linear", zero: true, nice: true },
      [`${placeholder}.labels`]: column.text ? "datum.label" : labelsOf(column),
      [`${placeholder}.type`]: !nominal ? "quantitative" : column.text ? "nominal" : "ordinal",
      [`${placeholder}.order`]: present,
      [`${placeholder}.legend`]: present.length < 2 ? null : { title: Report.titleOf(column), ...(column.text ? {} : { labelExpr: labelsOf(column) }) },
      [`${placeholder}.palette`]: nominal ? { range: series, domain: present } : { type: log ? "log" : "linear", range: theme.ramp },
    };
  }

  /** A copy in which every "$name" is replaced; keys that become undefined are left out. */
  function filled(part, values) {
    if (typeof part === "string" && part.startsWith("$")) return values[part.slice(1)];
    if (Array.isArray(part)) return part.map((each) => filled(each, values)).filter((each) => each !== undefined);
    if (part && typeof part === "object") {
      const entries = Object.entries(part).map(([key, each]) => [key, filled(each, values)]);
      return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
    }
    return part;
  }

  /** Where a chart begins: the first choice everywhere, the first value of single filters. */
  Report.initialState = (chart, tables) => {
    const table = tables.get(chart.table);
    const state = { placeholders: { ...chart.placeholders }, filters: {} };
    for (const { placeholder, columns } of chart.choices) state.placeholders[placeholder] = columns[0];
    for (const { column, single } of chart.filters) {
      const values = table.values(column);
      if (single && values.length > 0) state.filters[column] = { from: values[0], to: values[0] };
    }
    return state;
  };

  /** Rows that pass the filters. A filter on what is drawn across does not hold. */
  Report.rowsOf = (chart, state, tables) => {
    const table = tables.get(chart.table);
    const across = new Set(Object.values(state.placeholders));
    const singles = new Set(chart.filters.filter((filter) => filter.single).map((filter) => filter.column));
    const tests = Object.entries(state.filters).filter(([name]) => !(singles.has(name) && across.has(name))).map(([name, { from, to }]) => {
      const column = table.column(name);
      return column.text ? (row) => column.at(row) === from : (row) => column.at(row) >= from && column.at(row) <= to;
    });
    const rows = [];
    for (let row = 0; row < table.rows; ++row) if (tests.every((passes) => passes(row))) rows.push(row);
    return rows;
  };

  /** The specification of Vega-Lite with its data, and the rows in it. */
  Report.draw = (chart, state, { tables, specifications, theme, width, print }) => {
    const table = tables.get(chart.table);
    const template = specifications[chart.specification];
    let rows = Report.rowsOf(chart, state, tables);
    const shown = Object.values(state.placeholders);
    const text = JSON.stringify(template);
    const needed = table.columns.filter((column) => shown.includes(column.name) || text.includes(`"${Report.safe(column.name)}"`));
    const drawn = Object.entries(state.placeholders).filter(([name]) => "xy".includes(name)).map(([, name]) => table.column(name)).filter((column) => column && !column.text);
    rows = rows.filter((row) => drawn.every((column) => column.at(row) !== null));
    const context = { chart, state, table, tables, theme, width, print, rows, values: {}, datasets: {} };
    for (const [placeholder, name] of Object.entries(state.placeholders)) {
      Object.assign(context.values, standsFor(placeholder, name, table, theme, rows));
    }
    context.values.width = width;
    context.values.accent = theme.accent;
    context.values.background = theme.background;
    context.values.states = theme.states;
    context.values.muted = theme.muted;
    context.values.text = theme.text;
    context.values.line = theme.line;
    context.objectOf = (row) => {
      const object = { row };
      for (const column of needed) object[Report.safe(column.name)] = column.at(row);
      return object;
    };
    context.datasets.rows = rows.map(context.objectOf);
    Report.prepare[chart.specification]?.(context);
    const spec = filled(template, context.values);
    spec.datasets = context.datasets;
    return { spec, rows, marks: context.datasets.rows.length };
  };

  const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

  /** Bars and stacks: categories in the order of the table, labels in a readable size. */
  Report.prepare.bars = ({ datasets, values, table, state }) => {
    const column = table.column(state.placeholders.x);
    for (const each of datasets.rows) each.label = Report.format(each[Report.safe(column.name)], column, 3);
    values.order = [...new Set(datasets.rows.map((each) => each[values.y]))];
    const numbers = datasets.rows.map((each) => each[values.x]);
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const gains = column.unit === "x" && least > 0.5 && most <= 2.1; // small ones are told apart from 1 on
    values.start = gains ? 1 : 0;
    values.scale = gains ? { type: "linear", zero: false, domain: [Math.min(least, 1), Math.max(most, 1.1)], nice: true } : values["x.zero"];
  };
  Report.prepare.groups = ({ datasets, values, table, state, width }) => {
    const column = table.column(state.placeholders.y);
    values.flat = state.placeholders.x === state.placeholders.colour;
    const groups = new Set(datasets.rows.map((each) => each[values.x])).size;
    const series = new Set(datasets.rows.map((each) => each[values.colour])).size;
    const room = width / (groups * (values.flat ? 1 : series));
    values.labelled = room >= 24 ? 1 : 0;
    for (const each of datasets.rows) each.label = Report.format(each[values.y], column, room >= 44 ? 3 : 2);
  };
  Report.prepare.stack = ({ datasets, values }) => {
    values.order = [...new Set(datasets.rows.map((each) => each[values.y]))];
    values.step = values.order.length > 16 ? 15 : 25;
    values.thickness = values.step - (values.order.length > 16 ? 4 : 10);
  };
  Report.prepare.utilisation = Report.prepare.stack;
  Report.prepare.dots = ({ datasets, values }) => {
    datasets.rows = datasets.rows.filter((each) => each[values.x] > 0);
    values.order = [...new Set(datasets.rows.map((each) => each[values.y]))];
    const numbers = datasets.rows.map((each) => each[values.x]);
    values.domain = [10 ** Math.floor(Math.log10(Math.min(...numbers)) - 0.1), 10 ** Math.ceil(Math.log10(Math.max(...numbers)) + 0.1)];
    values.ticks = Report.decades(values.domain, 6);
  };
  Report.prepare.strides = ({ datasets, values }) => {
    datasets.rows.sort((a, b) => a.speedup - b.speedup);
    values.order = datasets.rows.map((each) => each.stride);
  };

  /** Simulated against reference: only what has a logarithm, equality, and 10 % either way. */
  Report.prepare.agreement = ({ datasets, values }) => {
    datasets.rows = datasets.rows.filter((each) => each.reference > 0 && each.simulated > 0);
    let low = Infinity, high = 0;
    for (const { reference, simulated } of datasets.rows) {
      low = Math.min(low, reference, simulated);
      high = Math.max(high, reference, simulated);
    }
    if (low > high) [low, high] = [0.1, 10];
    const ends = [low / 1.3, high * 1.3];
    datasets.band = ends.map((at) => ({ at, under: at * 0.9, over: at * 1.1 }));
    values.domain = ends;
    values.ticks = Report.decades(ends);
    values.size = datasets.rows.length > 1000 ? 14 : datasets.rows.length > 200 ? 24 : 44;
  };

  /** Errors, a row for each family: those with the largest mean first, 40 of them at most. */
  Report.prepare.errors = ({ datasets, values, table }) => {
    for (const each of datasets.rows) each.error = table.column("error").at(each.row);
    datasets.rows = datasets.rows.filter((each) => each.error !== null);
    const families = new Map();
    for (const each of datasets.rows) {
      if (!families.has(each[values.y])) families.set(each[values.y], []);
      families.get(each[values.y]).push(Math.abs(each.error));
    }
    const means = [...families].map(([family, all]) => ({ family, mean: all.reduce((sum, each) => sum + each, 0) / all.length, count: all.length }));
    means.sort((a, b) => b.mean - a.mean);
    datasets.means = means.slice(0, 40);
    values.order = datasets.means.map(({ family }) => family);
    const kept = new Set(values.order);
    datasets.rows = datasets.rows.filter((each) => kept.has(each[values.y])).map((each) => ({ ...each, family: each[values.y], size: Math.abs(each.error) }));
    const positive = datasets.rows.map(({ size }) => size).filter((size) => size > 1e-9);
    values.least = positive.length > 0 ? Math.max(1e-6, median(positive) / 100) : 1e-6;
    for (const each of datasets.rows) each.size = Math.max(each.size, values.least);
    for (const each of datasets.means) each.mean = Math.max(each.mean, values.least);
    const most = Math.max(values.least * 10, ...datasets.rows.map(({ size }) => size));
    values.domain = [values.least / 1.2, most * 1.3];
    values.ticks = Report.decades(values.domain);
  };

  /** A line for each series, whatever the order of rows. */
  Report.prepare.lines = ({ datasets, values }) => {
    datasets.rows.sort((a, b) => a[values.x] - b[values.x]);
  };

  /** More of these is better, of anything else less. */
  Report.wantsMore = (name) => /utilization|flops_per_second|speedup|intensity/.test(name);

  /** The points that no other point shown beats in both directions, from left to right. */
  Report.frontOf = (points, moreX, moreY) => {
    const signX = moreX ? -1 : 1, signY = moreY ? -1 : 1;
    const sorted = [...points].sort((a, b) => signX * (a.x - b.x) || signY * (a.y - b.y));
    const front = [];
    let best = Infinity;
    for (const point of sorted) {
      if (signY * point.y < best) {
        front.push(point);
        best = signY * point.y;
      }
    }
    return front;
  };
  Report.prepare.explorer = ({ datasets, values, state }) => {
    const points = datasets.rows.map((each) => ({ ...each, x: each[values.x], y: each[values.y] }));
    datasets.front = Report.frontOf(points, Report.wantsMore(state.placeholders.x), Report.wantsMore(state.placeholders.y));
    values.size = points.length > 20000 ? 9 : points.length > 2000 ? 18 : points.length > 300 ? 36 : 60;
    values.opacity = points.length > 2000 ? 0.45 : 0.8;
  };
})();
