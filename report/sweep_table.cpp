#include "report/detail/sections.hpp"
#include "report/pareto.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::report::detail {
namespace {

constexpr double kMm2PerUm2 = 1e-6;
constexpr std::size_t kMostBaselines = 8; ///< designs to choose a baseline from
constexpr const char* kCommand =
    "einsight run -w {workload} -a {machine} -m {mapping} --engine {engine}{settings}";

std::string columnOfObjective(const std::string& objective) {
  static const std::map<std::string, std::string> kColumns{{"latency", "seconds"},
                                                           {"energy", "energy_j"},
                                                           {"area", "area_mm2"},
                                                           {"edp", "edp_j_s"},
                                                           {"utilization", "utilization"},
                                                           {"throughput", "tokens_per_s"},
                                                           {"usd", "usd"},
                                                           {"usd_per_mtoken", "usd_per_mtoken"}};
  const auto found = kColumns.find(objective);
  return found == kColumns.end() ? std::string() : found->second;
}

bool isBetterWhenLarger(const std::string& column) {
  return column == "utilization" || column == "tokens_per_s";
}

DataColumn numbersOf(const std::vector<results::SweepRow>& rows, const char* name,
                     const char* title, const char* unit,
                     std::optional<double> results::SweepRow::*member, double scale = 1) {
  auto column = numberColumn(name, title, unit);
  for (const auto& row : rows) {
    column.numbers.push_back((row.*member).value_or(kUnknown) * scale);
  }
  return column;
}

DataColumn textsOf(const std::vector<results::SweepRow>& rows, const char* name,
                   std::string results::SweepRow::*member) {
  auto column = textColumn(name, name);
  for (const auto& row : rows) {
    column.texts.push_back(row.*member);
  }
  return column;
}

void addSettings(const std::vector<results::SweepRow>& rows, DataTable& table) {
  std::vector<std::string> names;
  std::map<std::string, std::vector<std::string>> texts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& [name, value] : rows[i].settings) {
      auto& column = texts[name];
      if (column.empty()) {
        names.push_back(name);
      }
      column.resize(i);
      column.push_back(value);
    }
  }
  for (const auto& name : names) {
    auto& column = texts[name];
    column.resize(rows.size());
    table.addColumn(settingColumn(name, std::move(column)));
  }
}

bool occurs(const DataTable& table, const Baseline& baseline) {
  const auto* column = table.column(baseline.column);
  for (std::size_t row = 0; column != nullptr && row < table.rows(); ++row) {
    if (table.text(row, *column) == baseline.value) {
      return true;
    }
  }
  return false;
}

} // namespace

DataTable SweepSection::pointsTable(const std::string& id) const {
  using Row = results::SweepRow;
  DataTable table(id, "Points of " + identity_.sweep, {numberColumn("number", "number")});
  for (const auto& row : rows_) {
    table.addRow({static_cast<double>(row.number)});
  }
  table.addColumn(textsOf(rows_, "workload", &Row::workload));
  table.addColumn(textsOf(rows_, "machine", &Row::machine));
  table.addColumn(textsOf(rows_, "mapping", &Row::mapping));
  table.addColumn(textsOf(rows_, "engine", &Row::engine));
  addSettings(rows_, table);
  table.addColumn(numbersOf(rows_, "cycles", "cycles", "cycles", &Row::cycles));
  table.addColumn(numbersOf(rows_, "seconds", "time", "s", &Row::seconds));
  table.addColumn(numbersOf(rows_, "energy_j", "energy", "J", &Row::energyPj, kJoulesPerPicojoule));
  table.addColumn(numbersOf(rows_, "area_mm2", "area", "mm²", &Row::areaUm2, kMm2PerUm2));
  table.addColumn(
      numbersOf(rows_, "edp_j_s", "energy x time", "J·s", &Row::edpPjS, kJoulesPerPicojoule));
  table.addColumn(numbersOf(rows_, "utilization", "utilisation of the busiest array", "share",
                            &Row::utilization));
  const auto addIfKnown = [&](DataColumn column) {
    const auto& numbers = column.numbers;
    if (std::any_of(numbers.begin(), numbers.end(), [](double value) { return value == value; })) {
      table.addColumn(std::move(column));
    }
  };
  addIfKnown(numbersOf(rows_, "tokens_per_s", "tokens per second", "", &Row::tokensPerS));
  addIfKnown(numbersOf(rows_, "usd", "dollars of the run", "USD", &Row::usd));
  addIfKnown(
      numbersOf(rows_, "usd_per_mtoken", "USD per million tokens", "USD", &Row::usdPerMtoken));
  addIfKnown(numbersOf(rows_, "power_w", "power", "W", &Row::powerW));
  addDerived(table);
  if (std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return !row.meets; })) {
    auto meets = textColumn("meets", "meets the conditions");
    for (const auto& row : rows_) {
      meets.texts.emplace_back(row.meets ? "yes" : "no");
    }
    table.addColumn(std::move(meets));
  }
  table.commandTemplate = kCommand;
  return table;
}

void SweepSection::addDerived(DataTable& table) const {
  auto performance = numberColumn("flops_per_second", "performance", "op/s");
  for (const auto& row : rows_) {
    performance.numbers.push_back(row.flops.value_or(kUnknown) / row.seconds.value_or(kUnknown));
  }
  table.addColumn(std::move(performance));
  const auto add = [&](const std::string& name, const std::string& title, const char* unit,
                       std::vector<double> numbers) {
    auto column = numberColumn(name, title, unit);
    column.numbers = std::move(numbers);
    column.numbers.resize(rows_.size(), kUnknown);
    table.addColumn(std::move(column));
  };
  static const std::map<std::string, std::pair<std::string, const char*>> kServed{
      {"usd_per_hour", {"USD per hour", "USD"}},
      {"mean_batch", {"mean batch", ""}},
      {"tbt_p50", {"between tokens, half", "s"}},
      {"tbt_p99", {"between tokens, 99 %", "s"}},
      {"ttft_p50", {"to the first token, half", "s"}},
      {"ttft_p99", {"to the first token, 99 %", "s"}}};
  for (const auto& [name, numbers] : served_) {
    const auto& [title, unit] = kServed.at(name);
    add(name, title, unit, numbers);
  }
  for (const auto& [name, shares] : utilization_) {
    add(name + ".utilization", "utilisation of " + name, "share", shares);
  }
  for (const auto& [name, bytes] : bytes_) {
    add(name + ".bytes", "traffic of " + name, "B", bytes);
    std::vector<double> intensity;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      intensity.push_back(bytes[i] > 0 ? rows_[i].flops.value_or(kUnknown) / bytes[i] : kUnknown);
    }
    add(name + ".intensity", "operations per byte of " + name, "op/B", std::move(intensity));
  }
}

/// Speedups over the baseline that was asked for, then over each design.
void SweepSection::addSpeedups(DataTable& table) const {
  const auto& designs = table.column("design")->texts;
  std::vector<std::string> distinct;
  for (const auto& design : designs) {
    if (std::find(distinct.begin(), distinct.end(), design) == distinct.end()) {
      distinct.push_back(design);
    }
  }
  std::vector<Baseline> baselines;
  if (baseline_ && occurs(table, *baseline_)) {
    baselines.push_back(*baseline_);
  }
  if (distinct.size() > 1 && distinct.size() <= kMostBaselines) {
    for (const auto& design : distinct) {
      if (baselines.empty() || design != baselines.front().value) {
        baselines.push_back({"design", design});
      }
    }
  }
  for (std::size_t i = 0; i < baselines.size(); ++i) {
    auto column = numberColumn(i == 0 ? "speedup" : fmt::format("speedup_{}", i + 1),
                               "speedup over " + baselines[i].value, "x");
    column.numbers = speedupsOver(table, baselines[i]);
    table.addColumn(std::move(column));
  }
}

std::vector<std::string> SweepSection::objectiveColumns() const {
  std::vector<std::string> columns;
  for (const auto& word : wordsOf(identity_.objectives)) {
    if (auto column = columnOfObjective(word); !column.empty()) {
      columns.push_back(std::move(column));
    }
  }
  return columns;
}

/// What points have in common that are compared with each other: "L=4K".
void SweepSection::addGroups(DataTable& table) const {
  std::vector<std::string> columns;
  for (const auto& name : wordsOf(identity_.per)) {
    if (table.column(name) != nullptr) {
      columns.push_back(name);
    }
  }
  if (!columns.empty()) {
    table.addColumn(textColumn("group", "compared within", namesOf(table, columns)));
  }
}

/// "yes" where no other point of its group is better in all objectives.
std::int64_t SweepSection::addFront(DataTable& table) const {
  const auto* groups = table.column("group");
  std::map<std::string, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    members[groups == nullptr ? std::string() : groups->texts[i]].push_back(i);
  }
  auto column =
      textColumn("pareto", fmt::format("on the front of {}",
                                       fmt::join(wordsOf(identity_.objectives), " and ")));
  column.texts.assign(rows_.size(), "no");
  const auto objectives = objectiveColumns();
  const bool known = std::all_of(objectives.begin(), objectives.end(),
                                 [&](const auto& name) { return table.column(name) != nullptr; });
  if (!known) {
    members.clear();
  }
  std::int64_t count = 0;
  for (const auto& [group, rows] : members) {
    std::vector<std::vector<double>> values;
    for (const auto& name : objectives) {
      const double sign = isBetterWhenLarger(name) ? -1 : 1;
      values.emplace_back();
      for (const auto row : rows) {
        values.back().push_back(sign * table.column(name)->numbers[row]);
      }
    }
    const auto front = onFront(values);
    for (std::size_t i = 0; i < front.size(); ++i) {
      if (front[i] && rows_[rows[i]].meets) {
        column.texts[rows[i]] = "yes";
        ++count;
      }
    }
  }
  table.addColumn(std::move(column));
  return count;
}

} // namespace einsight::report::detail
