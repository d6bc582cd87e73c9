#include "explore/gpu/refusal.hpp"

#include "einsum/walk.hpp"
#include "mappings/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

namespace einsight::explore {
namespace {

constexpr std::size_t kMostReasons = 4;

/// A reason, and the mappings that have it.
struct Reason {
  core::Problem problem;
  std::set<std::string> mappings;
};

/// What a reason says, whatever the kernel is called.
std::string_view gist(const core::Problem& problem) {
  constexpr std::string_view kKernel = "kernel '";
  const std::string_view what = problem.what;
  return what.starts_with(kKernel) ? what.substr(what.find('\'', kKernel.size()) + 1) : what;
}

/// Each reason once, as the first mapping has it.
std::vector<Reason> reasonsOf(const std::vector<const Refused*>& refused) {
  std::vector<Reason> reasons;
  for (const auto* one : refused) {
    for (const auto& problem : one->second) {
      auto found = std::find_if(reasons.begin(), reasons.end(), [&](const Reason& reason) {
        return gist(reason.problem) == gist(problem);
      });
      if (found == reasons.end()) {
        found = reasons.insert(reasons.end(), {problem, {}});
      }
      found->mappings.insert(one->first);
    }
  }
  return reasons;
}

/// How many times what there is a mapping takes that lacks nothing but room; 0 for others.
double excessOf(const Refused& refused) {
  double most = 0;
  for (const auto& problem : refused.second) {
    if (problem.excess <= 0) {
      return 0;
    }
    most = std::max(most, problem.excess);
  }
  return most;
}

/// Those that are written for the Einsums, in their order.
std::vector<const Refused*> meantFor(const einsum::Cascade& cascade,
                                     const std::vector<Refused>& refused) {
  const auto written = mappings::candidates(cascade, "gpu");
  std::vector<const Refused*> meant;
  for (const auto& one : refused) {
    if (einsum::contains(written, one.first)) {
      meant.push_back(&one);
    }
  }
  return meant;
}

/// Those of the mapping that lacks nothing but room, then those that at least half of the mappings
/// have, and then those of the most mappings that have none of the ones before; all where they are
/// few. The mappings begin with one that lacks nothing but room, where there is one.
std::vector<Reason> fewOf(std::vector<Reason> reasons, const std::vector<const Refused*>& meant) {
  if (reasons.size() <= kMostReasons) {
    return reasons;
  }
  std::vector<Reason> few;
  std::set<std::string> told;
  const auto untold = [&](const Reason& reason) {
    return std::count_if(reason.mappings.begin(), reason.mappings.end(),
                         [&](const std::string& mapping) { return !told.contains(mapping); });
  };
  const auto tell = [&](const Reason& reason) {
    few.push_back(reason);
    told.insert(reason.mappings.begin(), reason.mappings.end());
  };
  const bool near = excessOf(*meant.front()) > 0;
  const auto nearest = [&](const Reason& reason) {
    return near && reason.mappings.contains(meant.front()->first);
  };
  for (const bool ofNearest : {true, false}) {
    for (const auto& reason : reasons) {
      if (few.size() < kMostReasons && nearest(reason) == ofNearest &&
          (ofNearest || 2 * reason.mappings.size() >= meant.size())) {
        tell(reason);
      }
    }
  }
  while (few.size() < kMostReasons) {
    const auto next =
        std::max_element(reasons.begin(), reasons.end(),
                         [&](const Reason& a, const Reason& b) { return untold(a) < untold(b); });
    if (untold(*next) == 0) {
      break;
    }
    tell(*next);
  }
  return few;
}

/// A reason that says of how many further mappings it is one.
core::Problem textOf(const Reason& reason) {
  auto problem = reason.problem;
  if (const auto more = reason.mappings.size() - 1; more > 0) {
    problem.what += fmt::format("; so it is under {} more mapping{}", more, more == 1 ? "" : "s");
  }
  return problem;
}

} // namespace

core::Problems refusalOf(const einsum::Cascade& cascade, const std::vector<Refused>& refused) {
  auto meant = meantFor(cascade, refused);
  std::stable_sort(meant.begin(), meant.end(), [](const Refused* a, const Refused* b) {
    const auto rank = [](const Refused& one) {
      const double excess = excessOf(one);
      return excess > 0 ? excess : std::numeric_limits<double>::infinity();
    };
    return rank(*a) < rank(*b);
  });
  const auto all = reasonsOf(meant);
  const auto few = fewOf(all, meant);
  core::Problems problems;
  for (const auto& reason : few) {
    problems.push_back(textOf(reason));
  }
  std::string rest;
  if (const auto others = refused.size() - meant.size(); others > 0) {
    rest += fmt::format("; {} of them are written for other Einsums", others);
  }
  if (const auto more = all.size() - few.size(); more > 0) {
    rest += fmt::format("; {} further reason{} told by -m with the name of a mapping", more,
                        more == 1 ? " is" : "s are");
  }
  problems.push_back({{cascade.file(), 1, 1, cascade.name()},
                      "no mapping of the catalogue runs this workload on this GPU" + rest,
                      "give one with -m; docs/mappings-gpu.md shows how to write it"});
  return problems;
}

std::string noRoomNote(const einsum::Cascade& cascade, const std::vector<Refused>& refused) {
  std::vector<const Refused*> large;
  if (std::any_of(refused.begin(), refused.end(),
                  [](const Refused& one) { return excessOf(one) > 0; })) {
    large = meantFor(cascade, refused);
    std::erase_if(large, [](const Refused* one) { return excessOf(*one) <= 0; });
  }
  if (large.empty()) {
    return {};
  }
  const auto more = large.size() - 1;
  return fmt::format("preferred, but without room: mapping {}{}: {}", large.front()->first,
                     more > 0 ? fmt::format(" (and {} more)", more) : "",
                     large.front()->second.front().what);
}

} // namespace einsight::explore
