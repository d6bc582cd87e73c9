#pragma once
#include "explore/serving_point.hpp"

/// Which cluster, split and numbers of devices serve a load for the least money.
namespace einsight::explore {

/// A cluster under a mapping with values for its parameters.
struct Candidate {
  PointRequest request;
  std::string settings; ///< "workers=2, memory=4"
};

/// A plan file that was read: every combination that it lists. docs/serving.md is the language.
struct PlanQuestion {
  std::string name, summary, file;
  std::string workload;
  double tbtSeconds = 0;  ///< largest time between tokens; 0: any
  double ttftSeconds = 0; ///< largest time to the first token; 0: any
  Prices prices;          ///< instead of the machines' own
  std::vector<Candidate> candidates;
};

/// What a candidate does.
struct Planned {
  const Candidate* candidate = nullptr;
  std::string mapping;
  std::optional<results::Serving> serving; ///< empty: refused
  core::Problems problems;                 ///< why it is refused, with what it misses
  bool meets = false;                      ///< 99 % of the times are within the limits
  bool frontier = false; ///< none is as fast for less money, or faster for as much
};

/// By how much a candidate misses the limits of time: the larger one as a share of its limit; 0
/// where it meets them.
double missOf(const results::Serving& serving, const PlanQuestion& question);

/// Why nothing serves the load within the limits: by how much the nearest candidate misses them,
/// and what is wrong with those that are refused.
core::Problems missed(const PlanQuestion& question, const std::vector<Planned>& all);

/// Reads a plan file. All problems at once.
core::Expected<PlanQuestion> readPlan(const std::filesystem::path& file);

/// Serves the load on every candidate: first those that meet the limits, the most tokens per dollar
/// first (without a price, per second); then others; then those that are refused. Fails where
/// `progress` says false.
core::Expected<std::vector<Planned>> plan(const PlanQuestion& question,
                                          const std::function<bool(double)>& progress = {});

} // namespace einsight::explore
