#include "explore/serving/planner.hpp"

#include "config/catalogue.hpp"
#include "core/format.hpp"
#include "explore/sweep/objectives.hpp"
#include "explore/sweep/pareto.hpp"
#include "explore/sweep/reading.hpp"
#include "mappings/catalogue.hpp"
#include "mappings/serving/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::explore {
namespace {

/// Better first.
bool before(const Planned& a, const Planned& b) {
  const auto rank = [](const Planned& one) { return one.meets ? 0 : one.serving ? 1 : 2; };
  if (rank(a) != rank(b) || !a.serving) {
    return rank(a) < rank(b);
  }
  if (a.serving->usdPerMtoken && b.serving->usdPerMtoken) {
    return *a.serving->usdPerMtoken < *b.serving->usdPerMtoken;
  }
  return a.serving->tokensPerSecond > b.serving->tokensPerSecond;
}

/// "h100x4 count=8 tensor-parallel"
std::string nameOf(const Planned& one) {
  const auto& [machine, mapping, settings] = *one.candidate;
  return fmt::format("{}{}{} {}", machine, settings.empty() ? "" : " ", settings, one.mapping);
}

/// Does a mapping compute prompts? (One that cannot be read was refused.)
bool computesPrompts(const std::string& mapping, const std::string& plan) {
  const auto read =
      mappings::find(sweep::resolved(mapping, plan))
          .and_then([](const std::filesystem::path& file) {
            return mappings::serving::readMapping(file, {}, {config::catalogueRoot() / "mappings"});
          });
  return !read || !read->decodeOnly;
}

} // namespace

core::Expected<std::vector<Planned>> plannedOf(const PlanQuestion& question,
                                               const results::SweepStore& store) {
  std::vector<Planned> out;
  std::vector<std::int64_t> numbers;
  sweep::Front front;
  std::map<std::string, bool> prompts; // by mapping
  const auto read = store.forEach([&](const results::SweepRow& row) {
    auto& one = out.emplace_back();
    numbers.push_back(row.number);
    one.candidate = &question.candidates.at(static_cast<std::size_t>(row.number - 1));
    one.mapping = row.mapping;
    auto known = prompts.find(row.mapping);
    if (known == prompts.end()) {
      const bool computes = computesPrompts(row.mapping, question.sweep.file);
      known = prompts.emplace(row.mapping, computes).first;
    }
    one.computesPrompts = known->second;
    one.serving = results::servingOf(row);
    one.problems = results::problemsOf(row);
    one.meets = row.meets;
    if (auto values = sweep::valuesOf(row, question.sweep.objectives); !values.empty()) {
      front.add(row.number, std::move(values));
    }
  });
  if (!read) {
    return core::failure(read.error());
  }
  for (const auto& point : front.points()) {
    const auto at = std::lower_bound(numbers.begin(), numbers.end(), point.number);
    out[static_cast<std::size_t>(at - numbers.begin())].frontier = true;
  }
  std::stable_sort(out.begin(), out.end(), before);
  return out;
}

double missOf(const results::Serving& serving, const PlanQuestion& question) {
  const auto share = [](double time, double limit) { // an unknown time is not too long
    return limit > 0 && time > limit ? time / limit - 1 : 0.0;
  };
  return std::max(share(serving.tbt.p99, question.tbtSeconds),
                  share(serving.ttft.p99, question.ttftSeconds));
}

core::Problems missed(const PlanQuestion& question, const std::vector<Planned>& all) {
  const Planned* nearest = nullptr;
  for (const auto& one : all) {
    if (one.serving && (nearest == nullptr ||
                        missOf(*one.serving, question) < missOf(*nearest->serving, question))) {
      nearest = &one;
    }
  }
  core::Problem problem{{question.sweep.file, 0, 0, "clusters"},
                        "no candidate can serve the load",
                        "what each misses follows"};
  if (nearest != nullptr) {
    problem = {{question.sweep.file, 0, 0, "limits"},
               "no candidate serves the load within the limits",
               "longer times, or more devices"};
    problem.what += "; the nearest is " + nameOf(*nearest);
    const auto add = [&](const char* what, double time, double limit) {
      if (limit > 0 && time > limit) {
        problem.what += fmt::format(", with {} {}: {} too long", core::formatSeconds(time), what,
                                    core::formatSeconds(time - limit));
      }
    };
    add("between tokens", nearest->serving->tbt.p99, question.tbtSeconds);
    add("to the first", nearest->serving->ttft.p99, question.ttftSeconds);
  }
  core::Problems problems{std::move(problem)};
  std::set<std::string> told; // candidates may miss the same
  for (const auto& one : all) {
    for (const auto& other : one.problems) {
      if (told.insert(core::render({other})).second) {
        problems.push_back(other);
      }
    }
  }
  return problems;
}

} // namespace einsight::explore
