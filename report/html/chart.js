// From a chart of the document and a specification to what Vega-Lite draws: the same in the page
// and, for print, in node.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});

  /** What a specification needs besides its table: name -> function of a context (prepare.js). */
  Report.prepare = {};

  /** A name that Vega does not read as a path. */
  Report.safe = (name) => name.replace(/[^A-Za-z0-9_]/g, "_");

  /** Columns of a legend that have room, at most so many. */
  Report.legendColumns = (width, most) => Math.max(1, Math.min(most, Math.floor(width / 125)));

  /** Columns and the width of a label with which a legend of these texts fits, however long they are. */
  Report.legendFor = (texts, width) => {
    const symbol = 30, letter = 6.4; // pixels
    const longest = symbol + letter * Math.max(1, ...texts.map((text) => String(text).length));
    const most = Math.max(1, Math.min(texts.length, 8, Math.floor((width - 60) / longest)));
    const columns = Math.ceil(texts.length / Math.ceil(texts.length / most)) || 1; // rows as long as each other
    return { columns, labelLimit: Math.max(60, Math.floor((width - 60) / columns) - symbol) };
  };

  /** Vega-Lite's configuration for a theme. */
  Report.configuration = (theme, width) => ({
    background: null, font: theme.font, padding: 4,
    view: { stroke: null, continuousWidth: 400, continuousHeight: 260 },
    range: { category: theme.series, ordinal: theme.series, ramp: theme.ramp, heatmap: theme.ramp },
    axis: {
      labelColor: theme.muted, labelFontSize: theme.size, labelPadding: 6, labelLimit: 300, labelSeparation: 6,
      titleColor: theme.text, titleFontSize: theme.size + 1, titleFontWeight: 500, titlePadding: 10,
      grid: true, gridColor: theme.grid, domain: false, ticks: false,
    },
    axisDiscrete: { grid: false, labelColor: theme.text },
    legend: {
      labelColor: theme.text, labelFontSize: theme.size, labelLimit: 240, titleColor: theme.muted, titleFontSize: theme.size,
      titleFontWeight: 500, orient: "top", direction: "horizontal", columns: Report.legendColumns(width, 4), symbolLimit: 16, offset: 8, padding: 0, symbolSize: 70, symbolStrokeWidth: 1.5,
    },
    title: { color: theme.text, fontSize: theme.size + 3, fontWeight: 600, anchor: "start", offset: 12 },
    bar: { color: theme.accent }, tick: { color: theme.accent }, point: { color: theme.accent, filled: true }, line: { color: theme.accent },
    rule: { color: theme.line }, text: { color: theme.muted, fontSize: theme.size },
  });

  /** Powers of ten between two numbers, so few that their labels have room; where there is but one, also 2 and 5 times it. */
  Report.decades = ([low, high], most = 8) => {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first + 1) / most));
    const ticks = [];
    for (let at = first; at <= last; at += step) ticks.push(10 ** at);
    if (ticks.length > 1) return ticks;
    const finer = [];
    for (let at = first - 1; at <= last + 1; ++at) finer.push(...[1, 2, 5].map((digit) => digit * 10 ** at));
    const inside = finer.filter((at) => at >= low && at <= high);
    return inside.length > 1 ? inside : undefined;
  };

  /** Powers of two between two numbers, for lengths and sizes. */
  Report.doublings = ([low, high], most = 8) => {
    const first = Math.ceil(Math.log2(low) - 1e-9), last = Math.floor(Math.log2(high) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first + 1) / most));
    const ticks = [];
    for (let at = first; at <= last; at += step) ticks.push(2 ** at);
    return ticks.length > 1 ? ticks : undefined;
  };

  /** Units that go with prefixes: they stand at every number, "10 ms". */
  const PREFIXED = new Set(["s", "B", "J", "J·s", "op", "op/s", "B/s", "Hz", "W"]);

  /** An expression: 0.01 -> "10 ms", 1e7 -> "10 MB". */
  const prefixed = (unit) => `replace(format(datum.value, '.3~s'), /([a-zA-Zµ]?)$/, ' $1') + '${unit}'`;

  function labelsOf(column) {
    if (PREFIXED.has(column.unit)) return prefixed(column.unit);
    if (column.unit === "USD") return "'$' + format(datum.value, ',.3~r')";
    if (column.unit === "share") return "format(datum.value, '.3~p')";
    if (column.unit === "x") return "format(datum.value, '.3~r') + '×'";
    if (column.setting) {
      return "datum.value >= 1048576 && datum.value % 1048576 == 0 ? datum.value / 1048576 + 'M' : datum.value >= 1024 && datum.value % 1024 == 0 ? datum.value / 1024 + 'K' : format(datum.value, '~r')";
    }
    return column.unit !== "mm²" ? "format(datum.value, '.3~s')" : "format(datum.value, ',.4~r')";
  }

  /** Title, with its unit where numbers stand without it. */
  Report.titleOf = (column) => !column.unit || ["share", "x", "USD", column.title].includes(column.unit) || PREFIXED.has(column.unit) ? column.title : `${column.title} (${column.unit})`;

  /** A colour of a ramp, 0 to 1. */
  function mixed(ramp, at) {
    const place = at * (ramp.length - 1), from = Math.min(Math.floor(place), ramp.length - 2), part = place - from;
    const channel = (colour, i) => parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
    return `rgb(${[0, 1, 2].map((i) => Math.round(channel(ramp[from], i) * (1 - part) + channel(ramp[from + 1], i) * part)).join(",")})`;
  }

  const MOST_NAMED = 8; // numbers that a legend names one by one

  /**
   * What of a column is drawn: values in rising order (texts as they come), and whether a legend can
   * name each. Of more numbers than that only the least and the largest.
   */
  function presentIn(column, rows, most) {
    const seen = new Set();
    let low = Infinity, high = -Infinity;
    for (const row of rows) {
      const value = column.at(row);
      if (value === null) continue;
      if (column.text || seen.size <= most) seen.add(value);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (column.text) return { values: [...seen], nominal: true };
    if (seen.size > most) return { values: low < high ? [low, high] : [low], nominal: false };
    return { values: [...seen].sort((a, b) => a - b), nominal: true };
  }

  function scaleOf(column, log) {
    if (log) return { type: "log", nice: false, padding: 14, ...(column.setting ? { base: 2 } : {}) };
    return column.unit === "share" ? { type: "linear", zero: true, nice: true } : { type: "linear", zero: false, nice: false, padding: 14 };
  }

  /** Colours and dashes: more texts than there are colours differ by their dashes. */
  function palettesOf(column, values, theme) {
    const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]];
    const count = theme.series.length;
    const colours = values.map((_, i) => (column.text ? theme.series[i % count] : mixed(theme.ramp, values.length > 1 ? i / (values.length - 1) : 1)));
    const dashes = values.map((_, i) => (column.text ? DASHES[Math.floor(i / count) % DASHES.length] : DASHES[0]));
    return { colours: { range: colours, domain: values }, dashes: { range: dashes, domain: values } };
  }

  /** What "$x", "$x.title", … of a specification stand for. */
  function standsFor(placeholder, name, table, theme, used, width) {
    const column = table.column(name);
    if (!column) return { [placeholder]: name };
    const { values: present, nominal } = presentIn(column, used, MOST_NAMED);
    const low = present[0], high = present[present.length - 1];
    const log = !column.text && column.unit !== "share" && present.length > 1 && low > 0 && high / low > (column.setting ? 7 : 30);
    const palettes = nominal ? palettesOf(column, present, theme) : null;
    return {
      [placeholder]: Report.safe(name),
      [`${placeholder}.title`]: Report.titleOf(column),
      [`${placeholder}.scale`]: scaleOf(column, log),
      [`${placeholder}.ticks`]: !log ? undefined : column.setting ? Report.doublings([low / 1.05, high * 1.05]) : Report.decades([low / 1.5, high * 1.5]),
      [`${placeholder}.zero`]: { type: "linear", zero: true, nice: true },
      [`${placeholder}.labels`]: column.text ? "datum.label" : labelsOf(column),
      [`${placeholder}.type`]: !nominal ? "quantitative" : column.text ? "nominal" : "ordinal",
      [`${placeholder}.order`]: present.filter((value) => value !== ""), // no text: nothing ran
      [`${placeholder}.legend`]: present.length < 2 ? null : { title: Report.titleOf(column), ...(column.text ? Report.legendFor(present, width) : { labelExpr: labelsOf(column) }) },
      [`${placeholder}.palette`]: nominal ? palettes.colours : { type: log ? "log" : "linear", range: theme.ramp },
      [`${placeholder}.dashes`]: nominal ? palettes.dashes : undefined,
    };
  }

  /**
   * A copy in which every "$name" is replaced; keys that become undefined are left out, and so are
   * objects with "$if": "name" where that is not true.
   */
  function filled(part, values) {
    if (typeof part === "string" && part.startsWith("$")) return values[part.slice(1)];
    if (Array.isArray(part)) return part.map((each) => filled(each, values)).filter((each) => each !== undefined);
    if (part && typeof part === "object") {
      if (part.$if !== undefined && !values[part.$if]) return undefined;
      const entries = Object.entries(part).filter(([key]) => key !== "$if").map(([key, each]) => [key, filled(each, values)]);
      return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
    }
    return part;
  }

  /** Columns of numbers that are drawn along an axis: a row without such a number has no mark. */
  const drawnNumbers = (state, table) =>
    Object.entries(state.placeholders).filter(([name]) => "xy".includes(name)).map(([, name]) => table.column(name)).filter((column) => column && !column.text);

  /** Has any row all numbers that are drawn? */
  const hasMarks = (state, table) => {
    const drawn = drawnNumbers(state, table);
    return Array.from({ length: table.rows }, (_, row) => row).some((row) => drawn.every((column) => column.at(row) !== null));
  };

  /** Where a chart begins: the first choices that give it a mark, the first value of single filters. */
  Report.initialState = (chart, tables) => {
    const table = tables.get(chart.table);
    const state = { placeholders: { ...chart.placeholders }, filters: {} };
    for (const { placeholder, columns } of chart.choices) {
      const choose = (column) => Object.assign(state.placeholders, { [placeholder]: column });
      choose(columns.find((column) => (choose(column), hasMarks(state, table))) || columns[0]);
    }
    for (const { column, single } of chart.filters) {
      const values = table.values(column).filter((value) => value !== "");
      if (single && values.length > 0) state.filters[column] = { from: values[0], to: values[0] };
    }
    return state;
  };

  /** Is there nothing in a cell, as of a setting that a row does not have? */
  const empty = (value) => value === null || value === "";

  /** Does a row pass a filter? What a row does not have, no single filter holds against it. */
  function testOf(column, { from, to }, single) {
    const passes = column.text ? (value) => value === from : (value) => value !== null && value >= from && value <= to;
    return (row) => (single && empty(column.at(row))) || passes(column.at(row));
  }

  /**
   * Rows that pass the filters and have a mark. A filter on what is drawn across does not hold, nor do
   * single ones that no row with a mark passes: a picture is never empty while there is something to draw.
   */
  Report.rowsOf = (chart, state, tables) => {
    const table = tables.get(chart.table);
    const across = new Set(Object.values(state.placeholders)), drawn = drawnNumbers(state, table);
    const singles = new Set(chart.filters.filter((filter) => filter.single).map((filter) => filter.column));
    const holding = Object.entries(state.filters).filter(([name]) => !(singles.has(name) && across.has(name)));
    let rows = Array.from({ length: table.rows }, (_, row) => row).filter((row) => drawn.every((column) => column.at(row) !== null));
    const narrowed = (name, filter) => rows.filter(testOf(table.column(name), filter, singles.has(name)));
    for (const [name, filter] of holding) {
      const left = narrowed(name, filter);
      if (left.length > 0 || !singles.has(name)) rows = left;
    }
    return rows;
  };

  /** Single filters that say something of the rows drawn, as [column, value]. */
  Report.heldBy = (chart, state, table, rows) => {
    const across = new Set(Object.values(state.placeholders));
    return Object.entries(state.filters).map(([name, { from }]) => [table.column(name), from])
      .filter(([column, from]) => !across.has(column.name) && rows.some((row) => column.at(row) === from));
  };

  /** The specification of Vega-Lite with its data, and the rows in it. */
  Report.draw = (chart, state, { tables, specifications, theme, width, print }) => {
    const table = tables.get(chart.table);
    const template = specifications[chart.specification];
    const rows = Report.rowsOf(chart, state, tables);
    const shown = Object.values(state.placeholders);
    const text = JSON.stringify(template);
    const needed = table.columns.filter((column) => shown.includes(column.name) || text.includes(`"${Report.safe(column.name)}"`)).map((column) => [Report.safe(column.name), column]);
    const context = { chart, state, table, tables, theme, width, print, rows, values: {}, datasets: {} };
    for (const [placeholder, name] of Object.entries(state.placeholders)) {
      Object.assign(context.values, standsFor(placeholder, name, table, theme, rows, width));
    }
    context.values.width = width;
    context.values["legend.wide"] = Report.legendColumns(width, 8);
    context.values["legend.narrow"] = Report.legendColumns(width, 3);
    context.values.accent = theme.accent;
    context.values.background = theme.background;
    context.values.states = theme.states;
    context.values.muted = theme.muted;
    context.values.text = theme.text;
    context.values.line = theme.line;
    context.objectOf = (row) => {
      const object = { row };
      for (const [name, column] of needed) object[name] = column.at(row);
      return object;
    };
    context.datasets.rows = rows.map(context.objectOf);
    Report.prepare[chart.specification]?.(context);
    const spec = filled(template, context.values);
    spec.datasets = context.datasets;
    return { spec, rows, marks: context.datasets.rows.length };
  };
})();
