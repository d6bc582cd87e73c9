#include "arch/catalogue.hpp"
#include "explore/mapper/shortfall.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;

namespace {

/// Requirements on a machine of two units, and mappings that are held against them.
struct Held {
  arch::Machine machine = *arch::load("fusemax");
  Requirements requirements;

  explicit Held(const std::vector<std::string>& texts)
      : requirements(*Requirements::check(conditions(texts), machine)) {}

  static std::vector<core::Expression> conditions(const std::vector<std::string>& texts) {
    std::vector<core::Expression> list;
    for (const auto& text : texts) {
      list.push_back(*core::Expression::parse(text));
    }
    return list;
  }
};

mappings::Evaluation costs(double cycles, double utilization) {
  mappings::Evaluation made;
  made.fits = made.ordered = true;
  made.used = {0, 0, 0, 0};
  made.moved = {0, 0, 0, 0};
  made.cycles = cycles;
  made.utilization = {utilization, 0.5};
  return made;
}

results::Result simulation(double cycles, double utilization) {
  results::Result result;
  result.cycles = cycles;
  result.units = {{"array_2d", 0, utilization, {}}, {"array_1d", 0, 0.4, {}}};
  return result;
}

} // namespace

TEST_CASE("a requirement that no mapping meets is refused once, with the best that was reached",
          "[requirements]") {
  const Held held({"array_2d.utilization >= 0.7", "cycles < 500", "cycles != 500 and cycles == 3"});
  Shortfall shortfall(held.requirements);
  CHECK(shortfall.problems().empty());
  for (const auto& [cycles, utilization] :
       std::vector<std::pair<double, double>>{{700, 0.25}, {643, 0.5}, {900, 0.6875}}) {
    const auto simulated = simulation(cycles, utilization);
    shortfall.add(costs(100, 0.9), &simulated);
  }
  CHECK(core::render(shortfall.problems()) ==
        "error: --require: 'array_2d.utilization >= 0.7' holds for none of the 3 mappings that "
        "were simulated: array_2d.utilization is 0.6875 at most\n"
        "  help: ask for a little less, or give the search more time\n"
        "error: --require: 'cycles < 500' holds for none of the 3 mappings that were simulated: "
        "cycles is 643 at least\n"
        "  help: ask for a little less, or give the search more time\n"
        "error: --require: 'cycles != 500 and cycles == 3' holds for none of the 3 mappings that "
        "were simulated: cycles is 643 to 900\n"
        "  help: ask for a little less, or give the search more time\n");
}

TEST_CASE("requirements that are met one by one but never together are refused together",
          "[requirements]") {
  const Held held({"array_2d.utilization >= 0.7", "cycles < 500"});
  Shortfall shortfall(held.requirements);
  shortfall.add(costs(700, 0.75));
  CHECK(core::render(shortfall.problems()) ==
        "error: --require: 'cycles < 500' does not hold for the one mapping that was evaluated on "
        "the bound: cycles is 700\n"
        "  help: ask for a little less, or give the search more time\n");
  shortfall.add(costs(400, 0.5));
  CHECK(core::render(shortfall.problems()) ==
        "error: --require: each requirement holds for some of the 2 mappings that were evaluated "
        "on the bound, but no mapping meets all of them\n"
        "  help: ask for a little less, or give the search more time\n");
  const auto simulated = simulation(800, 0.75);
  shortfall.add(costs(400, 0.75), &simulated);
  shortfall.add(costs(1, 0.75)); // on the bound: counts no more
  CHECK(core::render(shortfall.problems()) ==
        "error: --require: 'cycles < 500' does not hold for the one mapping that was simulated: "
        "cycles is 800\n"
        "  help: ask for a little less, or give the search more time\n");
}
