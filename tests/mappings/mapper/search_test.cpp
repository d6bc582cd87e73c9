#include "mappings/lower.hpp"
#include "mappings/mapper/search.hpp"
#include "mappings/write.hpp"
#include "sim/totals.hpp"
#include "space.hpp"
#include "tests/mappings/mapping_text.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <rapidcheck.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

core::Expected<Found> searched(const std::string& workload, const arch::Machine& machine,
                               const SearchOptions& options) {
  return search([&](const core::Settings& settings) { return workloads::load(workload, settings); },
                machine, options);
}

} // namespace

TEST_CASE("every finalist is legal, costs what the search says and runs to its end", "[mappings]") {
  int found = 0;
  int left = 20;
  const bool holds = rc::check("finalists", [&] {
    if (left-- <= 0) {
      return;
    }
    const auto name = *rc::gen::element<std::string>(
        "cross-attention-1pass", "cross-attention-3pass", "linear-attention", "matmul",
        "attention-2pass", "attention-2pass-deferred", "attention-3pass-deferred",
        "attention-1pass-causal", "attention-2pass-causal", "attention-3pass-causal");
    SearchOptions options;
    options.steps = 10'000;
    options.finalists = 4;
    for (const auto* size : {"B", "H"}) {
      options.settings[size] = between(1, 3);
    }
    options.settings["E"] = between(1, 9);
    options.settings["F"] = between(1, 9);
    if (name.starts_with("cross")) {
      options.settings["P"] = between(1, 20);
      options.settings["M"] = between(1, 30);
    } else {
      options.settings["L"] = between(1, 30);
    }
    if (name == "matmul") {
      options.settings = {{"M", between(1, 30)}, {"N", between(1, 30)}, {"K", between(1, 30)}};
    }
    const auto machine =
        machineOf("fusemax", {{"rows", between(2, 6)},
                              {"columns", between(2, 6)},
                              {"dram_gib_per_s", between(1, 100)},
                              {"buffer_mib", core::Rational(between(64, 32768), 1 << 20)}});
    if (machine.memories()[1].actions.front().picojoules) { // else only cycles are known
      options.objective = *rc::gen::elementOf(
          std::vector<Objective>(std::begin(kObjectives), std::end(kObjectives)));
    }
    const auto answer = searched(name, machine, options);
    if (!answer) {
      return;
    }
    ++found;
    if (const auto wrong = violation(*answer, machine); !wrong.empty()) {
      RC_FAIL(name + ": " + wrong);
    }
  });
  CHECK(holds);
  CHECK(found >= 12);
}

TEST_CASE("attention with one pass keeps both arrays busy, and that is optimal", "[mappings]") {
  const auto machine = machineOf("fusemax");
  SearchOptions options;
  options.settings = {{"L", core::Rational(16384)}, {"M0", core::Rational(256)}};
  const auto found = searched("bert", machine, options);
  REQUIRE(found);
  CHECK(found->exhaustive);
  const auto& best = found->finalists.front().evaluation;
  for (const auto& busy : best.utilization) {
    CHECK(busy > 0.9);
  }
  const auto shipped = valid(verifiedOf(
      readingOf("fusemax-binding", {"bert", "fusemax", {{"L", core::Rational(16384)}}, {}, {}})));
  const auto schedule = lower(shipped);
  REQUIRE(schedule);
  const auto bound = sim::analytic(*schedule);
  CHECK(best.cycles <=
        static_cast<double>(bound.ticks) / static_cast<double>(schedule->ticksPerCycle));
}

TEST_CASE("the mapper chooses the tile of keys where the user does not", "[mappings]") {
  const auto machine = machineOf("fusemax");
  SearchOptions options;
  options.settings = {{"L", core::Rational(4096)}};
  const auto chosen = searched("bert", machine, options);
  options.settings["M0"] = core::Rational(64);
  const auto given = searched("bert", machine, options);
  REQUIRE(chosen);
  REQUIRE(given);
  CHECK(chosen->finalists.front().mapping.parameters.size() == 1);
  CHECK(given->finalists.front().mapping.parameters.empty());
  CHECK(chosen->finalists.front().evaluation.cycles < given->finalists.front().evaluation.cycles);
}

TEST_CASE("a rank along which everything moves takes no longer where it fits an axis than where it "
          "is longer by one",
          "[mappings]") {
  const auto cyclesOf = [](const std::string& ranks, const std::string& einsums,
                           const core::Settings& settings) {
    const auto machine = machineOf("fusemax", {{"dram_gib_per_s", core::Rational(6400)}});
    SearchOptions options;
    options.settings = settings;
    const auto yaml = "version: 1\nworkload: w\nsummary: t\nsource: t\n"
                      "parameters: {T: 1, D: 64}\nranks: {t: T, d: D}\n" +
                      fmt::format("tensors: {{A: {0}, B: {0}}}\n", ranks) + einsums;
    const auto found =
        search([&](const core::Settings& set) { return einsum::parseCascade(yaml, "w.yaml", set); },
               machine, options);
    REQUIRE(found);
    CHECK(found->exhaustive);
    return found->finalists.front().evaluation.cycles;
  };
  const std::string norm =
      "results: [Y]\neinsums: ['S[t] = A[t,d] * A[t,d]', 'R[t] = rsqrt(S[t] / D + 1)', "
      "'N[t,d] = A[t,d] * R[t]', 'E[t,d] = exp(B[t,d])', 'Y[t,d] = N[t,d] * E[t,d]']\n";
  const std::string map = "results: [Y]\neinsums: ['X[t,d] = A[t,d] * B[t,d]', "
                          "'Y[t,d] = X[t,d] + B[t,d]']\n";
  for (const auto& [length, longer] : {std::pair{128, 129}, {129, 257}, {200, 257}, {256, 257}}) {
    CAPTURE(length, longer);
    for (const int sums : {64, 160}) {
      CHECK(cyclesOf("[t, d]", norm, {{"T", length}, {"D", sums}}) <=
            cyclesOf("[t, d]", norm, {{"T", longer}, {"D", sums}}));
    }
    const auto square = [](int size) { return core::Settings{{"T", size}, {"D", size}}; };
    CHECK(cyclesOf("[t, d]", map, square(length)) <= cyclesOf("[t, d]", map, square(longer)));
  }
}

TEST_CASE("a whole encoder layer is cut into sections", "[mappings]") {
  const auto machine = machineOf("fusemax");
  SearchOptions options;
  options.settings = {{"B", core::Rational(2)}};
  options.steps = 100'000;
  const auto found = searched("encoder-layer-1pass", machine, options);
  REQUIRE(found);
  CHECK(found->finalists.front().mapping.sections.size() > 1);
  CHECK(violation(*found, machine).empty());
}

TEST_CASE("the products before a recurrence and the recurrence itself are found in few steps",
          "[mappings]") {
  const auto machine = machineOf("fusemax");
  SearchOptions options;
  options.settings = {{"L", core::Rational(1024)}};
  options.steps = 5'000;
  const auto found = searched("mla", machine, options);
  REQUIRE(found);
  CHECK(found->finalists.front().mapping.sections.size() > 1);
  CHECK(violation(*found, machine).empty());
}

TEST_CASE("the same search gives the same mappings", "[mappings]") {
  const auto machine = machineOf("fusemax");
  SearchOptions options;
  options.settings = {{"B", core::Rational(1)}};
  const auto one = searched("attention-3pass", machine, options);
  const auto two = searched("attention-3pass", machine, options);
  REQUIRE(one);
  REQUIRE(two);
  REQUIRE(one->finalists.size() == two->finalists.size());
  for (std::size_t i = 0; i < one->finalists.size(); ++i) {
    CHECK(one->finalists[i].evaluation.cycles == two->finalists[i].evaluation.cycles);
    CHECK(one->finalists[i].evaluation.picojoules == two->finalists[i].evaluation.picojoules);
  }
}

TEST_CASE("a requirement excludes mappings that do not meet it", "[mappings]") {
  const auto machine = machineOf("fusemax");
  const auto free = searched("matmul", machine, {});
  REQUIRE(free);
  const auto most = free->finalists.front().evaluation.used[1] / 2;
  SearchOptions bounded;
  bounded.steps = 40'000;
  bounded.accepts = [&](const Evaluation& evaluation) { return evaluation.used[1] <= most; };
  const auto found = searched("matmul", machine, bounded);
  REQUIRE(found);
  for (const auto& each : found->finalists) {
    CHECK(each.evaluation.used[1] <= most);
  }
  bounded.steps = 10'000;
  bounded.accepts = [](const Evaluation&) { return false; };
  const auto none = searched("matmul", machine, bounded);
  REQUIRE_FALSE(none);
  CHECK(none.error().front().what == "no mapping of the space was found that is legal on 'fusemax' "
                                     "and meets the requirements");
  CHECK(none.error().front().help == "loosen a requirement, or give the search more time");
}

TEST_CASE("energy that no table covers is a mistake at once, not a search", "[mappings]") {
  const auto machine = machineOf("flat-edge");
  for (const auto objective : {Objective::Energy, Objective::Edp}) {
    SearchOptions options;
    options.objective = objective;
    const auto found = searched("matmul", machine, options);
    REQUIRE_FALSE(found);
    REQUIRE(found.error().size() == 1);
    CHECK(found.error().front().what ==
          "the energy of 'matmul' on 'flat-edge' is unknown: no table covers read of "
          "global_buffer, write of global_buffer "
          "('sram' at 512 bits: 524288 B is beyond twice the table's range (32768 to 65536 B))");
    CHECK(found.error().front().help ==
          "search for latency, or give the machine sizes that its tables cover: docs/energy.md");
  }
}

TEST_CASE("an operator that no unit has is reported for every Einsum", "[mappings]") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-no-logarithm-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << "version: 1\nextends: fusemax\nmachine: fusemax\n"
                         "arrays: {array_1d: {pe: {operations: {log: ~, pow: ~}}}}\n";
  const auto machine = machineOf(file.string());
  std::filesystem::remove(file);
  const auto yaml = "version: 1\nworkload: odd\nsummary: t\nsource: t\nparameters: {M: 4}\n"
                    "ranks: {m: M}\ntensors: {A: [m]}\nresults: [Z]\n"
                    "einsums: ['Y[m] = log(A[m])', 'Z[m] = log(Y[m])']\n";
  const auto found = search(
      [&](const core::Settings&) { return einsum::parseCascade(yaml, "odd.yaml"); }, machine, {});
  REQUIRE_FALSE(found);
  REQUIRE(found.error().size() == 2);
  CHECK(found.error()[0].what == "no unit of 'fusemax' can do all operators of Einsum 'Y'");
  CHECK(found.error()[0].help == "einsight show fusemax lists what its units can do");
  CHECK(found.error()[1].what == "no unit of 'fusemax' can do all operators of Einsum 'Z'");
}

TEST_CASE("a search that is stopped keeps what it has", "[mappings]") {
  const auto machine = machineOf("fusemax");
  SearchOptions options;
  options.objective = Objective::Energy;
  options.settings = {{"L", core::Rational(4096)}};
  int asked = 0;
  options.progress = [&](const SearchProgress& progress) {
    CHECK(progress.fraction <= 1);
    return ++asked < 20;
  };
  const auto found = searched("bert", machine, options);
  CHECK(asked == 20);
  if (found) {
    CHECK_FALSE(found->exhaustive);
    CHECK_FALSE(found->finalists.empty());
  }
}

TEST_CASE("limited by steps, a search gives the same answer however slow the machine is",
          "[mappings]") {
  const auto machine = machineOf("fusemax", {{"rows", 16}, {"columns", 16}});
  const auto answerOf = [&](const Found& found) {
    std::string text;
    for (const auto& finalist : found.finalists) {
      text += write(finalist.mapping) + std::to_string(finalist.evaluation.cycles) + "\n";
    }
    return text + std::to_string(found.evaluated) + " of " + std::to_string(found.met);
  };
  SearchOptions options;
  options.settings = {{"B", 1}, {"H", 2}, {"L", 512}};
  options.steps = 300;
  options.seconds = 0; // does not count then
  const auto fast = searched("attention-1pass", machine, options);
  int pauses = 20;
  options.progress = [&](const SearchProgress&) {
    usleep(pauses-- > 0 ? 25'000 : 0);
    return true;
  };
  const auto slow = searched("attention-1pass", machine, options);
  REQUIRE(fast);
  REQUIRE(slow);
  CHECK_FALSE(fast->exhaustive);
  CHECK(fast->met == fast->evaluated + fast->excluded + fast->unseen);
  CHECK(pauses < 20);
  CHECK(answerOf(*slow) == answerOf(*fast));
  options.steps = 3000;
  const auto longer = searched("attention-1pass", machine, options);
  REQUIRE(longer);
  CHECK(longer->evaluated > fast->evaluated);
  CHECK(longer->finalists.front().evaluation.cycles <= fast->finalists.front().evaluation.cycles);
}
