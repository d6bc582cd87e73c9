// What a roofline has besides its points: roofs from edge to edge, and labels that do not overlap.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});
  const HEIGHT = 400, LABEL = 13, LETTER = 6.7, AXIS = 80, MOST_LABELS = 50;

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

  const overlap = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  /** Does a segment go through a box? By cutting it at each side in turn (Liang and Barsky, 1984). */
  function crosses([x, y, x2, y2], [left, top, right, bottom]) {
    let from = 0, to = 1;
    for (const [step, room] of [[x - x2, x - left], [x2 - x, right - x], [y - y2, y - top], [y2 - y, bottom - y]]) {
      if (step === 0 && room < 0) return false;
      if (step < 0) from = Math.max(from, room / step);
      if (step > 0) to = Math.min(to, room / step);
    }
    return from < to;
  }

  /**
   * Where labels may stand: each takes the first of its places that is inside the plot and free of
   * points, lines and labels. One without such a place is left out: the pointer still shows it.
   * All in pixels of the plot, from its upper left corner.
   */
  class Placement {
    constructor(width, boxes, segments) {
      Object.assign(this, { width, boxes, segments, labels: [], leaders: [] });
    }
    isFree(box) {
      return box[0] >= 0 && box[2] <= this.width && box[1] >= 0 && box[3] <= HEIGHT &&
        !this.boxes.some((other) => overlap(box, other)) && !this.segments.some((segment) => crosses(segment, box));
    }
    /** A place is where the text begins ("left") or ends ("right"), and what a line leads to, if any. */
    add(name, places) {
      const length = name.length * LETTER;
      for (const { align, x, y, leader } of places) {
        const left = align === "left" ? x : x - length;
        const box = [left, y - LABEL / 2, left + length, y + LABEL / 2];
        if (!this.isFree(box)) continue;
        if (leader) {
          const line = [...leader, Math.min(Math.max(leader[0], box[0]), box[2]), leader[1] < y ? box[1] + 1 : box[3] - 1];
          if (this.boxes.some((other) => !overlap(other, [...leader, ...leader]) && crosses(line, other))) continue;
          this.leaders.push(line);
          this.segments.push(line);
        }
        this.boxes.push(box);
        this.labels.push({ name, align, x, y });
        return;
      }
    }
  }

  const NEAR = 13, FAR = [26, 39, 52, 65];

  /** Beside a point: to its right, left, above, below, and further up and down with a line to it. */
  function placesOfPoint([x, y]) {
    const places = [{ align: "left", x: x + 9, y }, { align: "right", x: x - 9, y }];
    for (const dy of [-NEAR, NEAR]) places.push({ align: "left", x: x + 4, y: y + dy }, { align: "right", x: x - 4, y: y + dy });
    for (const far of FAR) {
      for (const dy of [-far, far]) places.push({ align: "left", x: x - 4, y: y + dy, leader: [x, y] }, { align: "right", x: x + 4, y: y + dy, leader: [x, y] });
    }
    return places;
  }

  /** Above or below a level line, at its right end or further left. */
  function placesOfLevel([x, y, x2]) {
    const places = [];
    for (let at = x2 - 2; at > x; at -= 40) for (const dy of [-8, 8]) places.push({ align: "right", x: at, y: y + dy });
    return places;
  }

  /** Above a slope or below it, from its lower end on. */
  function placesOfSlope([x, y, x2, y2]) {
    const places = [];
    for (let part = 0.06; part < 1; part += 0.06) {
      const [atX, atY] = [x + part * (x2 - x), y + part * (y2 - y)];
      places.push({ align: "right", x: atX - 7, y: atY - 6 }, { align: "left", x: atX + 8, y: atY + 6 });
    }
    return places;
  }

  /** Names of roofs and runs, and lines from runs to names that stand further off. */
  function namesOf(points, runs, lines, { x, y }, width) {
    const at = ([low, high], value) => Math.log(value / low) / Math.log(high / low);
    const pixel = (intensity, performance) => [width * at(x, intensity), HEIGHT * (1 - at(y, performance))];
    const ofPoint = (point) => pixel(point.intensity, point.performance);
    const ofLine = (line) => [...pixel(line.x, line.y), ...pixel(line.x2, line.y2)];
    const boxes = points.map(ofPoint).map(([left, top]) => [left - 6, top - 6, left + 6, top + 6]);
    const spans = new Map(); // from the first to the last point of each run
    for (const point of points) {
      const [left, top] = ofPoint(point);
      const known = spans.get(point.run) ?? [left, top, left, top];
      spans.set(point.run, left < known[0] ? [left, top, known[2], known[3]] : left > known[2] ? [known[0], known[1], left, top] : known);
    }
    const placement = new Placement(width, boxes, [...lines.map(ofLine), ...spans.values()]);
    const named = new Set();
    for (const line of [...lines].sort((a, b) => b.y2 - a.y2)) {
      const name = Report.plainName(line.name);
      if (named.has(name)) continue;
      named.add(name);
      placement.add(name, line.kind === "bandwidth" ? placesOfSlope(ofLine(line)) : placesOfLevel(ofLine(line)));
    }
    const roofs = placement.labels.length;
    for (const [run, point] of runs) placement.add(run, placesOfPoint(ofPoint(point)));
    const axes = (left, top) => ({ intensity: x[0] * (x[1] / x[0]) ** (left / width), performance: y[0] * (y[1] / y[0]) ** (1 - top / HEIGHT) });
    return {
      labels: placement.labels.map((label, i) => ({ name: label.name, align: label.align, of: i < roofs ? "roof" : "run", ...axes(label.x, label.y) })),
      leaders: placement.leaders.flatMap(([left, top, left2, top2], leader) => [{ leader, ...axes(left, top) }, { leader, ...axes(left2, top2) }]),
    };
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
    const runs = new Map();
    for (const point of points) {
      const known = runs.get(point.run);
      if (!known || point.intensity > known.intensity) runs.set(point.run, point);
    }
    Object.assign(datasets, namesOf(points, runs.size > MOST_LABELS ? new Map() : runs, lines, ends, width - AXIS));
    values.domainX = ends.x;
    values.domainY = ends.y;
    values.ticksX = Report.decades(ends.x, 10);
    values.ticksY = Report.decades(ends.y, 8);
    values.height = HEIGHT;
  };

  /** "array_2d" -> "array 2d". */
  Report.plainName = (name) => name.replaceAll("_", " ");
})();
