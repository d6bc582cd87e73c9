#include "arch/catalogue.hpp"
#include "explore/mapper/requirements.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore;

namespace {

std::vector<core::Expression> conditions(const std::vector<std::string>& texts) {
  std::vector<core::Expression> list;
  for (const auto& text : texts) {
    list.push_back(*core::Expression::parse(text));
  }
  return list;
}

/// A machine of two units and four memories, and what a mapping costs on it.
struct Known {
  arch::Machine machine = *arch::load("fusemax");
  mappings::Evaluation evaluation = [] {
    mappings::Evaluation made;
    made.fits = made.ordered = true;
    made.used = {0, 1000, 20, 10};
    made.moved = {5000, 7000, 0, 0};
    made.cycles = 940e6;
    made.utilization = {0.75, 0.5};
    return made;
  }();
};

} // namespace

TEST_CASE("requirements see time, utilisation, room and traffic", "[requirements]") {
  const Known known;
  for (const auto& [text, expected] : std::vector<std::pair<std::string, bool>>{
           {"cycles <= 940000000", true},
           {"cycles < 940000000", false},
           {"seconds >= 1 and seconds <= 1", true},
           {"array_2d.utilization >= 0.75", true},
           {"array_2d.utilization > 0.75", false},
           {"array_1d.utilization < 0.6", true},
           {"global_buffer.used <= 1000", true},
           {"global_buffer.used < 1000", false},
           {"registers_2d.used + registers_1d.used >= 30", true},
           {"dram.moved <= 5000 and global_buffer.moved >= 7000", true},
           {"dram.moved > 5000", false}}) {
    INFO(text);
    const auto requirements = Requirements::check(conditions({text}), known.machine);
    REQUIRE(requirements.has_value());
    CHECK(requirements->hold(known.evaluation) == expected);
  }
  auto covered = known.evaluation;
  covered.picojoules = 500;
  const auto energy = Requirements::check(conditions({"energy_pj < 501"}), known.machine);
  CHECK(energy->hold(covered));
  CHECK_FALSE(energy->hold(known.evaluation));
}

TEST_CASE("a requirement of something that does not exist is refused", "[requirements]") {
  const Known known;
  const auto wrong =
      Requirements::check(conditions({"cycle < 5", "global_bufer.used < 5"}), known.machine);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().size() == 2);
  CHECK(wrong.error()[0].what == "there is no 'cycle' to require something of");
  CHECK(wrong.error()[1].help.find("did you mean 'global_buffer.used'?") == 0);
}

TEST_CASE("a requirement of a simulation looks at the simulation's time and the bound's bytes",
          "[requirements]") {
  const Known known;
  const auto requirements = Requirements::check(
      conditions({"array_2d.utilization >= 0.7", "cycles < 2000000000", "dram.moved <= 5000"}),
      known.machine);
  results::Result result;
  result.cycles = 1e9;
  result.units = {{"array_2d", 0, 0.6875, {}}, {"array_1d", 0, 0.4, {}}, {"dram", 0, 0.1, {}}};
  CHECK(requirements->hold(known.evaluation));
  CHECK_FALSE(requirements->hold(result, known.evaluation));
  result.units[0].utilization = 0.7;
  CHECK(requirements->hold(result, known.evaluation));
  result.cycles = 3e9;
  CHECK_FALSE(requirements->hold(result, known.evaluation));
}
