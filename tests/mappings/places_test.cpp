#include "mapping_text.hpp"
#include "mappings/lower.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;
using Route = sim::Edge::Route;

namespace {

constexpr std::int64_t kRows = 6;
constexpr std::int64_t kColumns = 4;

sim::Schedule lowered(const std::string& mapping, const std::string& workload) {
  const Setting setting{workload,
                        "fusemax-systolic",
                        {{"B", 1}, {"H", 2}, {"E", 5}, {"F", 3}, {"L", 20}},
                        {{"rows", kRows}, {"columns", kColumns}},
                        {}};
  auto schedule = lower(valid(verifiedOf(readingOf(mapping, setting))));
  if (!schedule) {
    FAIL(core::render(schedule.error()));
  }
  return std::move(*schedule);
}

const sim::Task& taskOf(const sim::Schedule& schedule, const std::string& name,
                        sim::Task::Kind kind = sim::Task::Kind::Compute) {
  for (const auto& task : schedule.sections.front().tasks) {
    if (task.name == name && task.kind == kind && task.resource >= 0) {
      return task;
    }
  }
  FAIL("no task " << name);
  return schedule.sections.front().tasks.front();
}

/// How the data of `maker` come to a task: route and hops, "none" where it does not wait for them.
std::string way(const sim::Schedule& schedule, const sim::Task& task, const std::string& maker,
                sim::Edge::Kind kind = sim::Edge::Kind::Data) {
  const auto& tasks = schedule.sections.front().tasks;
  for (const auto& need : task.needs) {
    const auto& from = tasks[static_cast<std::size_t>(need.producer)];
    if (need.kind == kind && from.name == maker && from.kind == sim::Task::Kind::Compute) {
      const std::vector<std::string> names{"ended", "lane", "gathered", "columns", "rows"};
      return names[static_cast<std::size_t>(need.route)] + " " +
             std::to_string(need.latency / schedule.ticksPerCycle);
    }
  }
  return "none";
}

std::string way(const sim::Schedule& schedule, const std::string& reader,
                const std::string& maker) {
  return way(schedule, taskOf(schedule, reader), maker);
}

} // namespace

TEST_CASE("what stays in a PE is there at once, what leaves takes a hop for each row",
          "[mappings]") {
  const auto schedule = lowered("fusemax-binding", "attention-1pass");
  CHECK(way(schedule, "SLN", "BQK") == "ended 0");
  CHECK(way(schedule, "RM", "LM") == "lane 6");   // down the columns, into the lanes below
  CHECK(way(schedule, "SLN", "RM") == "lane 1");  // from a lane to the column of that number
  CHECK(way(schedule, "RD", "SPD") == "ended 0"); // both in the lane
  CHECK(way(schedule, "SPD", "RD") == "lane 1");  // by way of the buffer
  const auto& store = taskOf(schedule, "AV", sim::Task::Kind::Store);
  CHECK(way(schedule, store, "AV") == "gathered 4");
}

TEST_CASE("a place may be filled again when the last feeder has read it", "[mappings]") {
  const auto schedule = lowered("fusemax-binding", "attention-1pass");
  const auto space = sim::Edge::Kind::Space;
  const auto& keys = taskOf(schedule, "BK", sim::Task::Kind::Load);
  CHECK(way(schedule, keys, "BQK", space) == "rows 5"); // one word for each row
  const auto& queries = taskOf(schedule, "Q", sim::Task::Kind::Load);
  CHECK(way(schedule, queries, "BQK", space) == "columns 3");
  CHECK(way(schedule, taskOf(schedule, "BQK"), "SLN", space) == "ended 0"); // each PE frees its own
}

TEST_CASE("a sum over a loop is waited for to the end by another loop over the rank",
          "[mappings]") {
  const auto schedule = lowered("fusemax-three-pass-deferred", "attention-3pass-deferred");
  const auto& section = schedule.sections.front();
  const auto& sn = taskOf(schedule, "SN");
  CHECK(way(schedule, sn, "GM") == "lane 6");
  for (const auto& need : sn.needs) {
    const auto& maker = section.tasks[static_cast<std::size_t>(need.producer)];
    for (std::size_t i = 0; maker.name == "GM" && i < maker.loops.size(); ++i) {
      const auto& loop = section.loops[static_cast<std::size_t>(maker.loops[i])];
      CHECK((need.sources[i].at == sim::Edge::Source::At::Last) == (loop.variable == "m1"));
    }
  }
}

TEST_CASE("every instance of every task knows its values", "[mappings]") {
  for (const std::string mapping : {"fusemax-binding", "fusemax-architecture"}) {
    const auto schedule = lowered(mapping, "attention-1pass");
    for (const auto& task : schedule.sections.front().tasks) {
      INFO(task.name);
      CHECK((task.kind == sim::Task::Kind::Compute) == task.tile.tensor.empty());
      for (const auto& range : task.tile.ranges) {
        std::int64_t values = 1;
        for (const auto& part : range.parts) {
          values *= part.trips;
          CHECK((part.loop < 0 ||
                 std::find(task.loops.begin(), task.loops.end(), part.loop) != task.loops.end()));
        }
        CHECK(values >= range.size);
      }
    }
  }
}
