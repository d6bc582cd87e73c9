#include "core/format.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::report::detail {
namespace {

constexpr double kSecondsPerMicrosecond = 1e-6;
constexpr double kHertzPerMegahertz = 1e6;
constexpr std::size_t kMostNamed = 12; ///< cases that were not run

bool failed(const Json& record) {
  return record.contains("error");
}

bool isKernel(const Json& record) {
  return record.contains("heads_q");
}

double secondsOf(const Json& record, const char* key) {
  return numberAt(record, key) * kSecondsPerMicrosecond;
}

/// What a case is held against, and its share of it.
struct Against {
  std::string name;
  double perSecond = kUnknown, share = kUnknown;
};

/// What is counted of a case: what its note or its kernel is about.
double amountOf(const Json& record) {
  for (const auto* key : {"flops", "operations", "bytes"}) {
    if (const double amount = numberAt(record, key); amount > 0) {
      return amount;
    }
  }
  return kUnknown;
}

Against againstOf(const Json& record, const std::string& device, const PeakOf& peakOf) {
  Against out;
  if (!peakOf) {
    return out;
  }
  const auto peak =
      peakOf({device, textAt(record, "id"), textAt(record, "dtype"), isKernel(record),
              numberAt(record, "sm_mhz") * kHertzPerMegahertz, numberAt(record, "bytes")});
  if (peak && peak->perSecond > 0) {
    out = {peak->name, peak->perSecond,
           amountOf(record) / secondsOf(record, "median_us") / peak->perSecond};
  }
  return out;
}

DataTable microTable(const std::string& id, const Json& cases, const std::string& device,
                     const PeakOf& peakOf) {
  DataTable table(
      id, "Microbenchmarks",
      {textColumn("case", "case"), numberColumn("share", "share of the machine's peak", "share"),
       textColumn("peak", "the peak"), numberColumn("peak_per_second", "the peak per second"),
       numberColumn("flops_per_second", "operations per second", "op/s"),
       numberColumn("bandwidth", "bandwidth", "B/s"), numberColumn("each", "time of one", "s"),
       numberColumn("seconds", "median time", "s"), numberColumn("p10", "10 % below", "s"),
       numberColumn("p90", "90 % below", "s"), numberColumn("runs", "runs"),
       numberColumn("clock", "SM clock", "Hz"), textColumn("note", "note")});
  for (const auto& record : cases) {
    if (failed(record) || isKernel(record)) {
      continue;
    }
    const double seconds = secondsOf(record, "median_us");
    const auto against = againstOf(record, device, peakOf);
    const double flops = numberAt(record, "flops"), operations = numberAt(record, "operations");
    table.addRow({textAt(record, "id"), against.share, against.name, against.perSecond,
                  (flops > 0 ? flops : operations) / seconds, numberAt(record, "bytes") / seconds,
                  seconds / numberAt(record, "loads"), seconds, secondsOf(record, "p10_us"),
                  secondsOf(record, "p90_us"), numberAt(record, "runs"),
                  numberAt(record, "sm_mhz") * kHertzPerMegahertz, textAt(record, "note")});
  }
  return table;
}

/// A number that was chosen, mostly a power of two.
DataColumn sizeColumn(std::string name, std::string title) {
  auto column = numberColumn(std::move(name), std::move(title));
  column.setting = true;
  return column;
}

DataTable kernelTable(const std::string& id, const Json& cases, const std::string& device,
                      const PeakOf& peakOf) {
  DataTable table(id, "Kernels",
                  {textColumn("case", "case"),
                   textColumn("suite", "suite"),
                   textColumn("system", "kernel"),
                   textColumn("mask", "mask"),
                   textColumn("dtype", "type"),
                   sizeColumn("batch", "batch"),
                   sizeColumn("heads_q", "query heads"),
                   sizeColumn("heads_kv", "key heads"),
                   sizeColumn("seq_q", "queries"),
                   sizeColumn("seq_kv", "keys"),
                   sizeColumn("head_dim", "head dimension"),
                   numberColumn("seconds", "median time", "s"),
                   numberColumn("p10", "10 % below", "s"),
                   numberColumn("p90", "90 % below", "s"),
                   numberColumn("performance", "performance", "op/s"),
                   numberColumn("share", "share of the machine's peak", "share"),
                   numberColumn("bandwidth", "bandwidth", "B/s"),
                   numberColumn("runs", "runs"),
                   numberColumn("clock", "SM clock", "Hz"),
                   numberColumn("power_w", "power", "W")});
  for (const auto& record : cases) {
    if (failed(record) || !isKernel(record)) {
      continue;
    }
    const double seconds = secondsOf(record, "median_us");
    const auto against = againstOf(record, device, peakOf);
    table.addRow({textAt(record, "id"),
                  textAt(record, "suite"),
                  textAt(record, "system"),
                  textAt(record, "mask"),
                  textAt(record, "dtype"),
                  numberAt(record, "batch"),
                  numberAt(record, "heads_q"),
                  numberAt(record, "heads_kv"),
                  numberAt(record, "seq_q"),
                  numberAt(record, "seq_kv"),
                  numberAt(record, "head_dim"),
                  seconds,
                  secondsOf(record, "p10_us"),
                  secondsOf(record, "p90_us"),
                  numberAt(record, "flops") / seconds,
                  against.share,
                  numberAt(record, "bytes") / seconds,
                  numberAt(record, "runs"),
                  numberAt(record, "sm_mhz") * kHertzPerMegahertz,
                  numberAt(record, "power_w")});
  }
  return table;
}

bool anyNumber(const DataTable& table, const std::string& column) {
  const auto& numbers = table.column(column)->numbers;
  return std::any_of(numbers.begin(), numbers.end(), [](double value) { return value == value; });
}

void addMicroCharts(const DataTable& table, Section& section) {
  const auto add = [&](const char* column, const char* kind, const char* title,
                       const char* caption) {
    if (anyNumber(table, column)) {
      section.charts.push_back({fmt::format("{}-{}", table.id(), column),
                                kind,
                                title,
                                caption,
                                table.id(),
                                {{"x", column}, {"y", "case"}, {"colour", "case"}}});
    }
  };
  add("share", "bars", "Rates against the machine's peak",
      "Peaks of the machine's file, at the clock that was measured where a rate goes with it.");
  add("bandwidth", "bars", "Bandwidths", "");
  add("flops_per_second", "bars", "Operations per second", "");
  add("each", "bars", "Latencies", "");
}

void addKernelCharts(const DataTable& table, Section& section) {
  Chart chart{table.id() + "-points",
              "explorer",
              "Kernels",
              "Each mark is a case: the median of its runs.",
              table.id(),
              {{"front", "none"}}};
  chart.wide = true;
  chart.choices = {
      {"x", "across", {"seq_kv", "seq_q", "batch", "head_dim", "heads_q"}},
      {"y", "up", {"performance", "share", "seconds", "bandwidth", "power_w", "clock"}},
      {"colour", "colour", {"system", "suite", "mask", "dtype"}}};
  for (auto& choice : chart.choices) {
    std::erase_if(choice.columns, [&](const std::string& name) {
      const auto* column = table.column(name);
      return !column->text && !anyNumber(table, name);
    });
  }
  chart.filters = {{"suite"}, {"system"}, {"mask"}, {"head_dim"}};
  section.charts.push_back(std::move(chart));
}

/// Cases that have no time, and why.
DataTable failedTable(const std::string& id, const Json& cases) {
  DataTable table(
      id, "Cases that failed",
      {textColumn("case", "case"), textColumn("suite", "suite"), textColumn("reason", "reason")});
  for (const auto& record : cases) {
    if (failed(record)) {
      table.addRow({textAt(record, "id"), textAt(record, "suite"), textAt(record, "error")});
    }
  }
  return table;
}

void addFacts(const Json& json, const Json& provenance, Section& section) {
  const auto& cases = json.at("cases");
  const auto bad = std::count_if(cases.begin(), cases.end(), failed);
  const auto left = static_cast<std::int64_t>(json.value("not_run", Json::array()).size());
  section.facts = {{"measured", core::formatCount(static_cast<std::int64_t>(cases.size()) - bad),
                    fmt::format("{} failed, {} not run", bad, left)}};
  if (const double sms = numberAt(provenance, "sms"); sms > 0) {
    section.facts.push_back({"SMs", fmt::format("{:.0f}", sms)});
  }
  if (const double bytes = numberAt(provenance, "memory_bytes"); bytes > 0) {
    section.facts.push_back({"memory", core::formatBytes(bytes)});
  }
}

void addNotRun(const Json& json, Section& section) {
  const auto left = json.value("not_run", std::vector<std::string>());
  if (!left.empty()) {
    const std::vector named(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(
                                                             std::min(left.size(), kMostNamed)));
    section.notes.push_back(fmt::format("not run: {}{}", fmt::join(named, ", "),
                                        left.size() > kMostNamed ? ", …" : ""));
  }
}

} // namespace

void addMeasured(const Answer& answer, const PeakOf& peakOf, Document& document) {
  const auto& json = answer.json;
  const auto& provenance = json.at("provenance");
  const auto device = provenance.at("device").get<std::string>();
  const auto id = fmt::format("measure-{}", document.sections.size() + 1);
  Section section{id, "Measured on " + device, textAt(provenance, "date"), commandOf(json)};
  addFacts(json, provenance, section);
  const auto add = [&](DataTable table, const auto& addCharts) {
    if (table.rows() > 0) {
      addCommand(table, commandOf(json));
      addCharts(table, section);
      section.tables.push_back(table.id());
      document.tables.push_back(std::move(table));
    }
  };
  add(microTable(id + "-micro", json.at("cases"), device, peakOf), addMicroCharts);
  add(kernelTable(id + "-kernels", json.at("cases"), device, peakOf), addKernelCharts);
  add(failedTable(id + "-failed", json.at("cases")), [](const DataTable&, Section&) {});
  addNotRun(json, section);
  document.sections.push_back(std::move(section));
}

} // namespace einsight::report::detail
