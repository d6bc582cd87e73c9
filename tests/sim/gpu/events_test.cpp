#include "sim/gpu/events.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>
#include <set>

using einsight::sim::gpu::Event;
using einsight::sim::gpu::Events;

TEST_CASE("events come in order of time, at the same time those of the lower SM first", "[sim]") {
  Events events;
  CHECK(events.empty());
  events.push({2, 0});
  events.push({1, 7});
  events.push({1, 3});
  CHECK(events.pop() == Event{1, 3});
  events.push({1, 5});
  CHECK(events.pop() == Event{1, 5});
  CHECK(events.pop() == Event{1, 7});
  CHECK_FALSE(events.empty());
  CHECK(events.pop() == Event{2, 0});
  CHECK(events.empty());
}

TEST_CASE("events pushed between others leave as from a sorted set", "[sim]") {
  CHECK(rc::check("events == multiset", [] {
    Events events;
    std::multiset<Event> sorted;
    const auto steps = *rc::gen::inRange(1, 3000); // more than are thrown away at once
    for (int step = 0; step < steps; ++step) {
      if (sorted.empty() || *rc::gen::inRange(0, 5) < 3) {
        const Event event{static_cast<double>(*rc::gen::inRange(0, 50)),
                          *rc::gen::inRange<std::size_t>(0, 9)};
        events.push(event);
        sorted.insert(event);
      } else {
        RC_ASSERT(events.pop() == *sorted.begin());
        sorted.erase(sorted.begin());
      }
      RC_ASSERT(events.empty() == sorted.empty());
    }
  }));
}
