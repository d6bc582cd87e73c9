#include "sim/serving/iteration.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <rapidcheck.h>

using namespace einsight::sim::serving;

namespace {

constexpr double kNanosecond = 1e-9;

Iteration simulated(const Pass& pass) {
  auto iteration = simulate(pass);
  if (!iteration) {
    FAIL(einsight::core::render(iteration.error()));
  }
  return *iteration;
}

/// Weights on one part, attention on another, a link each way.
Pass offloaded(double model, double attention, double link, int batches, int replicas = 1) {
  Pass pass;
  pass.parts = {{"model", false, true},
                {"memory", false, false},
                {"out", true, false},
                {"back", true, false}};
  pass.batches = batches;
  pass.replicas = replicas;
  Segment segment;
  segment.layers = 12;
  segment.stages = {{"before", 0, model / 2, 0, {}},
                    {"send", 2, link, 0, {0}},
                    {"attention", 1, attention, 0, {1}},
                    {"send back", 3, link, 0, {2}},
                    {"after", 0, model / 2, 0, {3}}};
  pass.segments = {segment};
  return pass;
}

} // namespace

TEST_CASE("layers of one batch follow each other", "[serving]") {
  const auto iteration = simulated(offloaded(40e-6, 30e-6, 5e-6, 1));
  CHECK(iteration.seconds == Approx(12 * 80e-6));
  CHECK(iteration.busySeconds[0] == Approx(12 * 40e-6));
  CHECK(iteration.busySeconds[1] == Approx(12 * 30e-6));
  CHECK(iteration.busySeconds[3] == Approx(12 * 5e-6));
}

TEST_CASE("latency passes between stages without anything being busy", "[serving]") {
  auto pass = offloaded(40e-6, 30e-6, 5e-6, 1);
  pass.segments[0].stages[1].latencySeconds = 7e-6;
  const auto iteration = simulated(pass);
  CHECK(iteration.seconds == Approx(12 * 87e-6));
  CHECK(iteration.busySeconds[2] == Approx(12 * 5e-6));
}

TEST_CASE("two batches take turns on model and memory without a gap", "[serving]") {
  // While one batch attends, the other one is at the model: 12 layers of two turns each.
  const auto balanced = simulated(offloaded(40e-6, 40e-6, 1e-9, 2));
  CHECK(balanced.seconds == Approx(12 * 80e-6).epsilon(0.001));
  CHECK(balanced.busySeconds[0] == Approx(12 * 80e-6));
  const auto memoryBound = simulated(offloaded(20e-6, 60e-6, 1e-9, 2));
  CHECK(memoryBound.seconds == Approx(12 * 120e-6).epsilon(0.01));
}

TEST_CASE("batches move on from replica to replica, layer by layer", "[serving]") {
  const auto sliced = [](std::int64_t layers) { // all between two attentions in one piece
    auto pass = offloaded(0, 0, 0, 3, 2);
    pass.segments[0] = {layers,
                        {{"slice", 0, 40e-6, 0, {}},
                         {"send", 2, kNanosecond, 0, {0}},
                         {"attention", 1, 20e-6, 0, {1}},
                         {"send back", 3, kNanosecond, 0, {2}}}};
    return pass;
  };
  // Attention takes half as long as the model: three batches, two replicas of the model.
  const auto iteration = simulated(sliced(12));
  CHECK(iteration.seconds == Approx(12 * 60e-6).epsilon(0.02));
  CHECK(iteration.busySeconds[1] == Approx(12 * 60e-6));
  CHECK(iteration.busySeconds[0] == Approx(12 * 60e-6)); // each of both replicas
  // Also where the layers are no multiple of the replicas.
  CHECK(simulated(sliced(11)).busySeconds[1] == Approx(11 * 60e-6));
}

TEST_CASE("kinds of layers follow each other, and the end of an iteration", "[serving]") {
  auto pass = offloaded(40e-6, 30e-6, 5e-6, 1);
  pass.segments.push_back({3, {{"experts", 0, 100e-6, 0, {}}}});
  pass.parts.push_back({"host", false, false});
  pass.after = {{"next token", 0, 11e-6, 0, {}}, {"host", 4, 1e-3, 0, {0}}};
  const auto iteration = simulated(pass);
  CHECK(iteration.seconds == Approx(12 * 80e-6 + 3 * 100e-6 + 11e-6 + 1e-3));
  CHECK(iteration.busySeconds[4] == Approx(1e-3));
}

TEST_CASE("a pass that is sent first waits for nothing else", "[serving]") {
  auto pass = offloaded(0, 0, 0, 1);
  pass.segments[0].stages = {{"queries", 0, 10e-6, 0, {}},  {"send", 2, 5e-6, 0, {0}},
                             {"keys", 0, 10e-6, 0, {0}},    {"attention", 1, 30e-6, 0, {1}},
                             {"merge", 1, 1e-6, 0, {2, 3}}, {"after", 0, 10e-6, 0, {4}}};
  CHECK(simulated(pass).seconds == Approx(12 * 56e-6)); // the keys are hidden behind attention
}

TEST_CASE("random passes: nothing is busy longer than an iteration, and never waits for nothing",
          "[serving]") {
  CHECK(rc::check([] {
    Pass pass;
    const auto parts = *rc::gen::inRange(1, 4);
    for (int p = 0; p < parts; ++p) {
      pass.parts.push_back({"part", *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()});
    }
    pass.replicas = *rc::gen::inRange(1, 4);
    pass.batches = *rc::gen::inRange(1, 4);
    const auto segments = *rc::gen::inRange(1, 3);
    double work = 0, longest = 0;
    for (int s = 0; s < segments; ++s) {
      Segment segment;
      segment.layers = *rc::gen::inRange<std::int64_t>(1, 7);
      const auto stages = *rc::gen::inRange(1, 5);
      for (int i = 0; i < stages; ++i) {
        const auto ticks = *rc::gen::inRange(1, 50);
        Stage stage{"stage", *rc::gen::inRange(0, parts), ticks * kNanosecond, 0, {}};
        if (i > 0) {
          stage.needs = {*rc::gen::inRange(0, i)};
        }
        work += ticks * kNanosecond * static_cast<double>(segment.layers);
        longest += ticks * kNanosecond;
        segment.stages.push_back(stage);
      }
      pass.segments.push_back(segment);
    }
    const auto iteration = simulate(pass);
    RC_ASSERT(iteration.has_value());
    double busy = 0;
    for (std::size_t p = 0; p < pass.parts.size(); ++p) {
      RC_ASSERT(iteration->busySeconds[p] <= iteration->seconds * (1 + 1e-9));
      busy += iteration->busySeconds[p] * (pass.parts[p].replicated ? pass.replicas : 1);
    }
    RC_ASSERT(std::abs(busy - work * pass.batches) <= 1e-6 * busy); // all work is done, once
    // Something works at any time, but for what fills and empties the pipeline.
    RC_ASSERT(iteration->seconds <= (work + longest) * pass.batches * (1 + 1e-9));
  }));
}

TEST_CASE("an iteration whose ticks could not be counted is refused", "[serving]") {
  const auto refused = simulate(offloaded(40e-6, 1e9, 5e-6, 1));
  REQUIRE_FALSE(refused.has_value());
  CHECK(einsight::core::render(refused.error()) ==
        "error: an iteration has 36000000000 s of work, too much to be simulated\n"
        "  help: at most 1000000000 s: faster links or devices, or smaller batches\n");
}
