#include "validation/kernels/points.hpp"

#include "core/text.hpp"
#include "validation/pattern.hpp"
#include "validation/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

struct Unit {
  std::string_view name;
  std::string_view of; ///< what is measured
  double size = 1;
};

constexpr std::array kUnits{
    Unit{"s", "time", 1},           Unit{"ms", "time", 1e-3},      Unit{"us", "time", 1e-6},
    Unit{"PFLOP/s", "rate", 1e15},  Unit{"TFLOP/s", "rate", 1e12}, Unit{"GFLOP/s", "rate", 1e9},
    Unit{"TB/s", "traffic", 1e12},  Unit{"GB/s", "traffic", 1e9},  Unit{"MB/s", "traffic", 1e6},
    Unit{"percent", "share", 1e-2}, Unit{"%", "share", 1e-2},      Unit{"x", "ratio", 1}};

const Unit* unitNamed(std::string_view name) {
  const auto* const found = std::find_if(kUnits.begin(), kUnits.end(),
                                         [&](const Unit& unit) { return unit.name == name; });
  return found == kUnits.end() ? nullptr : found;
}

/// The unit of what a rule takes.
std::string_view unitOf(const KernelRule& rule) {
  return rule.take == "seconds"          ? "s"
         : rule.take == "milliseconds"   ? "ms"
         : rule.take == "throughput"     ? "TFLOP/s"
         : rule.take == "bandwidth"      ? "GB/s"
         : rule.take == "time_reduction" ? "percent"
                                         : "x";
}

/// Names and patterns that a cell may match.
class Known {
public:
  void add(const std::string& pattern) {
    if (!pattern.empty() &&
        std::find(patterns_.begin(), patterns_.end(), pattern) == patterns_.end()) {
      patterns_.push_back(pattern);
    }
  }
  [[nodiscard]] bool has(const std::string& text) const {
    return std::any_of(patterns_.begin(), patterns_.end(),
                       [&](const std::string& pattern) { return matches(text, pattern); });
  }
  [[nodiscard]] std::string help(const std::string& got) const {
    return core::suggestion(got, patterns_);
  }

private:
  std::vector<std::string> patterns_;
};

class Check {
public:
  explicit Check(const KernelSpec& spec) : spec_(spec) {
    for (const auto& system : spec.systems.systems) {
      systems_.add(system.system);
    }
    for (const auto& [pattern, machine] : spec.systems.hardware) {
      hardware_.add(pattern);
    }
    for (const auto& [mask, share] : spec.masks) {
      masks_.add(mask);
    }
    for (const auto& type : spec.types) {
      types_.add(type);
    }
    for (const auto& rule : spec.rules) {
      if (rule.notCovered.empty()) {
        systems_.add(rule.of.empty() ? std::string() : rule.system);
        metrics_.add(rule.metric);
        masks_.add(rule.mask);
      }
    }
  }

  /// What is wrong with a row; its value becomes one of the metric's unit.
  core::Problems judge(const Row& row, KernelRow& read) {
    problems_.clear();
    const auto* rule = spec_.ruleOf(read);
    if (rule != nullptr && !rule->notCovered.empty()) {
      rule = nullptr;
    }
    if (rule == nullptr || rule->of.empty()) {
      name(row, "system", systems_);
    }
    name(row, "hardware", hardware_);
    if (rule == nullptr) {
      name(row, "metric", metrics_);
    }
    if (!row["mask"].empty() && (rule == nullptr || rule->mask.empty())) {
      name(row, "mask", masks_);
    }
    for (const auto column : kernelNumbers()) {
      const auto& cell = row[column];
      if (!cell.empty() && !isShape(column, cell)) {
        wrong(row, column, fmt::format("'{}' is no whole number above 0", cell), "");
      }
    }
    const auto queries = read.shape.find("heads_q");
    const auto keys = read.shape.find("heads_kv");
    if (queries != read.shape.end() && keys != read.shape.end() &&
        !(queries->second / keys->second).isWhole()) {
      wrong(row, "heads_kv",
            fmt::format("{} heads of queries are not divided evenly over {} of keys",
                        queries->second.toString(), keys->second.toString()),
            "");
    }
    if (!row["dtype"].empty() && !types_.has(row["dtype"])) {
      wrong(row, "dtype", fmt::format("operands of type {} are not simulated here", row["dtype"]),
            types_.help(row["dtype"]));
    }
    if (!row["value"].empty() && read.value.value_or(0) <= 0) {
      wrong(row, "value", fmt::format("'{}' is no number above 0", row["value"]),
            "leave it empty for a prediction");
    }
    if (rule != nullptr) {
      convert(row, *rule, read);
    }
    return problems_;
  }

private:
  void wrong(const Row& row, std::string_view column, std::string what, std::string help) {
    auto where = row.where;
    where.path = column;
    problems_.push_back({std::move(where), std::move(what), std::move(help)});
  }

  void name(const Row& row, std::string_view column, const Known& known) {
    if (!known.has(row[column])) {
      wrong(row, column, fmt::format("unknown {} '{}'", column, row[column]),
            known.help(row[column]));
    }
  }

  void convert(const Row& row, const KernelRule& rule, KernelRow& read) {
    if (!read.value || row["unit"].empty()) {
      return;
    }
    const auto* const given = unitNamed(row["unit"]);
    const auto* const wanted = unitNamed(unitOf(rule));
    if (given == nullptr || given->of != wanted->of) {
      wrong(row, "unit",
            fmt::format("{} is in {}, not in '{}'", row["metric"], wanted->name, row["unit"]), "");
    } else if (given->size != wanted->size) {
      *read.value *= given->size / wanted->size;
    }
  }

  const KernelSpec& spec_;
  Known systems_, hardware_, masks_, metrics_, types_;
  core::Problems problems_;
};

} // namespace

core::Expected<std::vector<KernelRow>> readOwnRows(const std::filesystem::path& file,
                                                   const KernelSpec& spec) {
  auto [rows, problems] = readLines(file, kernelColumns());
  const bool broken = !problems.empty();
  auto read = kernelRowsOf(rows);
  Check check(spec);
  bool allDoubtful = true;
  for (std::size_t i = 0; i < read.size(); ++i) {
    auto wrong = check.judge(rows[i], read[i]);
    allDoubtful = allDoubtful && !wrong.empty();
    for (auto& problem : wrong) {
      auto& doubt = read[i].doubt;
      doubt += fmt::format("{}{}", doubt.empty() ? "" : "; ", problem.what);
      if (const auto end = problem.help.find('?'); end != std::string::npos) {
        doubt += ", " + problem.help.substr(0, end + 1); // without the list of names
      }
      problems.push_back(std::move(problem));
    }
  }
  if (broken || (allDoubtful && !problems.empty())) {
    return core::failure(std::move(problems));
  }
  return read;
}

} // namespace einsight::validation
