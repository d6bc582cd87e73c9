#include "mappings/mapper/front.hpp"
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

bool staged(const Nest& nest) {
  return std::any_of(nest.phases.begin(), nest.phases.end(), [](const Phase& phase) {
    return std::any_of(phase.lines.begin(), phase.lines.end(), [](const Line& line) {
      return line.stage > 0 || (!line.nest.empty() && staged(line.nest.front()));
    });
  });
}

bool pipelined(const Mapping& mapping) {
  return std::any_of(mapping.sections.begin(), mapping.sections.end(),
                     [](const Section& section) { return staged(section.nest); });
}

/// Nothing, or how the mappings below a bound that are shown differ from those that an enumeration
/// of the space has below it.
std::string difference(const std::string& yaml, const arch::Machine& machine, std::size_t& seen,
                       std::size_t& pipelines) {
  const auto cascade = einsum::parseCascade(yaml, "tiny.yaml");
  const auto space = enumerate(*cascade, machine, 2000);
  if (space.mappings > 2000 || space.costs.empty()) {
    return "";
  }
  std::vector<double> expected;
  for (const auto& [cycles, picojoules] : space.costs) {
    expected.push_back(cycles);
  }
  std::sort(expected.begin(), expected.end());
  const auto below = expected[expected.size() / 2] * 1.5 + 1e-3;
  std::erase_if(expected, [&](double cycles) { return cycles >= below; });
  std::vector<double> shown;
  Widening widening;
  widening.below = below;
  widening.count = 100'000;
  widening.every = true;
  widening.look = [&](const Finalist& finalist) {
    pipelines += pipelined(finalist.mapping) ? 1 : 0;
    if (!pipelined(finalist.mapping)) {
      shown.push_back(finalist.evaluation.cycles);
    }
    return below;
  };
  const auto all = widen([&](const core::Settings&) { return cascade; }, machine, {}, widening);
  std::sort(shown.begin(), shown.end());
  seen += shown.size();
  const bool equal =
      std::equal(shown.begin(), shown.end(), expected.begin(), expected.end(),
                 [](double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(a, b); });
  return equal && all && *all ? ""
                              : fmt::format("{} of {} mappings below {} are shown, all: {}",
                                            shown.size(), expected.size(), below, all && *all);
}

} // namespace

TEST_CASE("every mapping of the space below a bound is shown once, with pipelines besides",
          "[mappings]") {
  const std::vector<std::function<std::string()>> cascades{
      [] {
        return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                           "parameters: {{M: {}, N: {}, K: {}}}\n"
                           "ranks: {{m: M, n: N, k: K}}\n"
                           "tensors: {{A: [m, k], B: [k, n]}}\nresults: [Z]\n"
                           "einsums: ['Z[m,n] = A[m,k] * B[k,n]']\n",
                           between(1, 6), between(1, 3), between(1, 4));
      },
      [] {
        return fmt::format("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                           "parameters: {{M: {}, N: {}}}\n"
                           "ranks: {{m: M, n: N}}\n"
                           "tensors: {{A: [m, n]}}\nresults: [Z]\n"
                           "einsums: ['Y[m] = A[m,n] :: add(n)', 'Z[m] = exp(Y[m])']\n",
                           between(2, 6), between(1, 3));
      }};
  std::size_t seen = 0;
  std::size_t pipelines = 0;
  int left = 40;
  CHECK(rc::check("shown", [&] {
    if (left-- <= 0) {
      return;
    }
    const auto yaml = cascades[static_cast<std::size_t>(left % 2)]();
    const auto machine =
        machineOf("fusemax", {{"rows", between(1, 2)},
                              {"columns", 2},
                              {"dram_gib_per_s", between(1, 12)},
                              {"buffer_mib", core::Rational(between(2, 8), 128 * 1024)}});
    if (const auto wrong = difference(yaml, machine, seen, pipelines); !wrong.empty()) {
      RC_FAIL(yaml + wrong);
    }
  }));
  CHECK(seen >= 500);
  CHECK(pipelines >= 5);
}

TEST_CASE("no more mappings are shown than were asked for, and then not all are said to be",
          "[mappings]") {
  const auto machine = machineOf("fusemax", {{"rows", 2}, {"columns", 2}});
  const auto cascade = einsum::parseCascade("version: 1\nworkload: tiny\nsummary: t\nsource: t\n"
                                            "parameters: {M: 9, N: 7}\nranks: {m: M, n: N}\n"
                                            "tensors: {A: [m], B: [n]}\nresults: [Z]\n"
                                            "einsums: ['Z[m,n] = A[m] * B[n]']\n",
                                            "tiny.yaml");
  const auto shown = [&](std::size_t count, double below, int most, bool& all) {
    std::vector<double> list;
    Widening widening{below, count, false, [&](const Finalist& finalist) {
                        list.push_back(finalist.evaluation.cycles);
                        return static_cast<int>(list.size()) < most ? below : 0;
                      }};
    const auto done = widen([&](const core::Settings&) { return cascade; }, machine, {}, widening);
    all = done && *done;
    return list;
  };
  bool all = false;
  const auto many = shown(10'000, 1e300, 1'000'000, all);
  CHECK(all);
  const auto few = shown(2, 1e300, 1'000'000, all);
  CHECK_FALSE(all);
  CHECK(few.size() < many.size());
  const auto least = *std::min_element(many.begin(), many.end());
  CHECK(*std::min_element(few.begin(), few.end()) == least);
  CHECK(shown(10'000, 1e300, 3, all).size() == 3);
  CHECK_FALSE(all);
  CHECK(shown(10'000, least, 1'000'000, all).empty());
  CHECK(all);
}

TEST_CASE("equal mappings are ordered so that different ones come first", "[mappings]") {
  const std::vector<mapper::Standing> list{{2, 5, "a"}, {1, 9, "a"}, {1, 3, "a"},
                                           {1, 7, "b"}, {1, 8, "b"}, {1, 4, "c"}};
  CHECK(mapper::spread(list) == std::vector<std::size_t>{2, 5, 3, 4, 1, 0});
}
