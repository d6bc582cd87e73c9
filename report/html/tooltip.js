// What stands beside the pointer: every column of the row under it, and the command behind it.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});
  const MOST = 14;

  /** Columns worth a line, the drawn ones first. */
  function columnsFor(table, row, first) {
    const worth = table.columns.filter((column) => column.name !== "command" && column.at(row) !== null && column.at(row) !== "");
    const drawn = worth.filter((column) => first.includes(column.name));
    return [...drawn, ...worth.filter((column) => !drawn.includes(column))].slice(0, MOST);
  }

  Report.element = (name, properties = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key === "class") made.className = value;
      else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value !== undefined && value !== null) made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };

  let box = null;
  const hide = () => box?.classList.remove("shown");

  /** A handler for Vega: `first` names the columns that are drawn. */
  Report.tooltip = (table, first) => (_handler, event, _item, value) => {
    if (!box) document.body.append((box = Report.element("div", { id: "tooltip", role: "tooltip" })));
    if (!value || (value.row === undefined && !value.note)) return hide();
    const lines = value.note ? [Report.element("dt", {}, value.note)] : columnsFor(table, value.row, first()).flatMap((column) => [
      Report.element("dt", {}, column.title), Report.element("dd", {}, Report.format(column.at(value.row), column, 5)),
    ]);
    box.replaceChildren(Report.element("dl", {}, ...lines));
    box.classList.add("shown");
    const { width, height } = box.getBoundingClientRect();
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
    const top = Math.min(event.clientY + 12, innerHeight - height - 8);
    box.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  };
})();
