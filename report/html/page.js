// The page: sections of facts, charts and tables, drawn one after the other.
(() => {
  "use strict";
  const { element } = Report;
  const CANVAS_ABOVE = 2000;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const report = read("document");
  const specifications = read("specifications");
  const themes = read("themes");
  const tables = Report.tablesOf(report);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => themes[dark.matches ? "dark" : "light"];
  const views = (Report.views = new Map());

  function commandLine(command) {
    if (!command) return null;
    const button = element("button", { title: "Copy", onclick: () => navigator.clipboard?.writeText(command).catch(() => {}) }, "Copy");
    return element("p", { class: "reproduce" }, element("code", {}, command), button);
  }

  /** A table that is made when it is first opened. */
  function dataOf(table, open) {
    const details = element("details", { class: "data" }, element("summary", {}, `${table.title} `, element("span", {}, Report.rowsText(table.rows))));
    let made = null;
    const fill = () => {
      made ??= Report.tableView(table);
      if (!made.element.isConnected) details.append(made.element);
      return made;
    };
    details.addEventListener("toggle", () => details.open && fill());
    if (open) {
      details.open = true;
      fill();
    }
    return { element: details, only: (rows) => { details.open = true; fill().only(rows); } };
  }

  class Card {
    /** `own`: tables that the section shows by itself. */
    constructor(chart, own) {
      this.chart = chart;
      this.table = tables.get(chart.table);
      this.state = Report.initialState(chart, tables);
      this.place = element("div", { class: "chart" });
      this.pinned = element("p", { class: "reproduce", hidden: "" });
      this.data = dataOf(this.table, false);
      this.element = element("figure", { class: chart.wide ? "card wide" : "card", id: `chart-${chart.id}` },
        element("figcaption", {}, element("h3", {}, chart.title), chart.caption ? element("p", {}, chart.caption) : null),
        Report.controls(chart, this.table, this.state, () => this.draw()), this.place, this.pinned, this.data.element,
        chart.more && !own.includes(chart.more) ? dataOf(tables.get(chart.more), false).element : null);
    }

    /** Draws what was not drawn yet; whoever comes second waits for the first. */
    drawn() { return (this.drawing ??= this.draw()); }

    async draw() {
      const width = Math.max(280, this.place.clientWidth);
      const { spec, rows, marks } = Report.draw(this.chart, this.state, { tables, specifications, theme: theme(), width });
      this.result?.finalize();
      const first = () => Object.values(this.state.placeholders);
      this.result = await vegaEmbed(this.place, spec, {
        actions: false, mode: "vega-lite", logLevel: vega.Error, renderer: marks > CANVAS_ABOVE ? "canvas" : "svg",
        config: Report.configuration(theme(), width), tooltip: Report.tooltip(this.table, first),
      });
      this.width = width;
      views.set(this.chart.id, { view: this.result.view, rows: rows.length, marks });
      this.result.view.addEventListener("click", (_event, item) => item?.datum?.row !== undefined && this.pin(item.datum.row));
      if (this.chart.specification === "explorer") this.selectWithBrush(rows);
    }

    pin(row) {
      const command = this.table.command(row);
      if (!command) return;
      this.pinned.hidden = false;
      this.pinned.replaceChildren(element("code", {}, command));
    }

    /** The rows in a dragged rectangle are those of the table. */
    selectWithBrush(rows) {
      const names = ["x", "y"].map((name) => this.state.placeholders[name]);
      let waiting = 0;
      this.result.view.addSignalListener("brush", (_name, value) => {
        clearTimeout(waiting);
        waiting = setTimeout(() => {
          const ranges = names.map((name) => [this.table.column(name), value[Report.safe(name)]]);
          const some = ranges.every(([, range]) => range);
          this.data.only(some ? rows.filter((row) => ranges.every(([column, [from, to]]) => column.at(row) >= Math.min(from, to) && column.at(row) <= Math.max(from, to))) : rows);
        }, 150);
      });
    }
  }

  function sectionElement(section, cards) {
    const charts = section.charts.map((chart) => new Card(chart, section.tables));
    cards.push(...charts);
    const facts = section.facts.map(({ label, value, note }) => element("div", { class: "fact" },
      element("dt", {}, label), element("dd", {}, value), note ? element("p", {}, note) : null));
    const drawn = new Set(section.charts.map((chart) => chart.table));
    const own = section.tables.filter((id) => !drawn.has(id) && tables.get(id).rows > 0).map((id, i) => dataOf(tables.get(id), i === 0).element);
    return element("section", { id: section.id }, report.sections.length > 1 ? element("h2", {}, section.title) : null,
      section.lead ? element("p", { class: "lead" }, section.lead) : null,
      facts.length > 0 ? element("dl", { class: "facts" }, ...facts) : null,
      commandLine(section.command), element("div", { class: "cards" }, ...charts.map((card) => card.element)),
      ...own, section.notes.length > 0 ? element("ul", { class: "notes" }, ...section.notes.map((note) => element("li", {}, note))) : null);
  }

  function origin() {
    const rows = report.inputs.map((input) => element("tr", {}, ...[input.file, input.kind, input.version, input.hash].map((text) => element("td", {}, text))));
    return [element("h2", {}, "Where this is from"), commandLine(report.command),
      element("table", {}, element("thead", {}, element("tr", {}, ...["input", "answer of", "einsight", "hash (FNV-1a)"].map((text) => element("th", {}, text)))), element("tbody", {}, ...rows)),
      element("p", {}, `Made by einsight ${report.version}. Drawn with Vega, Vega-Lite and Vega-Embed (BSD 3-Clause). Nothing is loaded from a network.`)];
  }

  async function build() {
    const cards = [];
    document.getElementById("top").append(element("p", { class: "mark" }, "Einsight"), element("h1", {}, report.title),
      report.sections.length > 1 ? element("nav", {}, ...report.sections.map((section) => element("a", { href: `#${section.id}` }, section.title))) : null || "");
    document.getElementById("report").replaceChildren(...report.sections.map((section) => sectionElement(section, cards)));
    document.getElementById("origin").append(...origin());
    const seen = cards.filter((card) => card.element.getBoundingClientRect().top < innerHeight);
    for (const card of seen) await card.drawn();
    drawLater(cards);
    const again = (some) => some.filter((card) => card.result).forEach((card) => card.draw());
    dark.addEventListener("change", () => again(cards));
    let waiting = 0;
    addEventListener("resize", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => again(cards.filter((card) => card.place.clientWidth !== card.width)), 150);
    });
  }

  /** What is out of sight is drawn when it comes near, or when there is nothing else to do. */
  function drawLater(cards) {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) cards.find((card) => card.place === target).drawn();
    }, { rootMargin: "400px" });
    for (const card of cards) observer.observe(card.place);
    Report.drawAll = async () => {
      for (const card of cards) await card.drawn();
    };
    addEventListener("beforeprint", Report.drawAll);
    const next = async () => {
      const card = cards.find((each) => !each.drawing);
      if (!card) return;
      await card.drawn();
      requestIdleCallback(next);
    };
    requestIdleCallback(next);
  }

  Report.ready = build().then(() => { document.documentElement.dataset.ready = "yes"; });
})();
