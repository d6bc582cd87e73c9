#include "sim/serving/table.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight;
using namespace einsight::sim::serving;

namespace {

/// Linear in every axis, so that the table is exact.
core::Expected<Iteration> linear(const Shape& shape) {
  const double seconds = 1 + 2 * shape.requests + 1e-3 * shape.tokens + 0.5 * shape.prompt +
                         1e-4 * shape.pairs + 100 * shape.batches;
  return Iteration{seconds, {seconds / 2, seconds / 4}};
}

} // namespace

TEST_CASE("a table is exact where times are linear, also between its points", "[serving]") {
  IterationTable table(linear);
  for (const double requests : {0.0, 0.5, 1.0, 3.0, 17.3, 836.0}) {
    for (const double tokens : {0.0, 100.0, 4096.0, 1234567.0}) {
      for (const double prompt : {0.0, 7.0, 512.0}) {
        const Shape shape{requests, tokens, prompt, 300 * prompt, 2};
        const auto found = table(shape);
        REQUIRE(found.has_value());
        CHECK(found->seconds == Approx(linear(shape)->seconds));
        CHECK(found->busySeconds[1] == Approx(found->seconds / 4));
      }
    }
  }
}

TEST_CASE("a table is within five percent of a bend between two of its points", "[serving]") {
  const auto bent = [](const Shape& shape) -> core::Expected<Iteration> {
    return Iteration{std::max(50.0, shape.requests), {1}};
  };
  IterationTable table(bent);
  for (double requests = 1; requests < 200; requests += 0.7) {
    CHECK(table({requests, 0, 0, 0, 1})->seconds ==
          Approx(bent({requests, 0, 0, 0, 1})->seconds).epsilon(0.05));
  }
}

TEST_CASE("a shape that was simulated is not simulated again", "[serving]") {
  IterationTable table(linear);
  CHECK(table({8, 0, 0, 0, 1}).has_value());
  const auto once = table.simulated();
  CHECK(table({8, 0, 0, 0, 1}).has_value());
  CHECK(table.simulated() == once);
  CHECK(table({8, 0, 0, 0, 2}).has_value());
  CHECK(table.simulated() == once + 1);
}

TEST_CASE("the problem of a shape is the problem of the table", "[serving]") {
  IterationTable table([](const Shape&) -> core::Expected<Iteration> {
    return core::failure({{{}, "no such shape", {}}});
  });
  const auto found = table({1, 0, 0, 0, 1});
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().front().what == "no such shape");
}
