#include "mapper_space.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
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

} // namespace

TEST_CASE("on tiny products the search finds what looking at every mapping finds", "[mappings]") {
  int compared = 0;
  std::size_t seen = 0;
  const bool holds = rc::check("products", [&] {
    if (compared >= 60 && seen >= 5000) {
      return;
    }
    const auto yaml = fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                  "parameters: {{M: {}, N: {}, K: {}}}\n"
                                  "ranks: {{m: M, n: N, k: K}}\n"
                                  "tensors: {{A: [m, k], B: [k, n]}}\nresults: [Z]\n"
                                  "einsums: ['Z[m,n] = A[m,k] * B[k,n]']\n",
                                  between(1, 8), between(1, 4), between(1, 5));
    const auto machine = tinyMachine();
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
  });
  CHECK(holds);
  CHECK(seen >= 5000);
}

TEST_CASE("on tiny chains the search finds what looking at every mapping finds", "[mappings]") {
  int compared = 0;
  std::size_t seen = 0;
  const bool holds = rc::check("chains", [&] {
    if (compared >= 40 && seen >= 5000) {
      return;
    }
    const auto yaml = fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                  "parameters: {{M: {}, N: {}}}\n"
                                  "ranks: {{m: M, n: N}}\n"
                                  "tensors: {{A: [m, n]}}\nresults: [Z]\n"
                                  "einsums: ['Y[m] = A[m,n] :: add(n)', 'Z[m] = Y[m] / Y[m]']\n",
                                  between(1, 6), between(1, 3));
    const auto machine = tinyMachine();
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
  });
  CHECK(holds);
  CHECK(seen >= 5000);
}

TEST_CASE("on tiny recurrences the search finds what looking at every mapping finds, one iteration "
          "included",
          "[mappings]") {
  int compared = 0;
  int single = 0;
  std::size_t seen = 0;
  const bool holds = rc::check("recurrences", [&] {
    if (compared >= 40 && seen >= 1000) {
      return;
    }
    const auto iterations = between(1, 3);
    const auto yaml = fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                  "parameters: {{M: {}, P: {}}}\n"
                                  "ranks: {{m: M, p: P}}\n"
                                  "tensors: {{A: [m, p], R: {{initial: 0}}}}\nresults: [Z]\n"
                                  "einsums: ['R[m+1,p] = R[m,p] + A[m,p]', 'Z[p] = R[M,p]']\n",
                                  iterations, between(1, 4));
    const auto machine = tinyMachine();
    const auto before = seen;
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    single += iterations == 1 && seen > before ? 1 : 0;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
  });
  CHECK(holds);
  CHECK(single >= 5);
  CHECK(seen >= 1000);
}

TEST_CASE("on tiny masked chains the search finds what looking at every mapping finds",
          "[mappings]") {
  int compared = 0;
  std::size_t seen = 0;
  const bool holds = rc::check("masked chains", [&] {
    if (compared >= 25 && seen >= 1000) {
      return;
    }
    const auto window = between(0, 1) == 0 ? fmt::format(" and n > m - {}", between(1, 3)) : "";
    const auto yaml = fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                  "parameters: {{M: {}, N: {}}}\n"
                                  "ranks: {{m: M, n: N}}\n"
                                  "tensors: {{A: [m], B: [n]}}\nresults: [Z]\n"
                                  "masks: {{Y: n <= m + {}{}}}\n"
                                  "einsums: ['Y[m,n] = A[m] * B[n]', 'Z[m] = Y[m,n] :: add(n)']\n",
                                  between(1, 5), between(1, 4), between(-1, 1), window);
    const auto machine = tinyMachine();
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
  });
  CHECK(holds);
  CHECK(seen >= 1000);
}

TEST_CASE("on tiny masked recurrences the search finds what looking at every mapping finds, with "
          "masked tiles left out or not",
          "[mappings]") {
  int compared = 0;
  int skipping = 0;
  std::size_t seen = 0;
  const bool holds = rc::check("masked recurrences", [&] {
    if (compared >= 25 && seen >= 1000 && skipping >= 5) {
      return;
    }
    const auto yaml = fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                  "parameters: {{M: {}, P: {}}}\n"
                                  "ranks: {{m: M, p: P}}\n"
                                  "tensors: {{A: [m, p], R: {{initial: 0}}}}\nresults: [Z]\n"
                                  "masks: {{S: m <= p + {}}}\n"
                                  "einsums: ['S[m,p] = A[m,p] * A[m,p]', "
                                  "'R[m+1,p] = R[m,p] + S[m,p]', 'Z[p] = R[M,p]']\n",
                                  between(1, 3), between(1, 4), between(-1, 0));
    const auto machine = tinyMachine();
    const auto before = seen;
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
    if (seen > before) {
      const auto cascade = einsum::parseCascade(yaml, "tiny.yaml");
      const auto found = search([&](const core::Settings&) { return cascade; }, machine, {});
      const auto& sections = found->finalists.front().mapping.sections;
      skipping += std::any_of(sections.begin(), sections.end(),
                              [](const Section& section) { return section.nest.skipMasked; });
    }
  });
  CHECK(holds);
  CHECK(seen >= 1000);
  CHECK(skipping >= 5);
}

TEST_CASE(
    "on tiny maps over short ranks the search finds what looking at every mapping finds, with "
    "several ranks on one axis",
    "[mappings]") {
  int compared = 0;
  int shared = 0;
  std::size_t seen = 0;
  const bool holds = rc::check("short ranks", [&] {
    if (compared >= 40 && seen >= 1000 && shared >= 5) {
      return;
    }
    const auto yaml = fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                  "parameters: {{M: {}, N: {}, K: {}}}\n"
                                  "ranks: {{m: M, n: N, k: K}}\n"
                                  "tensors: {{A: [m, n, k]}}\nresults: [Z]\n"
                                  "einsums: ['Z[m,n,k] = exp(A[m,n,k])']\n",
                                  between(1, 5), between(2, 4), between(1, 2));
    const auto machine =
        machineOf("fusemax", {{"rows", between(1, 2)}, {"columns", 16}, {"dram_gib_per_s", 400}});
    const auto before = seen;
    const auto wrong = difference(yaml, machine, seen);
    ++compared;
    if (!wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
    if (seen > before) {
      const auto cascade = einsum::parseCascade(yaml, "tiny.yaml");
      const auto found = search([&](const core::Settings&) { return cascade; }, machine, {});
      const auto& bindings = found->finalists.front().mapping.bindings;
      shared += std::any_of(bindings.begin(), bindings.end(), [](const Binding& binding) {
        return std::any_of(binding.spatial.begin(), binding.spatial.end(),
                           [](const auto& axis) { return axis.second.size() > 1; });
      });
    }
  });
  CHECK(holds);
  CHECK(seen >= 1000);
  CHECK(shared >= 5);
}
