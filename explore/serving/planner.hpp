#pragma once
#include "explore/sweep/sweep.hpp"
#include "results/store.hpp"

/// Which cluster, split and numbers of devices serve a load for the least money: a plan is a sweep
/// whose points are its candidates. docs/offloading.md is the language.
namespace einsight::explore {

/// A cluster under a mapping with values for its parameters.
struct Candidate {
  std::string machine, mapping; ///< as written; no mapping: the catalogue's first that fits
  std::string settings;         ///< "workers=2, mapping.batches=3"
};

/// A plan file that was read.
struct PlanQuestion {
  sweep::Sweep sweep; ///< its points, from 1 on, are the candidates
  std::string workload;
  double tbtSeconds = 0;  ///< largest time between tokens; 0: any
  double ttftSeconds = 0; ///< largest time to the first token; 0: any
  std::vector<Candidate> candidates;
};

/// What a candidate does.
struct Planned {
  const Candidate* candidate = nullptr;
  std::string mapping;
  std::optional<results::Serving> serving; ///< empty: refused, or it failed
  core::Problems problems;                 ///< why, with what it misses
  bool computesPrompts = true;             ///< else they come with their keys and values
  bool meets = false;                      ///< 99 % of the times are within the limits
  bool frontier = false; ///< none is as fast for less money, or faster for as much
};

/// Reads a plan file. All problems at once.
core::Expected<PlanQuestion> readPlan(const std::string& file);

/// The candidates whose rows are there: first those that meet the limits, the most tokens per
/// dollar first (without a price, per second); then others; then those that are refused.
core::Expected<std::vector<Planned>> plannedOf(const PlanQuestion& question,
                                               const results::SweepStore& store);

/// By how much a candidate misses the limits of time: the larger one as a share of its limit; 0
/// where it meets them.
double missOf(const results::Serving& serving, const PlanQuestion& question);

/// Why nothing serves the load within the limits: by how much the nearest candidate misses them,
/// and what is wrong with those that are refused.
core::Problems missed(const PlanQuestion& question, const std::vector<Planned>& all);

} // namespace einsight::explore
