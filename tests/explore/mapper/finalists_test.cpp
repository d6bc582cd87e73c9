#include "arch/catalogue.hpp"
#include "explore/mapper/finalists.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;
using mappings::Objective;

namespace {

/// A search that is over, with what belongs to it.
struct Before {
  MapRequest request;
  arch::Machine machine = *arch::load("fusemax");
  Requirements requirements = *Requirements::check({}, machine);
  mappings::Found found;
  Shortfall shortfall{requirements};

  explicit Before(Objective objective) {
    request.workload = "matmul";
    request.machine = "fusemax";
    request.workloadSettings = {{"M", 70}, {"N", 50}, {"K", 20}};
    request.objective = objective;
    mappings::SearchOptions options;
    options.objective = objective;
    options.settings = request.workloadSettings;
    auto answer = mappings::search(
        [](const core::Settings& settings) { return workloads::load("matmul", settings); }, machine,
        options);
    REQUIRE(answer);
    found = std::move(*answer);
  }
};

} // namespace

TEST_CASE("where there is no time to simulate, the answer is the best on the bound and says so",
          "[explore]") {
  Before searched(Objective::Latency);
  for (const bool counted : {false, true}) {
    searched.request.seconds = counted ? 60 : 0;
    searched.request.steps = counted ? std::optional<std::int64_t>(0) : std::nullopt;
    const auto answer = bestFinalist(searched.request, searched.machine, searched.requirements,
                                     searched.found, false, searched.shortfall);
    REQUIRE(answer);
    CHECK(answer->result.engine == "analytic");
    CHECK(answer->simulated == 0);
    CHECK(answer->optimal);
    CHECK_FALSE(answer->proven);
    CHECK(answer->value == Approx(searched.found.finalists.front().evaluation.cycles));
  }
}

TEST_CASE("counted in steps, a deadline is over after so many reports and at no time",
          "[explore]") {
  MapRequest request;
  request.seconds = 0;
  request.steps = 1000;
  auto deadline = Deadline::of(request);
  auto half = deadline.part(0.5);
  const auto whole = deadline.left();
  CHECK(half.left() == whole / 2);
  for (int reports = 1; !half.over(); ++reports) {
    half.report();
    deadline.report();
    CHECK(half.left() == whole / 2 - reports);
  }
  CHECK_FALSE(deadline.over());
  CHECK(deadline.left() == whole / 2);
}

TEST_CASE("a search that was stopped is answered at once on the bound", "[explore]") {
  Before searched(Objective::Edp);
  const auto answer = bestFinalist(searched.request, searched.machine, searched.requirements,
                                   searched.found, true, searched.shortfall);
  REQUIRE(answer);
  CHECK(answer->stopped);
  CHECK_FALSE(answer->optimal);
  CHECK(answer->result.engine == "analytic");
}

TEST_CASE("the least energy is as fast as any finalist of that energy", "[explore]") {
  Before searched(Objective::Energy);
  const auto answer = bestFinalist(searched.request, searched.machine, searched.requirements,
                                   searched.found, false, searched.shortfall);
  REQUIRE(answer);
  CHECK(answer->value == Approx(*searched.found.finalists.front().evaluation.picojoules));
  int equal = 0;
  for (const auto& finalist : searched.found.finalists) {
    const auto point = prepare(finalist.mapping, *finalist.cascade, searched.machine, "one");
    REQUIRE(point);
    const auto result = run(*point);
    REQUIRE(result);
    if (*result->energy.total <= answer->value * (1 + 1e-12)) {
      ++equal;
      CHECK(*result->cycles >= *answer->result.cycles);
    }
  }
  CHECK(equal > 0);
}

TEST_CASE("a simulated mapping of the catalogue is preferred to one that could not be simulated",
          "[explore]") {
  for (const auto objective : {Objective::Latency, Objective::Energy}) {
    Before searched(objective);
    auto shipped = bestShipped(searched.request, *workloads::load("matmul"), searched.requirements);
    REQUIRE(shipped);
    CHECK(shipped->shipped->simulated);
    searched.request.seconds = 0;
    const auto bound = bestFinalist(searched.request, searched.machine, searched.requirements,
                                    searched.found, false, searched.shortfall);
    REQUIRE(bound);
    REQUIRE(bound->value < shipped->value);
    const auto answer = withShipped(searched.request, bound, shipped);
    REQUIRE(answer);
    CHECK(answer->fromCatalogue == (objective == Objective::Latency)); // energy is exact
    auto slow = shipped;
    slow->value = 2.1 * bound->value;
    CHECK_FALSE(withShipped(searched.request, bound, slow)->fromCatalogue);
    const auto unsimulated =
        bestShipped(searched.request, *workloads::load("matmul"), searched.requirements);
    REQUIRE(unsimulated);
    CHECK_FALSE(unsimulated->shipped->simulated);
    CHECK_FALSE(withShipped(searched.request, bound, unsimulated)->fromCatalogue);
  }
}
