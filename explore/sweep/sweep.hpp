#pragma once
#include "core/expected.hpp"
#include "core/expression.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Sweeps: many points from one file. docs/sweeps.md is the language.
namespace einsight::explore::sweep {

/// One value of an axis: a number, or the name of a workload, machine, mapping or trace.
struct Value {
  std::string text; ///< "4096", "bert"; empty: the point is without it
  core::Rational number;
};

/// Names that change together, and the values that they take one after the other. "workload",
/// "machine", "mapping" and "trace" are names; any other is a parameter, as `--set` names it.
struct Axis {
  std::vector<std::string> names;
  std::vector<std::vector<Value>> rows; ///< each as long as `names`
};

/// Points are drawn from the grid, none twice.
struct Sample {
  std::int64_t count = 0;
  std::uint64_t seed = 1;
};

/// Points are chosen by a search for the best in all objectives.
struct Search {
  std::string method = "nsga2";
  std::int64_t evaluations = 0; ///< different points that it may run
  std::uint64_t seed = 1;
  std::int64_t population = 0; ///< 0: as fits the evaluations
};

struct Condition {
  core::Expression expression;
  core::Where where;
};

/// A sweep file that was read and checked.
struct Sweep {
  std::string name, summary, file;
  std::string engine = "cycle";
  std::vector<Axis> axes;       ///< the first changes slowest
  std::vector<Condition> when;  ///< over parameters: points that are not part of the sweep
  std::vector<Condition> where; ///< over results: points that do not count
  std::vector<std::string> objectives;
  std::vector<std::string> per;         ///< names; points that differ in them are not compared
  std::map<std::string, double> prices; ///< dollars per hour of devices, instead of their files
  std::optional<Sample> sample;         ///< empty: exhaustive, or a search
  std::optional<Search> search;
  std::int64_t timeout = 600; ///< seconds that a point may take
  std::string hash;           ///< of all that the results depend on
};

/// Names of the axes with their values at one point, in the order of the axes, without those that
/// the point is without.
using Assignment = std::vector<std::pair<std::string, const Value*>>;

/// The value of a name, or null.
const Value* valueOf(const Assignment& assignment, std::string_view name);

/// What is said on the command line instead of in the file.
struct Overrides {
  std::vector<std::string> settings{};  ///< "L=1K", "arch.PE=16..64", "L=1..5:2"
  std::optional<std::int64_t> points{}; ///< at most so many: drawn, or evaluations of a search
};

/// Reads a sweep. Settings replace or add parameters of `set`. Every mistake at once: of the file,
/// of the settings, and names of workloads, machines, mappings, parameters and results that do not
/// exist.
core::Expected<Sweep> readSweep(const std::string& file, const Overrides& overrides = {});

/// A part of a sweep: points number, number + of, number + 2 of, …; both from 1.
struct Shard {
  std::int64_t number = 1, of = 1;
};

/// The points of a sweep: places on the grid, ascending. Point 1 is the first of them. At most ten
/// million. Fails where a condition cannot be evaluated, or where nothing meets the conditions.
core::Expected<std::vector<std::uint64_t>> choosePoints(const Sweep& sweep);

/// Does a place of the grid meet the conditions of `when`? Fails where one cannot be evaluated.
core::Expected<bool> meetsWhen(const Sweep& sweep, std::uint64_t place);

/// Places on the grid; the largest number where there are more than 2^62.
std::uint64_t placesOf(const Sweep& sweep);

/// The values at a place of the grid.
Assignment assignmentAt(const Sweep& sweep, std::uint64_t place);

} // namespace einsight::explore::sweep
