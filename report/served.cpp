#include "core/format.hpp"
#include "report/detail/run_tables.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>

namespace einsight::report::detail {
namespace {

DataTable servedTable(const std::vector<Answer>& runs) {
  DataTable table("serving", "Serving",
                  {textColumn("file", "file"),
                   textColumn("workload", "workload"),
                   textColumn("machine", "machine"),
                   textColumn("mapping", "mapping"),
                   textColumn("engine", "engine"),
                   numberColumn("tokens_per_s", "tokens per second"),
                   numberColumn("usd_per_mtoken", "USD per million tokens", "USD"),
                   numberColumn("usd_per_hour", "USD per hour", "USD"),
                   numberColumn("tbt_p50", "between tokens, half", "s"),
                   numberColumn("tbt_p90", "between tokens, 90 %", "s"),
                   numberColumn("tbt_p99", "between tokens, 99 %", "s"),
                   numberColumn("ttft_p50", "to the first token, half", "s"),
                   numberColumn("ttft_p90", "to the first token, 90 %", "s"),
                   numberColumn("ttft_p99", "to the first token, 99 %", "s"),
                   numberColumn("mean_batch", "mean batch"),
                   numberColumn("requests", "requests"),
                   numberColumn("tokens", "tokens"),
                   numberColumn("preemptions", "preemptions"),
                   numberColumn("memory", "keys and values, of the room for them", "share"),
                   numberColumn("seconds", "time", "s"),
                   textColumn("limited_by", "limited by"),
                   textColumn("command", "command")});
  for (const auto& [input, run] : runs) {
    const auto& serving = run.at("serving");
    const auto& tbt = serving.at("tbt_s");
    const auto& ttft = serving.at("ttft_quantiles_s");
    table.addRow({stemOf(input.file),
                  run.at("workload").get<std::string>(),
                  run.at("machine").get<std::string>(),
                  run.at("mapping").get<std::string>(),
                  run.at("engine").get<std::string>(),
                  numberAt(serving, "tokens_per_s"),
                  numberAt(serving, "usd_per_mtoken"),
                  numberAt(serving, "usd_per_hour"),
                  numberAt(tbt, "p50"),
                  numberAt(tbt, "p90"),
                  numberAt(tbt, "p99"),
                  numberAt(ttft, "p50"),
                  numberAt(ttft, "p90"),
                  numberAt(ttft, "p99"),
                  numberAt(serving, "mean_batch"),
                  numberAt(serving, "requests"),
                  numberAt(serving, "tokens"),
                  numberAt(serving, "preemptions"),
                  numberAt(serving, "kv_peak_tokens") / numberAt(serving, "kv_capacity_tokens"),
                  numberAt(run, "seconds"),
                  textAt(serving, "limited_by"),
                  commandOf(run)});
  }
  addSettings(runs, 2, table);
  return table;
}

void addFacts(const Json& serving, Section& section) {
  section.facts = {{"tokens per second", core::formatNumber(numberAt(serving, "tokens_per_s"))}};
  if (const double price = numberAt(serving, "usd_per_mtoken"); price == price) {
    section.facts.push_back({"per million tokens", fmt::format("${:.4g}", price),
                             fmt::format("${:.4g} an hour", numberAt(serving, "usd_per_hour"))});
  }
  const auto times = [&](const char* label, const char* key) {
    const auto& quantiles = serving.at(key);
    if (const auto reason = textAt(quantiles, "reason"); !reason.empty()) {
      section.facts.push_back({label, "unknown", reason});
      return;
    }
    section.facts.push_back(
        {label, core::formatSeconds(numberAt(quantiles, "p50")),
         fmt::format("99 % within {}", core::formatSeconds(numberAt(quantiles, "p99")))});
  };
  times("between tokens", "tbt_s");
  times("to the first token", "ttft_quantiles_s");
  section.facts.push_back({"mean batch", core::formatNumber(numberAt(serving, "mean_batch"))});
  section.facts.push_back({"limited by", textAt(serving, "limited_by")});
}

void addCharts(const RunGroup& group, const Document& document, Section& section) {
  const std::vector<std::string> shown{"tokens_per_s", "usd_per_mtoken", "usd_per_hour",
                                       "mean_batch", "memory"};
  if (group.several()) {
    section.charts.push_back({"serving-rates",
                              "bars",
                              "Throughput and price",
                              "",
                              "serving",
                              {{"y", "run"}},
                              {{"x", "show", shown}}});
  }
  section.charts.push_back(servedTimesChart("serving-times", group.several()));
  addUnitCharts(group, document, section);
}

} // namespace

void addServed(const std::vector<Answer>& runs, Document& document) {
  auto table = servedTable(runs);
  const auto labels = labelsOf(table);
  table.addColumn(textColumn("run", "run", labels), 0);
  const RunGroup group{runs, labels, "serving-"};
  const auto& first = runs.front().json;
  Section section{"serving",
                  group.several() ? fmt::format("{} ways to serve", runs.size())
                                  : fmt::format("{} served by {}", textAt(first, "workload"),
                                                textAt(first, "machine")),
                  group.several() ? std::string() : "mapping " + textAt(first, "mapping"),
                  group.several() ? std::string() : commandOf(first)};
  if (!group.several()) {
    addFacts(first.at("serving"), section);
    section.notes = first.value("notes", std::vector<std::string>());
  }
  std::vector<Served> served;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    served.push_back({labels[i], &runs[i].json.at("serving"), commandOf(runs[i].json)});
  }
  section.tables = {"serving"};
  document.tables.push_back(std::move(table));
  document.tables.push_back(servedTimesTable("serving-times", served));
  for (auto* make : {unitsTable, trafficTable, limitsTable}) {
    document.tables.push_back(make(group));
  }
  addCharts(group, document, section);
  document.sections.push_back(std::move(section));
}

} // namespace einsight::report::detail
