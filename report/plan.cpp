#include "core/format.hpp"
#include "report/detail/run_tables.hpp"
#include "report/detail/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::report::detail {
namespace {

/// Longest times that the plan allows; NaN where it says nothing.
struct Limits {
  double first = kUnknown, between = kUnknown;
};

Limits limitsOf(const Json& plan) {
  const auto found = plan.find("limits");
  return found == plan.end() ? Limits{}
                             : Limits{numberAt(*found, "ttft_s"), numberAt(*found, "tbt_s")};
}

/// Machine and settings, and the mapping where that does not tell them apart.
std::vector<std::string> namesOfCandidates(const DataTable& table) {
  std::vector<std::string> names;
  std::set<std::string> distinct;
  const auto& with = table.column("with")->texts;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto& machine = table.column("machine")->texts[row];
    names.push_back(with[row].empty() ? machine : machine + ", " + with[row]);
    distinct.insert(names.back());
  }
  for (std::size_t row = 0; row < names.size() && distinct.size() < names.size(); ++row) {
    names[row] += ", " + table.column("mapping")->texts[row];
  }
  return names;
}

DataTable candidatesTable(const std::string& id, const Json& plan) {
  DataTable table(
      id, "Candidates, the best first",
      {textColumn("machine", "machine"), textColumn("with", "with"),
       textColumn("mapping", "mapping"), textColumn("meets", "within the limits"),
       numberColumn("usd_per_mtoken", "USD per million tokens", "USD"),
       numberColumn("usd_per_hour", "USD per hour", "USD"),
       numberColumn("tokens_per_s", "tokens per second"), numberColumn("mean_batch", "mean batch"),
       numberColumn("tbt_p50", "between tokens, half", "s"),
       numberColumn("tbt_p99", "between tokens, 99 %", "s"),
       numberColumn("ttft_p50", "to the first token, half", "s"),
       numberColumn("ttft_p99", "to the first token, 99 %", "s"), textColumn("reason", "reason")});
  static const Json kNone = Json::object();
  for (const auto& one : plan.at("candidates")) {
    const auto times = [&](const char* key) -> const Json& {
      return one.contains(key) ? one.at(key) : kNone;
    };
    table.addRow({one.at("machine").get<std::string>(), textAt(one, "settings"),
                  textAt(one, "mapping"),
                  !one.contains("tokens_per_s") ? "refused"
                  : one.at("meets").get<bool>() ? "yes"
                                                : "no",
                  numberAt(one, "usd_per_mtoken"), numberAt(one, "usd_per_hour"),
                  numberAt(one, "tokens_per_s"), numberAt(one, "mean_batch"),
                  numberAt(times("tbt_s"), "p50"), numberAt(times("tbt_s"), "p99"),
                  numberAt(times("ttft_s"), "p50"), numberAt(times("ttft_s"), "p99"),
                  textAt(one, "reason")});
  }
  table.addColumn(textColumn("run", "candidate", namesOfCandidates(table)), 0);
  addCommand(table, commandOf(plan));
  return table;
}

std::string limitsText(const Limits& limits) {
  std::string text;
  const auto add = [&](double seconds, const char* what) {
    if (seconds > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", core::formatSeconds(seconds), what);
    }
  };
  add(limits.between, "between tokens");
  add(limits.first, "to the first token");
  return text.empty() ? "no limit of time" : "for 99 % at most " + text;
}

void addFacts(const DataTable& table, Section& section) {
  const auto& meets = table.column("meets")->texts;
  const auto count = [&](const char* answer) {
    return std::count(meets.begin(), meets.end(), answer);
  };
  section.facts = {{"candidates", core::formatCount(static_cast<std::int64_t>(meets.size())),
                    fmt::format("{} within the limits", count("yes"))}};
  if (meets.empty() || meets.front() != "yes") {
    return;
  }
  section.facts.push_back({"best", table.column("run")->texts.front()});
  if (const double price = table.column("usd_per_mtoken")->numbers.front(); price == price) {
    section.facts.push_back({"per million tokens", fmt::format("${:.4g}", price)});
  }
  section.facts.push_back(
      {"tokens per second", core::formatNumber(table.column("tokens_per_s")->numbers.front())});
}

void addCharts(const std::string& id, Section& section) {
  Chart front{id + "-front", "explorer", "Price against throughput",
              "The line joins the candidates within the limits that no other of them beats in both "
              "directions.",
              id};
  front.wide = true;
  front.choices = {
      {"x", "across", {"usd_per_hour", "usd_per_mtoken", "tbt_p99", "ttft_p99", "mean_batch"}},
      {"y", "up", {"tokens_per_s", "usd_per_mtoken", "tbt_p99", "ttft_p99", "mean_batch"}},
      {"colour", "colour", {"machine", "meets", "mapping"}}};
  front.filters = {{"meets"}, {"machine"}, {"mapping"}};
  section.charts = {std::move(front),
                    {id + "-price",
                     "bars",
                     "What a million tokens cost",
                     "",
                     id,
                     {{"y", "run"}},
                     {{"x", "show", {"usd_per_mtoken", "tokens_per_s", "mean_batch"}}},
                     {{"meets"}}},
                    servedTimesChart(id + "-times", true)};
  section.charts.back().caption += " A dashed line is the limit for 99 %.";
}

} // namespace

void addPlan(const Answer& answer, Document& document) {
  const auto& plan = answer.json;
  const auto id = fmt::format("plan-{}", document.sections.size() + 1);
  const auto limits = limitsOf(plan);
  auto table = candidatesTable(id, plan);
  Section section{id, "Plan " + plan.at("plan").get<std::string>(),
                  fmt::format("{} on {} candidates, {}", textAt(plan, "workload"), table.rows(),
                              limitsText(limits)),
                  commandOf(plan)};
  addFacts(table, section);
  std::vector<Served> served;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (const auto& one = plan.at("candidates")[i]; one.contains("tokens_per_s")) {
      served.push_back({table.column("run")->texts[i], &one, commandOf(plan)});
    }
  }
  section.tables = {id};
  if (!served.empty()) {
    addCharts(id, section);
    document.tables.push_back(
        servedTimesTable(id + "-times", served, {limits.first, limits.between}));
  }
  document.tables.push_back(std::move(table));
  document.sections.push_back(std::move(section));
}

} // namespace einsight::report::detail
