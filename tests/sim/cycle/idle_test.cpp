#include "sim/cycle/program.hpp"
#include "tests/sim/random_schedule.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <rapidcheck.h>

using namespace einsight::sim;
using namespace einsight::sim::test;

namespace {

/// Does any task of the block run in the epoch? Every iteration by itself.
bool works(const Program& program, const Block& block, std::int64_t iterations,
           std::int64_t epoch) {
  const auto& section = program.section;
  return std::any_of(block.items.begin(), block.items.end(), [&](const Item& item) {
    const auto iteration = epoch - item.stage;
    if (item.kind != Item::Kind::Task || iteration < 0 || iteration >= iterations) {
      return false;
    }
    Digits digits(section.loops.size(), 0);
    decode(section, block.loops, iteration, digits);
    const bool takesPart =
        std::all_of(item.pins.begin(), item.pins.end(), [&](const Item::Pin& pin) {
          const auto at = static_cast<std::size_t>(pin.loop);
          return digits[at] == (pin.last ? section.loops[at].trips - 1 : 0);
        });
    return takesPart && runs(section, section.tasks[static_cast<std::size_t>(item.index)], digits);
  });
}

} // namespace

TEST_CASE("in epochs that are passed at once no task runs", "[sim]") {
  std::int64_t passed = 0;
  std::int64_t rows = 0;
  CHECK(rc::check("idle epochs are idle", [&] {
    const auto schedule = drawnSchedule();
    const Program program(schedule.sections.front());
    for (std::size_t b = 0; b < program.section.blocks.size(); ++b) {
      const auto& block = program.section.blocks[b];
      const auto& walk = program.walks[b];
      const auto epochs = walk.iterations + walk.lastStage;
      for (std::int64_t epoch = 0; epoch < epochs;) {
        Digits digits(program.section.loops.size(), 0);
        const Frame frame{static_cast<int>(b), epoch, 0, 0};
        const auto idle = idleEpochs(program, frame, digits);
        RC_ASSERT(idle == 0 || idle >= 2);
        RC_ASSERT(epoch + idle <= epochs);
        for (std::int64_t i = 0; i < idle; ++i) {
          RC_ASSERT(!works(program, block, walk.iterations, epoch + i));
        }
        passed += idle;
        rows += idle > program.section.loops[static_cast<std::size_t>(block.loops.back())].trips
                    ? 1
                    : 0;
        epoch += std::max<std::int64_t>(1, idle);
      }
    }
  }));
  CHECK(passed > 0);
  CHECK(rows > 0); // also beyond the innermost loop
}
