#include "report/detail/run_tables.hpp"

namespace einsight::report::detail {

void addPerPart(const DataTable& table, const char* part, Chart chart, bool several,
                Section& section) {
  if (table.rows() == 0) {
    return;
  }
  chart.table = table.id();
  chart.placeholders.emplace_back("y", several ? "run" : part);
  if (several) {
    chart.filters.push_back({part, true});
  }
  section.charts.push_back(std::move(chart));
}

void addUnitCharts(const RunGroup& group, const Document& document, Section& section) {
  const auto table = [&](const char* id) -> const DataTable& {
    return *document.table(group.before + id);
  };
  const bool clusters = group.clusters(), several = group.several();
  const auto& before = group.before;
  const auto chartId = [&](const char* name) { return (before.empty() ? "runs-" : before) + name; };
  addPerPart(table("units"), "unit",
             {chartId("utilisation"),
              "utilisation",
              clusters ? "Where the time of each device and link goes"
                       : "Where the time of each unit goes",
              "Busy: it works on some task or transfer, whatever part of its lanes that uses.",
              {}},
             several, section);
  Chart bytes{chartId("traffic"), "dots", "Traffic per memory",
              "Bytes that crossed the boundary of each memory.", ""};
  bytes.placeholders = {{"x", "bytes"}, {"colour", "direction"}};
  if (clusters) {
    bytes.specification = "bars";
    bytes.title = "Bytes per link";
    bytes.caption = "Bytes of all messages.";
    bytes.placeholders = {{"x", "bytes"}};
    bytes.filters = {{"direction", true}};
  }
  addPerPart(table("traffic"), "memory", std::move(bytes), several, section);
  addPerPart(table("limits"), "unit",
             {chartId("limits"),
              "bars",
              "What would help",
              clusters ? "Speedup with one kind of device or link twice as fast, simulated again."
                       : "Speedup with one unit or port twice as fast, simulated again.",
              "",
              {{"x", "speedup"}}},
             several, section);
}

DataTable servedTimesTable(const std::string& id, const std::vector<Served>& served,
                           std::pair<double, double> limits) {
  DataTable table(id, "Times to the first token and between tokens",
                  {textColumn("run", "run"), textColumn("time", "time"),
                   textColumn("quantile", "not exceeded by"), numberColumn("seconds", "time", "s"),
                   numberColumn("limit", "limit", "s"), textColumn("command", "command")});
  for (const auto& [label, serving, command] : served) {
    const auto first =
        serving->contains("ttft_quantiles_s") ? "ttft_quantiles_s" : "ttft_s"; // of run, of plan
    for (const auto& [key, time, limit] :
         {std::tuple(std::string("tbt_s"), "between tokens", limits.second),
          std::tuple(std::string(first), "to the first token", limits.first)}) {
      for (const auto& [quantile, name] :
           {std::pair("p50", "half"), std::pair("p90", "90 %"), std::pair("p99", "99 %")}) {
        table.addRow({label, time, name, numberAt(serving->at(key), quantile), limit, command});
      }
    }
  }
  return table;
}

Chart servedTimesChart(const std::string& id, bool several) {
  Chart chart{id,
              "dots",
              "Times that users see",
              "What half, 90 % and 99 % of the times do not exceed.",
              id,
              {{"x", "seconds"}, {"colour", "quantile"}, {"y", several ? "run" : "time"}}};
  if (several) {
    chart.filters.push_back({"time", true});
  }
  return chart;
}

} // namespace einsight::report::detail
