// What each specification needs besides its table: orders, domains of axes, fronts, crossings.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});

  const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

  /** Bars and stacks: categories in the order of the table, labels in a readable size. */
  Report.prepare.bars = ({ datasets, values, table, state, width }) => {
    const column = table.column(state.placeholders.x);
    for (const each of datasets.rows) each.label = Report.format(each[Report.safe(column.name)], column, 3);
    values.order = [...new Set(datasets.rows.map((each) => each[values.y]))];
    const numbers = datasets.rows.map((each) => each[values.x]);
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    const gains = column.unit === "x" && least > 0.5 && most <= 2.1; // small ones are told apart from 1 on
    values.start = gains ? 1 : 0;
    const longest = (texts) => 6.5 * Math.max(0, ...texts.map((text) => String(text).length)); // pixels
    const end = longest(datasets.rows.map((each) => each.label)) + 8, plot = width - Math.min(300, longest(values.order)) - 30;
    const room = (low, high) => high + Math.max(0.1, Math.min(1, end / Math.max(1, plot - end))) * (high - low); // for the number at the end of the longest bar
    values.scale = { type: "linear", nice: false, zero: false, domain: gains ? [Math.min(least, 1), room(1, Math.max(most, 1.1))] : [Math.min(0, least), room(0, Math.max(most, 0)) || 1] };
  };
  Report.prepare.groups = ({ datasets, values, table, state, width }) => {
    const column = table.column(state.placeholders.y);
    values.flat = state.placeholders.x === state.placeholders.colour;
    const groups = new Set(datasets.rows.map((each) => each[values.x])).size;
    const series = new Set(datasets.rows.map((each) => each[values.colour])).size;
    const room = (0.75 * width) / (groups * (values.flat ? 1 : series)); // a quarter is between the groups
    const texts = (digits) => datasets.rows.map((each) => Report.format(each[values.y], column, digits));
    const longest = (digits, size) => 0.62 * size * Math.max(0, ...texts(digits).map((text) => text.length)); // pixels
    const lying = [[3, 10], [2, 10], [2, 8]].find(([digits, size]) => longest(digits, size) + 4 <= room);
    const [digits, size] = lying ?? [3, room >= 13 ? 10 : 8]; // upright above narrow bars
    values.upright = !lying;
    values.lying = !!lying;
    values.labelled = lying || room >= 10 ? 1 : 0;
    values.letters = size;
    texts(digits).forEach((text, row) => { datasets.rows[row].label = text; });
    const most = Math.max(0, ...datasets.rows.map((each) => each[values.y]));
    const above = lying ? 1.3 * size : longest(digits, size) + 4; // of the number over the highest bar, in pixels
    values.top = (most || 1) * (1 + (values.labelled * above) / 260);
  };
  Report.prepare.stack = ({ datasets, values }) => {
    values.order = [...new Set(datasets.rows.map((each) => each[values.y]))];
    values.step = values.order.length > 16 ? 15 : 25;
    values.thickness = values.step - (values.order.length > 16 ? 4 : 10);
  };
  Report.prepare.utilisation = Report.prepare.stack;
  Report.prepare.dots = ({ datasets, values }) => {
    values.limited = datasets.rows.some((each) => each.limit > 0);
    datasets.rows = datasets.rows.filter((each) => each[values.x] > 0);
    values.order = [...new Set(datasets.rows.map((each) => each[values.y]))];
    const numbers = datasets.rows.map((each) => each[values.x]);
    const low = Math.min(...numbers), high = Math.max(...numbers, ...datasets.rows.map((each) => each.limit || 0));
    const decades = high / low > 30;
    values.domain = decades ? [10 ** Math.floor(Math.log10(low) - 0.1), 10 ** Math.ceil(Math.log10(high) + 0.1)] : [low / 1.4, high * 1.4];
    values.ticks = decades ? Report.decades(values.domain, 6) : undefined;
  };
  Report.prepare.strides = ({ datasets, values }) => {
    datasets.rows.sort((a, b) => a.speedup - b.speedup);
    values.order = datasets.rows.map((each) => each.stride);
  };

  const MOST_ROWS = 40;

  /**
   * Simulated over reference, which has no unit: 1 + the relative error. A row for each metric, those with
   * most points first; its points are spread over its height. Nothing or less stands at the left end.
   */
  Report.prepare.agreement = ({ datasets, values, table, theme, width }) => {
    values.limit = Math.max(120, Math.min(300, 0.4 * width));
    const error = table.column("error");
    datasets.rows = datasets.rows.filter((each) => error.at(each.row) !== null);
    const counts = new Map();
    for (const each of datasets.rows) {
      each.ratio = 1 + error.at(each.row);
      each.name = each[values.y];
      const count = counts.get(each.name) || 0;
      each.spread = ((count + 0.5) * 0.618034) % 1; // neighbours far from each other
      counts.set(each.name, count + 1);
    }
    values.order = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_ROWS).map(([name]) => name);
    const kept = new Set(values.order);
    datasets.rows = datasets.rows.filter((each) => kept.has(each.name));
    for (const each of datasets.rows) if (counts.get(each.name) === 1) each.spread = 0.5;
    const drawn = new Set(datasets.rows.map((each) => each[values.colour]));
    const verdicts = ["within", "outside", "informative", "known miss"]; // each with the same colour in every picture
    const domain = [...drawn].every((each) => verdicts.includes(each)) ? verdicts : [...drawn];
    const colours = domain.map((_, i) => theme.series[i % theme.series.length]);
    const shown = domain.map((each, i) => i).filter((i) => drawn.has(domain[i]));
    values["colour.palette"] = { domain: shown.map((i) => domain[i]), range: shown.map((i) => colours[i]) };
    let low = 0.8, high = 1.25;
    for (const { ratio } of datasets.rows) {
      if (ratio > 0.01) low = Math.min(low, ratio);
      high = Math.max(high, ratio);
    }
    const ends = [low / 1.05, high * 1.05];
    for (const each of datasets.rows) each.ratio = Math.max(each.ratio, ends[0]);
    datasets.band = [{ under: 0.9, over: 1.1, one: 1 }];
    values.domain = ends;
    const spread = high / low;
    values.ticks = (spread > 20 ? [0.01, 0.1, 0.3, 1, 3, 10, 100, 1000] : spread > 2.5 ? [0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10] : [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2])
      .filter((at) => at >= ends[0] && at <= ends[1]);
    values.step = values.order.length > 16 ? 22 : 40;
    values.size = datasets.rows.length > 1000 ? 14 : datasets.rows.length > 200 ? 24 : 44;
  };

  /** Errors, a row for each family: those with the largest mean first, 40 of them at most. */
  Report.prepare.errors = ({ datasets, values, table, width }) => {
    values.limit = Math.max(160, Math.min(440, 0.55 * width));
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

  /** More of these is better, of anything else less. */
  Report.wantsMore = (name) => /utilization|per_second|per_s$|speedup|intensity|performance|reached|bandwidth/.test(name);

  const MOST_COLOURS = 12, NAMED = 8; // texts told apart by colours; how many have one where there are more

  /** The texts of a column that have a colour of their own; all others are grey behind them, with one name. */
  function nameSome({ datasets, values, theme, width }, kept, all, title) {
    const others = `${all - kept.size} others`;
    for (const each of datasets.rows) {
      each.other = !kept.has(each[values.colour]);
      if (each.other) each[values.colour] = others;
    }
    const domain = [...kept, others];
    values["colour.palette"] = { domain, range: [...[...kept].map((_, i) => theme.series[i]), theme.line] };
    values["colour.dashes"] = { domain, range: domain.map(() => [1, 0]) };
    values["colour.legend"] = { title: `${values["colour.title"]}: ${title}`, ...Report.legendFor(domain, width) };
    datasets.rows.sort((a, b) => Number(b.other) - Number(a.other)); // behind
  }

  /** Series, those first that are best at most places, then those whose mean rank is best. */
  function bestSeries(rows, series, x, y, more) {
    const found = new Map();
    for (const along of groupsOf(rows, x)) {
      along.sort((a, b) => (more ? b[y] - a[y] : a[y] - b[y]));
      along.forEach((each, place) => {
        const known = found.get(each[series]) || { wins: 0, ranks: 0, places: 0 };
        found.set(each[series], { wins: known.wins + (each[y] === along[0][y] ? 1 : 0), ranks: known.ranks + place, places: known.places + 1 });
      });
    }
    return [...found].sort(([, a], [, b]) => b.wins - a.wins || a.ranks / a.places - b.ranks / b.places).map(([name]) => name);
  }

  /** A line for each series, whatever the order of rows; of many designs the best have names. */
  Report.prepare.lines = (context) => {
    const { datasets, values, state, table } = context;
    datasets.rows.sort((a, b) => a[values.x] - b[values.x]);
    for (const each of datasets.rows) each.line = each[values.colour];
    const column = table.column(state.placeholders.colour);
    const some = bestSeries(datasets.rows.slice(), values.colour, values.x, values.y, Report.wantsMore(state.placeholders.y));
    if (column.text && some.length > MOST_COLOURS) nameSome(context, new Set(some.slice(0, NAMED)), some.length, `the best ${NAMED} of ${some.length}`);
  };

  /** The points that no other point shown beats in both directions, from left to right. */
  Report.frontOf = (points, x, y, moreX, moreY) => {
    const signX = moreX ? -1 : 1, signY = moreY ? -1 : 1;
    const sorted = [...points].sort((a, b) => signX * (a[x] - b[x]) || signY * (a[y] - b[y]));
    const front = [];
    let best = Infinity;
    for (const point of sorted) {
      if (signY * point[y] < best) {
        front.push(point);
        best = signY * point[y];
      }
    }
    return front;
  };

  /** Rows by the text of a column; all together without one. */
  function groupsOf(rows, name) {
    if (!name) return [rows];
    const groups = new Map();
    for (const each of rows) {
      if (!groups.has(each[name])) groups.set(each[name], []);
      groups.get(each[name]).push(each);
    }
    return [...groups.values()];
  }

  /** Points, and a front for each group of the placeholder "per" of points that may be on one (column `meets`). */
  Report.prepare.explorer = (context) => {
    const { datasets, values, state, table } = context;
    const points = datasets.rows;
    const { x, y, per, front } = state.placeholders;
    values.fronts = front !== "none" && ![x, y].some((name) => table.column(name).setting); // a setting costs nothing
    const meets = table.column("meets");
    const eligible = !values.fronts ? [] : meets ? points.filter((each) => meets.at(each.row) === "yes") : points;
    const along = groupsOf(eligible, per && values.per).map((group) => Report.frontOf(group, values.x, values.y, Report.wantsMore(x), Report.wantsMore(y)));
    datasets.front = along.flatMap((line, number) => line.map((each) => ({ ...each, front: number })));
    const colour = table.column(state.placeholders.colour);
    if (colour.text && values["colour.order"].length > MOST_COLOURS) {
      const all = values["colour.order"].length;
      const best = values.fronts ? [...new Set(datasets.front.map((each) => each[values.colour]))] : bestSeries(points.slice(), values.colour, values.x, values.y, Report.wantsMore(y));
      const kept = new Set(best.slice(0, values.fronts ? MOST_COLOURS : NAMED));
      nameSome(context, kept, all, values.fronts ? `${best.length} of ${all} on the front${kept.size < best.length ? `, ${kept.size} of them named` : ""}` : `the best ${NAMED} of ${all}`);
    }
    values.shaped = values["shape.order"]?.length > 1 ? true : undefined;
    values.size = points.length > 20000 ? 9 : points.length > 2000 ? 18 : points.length > 300 ? 36 : 60;
    values.opacity = points.length > 2000 ? 0.45 : 0.8;
  };

  const NEAR = 12; // pixels: rings nearer than this are one

  /**
   * One ring for those that would lie on each other, with a label for what they say together. `place` of a
   * ring: where it lies in pixels.
   */
  Report.merged = (rings, place, x) => {
    const groups = [];
    for (const ring of [...rings].sort((a, b) => a[x] - b[x])) {
      const [left, top] = place(ring);
      const near = groups.find((group) => group.some((other) => Math.hypot(left - place(other)[0], top - place(other)[1]) < NEAR));
      if (near) near.push(ring);
      else groups.push([ring]);
    }
    return groups.map((group) => {
      const labels = [...new Set([group[0], group[group.length - 1]].map((each) => each.label))];
      return { ...group[0], label: labels.join("–"), note: group.map((each) => each.note).join("; ") };
    });
  };

  /** Labels of rings that would touch the one before stand below their ring. */
  function lowerSome(rings, place) {
    const letter = 6.6;
    let before = null;
    for (const ring of rings) {
      const [left, top] = place(ring), half = (letter * ring.label.length) / 2;
      const touches = before && left - half < before.right + 6 && Math.abs(top - before.top) < 14;
      ring.below = !!touches;
      if (!touches) before = { right: left + half, top };
    }
  }

  /** The place of a point in pixels of a panel with logarithmic axes over the drawn rows. */
  function placing(rows, x, y, width, height) {
    const ends = (name) => {
      const numbers = rows.map((each) => each[name]).filter((number) => number > 0);
      return [Math.min(...numbers), Math.max(...numbers)];
    };
    const at = ([low, high], value) => (high > low ? Math.log(value / low) / Math.log(high / low) : 0.5);
    const [across, up] = [ends(x), ends(y)];
    return (each) => [(width - 28) * at(across, each[x]), -(height - 28) * at(up, each[y])]; // 14 are left at each end
  }

  /** Panels for each phase, beside each other where there is room; rings where lines cross. */
  Report.prepare.comparison = ({ chart, datasets, values, tables, width }) => {
    const { rows } = datasets, more = tables.get(chart.more), at = (name, row) => more.column(name).at(row);
    const crossings = Array.from({ length: more.rows }, (_, row) => {
      const length = Report.short(at("at", row));
      const note = `${at("phase", row)}: ${at("faster", row)} is faster than ${at("slower", row)} from ${values["x.title"]} = ${length} on`;
      return { phase: at("phase", row), [values.x]: at("at", row), [values.time]: at("seconds", row), label: length, note };
    });
    const phases = ["prefill", "decode"];
    for (const phase of phases) {
      datasets[phase] = rows.filter((each) => each.phase === phase);
      values[phase] = datasets[phase].length > 0;
      for (const what of ["time", "operations"]) {
        const numbers = datasets[phase].map((each) => each[values[what]]).filter((number) => number > 0);
        const drawn = values[`${what}.ticks`] && numbers.length > 0;
        values[`${phase}.${what}.ticks`] = drawn ? Report.decades([Math.min(...numbers) / 1.1, Math.max(...numbers) * 1.1]) : undefined;
      }
    }
    datasets.caches = rows.filter((each) => each[values.cache] > 0);
    values.caches = datasets.caches.length > 0;
    values.columns = width >= 600 && phases.every((phase) => values[phase]) ? 2 : 1;
    values.panel = Math.floor(width / values.columns) - 98;
    for (const phase of phases) {
      const place = placing(datasets[phase], values.x, values.time, values.panel, 260);
      const rings = Report.merged(crossings.filter((each) => each.phase === phase), place, values.x);
      lowerSome(rings, place);
      datasets[`${phase} crossings`] = rings;
    }
    values.whole = width - 98;
    const series = values["colour.order"]; // lines that lie on each other are seen by their edges
    values.widths = { domain: series, range: series.map((_, i) => Math.max(1.4, 4.2 * 0.75 ** i)) };
    values.labelled = phases.every((phase) => datasets[`${phase} crossings`].length <= 8);
  };
})();
