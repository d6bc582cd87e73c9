// A table of any length: only the rows in sight are elements. Sorted by a click on a heading,
// searched by a word, a row's command at a click.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});
  const ROW = 26, VISIBLE = 14, SAMPLE = 60;
  const { element } = Report;

  function widthOf(table, column) {
    let most = Report.titleOf(column).length + 2;
    for (let i = 0; i < Math.min(SAMPLE, table.rows); ++i) {
      const row = Math.floor((i * table.rows) / Math.min(SAMPLE, table.rows));
      most = Math.max(most, Report.format(column.at(row), column).length);
    }
    return Math.min(most, column.name === "reason" ? 90 : column.name === "command" ? 100 : 44) * 7.3 + 26;
  }

  /** Texts of rows in lower case, made when first searched for. */
  function searcher(table) {
    let texts = null;
    return (rows, words) => {
      texts ??= Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => Report.format(column.at(row), column)).join("\n").toLowerCase());
      return rows.filter((row) => words.every((word) => texts[row].includes(word)));
    };
  }

  function save(table, rows) {
    const cell = (value) => (value === null ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
    const lines = [table.columns.map((column) => cell(column.name)).join(","), ...rows.map((row) => table.columns.map((column) => cell(column.at(row))).join(","))];
    const link = element("a", { href: URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" })), download: `${table.id}.csv` });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** An element with the table, and `only(rows)` that narrows it (null: all rows). */
  Report.tableView = (table) => {
    const columns = table.columns.filter((column) => column.name !== "command" && table.values(column.name).some((value) => value !== ""));
    const widths = columns.map((column) => widthOf(table, column));
    const search = searcher(table);
    const state = { narrowed: null, rows: [], sort: null, down: false, words: "" };
    const commands = table.rows > 0 && table.command(0) !== "";
    const template = `${commands ? "30px " : ""}${widths.map((width) => `${Math.round(width)}px`).join(" ")}`;
    const total = widths.reduce((sum, width) => sum + Math.round(width), commands ? 30 : 0);
    const head = element("div", { class: "head", role: "row" });
    const body = element("div", { class: "body" });
    const scroller = element("div", { class: "rows", role: "table", tabindex: "0", "aria-label": table.title }, head, body);
    const count = element("span", { class: "count" });
    const shownCommand = element("code", { class: "command", hidden: "" });
    head.style.cssText = body.style.cssText = `min-width: ${total}px`;
    head.style.gridTemplateColumns = template;

    function reveal(row) {
      shownCommand.textContent = table.command(row);
      shownCommand.hidden = false;
      navigator.clipboard?.writeText(shownCommand.textContent).catch(() => {});
    }
    function rowElement(row, place) {
      const cells = columns.map((column) => {
        const text = Report.format(column.at(row), column);
        return element("span", { class: column.text ? "text" : "number", role: "cell", title: text.length > 40 ? text : null }, text);
      });
      if (commands) cells.unshift(element("button", { class: "copy", title: "Show and copy the command behind this row", onclick: () => reveal(row) }, "›_"));
      const made = element("div", { class: "row", role: "row" }, ...cells);
      made.style.cssText = `grid-template-columns: ${template}; top: ${place * ROW}px`;
      return made;
    }
    function paint() {
      const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - 4);
      const last = Math.min(state.rows.length, first + VISIBLE + 12);
      body.replaceChildren(...state.rows.slice(first, last).map((row, i) => rowElement(row, first + i)));
    }
    function arrange() {
      let rows = state.narrowed ?? Array.from({ length: table.rows }, (_, row) => row);
      const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
      if (words.length > 0) rows = search(rows, words);
      if (state.sort) {
        const { at, text } = state.sort, sign = state.down ? -1 : 1;
        const compare = text ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : (a, b) => a - b;
        rows = [...rows].sort((a, b) => {
          const left = at(a), right = at(b);
          return left === null || right === null ? (left === null) - (right === null) : sign * compare(left, right);
        });
      }
      state.rows = rows;
      body.style.height = `${rows.length * ROW}px`;
      scroller.style.height = `${Math.min(rows.length, VISIBLE) * ROW + ROW + 16}px`;
      count.textContent = rows.length === table.rows ? Report.rowsText(table.rows) : `${rows.length.toLocaleString("en-US")} of ${table.rows.toLocaleString("en-US")} rows`;
      scroller.scrollTop = 0;
      paint();
    }
    function heading(column) {
      const button = element("button", { class: column.text ? "text" : "number", title: `Sort by ${column.title}`, onclick: () => {
        state.down = state.sort === column ? !state.down : !column.text;
        state.sort = column;
        for (const each of head.children) each.removeAttribute("aria-sort");
        button.setAttribute("aria-sort", state.down ? "descending" : "ascending");
        arrange();
      } }, Report.titleOf(column));
      return button;
    }
    if (commands) head.append(element("span"));
    head.append(...columns.map(heading));
    scroller.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
    const tools = element("div", { class: "tools" },
      element("input", { type: "search", placeholder: "Search", "aria-label": `Search ${table.title}`, oninput: (event) => { state.words = event.target.value; arrange(); } }),
      count, element("button", { onclick: () => save(table, state.rows) }, "Save as CSV"));
    arrange();
    return { element: element("div", { class: "table" }, tools, scroller, shownCommand), only: (rows) => { state.narrowed = rows; arrange(); } };
  };
})();
