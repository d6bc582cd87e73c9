// What a reader may change about a chart: columns for its axes, and which rows it shows.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});
  const { element } = Report;
  const MOST_OPTIONS = 12;

  const labelled = (label, ...inputs) => element("label", { class: "control" }, element("span", {}, label), ...inputs);

  function select(options, chosen, label, change) {
    const made = element("select", { "aria-label": label, onchange: () => change(options[made.selectedIndex].value) },
      ...options.map(({ text, value }) => element("option", value === chosen ? { selected: "" } : {}, text)));
    return made;
  }

  function choiceControl({ placeholder, label, columns }, table, state, changed) {
    if (columns.length < 2) return null;
    const options = columns.map((name) => ({ value: name, text: table.column(name).title }));
    return labelled(label, select(options, state.placeholders[placeholder], label, (name) => {
      state.placeholders[placeholder] = name;
      changed();
    }));
  }

  /** Two sliders over the values that occur. */
  function rangeControl(column, values, state, changed) {
    const most = values.length - 1;
    const shown = element("output", {});
    const inputs = [0, most].map((at, end) => element("input", { type: "range", min: 0, max: most, step: 1, value: at, "aria-label": `${column.title}, ${end ? "most" : "least"}` }));
    const update = (event) => {
      const [low, high] = inputs.map((input) => Number(input.value)).sort((a, b) => a - b);
      shown.textContent = `${Report.format(values[low], column)} – ${Report.format(values[high], column)}`;
      if (low === 0 && high === most) delete state.filters[column.name];
      else state.filters[column.name] = { from: values[low], to: values[high] };
      if (event) changed();
    };
    for (const input of inputs) input.addEventListener("change", update);
    update();
    return labelled(column.title, element("span", { class: "range" }, ...inputs), shown);
  }

  function filterControl({ column: name, single }, table, state, changed) {
    const column = table.column(name), values = table.values(name);
    if (values.length < 2) return null;
    if (!single && !column.text && values.length > MOST_OPTIONS) return rangeControl(column, values, state, changed);
    const options = values.map((value) => ({ value, text: Report.format(value, column) || "(none)" }));
    if (!single) options.unshift({ value: undefined, text: "all" });
    return labelled(column.title, select(options, state.filters[name]?.from, column.title, (value) => {
      if (value === undefined) delete state.filters[name];
      else state.filters[name] = { from: value, to: value };
      changed();
    }));
  }

  /** A row of controls; empty where there is nothing to choose. */
  Report.controls = (chart, table, state, changed) => element("div", { class: "controls" },
    ...chart.choices.map((choice) => choiceControl(choice, table, state, changed)),
    ...chart.filters.map((filter) => filterControl(filter, table, state, changed)));
})();
