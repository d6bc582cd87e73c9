// What a roofline has besides its points: roofs from edge to edge, and labels that do not overlap.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});
  const HEIGHT = 400, LABEL = 13, LETTER = 6.1, AXIS = 70, MOST_LABELS = 50;

  /** Ends of the axes: every point, every ridge, and room around. */
  function extent(points, roofs) {
    const peak = Math.max(...roofs.compute.map((roof) => roof.perSecond), ...points.map((point) => point.performance));
    const ridges = roofs.bandwidth.map((roof) => peak / roof.perSecond);
    const intensities = [...points.map((point) => point.intensity), ...ridges];
    const x = [Math.min(...intensities) / 4, Math.max(...intensities) * 6];
    const low = Math.min(...points.map((point) => point.performance), ...[...roofs.compute, ...roofs.exponentials].map((roof) => roof.perSecond));
    return { x, y: [low / 4, peak * 2.5], peak };
  }

  /** Lines: slopes up to the highest level line, level lines from where the first slope meets them. */
  function linesOf(roofs, { x, y, peak }) {
    const lines = [];
    const fastest = Math.max(0, ...roofs.bandwidth.map((roof) => roof.perSecond));
    for (const { name, perSecond } of roofs.bandwidth) {
      const from = Math.max(x[0], y[0] / perSecond);
      lines.push({ name, kind: "bandwidth", x: from, y: from * perSecond, x2: peak / perSecond, y2: peak });
    }
    for (const { name, perSecond, kind } of [...roofs.compute, ...roofs.exponentials]) {
      const from = fastest > 0 ? Math.max(x[0], perSecond / fastest) : x[0];
      lines.push({ name, kind, x: from, y: perSecond, x2: x[1], y2: perSecond });
    }
    return lines;
  }

  /**
   * Labels beside their points: to the right, above, below or to the left, whichever is free. One that
   * has no free place is left out: the pointer still shows it. All in pixels of a plot of that width.
   */
  function placed(points, runs, lines, { x, y }, width) {
    const at = ([low, high], value) => Math.log(value / low) / Math.log(high / low);
    const pixel = (point) => [width * at(x, point.intensity), HEIGHT * (1 - at(y, point.performance))];
    const taken = points.map((point) => {
      const [left, top] = pixel(point);
      return [left - 5, top - 5, left + 5, top + 5];
    });
    for (const line of lines.filter(({ kind }) => kind !== "bandwidth")) {
      const top = HEIGHT * (1 - at(y, line.y));
      taken.push([width - LETTER * line.name.length, top - 16, width, top + 1]);
    }
    const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    const labels = [];
    for (const [run, point] of runs) {
      const [left, top] = pixel(point), length = run.length * LETTER;
      const places = [["left", 9, 0, left + 9], ["right", -9, 0, left - 9 - length], ["left", 4, -13, left + 4], ["left", 4, 13, left + 4],
        ["right", -4, -13, left - 4 - length], ["right", -4, 13, left - 4 - length]];
      for (const [align, dx, dy, from] of places) {
        const box = [from, top + dy - LABEL / 2, from + length, top + dy + LABEL / 2];
        if (box[0] < 0 || box[2] > width || box[1] < 0 || box[3] > HEIGHT || taken.some((other) => overlap(box, other))) continue;
        taken.push(box);
        labels.push({ run, align, dx, intensity: x[0] * (x[1] / x[0]) ** ((left + dx) / width), performance: y[0] * (y[1] / y[0]) ** (1 - (top + dy) / HEIGHT) });
        break;
      }
    }
    return labels;
  }

  /** Pushes labels apart from top to bottom, in pixels; y in the units of the axis. */
  function apart(labels, y) {
    const pixel = (value) => HEIGHT * (1 - Math.log(value / y[0]) / Math.log(y[1] / y[0]));
    const value = (at) => y[0] * (y[1] / y[0]) ** (1 - at / HEIGHT);
    let last = -Infinity;
    return [...labels].sort((a, b) => b.y - a.y).map((label) => {
      last = Math.max(pixel(label.y), last + LABEL);
      return { ...label, y: value(last) };
    });
  }

  Report.prepare.roofline = ({ chart, datasets, values, tables, state, width }) => {
    const group = state.filters.group?.from;
    const roofs = { bandwidth: [], compute: [], exponentials: [] };
    const distinct = new Set(datasets.rows.map((each) => each.run)).size;
    const more = tables.get(chart.more);
    for (let row = 0; row < more.rows; ++row) {
      const kind = more.column("kind").at(row);
      if (group !== undefined && more.column("group").at(row) !== group) continue;
      const roof = more.column("roof").at(row), run = more.column("run").at(row);
      const perSecond = more.column("per_second").at(row);
      const near = (other) => kind === "exponentials" && Math.abs(other.perSecond / perSecond - 1) < 0.1;
      if (!roofs[kind].some(near)) roofs[kind].push({ name: run && distinct > 1 ? `${roof}: ${run}` : roof, perSecond, kind });
    }
    const points = datasets.rows;
    const ends = extent(points, roofs);
    const lines = linesOf(roofs, ends).filter((line) => line.y <= ends.y[1]);
    datasets.roofs = lines.flatMap(({ name, kind, x, y, x2, y2 }, line) => [{ line, name, kind, intensity: x, performance: y }, { line, name, kind, intensity: x2, performance: y2 }]);
    const named = new Set();
    const level = lines.filter(({ name, kind }) => kind !== "bandwidth" && !named.has(name) && named.add(name));
    datasets.levels = apart(level.map(({ name, x2, y }) => ({ name: Report.plainName(name), x: x2, y: y * 1.06 })), ends.y).map(({ name, x, y }) => ({ name, intensity: x, performance: y }));
    datasets.slopes = lines.filter(({ kind }) => kind === "bandwidth").map(({ name, x, y }) => ({ name: Report.plainName(name), intensity: x * 1.1, performance: y * 1.6 }));
    const runs = new Map();
    for (const point of points) {
      const known = runs.get(point.run);
      if (!known || point.intensity > known.intensity) runs.set(point.run, point);
    }
    datasets.labels = runs.size > MOST_LABELS ? [] : placed(points, runs, lines, ends, width - AXIS);
    values.domainX = ends.x;
    values.domainY = ends.y;
    values.ticksX = Report.decades(ends.x, 10);
    values.ticksY = Report.decades(ends.y, 8);
    values.height = HEIGHT;
  };

  /** "array_2d" -> "array 2d". */
  Report.plainName = (name) => name.replaceAll("_", " ");
})();
