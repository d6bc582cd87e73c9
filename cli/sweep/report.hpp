#pragma once
#include "cli/command.hpp"
#include "report/table.hpp"
#include "results/store.hpp"

#include <map>
#include <set>

namespace einsight::cli {

/// What there is to say about a database of sweep results.
struct SweepDigest {
  results::SweepCounts counts;
  std::int64_t meeting = 0; ///< points that are done and meet the conditions
  std::vector<std::string> objectives;
  std::vector<std::string> per;                ///< points that differ in them are not compared
  std::vector<results::SweepRow> front;        ///< no other meeting point is better, by number
  std::map<std::string, std::int64_t> reasons; ///< why points are not done: first line -> points
};

core::Expected<SweepDigest> digestOf(const results::SweepStore& store);

/// For people. `file`: the database.
std::string sweepText(const results::SweepStore& store, const SweepDigest& digest,
                      const std::string& file, const report::Style& style);
/// Every row with a key `pareto`, and the counts.
core::Expected<std::string> sweepJson(const results::SweepStore& store, const SweepDigest& digest);
/// One line a point; settings are columns of their own, empty where a point is without it.
core::Expected<std::string> sweepCsv(const results::SweepStore& store, const SweepDigest& digest);

/// The answer of `sweep` and `merge`, with the files that their options ask for.
core::Expected<Answer> sweepAnswer(const results::SweepStore& store, const std::string& file,
                                   const CLI::App& options);

} // namespace einsight::cli
