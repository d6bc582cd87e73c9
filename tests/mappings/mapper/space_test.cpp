#include "space.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

constexpr std::size_t kMost = 3000; ///< mappings of a tiny space

/// Arrays of 2x2. Half of them have a buffer that may be too small for everything, for which there
/// is no energy table; the others have energies, and room.
arch::Machine tinyMachine() {
  const bool small = between(0, 1) == 0;
  const auto kib = small ? core::Rational(between(2, 8), 128) : core::Rational(16);
  return machineOf("fusemax", {{"rows", between(1, 2)},
                               {"columns", small ? 2 : 16},
                               {"dram_gib_per_s", between(1, 12)},
                               {"buffer_mib", kib * core::Rational(1, 1024)}});
}

/// Nothing, or how the search differs from looking at every mapping; spaces that are too large are
/// passed over. Adds to `seen` what was looked at.
std::string difference(const std::string& yaml, const arch::Machine& machine, std::size_t& seen) {
  const auto cascade = einsum::parseCascade(yaml, "tiny.yaml");
  if (!cascade) {
    return core::render(cascade.error());
  }
  const auto space = enumerate(*cascade, machine, kMost);
  if (space.mappings > kMost) {
    return "";
  }
  seen += space.mappings;
  for (const auto objective : kObjectives) {
    SearchOptions options;
    options.objective = objective;
    if (objective != Objective::Latency && !machine.memories()[1].actions.front().picojoules) {
      continue;
    }
    const auto found = search([&](const core::Settings&) { return cascade; }, machine, options);
    if (!found) {
      return space.costs.empty() ? "" : core::render(found.error());
    }
    if (found->unseen > 0 || found->met != found->evaluated + found->excluded ||
        (cascade->einsums().size() == 1 && found->met > static_cast<double>(space.mappings))) {
      return fmt::format("of {} mappings {} were met, {} evaluated, {} excluded, {} unseen",
                         space.mappings, found->met, found->evaluated, found->excluded,
                         found->unseen);
    }
    double best = 1e300;
    for (const auto& [cycles, picojoules] : space.costs) {
      best = std::min(best, value(objective, cycles, picojoules));
    }
    const auto& first = found->finalists.front().evaluation;
    const auto ours = value(objective, first.cycles, first.picojoules.value_or(0));
    if (!found->exhaustive || std::abs(ours - best) > 1e-9 * best) {
      return fmt::format("objective {}: found {}, best of {} mappings is {}, exhaustive {}",
                         static_cast<int>(objective), ours, space.mappings, best,
                         found->exhaustive);
    }
  }
  return "";
}

/// Holds the search against every mapping of cascades that `draw` makes, of machines of `machine`,
/// until there were so many with so many mappings and `enough` says so. `look` sees those whose
/// space was small enough.
struct Comparison {
  std::string name;
  int cases = 0;
  std::size_t mappings = 0;
  std::function<std::string()> draw;
  std::function<arch::Machine()> machine = tinyMachine;
  std::function<bool()> enough = [] { return true; };
  std::function<void(const std::string& yaml, const arch::Machine& machine)> look = {};
};

void compare(const Comparison& comparison) {
  int compared = 0;
  std::size_t seen = 0;
  CHECK(rc::check(comparison.name, [&] {
    if (compared >= comparison.cases && seen >= comparison.mappings && comparison.enough()) {
      return;
    }
    const auto yaml = comparison.draw();
    const auto machine = comparison.machine();
    const auto before = seen;
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
    if (seen > before && comparison.look) {
      comparison.look(yaml, machine);
    }
  }));
  CHECK(seen >= comparison.mappings);
}

/// The best mapping for latency.
Mapping found(const std::string& yaml, const arch::Machine& machine) {
  const auto cascade = einsum::parseCascade(yaml, "tiny.yaml");
  return search([&](const core::Settings&) { return cascade; }, machine, {})
      ->finalists.front()
      .mapping;
}

} // namespace

TEST_CASE("on tiny products the search finds what looking at every mapping finds", "[mappings]") {
  compare({"products", 60, 5000, [] {
             return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                "parameters: {{M: {}, N: {}, K: {}}}\n"
                                "ranks: {{m: M, n: N, k: K}}\n"
                                "tensors: {{A: [m, k], B: [k, n]}}\nresults: [Z]\n"
                                "einsums: ['Z[m,n] = A[m,k] * B[k,n]']\n",
                                between(1, 8), between(1, 4), between(1, 5));
           }});
}

TEST_CASE("on tiny chains the search finds what looking at every mapping finds", "[mappings]") {
  compare({"chains", 40, 5000, [] {
             return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                "parameters: {{M: {}, N: {}}}\n"
                                "ranks: {{m: M, n: N}}\n"
                                "tensors: {{A: [m, n]}}\nresults: [Z]\n"
                                "einsums: ['Y[m] = A[m,n] :: add(n)', 'Z[m] = Y[m] / Y[m]']\n",
                                between(1, 6), between(1, 3));
           }});
}

TEST_CASE("on tiny recurrences the search finds what looking at every mapping finds, one iteration "
          "included",
          "[mappings]") {
  int single = 0;
  std::int64_t iterations = 0;
  compare({"recurrences", 40, 1000,
           [&] {
             iterations = between(1, 3);
             return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                "parameters: {{M: {}, P: {}}}\n"
                                "ranks: {{m: M, p: P}}\n"
                                "tensors: {{A: [m, p], R: {{initial: 0}}}}\nresults: [Z]\n"
                                "einsums: ['R[m+1,p] = R[m,p] + A[m,p]', 'Z[p] = R[M,p]']\n",
                                iterations, between(1, 4));
           },
           tinyMachine, [] { return true; },
           [&](const auto&, const auto&) { single += iterations == 1 ? 1 : 0; }});
  CHECK(single >= 5);
}

TEST_CASE("on tiny masked chains the search finds what looking at every mapping finds",
          "[mappings]") {
  compare({"masked chains", 25, 1000, [] {
             const auto window =
                 between(0, 1) == 0 ? fmt::format(" and n > m - {}", between(1, 3)) : "";
             return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                "parameters: {{M: {}, N: {}}}\n"
                                "ranks: {{m: M, n: N}}\n"
                                "tensors: {{A: [m], B: [n]}}\nresults: [Z]\n"
                                "masks: {{Y: n <= m + {}{}}}\n"
                                "einsums: ['Y[m,n] = A[m] * B[n]', 'Z[m] = Y[m,n] :: add(n)']\n",
                                between(1, 5), between(1, 4), between(-1, 1), window);
           }});
}

TEST_CASE("on tiny masked recurrences the search finds what looking at every mapping finds, with "
          "masked tiles left out or not",
          "[mappings]") {
  int skipping = 0;
  compare({"masked recurrences", 25, 1000,
           [] {
             return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                "parameters: {{M: {}, P: {}}}\n"
                                "ranks: {{m: M, p: P}}\n"
                                "tensors: {{A: [m, p], R: {{initial: 0}}}}\nresults: [Z]\n"
                                "masks: {{S: m <= p + {}}}\n"
                                "einsums: ['S[m,p] = A[m,p] * A[m,p]', "
                                "'R[m+1,p] = R[m,p] + S[m,p]', 'Z[p] = R[M,p]']\n",
                                between(1, 3), between(1, 4), between(-1, 0));
           },
           tinyMachine, [&] { return skipping >= 5; },
           [&](const auto& yaml, const auto& machine) {
             const auto mapping = found(yaml, machine);
             skipping +=
                 std::any_of(mapping.sections.begin(), mapping.sections.end(),
                             [](const Section& section) { return section.nest.skipMasked; });
           }});
  CHECK(skipping >= 5);
}

TEST_CASE(
    "on tiny maps over short ranks the search finds what looking at every mapping finds, with "
    "several ranks on one axis",
    "[mappings]") {
  int shared = 0;
  compare({"short ranks", 40, 1000,
           [] {
             return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                "parameters: {{M: {}, N: {}, K: {}}}\n"
                                "ranks: {{m: M, n: N, k: K}}\n"
                                "tensors: {{A: [m, n, k]}}\nresults: [Z]\n"
                                "einsums: ['Z[m,n,k] = exp(A[m,n,k])']\n",
                                between(1, 5), between(2, 4), between(1, 2));
           },
           [] {
             return machineOf("fusemax",
                              {{"rows", between(1, 2)}, {"columns", 16}, {"dram_gib_per_s", 400}});
           },
           [&] { return shared >= 5; },
           [&](const auto& yaml, const auto& machine) {
             const auto mapping = found(yaml, machine);
             shared += std::any_of(
                 mapping.bindings.begin(), mapping.bindings.end(), [](const Binding& binding) {
                   return std::any_of(binding.spatial.begin(), binding.spatial.end(),
                                      [](const auto& axis) { return axis.second.size() > 1; });
                 });
           }});
  CHECK(shared >= 5);
}
