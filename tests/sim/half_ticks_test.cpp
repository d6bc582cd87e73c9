#include "random_schedule.hpp"
#include "sim/half_ticks.hpp"
#include "sim/totals.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::sim;

TEST_CASE("in ticks of half the length every engine finds twice as many", "[sim]") {
  CHECK(rc::check("half ticks", [] {
    const auto schedule = test::drawnSchedule();
    const auto halved = inHalfTicks(schedule);
    const auto whole = cycle(schedule);
    const auto twice = cycle(halved);
    RC_ASSERT(whole.has_value());
    RC_ASSERT(twice.has_value());
    RC_ASSERT(twice->ticks == 2 * whole->ticks);
    RC_ASSERT(analytic(halved).ticks == 2 * analytic(schedule).ticks);
  }));
}

TEST_CASE("what takes one tick and becomes twice as fast takes half of it", "[sim]") {
  Schedule schedule;
  schedule.resources = {{"array", false, 1}};
  schedule.einsums = {"Z"};
  Section section;
  section.loops = {{"i", 10, false}};
  section.tasks = {{"Z", Task::Kind::Compute, 0, 0, {0}, {}, {}, {1, {}, 1}, {}, {}}};
  section.blocks = {{{0}, {{Item::Kind::Task, 0, 0, {}}}, 0}};
  section.streams = {{0, 0, -1}};
  schedule.sections = {section};
  auto halved = inHalfTicks(schedule);
  halved.resources[0].speedup = core::Rational(1);
  const auto totals = cycle(halved);
  REQUIRE(totals);
  CHECK(totals->ticks == 10);
  CHECK(halved.ticksPerCycle == 2);
}
