// Tables of the document, and numbers as text.
(() => {
  "use strict";
  const Report = (globalThis.Report = globalThis.Report || {});

  const PREFIXES = [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"], [1e-12, "p"]];

  const digits = (value, count) => {
    const rounded = Number(value.toPrecision(count));
    const size = Math.abs(rounded);
    return size >= 1e9 || (size > 0 && size < 1e-4) ? rounded.toExponential().replace("e+", "e") : String(rounded);
  };

  /** 0.0012 s -> "1.2 ms". */
  function withPrefix(value, unit, count) {
    if (value === 0) return `0 ${unit}`;
    const size = Math.abs(value) * (1 + 1e-9);
    const [scale, prefix] = PREFIXES.find(([each]) => size >= each) || [1, ""];
    const scaled = value / scale;
    return `${Math.abs(scaled) >= 1e4 || Math.abs(scaled) < 0.01 ? scaled.toExponential(2) : digits(scaled, count)} ${prefix}${unit}`;
  }

  /** 16384 -> "16K", where that is exact. */
  function binary(value) {
    for (const [scale, suffix] of [[2 ** 30, "G"], [2 ** 20, "M"], [2 ** 10, "K"]]) {
      if (value >= scale && value % scale === 0) return `${value / scale}${suffix}`;
    }
    return digits(value, 6);
  }

  Report.rowsText = (count) => `${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}`;

  /** 13246 -> "12.9K": a length, where it need not be exact. */
  Report.short = (value) => {
    const [scale, suffix] = [[2 ** 20, "M"], [2 ** 10, "K"]].find(([each]) => value >= each) || [1, ""];
    return `${digits(value / scale, 3)}${suffix}`;
  };

  /** A number of a column for people; "" where it is unknown. */
  Report.format = (value, column, count = 4) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "string") return value;
    switch (column.unit) {
      case "USD": return `$${digits(value, count)}`;
      case "share": return `${digits(100 * value, Math.min(count, 3))} %`;
      case "x": return `${digits(value, count)}×`;
      case "cycles": return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toLocaleString("en-US", { maximumFractionDigits: 2 });
      case "s": case "B": case "J": case "J·s": case "op": case "op/s": case "B/s": case "Hz": case "W": return withPrefix(value, column.unit, count);
      case "": case undefined: return column.setting ? binary(value) : Number.isInteger(value) && Math.abs(value) < 1e9 ? value.toLocaleString("en-US") : digits(value, count < 4 ? 4 : 6);
      default: return `${Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(3) : digits(value, count)} ${column.unit}`;
    }
  };

  /** Numbers that the document holds as the bytes of an array, in base64 (little-endian). */
  function unpacked(text, Numbers) {
    const letters = atob(text), bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; ++i) bytes[i] = letters.charCodeAt(i);
    return new Numbers(bytes.buffer);
  }

  /** A column; `at(row)` is its cell, null where it is unknown. What is packed is unpacked when it is first asked for. */
  function columnOf({ values, places, ...about }) {
    const column = { ...about, distinct: places ? values : null };
    const packed = typeof values === "string";
    column.at = (first) => {
      const cells = packed ? unpacked(values, Float64Array) : values;
      const where = typeof places === "string" ? unpacked(places, Uint16Array) : places;
      if (where) column.at = (row) => cells[where[row]];
      else if (packed) column.at = (row) => (Number.isNaN(cells[row]) ? null : cells[row]);
      else column.at = (row) => cells[row];
      return column.at(first);
    };
    return column;
  }

  class Table {
    constructor({ id, title, rows, command, columns }) {
      Object.assign(this, { id, title, rows, commandTemplate: command });
      this.columns = columns.map(columnOf);
      this.byName = new Map(this.columns.map((column) => [column.name, column]));
    }
    column(name) { return this.byName.get(name); }
    /** Values that occur, numbers ascending, without unknown ones. */
    values(name) {
      const column = this.column(name);
      if (!column.sorted) {
        const seen = new Set(column.distinct || Array.from({ length: this.rows }, (_, row) => column.at(row)));
        seen.delete(null);
        column.sorted = [...seen];
        if (!column.text) column.sorted.sort((a, b) => a - b);
      }
      return column.sorted;
    }
    /** The command that makes the numbers of a row; "" where none is known. */
    command(row) {
      const own = this.column("command");
      if (own) return own.at(row);
      return this.commandTemplate.replace(/\{([^}]*)\}/g, (_, name) => name === "settings"
        ? this.columns.filter((column) => column.setting && column.at(row) !== null && column.at(row) !== "")
            .map((column) => ` --set ${quoted(`${column.name}=${column.at(row)}`)}`).join("")
        : quoted(String(this.column(name).at(row))));
    }
  }

  const quoted = (word) => (/^[A-Za-z0-9_\-./:=,+%@]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

  /** Tables by id. */
  Report.tablesOf = (document) => new Map(document.tables.map((table) => [table.id, new Table(table)]));
})();
