#include "sim/serving/driver.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::sim::serving;

namespace {

/// An iteration takes 1 s, and a part is busy for half of it.
core::Expected<Iteration> oneSecond(const Shape& /*shape*/) {
  return Iteration{1, {0.5}};
}

Rules decoding(double capacity) {
  Rules rules;
  rules.capacityTokens = capacity;
  rules.decodeOnly = true;
  rules.spareShare = 0;
  return rules;
}

Served served(const std::vector<Request>& requests, const Rules& rules,
              const IterationOf& iteration = oneSecond) {
  auto out = serve(requests, rules, iteration);
  if (!out) {
    FAIL(core::render(out.error()));
  }
  return *out;
}

} // namespace

TEST_CASE("a request gets a token with each iteration", "[serving]") {
  const auto out = served({{2.5, 10, 4}}, decoding(100));
  CHECK(out.seconds == 4);
  CHECK(out.serving.tokens == 4);
  CHECK(out.serving.iterations == 4);
  CHECK(out.serving.ttft.p50 == 1);
  CHECK(out.serving.tbt.p99 == 1);
  CHECK(out.serving.tokensPerSecond == 1);
  CHECK(out.serving.peakTokens == 14);
  CHECK(out.busySeconds == std::vector<double>{2});
}

TEST_CASE("requests wait until there is memory for them", "[serving]") {
  // Room for two requests of 10 + 5 tokens: the third comes when these have left.
  const auto out = served({{0, 10, 5}, {0, 10, 5}, {0, 10, 5}}, decoding(30));
  CHECK(out.serving.iterations == 10);
  CHECK(out.serving.peakTokens == 30);
  CHECK(out.serving.ttft.p99 == 6);
  CHECK(out.serving.preemptions == 0);
  CHECK(out.waitingShare == 0.5);
}

TEST_CASE("the last request makes way when memory runs out, and gets its tokens later",
          "[serving]") {
  // Both are admitted with 10 tokens; at 12 each the memory of 25 is too small for 13 each.
  const auto out = served({{0, 10, 5}, {0, 10, 5}}, decoding(25));
  CHECK(out.serving.preemptions == 1);
  CHECK(out.serving.tokens == 10);
  CHECK(out.serving.iterations == 8); // 5 for the first, and 3 of the second after it
  CHECK(out.serving.peakTokens <= 25);
  CHECK(out.serving.tbt.p99 == 4); // the second waits for three iterations
}

TEST_CASE("prompts are computed in chunks beside the tokens of others", "[serving]") {
  Rules rules;
  rules.capacityTokens = 1000;
  rules.chunkTokens = 8;
  std::vector<Shape> shapes;
  const auto out = served({{0, 20, 2}, {0, 4, 3}}, rules, [&](const Shape& shape) {
    shapes.push_back(shape);
    return oneSecond(shape);
  });
  // 8 of 20; 8; 4 and the other prompt, which gives both a first token; then tokens alone.
  REQUIRE(shapes.size() == 5);
  CHECK(shapes[0].prompt == 8);
  CHECK(shapes[0].pairs == 8 * 4.5);
  CHECK(shapes[1].pairs == 8 * (8 + 4.5));
  CHECK(shapes[2].prompt == 8);
  CHECK(shapes[2].requests == 0);
  CHECK(shapes[3].requests == 2);
  CHECK(shapes[3].tokens == 21 + 5);
  CHECK(shapes[4].requests == 1);
  CHECK(out.serving.ttft.p99 == 3);
}

TEST_CASE("a prefix that all prompts share is computed and kept once", "[serving]") {
  Rules rules;
  rules.capacityTokens = 100;
  rules.sharedPrefix = 30;
  double prompts = 0;
  const auto out = served({{0, 40, 1}, {10, 50, 1}}, rules, [&](const Shape& shape) {
    prompts += shape.prompt;
    return oneSecond(shape);
  });
  CHECK(prompts == 40 + 20);
  CHECK(out.serving.peakTokens == 30 + 21);
}

TEST_CASE("heads that forget take less memory", "[serving]") {
  Rules rules = decoding(100);
  rules.fullShare = 0.25;
  rules.window = 8;
  CHECK(residentTokens(rules, 4) == 4);
  CHECK(residentTokens(rules, 40) == 0.25 * 40 + 0.75 * 8);
}

TEST_CASE("batches in flight share the requests", "[serving]") {
  Rules rules = decoding(1000);
  rules.batches = 2;
  std::vector<Shape> shapes;
  served({{0, 10, 1}, {0, 10, 1}, {0, 10, 2}}, rules, [&](const Shape& shape) {
    shapes.push_back(shape);
    return oneSecond(shape);
  });
  REQUIRE(shapes.size() == 2);
  CHECK(shapes[0].batches == 2);
  CHECK(shapes[0].requests == 1.5);
  CHECK(shapes[0].tokens == 15);
  CHECK(shapes[1].batches == 1); // one request cannot be in two batches
}

TEST_CASE("a request that never fits is refused with the amount that is missing", "[serving]") {
  const auto out = serve({{0, 90, 20}}, decoding(100), oneSecond);
  REQUIRE_FALSE(out.has_value());
  CHECK(core::render(out.error()) ==
        "error: a request of 90 prompt tokens and 20 generated ones does not fit: it needs room "
        "for the keys and values of 110 tokens, and there is room for 100, 10 too few\n"
        "  help: give more devices for keys and values, or shorter requests\n");
}

TEST_CASE("a run can be stopped", "[serving]") {
  std::vector<Request> many(10, {0, 10, 1000});
  const auto out = serve(many, decoding(1e6), oneSecond, [](double) { return false; });
  REQUIRE_FALSE(out.has_value());
  CHECK(out.error().front().what == "the simulation was stopped");
}

TEST_CASE("quantiles count each value as often as it came", "[serving]") {
  const auto found = quantilesOf({{3, 1}, {1, 98}, {2, 1}});
  CHECK(found.p50 == 1);
  CHECK(found.p90 == 1);
  CHECK(found.p99 == 2);
  CHECK(found.mean == Approx(1.03));
}

TEST_CASE("of a load in which nobody makes a second token the time between tokens is unknown",
          "[serving]") {
  const auto out = serve({{0, 10, 1}, {0, 20, 1}}, decoding(100), oneSecond);
  REQUIRE(out);
  CHECK(out->serving.ttft.p99 == 1);
  for (const double value :
       {out->serving.tbt.mean, out->serving.tbt.p50, out->serving.tbt.p90, out->serving.tbt.p99}) {
    CHECK(std::isnan(value));
  }
}

TEST_CASE("random loads: every token comes once, in its time, and memory holds what it can",
          "[serving]") {
  CHECK(rc::check([] {
    Rules rules;
    rules.capacityTokens = *rc::gen::inRange(60, 300);
    rules.mostRequests = *rc::gen::inRange(1, 8);
    rules.chunkTokens = *rc::gen::inRange(1, 64);
    rules.decodeOnly = *rc::gen::arbitrary<bool>();
    rules.batches = *rc::gen::inRange(1, 4);
    rules.fullShare = *rc::gen::inRange(1, 5) / 4.0;
    rules.window = *rc::gen::inRange(0, 10);
    std::vector<Request> requests;
    double arrival = 0;
    std::int64_t tokens = 0;
    bool second = false; // somebody makes a second token
    for (int count = *rc::gen::inRange(1, 30); count > 0; --count) {
      arrival += *rc::gen::inRange(0, 20);
      requests.push_back({arrival, *rc::gen::inRange(1, 30), *rc::gen::inRange(1, 30)});
      tokens += requests.back().output;
      second = second || requests.back().output > 1;
    }
    double busy = 0, longest = 0;
    const auto time = [&](const Shape& shape) -> core::Expected<Iteration> {
      RC_ASSERT(shape.requests * shape.batches <= static_cast<double>(rules.mostRequests) + 1e-9);
      RC_ASSERT(shape.tokens * shape.batches <= rules.capacityTokens + 1e-9);
      RC_ASSERT(shape.requests + shape.prompt > 0);
      const double seconds = 0.1 + 0.01 * (shape.requests + shape.prompt);
      longest = std::max(longest, seconds);
      busy += seconds;
      return Iteration{seconds, {seconds / 2}};
    };
    const auto out = serve(requests, rules, time);
    RC_ASSERT(out.has_value());
    RC_ASSERT(out->serving.tokens == tokens);
    RC_ASSERT(out->serving.requests == static_cast<std::int64_t>(requests.size()));
    RC_ASSERT(out->serving.peakTokens <= rules.capacityTokens + 1e-6);
    RC_ASSERT(out->busySeconds.front() <= out->seconds);
    RC_ASSERT(busy <= out->seconds + 1e-9);
    RC_ASSERT(out->serving.ttft.p50 > 0);
    RC_ASSERT(std::isnan(out->serving.tbt.p99) == !second);
    RC_ASSERT(!second || out->serving.preemptions > 0 || out->serving.tbt.p99 <= longest + 1e-9);
  }));
}
