#pragma once
#include "core/problem.hpp"
#include "results/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace einsight::results {

/// What became of a point of a sweep.
enum class RowStatus {
  Done,
  Refused, ///< the input of the point is wrong or cannot be met
  Failed   ///< it crashed, or took longer than allowed
};

/// "done", "refused", "failed".
const char* nameOf(RowStatus status);

/// One point of a sweep. What is not known is empty.
struct SweepRow {
  std::int64_t number = 0; ///< of the point, from 1
  RowStatus status = RowStatus::Done;
  std::string reason; ///< why it is not done
  std::string workload, machine, mapping, engine;
  std::vector<std::pair<std::string, std::string>> settings; ///< L -> 4096, arch.PE -> 64, …
  std::optional<double> cycles, seconds, energyPj, areaUm2;
  std::optional<double> edpPjS;      ///< energy x time, pJ s
  std::optional<double> utilization; ///< of the busiest unit that computes
  std::optional<double> flops;
  std::optional<double> tokensPerS;   ///< tokens per second
  std::optional<double> usd;          ///< dollars that the run costs
  std::optional<double> usdPerMtoken; ///< dollars per million tokens
  std::optional<double> powerW;       ///< energy / time, W
  bool meets = false;                 ///< the sweep's conditions on results
  /// What a roofline and breakdowns need, as JSON: units{name: utilization},
  /// levels{name: {read_bytes, write_bytes}}, energy_by{name: pJ}, roofs{name: per second} (Roof),
  /// unknown{column: why}; of a whole model that serves also serving, as `run` has it. Of a point
  /// that is refused: problems[{file, line, column, path, what, help}].
  std::string detail = "{}";
};

/// The number in a column, by its name in JSON: "seconds", "energy_pj", …; empty where unknown.
std::optional<double> columnOf(const SweepRow& row, std::string_view name);
/// The names of the columns with numbers, in their order.
std::vector<std::string> columnNames();

/// What a run is worth and what its machine costs; empty with a reason where it is not known.
struct Worth {
  std::optional<double> tokens; ///< that the run processes
  std::optional<double> usdPerHour;
  std::string tokensReason, priceReason;
};

/// Fills a row from a result: all but number, names that were given, settings and `meets`.
/// Dollars are seconds * usdPerHour / 3600; of a machine that serves, the result's own.
void fill(SweepRow& row, const Result& result, const Worth& worth = {});

/// Makes it the row of a point that is refused, for these problems.
void refuse(SweepRow& row, const core::Problems& problems);

/// What a whole model that serves did; empty for rows of anything else.
std::optional<Serving> servingOf(const SweepRow& row);
/// Why a point is not done, as it was found.
core::Problems problemsOf(const SweepRow& row);

/// The row as one line of JSON; keys are added, never renamed. `pareto` is added where it is known.
std::string toJson(const SweepRow& row, std::optional<bool> pareto = std::nullopt);

/// The settings of a row as a JSON object, and back; empty for any other text.
std::string settingsToJson(const SweepRow& row);
std::optional<std::vector<std::pair<std::string, std::string>>>
settingsFromJson(const std::string& text);

} // namespace einsight::results
