#include "mapping_text.hpp"
#include "mappings/memory_use.hpp"
#include "mappings/planning.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

/// A mapping whose part p1 fills the buffer, and whether more of it never takes less room.
struct Kind {
  std::string name, text;
  bool grows = true;
};

const std::string kBegin = "extends: fusemax-binding\nmapping: mine\n";
const std::vector<Kind> kKinds{
    {"tiles of a loop outside", kBegin + "sizes: {p1: {divides: false}}\n"},
    {"divisors", kBegin},
    {"a whole head, rounded up", // all of its trips are kept, also the last one
     kBegin + "sizes: {p1: {divides: false}}\n"
              "sections: {attention: {keep: {global_buffer: {Q: h, RM: ~, RD: ~, RNV: ~}}}}\n",
     false},
    {"divisors of a whole head",
     kBegin + "sections: {attention: {keep: {global_buffer: {Q: h}}}}\n", false},
    {"four parts", kBegin +
                       "partition: {p: [p3, p2, p1, p0]}\nsizes: {p2: 2, p1: {divides: false}}\n"
                       "sections:\n  attention:\n    loops: [b, h, p3, m1, p2, p1]\n"
                       "    keep: {global_buffer: {Q: p3, RM: p3, RD: p3, RNV: p2}}\n"},
    {"four parts of a whole head",
     kBegin + "partition: {p: [p3, p2, p1, p0]}\nsizes: {p2: 3, p1: {divides: false}}\n"
              "sections:\n  attention:\n    loops: [b, h, p3, m1, p2, p1]\n"
              "    keep: {global_buffer: {Q: h, RM: p3, RD: ~, RNV: ~}}\n",
     false},
};

Reading randomReading(const Kind& kind) {
  Setting setting;
  setting.workloadSettings = {{"B", between(1, 2)},
                              {"H", between(1, 2)},
                              {"E", between(1, 9)},
                              {"F", between(1, 9)},
                              {"L", between(1, 200)}};
  setting.machineSettings = {{"rows", between(1, 8)},
                             {"columns", between(1, 4)},
                             {"buffer_mib", core::Rational(between(64, 16384), 1 << 20)}};
  return valid(readingOfText(kind.text, setting));
}

Plan planOf(const Reading& reading, const PartSizes& sizes) {
  core::Problems problems;
  return buildPlan(reading.mapping, reading.cascade, reading.machine, sizes, problems);
}

/// The largest size of p1 that fits (and divides), all tried one after the other.
std::int64_t triedOneByOne(const Reading& reading, PartSizes sizes) {
  const auto& memory = *reading.machine.memory("global_buffer");
  const auto inside = sizes.at("p0");
  const auto most = (reading.cascade.size("p") + inside - 1) / inside;
  for (auto trips = most; trips > 1; --trips) {
    sizes["p1"] = trips;
    const bool allowed = !reading.mapping.sizes.at("p1").fit->divides || most % trips == 0;
    if (allowed &&
        MemoryUse(planOf(reading, sizes), reading.cascade, memory).bytes() <= *memory.capacity) {
      return trips;
    }
  }
  return 1;
}

bool same(const Plan& a, const Plan& b) {
  const auto alike = [](const Part& x, const Part& y) {
    return x.name == y.name && x.variable == y.variable && x.trips == y.trips &&
           x.stride == y.stride;
  };
  const auto all = [&](const std::vector<Part>& x, const std::vector<Part>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), alike);
  };
  return std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(),
                    [&](const auto& x, const auto& y) {
                      return x.first == y.first && all(x.second, y.second);
                    }) &&
         std::equal(
             a.sections.begin(), a.sections.end(), b.sections.begin(), b.sections.end(),
             [&](const SectionPlan& x, const SectionPlan& y) { return all(x.loops, y.loops); });
}

} // namespace

TEST_CASE("a part that fills a memory is as large as fits, as if all sizes were tried",
          "[mappings]") {
  for (const auto& kind : kKinds) {
    int between1AndAll = 0;
    const bool holds = rc::check(kind.name, [&] {
      const auto reading = randomReading(kind);
      core::Problems problems;
      const auto sizes = findSizes(reading.mapping, reading.cascade, reading.machine, problems);
      RC_ASSERT(problems.empty());
      RC_ASSERT(sizes.at("p1") == triedOneByOne(reading, sizes));
      between1AndAll += sizes.at("p1") > 1 && sizes.at("p1") < reading.cascade.size("p") ? 1 : 0;
    });
    INFO(kind.name);
    CHECK(holds);
    CHECK(between1AndAll > 10);
  }
}

TEST_CASE("a plan that is given other sizes is the plan of these sizes", "[mappings]") {
  for (const auto& kind : kKinds) {
    const bool holds = rc::check(kind.name, [&] {
      const auto reading = randomReading(kind);
      core::Problems problems;
      auto sizes = findSizes(reading.mapping, reading.cascade, reading.machine, problems);
      auto plan = planOf(reading, sizes);
      const auto& memory = *reading.machine.memory("global_buffer");
      const MemoryUse use(plan, reading.cascade, memory);
      sizes["p1"] = between(1, 400);
      resize(plan, reading.mapping.partitions.front(), sizes, reading.cascade.size("p"));
      const auto built = planOf(reading, sizes);
      RC_ASSERT(same(plan, built));
      RC_ASSERT(use.bytes() == MemoryUse(built, reading.cascade, memory).bytes());
      RC_ASSERT(use.growsWith(reading.mapping.partitions.front()) == kind.grows);
    });
    INFO(kind.name);
    CHECK(holds);
  }
}
