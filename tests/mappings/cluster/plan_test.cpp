#include "graph_times.hpp"
#include "mappings/catalogue.hpp"
#include "mappings/cluster/plan.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <rapidcheck.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings::cluster;
using test::clusterWith;
using test::secondsOf;

namespace {

const std::string kLink = "topology: switch, bandwidth: 100 GB/s, latency: 10 us";
constexpr double kSecondsPerPair = 1e-12;

/// Time in proportion to the pairs of queries and keys.
core::Expected<Cost> costOf(const Call& call) {
  const auto size = [&](const char* name) { return call.given.at(name).toDouble(); };
  const double pairs =
      call.piece->name == "causal" ? size("L") * size("L") / 2 : size("P") * size("M");
  return Cost{pairs * kSecondsPerPair * call.inherited.at("H").toDouble(), pairs};
}

Mapping mappingOf(const std::string& name, const core::Settings& settings = {}) {
  const auto mapping = readMapping(mappings::find(name).value(), settings);
  if (!mapping) {
    FAIL(core::render(mapping.error()));
  }
  return *mapping;
}

core::Expected<Plan> planOf(const std::string& mapping, const std::string& workload,
                            const core::Settings& sizes, int devices,
                            const core::Settings& settings = {}) {
  return plan(mappingOf(mapping, settings), workloads::load(workload, sizes).value(),
              clusterWith(devices, kLink), costOf);
}

std::string whatOf(const core::Expected<Plan>& plan) {
  return plan ? std::string("no problem") : plan.error().front().what;
}

double bytesOf(const Plan& plan) {
  double bytes = 0;
  for (const auto& task : plan.graph.tasks()) {
    bytes += task.bytes;
  }
  return bytes;
}

double pairsOf(const Plan& plan) {
  double pairs = 0;
  for (const auto& task : plan.graph.tasks()) {
    pairs += task.flops;
  }
  return pairs;
}

/// A mapping of these lines, read from a file of its own.
core::Expected<Mapping> read(const std::string& text) {
  const auto file =
      std::filesystem::temp_directory_path() / fmt::format("einsight-plan-{}.yaml", getpid());
  std::ofstream(file) << "version: 1\nmapping: mine\nkind: cluster\nsummary: s\nsource: s\n"
                      << text;
  auto mapping = readMapping(file);
  std::filesystem::remove(file);
  return mapping;
}

std::string messages(const core::Expected<Mapping>& mapping) {
  auto text = mapping ? std::string("no problem") : core::render(mapping.error());
  const auto prefix = (std::filesystem::temp_directory_path() / "").string();
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
    text.erase(at, text.find(".yaml", at) + 5 - at);
  }
  return text;
}

} // namespace

TEST_CASE("a ring sends keys and values n-1 times and computes every pair once", "[cluster]") {
  const auto plan = planOf("ring-attention", "attention", {{"L", 1024}, {"H", 4}, {"R", 2}}, 4);
  REQUIRE(plan.has_value());
  const double shard = 1024.0 / 4 * 2 * 128 * 2 * 2; // K and V of 2 heads, 16 bits
  CHECK(bytesOf(*plan) == 4 * 3 * shard);
  CHECK(pairsOf(*plan) == 1024.0 * 1024);
  CHECK(plan->axes.at("ring") == 4);
}

TEST_CASE("with a causal mask zigzag order is faster than tokens in order", "[cluster]") {
  const core::Settings sizes{{"L", 131072}, {"H", 32}};
  const auto cluster = clusterWith(8, kLink);
  const auto seconds = [&](const std::string& mapping) {
    return secondsOf(planOf(mapping, "attention-causal", sizes, 8).value().graph, cluster);
  };
  CHECK(seconds("zigzag-ring-attention") < 0.8 * seconds("ring-attention"));
}

TEST_CASE("exchanges move three quarters of everything between four devices", "[cluster]") {
  const auto plan = planOf("ulysses", "attention", {{"L", 1024}, {"H", 8}}, 4);
  REQUIRE(plan.has_value());
  const double one = 1024.0 * 8 * 128 * 2; // a tensor, 16 bits
  CHECK(bytesOf(*plan) == Approx(0.75 * 4 * one));
}

TEST_CASE("queries that travel bring their results home", "[cluster]") {
  const auto plan = planOf("token-ring", "attention", {{"L", 1024}, {"H", 4}}, 4);
  REQUIRE(plan.has_value());
  const double queries = 1024.0 / 4 * 4 * 128 * 2;
  const double sums = 1024.0 / 4 * 4 * 4;
  CHECK(bytesOf(*plan) == Approx(4 * 3 * (queries + queries + sums)));
}

TEST_CASE("gradients travel behind the keys and once more, home", "[cluster]") {
  const auto plan =
      planOf("ring-attention-backward", "attention-backward", {{"L", 1024}, {"H", 4}}, 4);
  REQUIRE(plan.has_value());
  const double keys = 1024.0 / 4 * 4 * 128 * 2;
  CHECK(bytesOf(*plan) == 4 * (3 * 2 * keys + 4 * 2 * 2 * keys));
}

TEST_CASE("a plan that cannot be is refused with the amount by which it misses", "[cluster]") {
  CHECK(whatOf(planOf("ulysses", "attention", {{"L", 1024}, {"H", 8}, {"R", 2}}, 3)) ==
        "G = 4 cannot be divided over 3 (heads): 1 would be left over");
  const auto ragged = planOf("ulysses", "attention", {{"L", 1024}, {"H", 6}}, 4);
  REQUIRE_FALSE(ragged.has_value());
  CHECK(ragged.error().front().what ==
        "G = 6 cannot be divided over 4 (heads): 2 would be left over");
  CHECK(ragged.error().front().help == "3 or 6 devices can share it");
  CHECK(whatOf(planOf("zigzag-ring-attention", "attention", {{"L", 1000}}, 3)) ==
        "1000 tokens cannot be cut into 6 equal parts: 4 would be left over");
  CHECK(whatOf(planOf("ulysses-ring", "attention", {{"L", 1024}}, 6, {{"degree", 4}})) ==
        "ring = devices/degree = 3/2 must be a whole number from 1 to 4096");
  CHECK(whatOf(planOf("ring-attention", "attention-window", {{"L", 1024}, {"W", 64}}, 4))
            .starts_with("the mask of BQK is none that devices can share"));
  CHECK(whatOf(planOf("ring-attention", "attention", {{"L", 1 << 26}, {"H", 16}}, 2)) ==
        "a device would hold 1.1 TB, 'h100' has 85.9 GB: 1.014 TB are missing");
}

TEST_CASE("a grid must have a place for every device", "[cluster]") {
  auto mapping = mappingOf("ulysses-ring", {{"degree", 2}});
  mapping.grid.front().second.value = core::Expression::parse("3").value();
  const auto refused = plan(mapping, workloads::load("attention", {{"L", 1024}}).value(),
                            clusterWith(4, kLink), costOf);
  CHECK(whatOf(refused) == "the grid (ring 3 x heads 2) has 6 places, there are 4 devices 'gpu': 2 "
                           "are missing");
}

TEST_CASE("every mistake of a mapping for clusters is answered at once", "[cluster]") {
  CHECK(messages(read("grid: {ring: devices}\n"
                      "place: {K: [rung]}\n"
                      "pieces: {full: {workload: attention, flops: 1}, none: {}}\n"
                      "program:\n"
                      "  - {rotate: [K], over: rung, moves: queries}\n"
                      "  - {compute: nothing, waits: [gather]}\n"
                      "  - {over: ring}\n"
                      "  - {attend: own, chain: [K], over: ring, piece: full}\n")) ==
        ":7:12: error: place.K: there is no axis 'rung'\n"
        "  help: did you mean 'ring'? (one of: ring)\n"
        ":8:16: error: pieces.full: a piece has a workload or counts of its own, not both\n"
        "  help: write workload: NAME, or flops: and read:\n"
        ":8:55: error: pieces.none: what a piece computes is missing\n"
        "  help: write workload: NAME, or flops: and read:\n"
        ":10:5: error: program[0].returns: queries that move must get their results back\n"
        "  help: write returns: [AV]\n"
        ":10:5: error: program[0]: there is no axis of the grid 'rung'\n"
        "  help: did you mean 'ring'? (one of: ring)\n"
        ":10:5: error: program[0]: attention needs to know which tokens are where\n"
        "  help: write tokens: {queries: P, keys: M, over: AXIS}\n"
        ":11:5: error: program[1]: there is no piece 'nothing'\n"
        "  help: one of: full, none\n"
        ":11:5: error: program[1]: there is no step before this one that is named 'gather'\n"
        "  help: this mapping has none\n"
        ":12:5: error: program[2]: this step does nothing\n"
        "  help: one of: attend, rotate, exchange, all_gather, reduce_scatter, all_reduce, chain, "
        "compute\n"
        ":13:26: error: program[3].chain: a step is 'attend' or 'chain', not both\n"
        "  help: write two steps\n");
}

TEST_CASE("settings replace the sizes of a mapping and nothing else", "[cluster]") {
  CHECK(mappingOf("gather-keys", {{"rounds", 2}}).sizes.front().second.value.text() == "2");
  const auto wrong = readMapping(mappings::find("gather-keys").value(), {{"round", 2}});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().front().what == "this mapping has no size 'round' to set");
  CHECK(wrong.error().front().help == "did you mean 'rounds'? (one of: rounds)");
}

TEST_CASE("on random clusters every pair is computed, every byte of the plan is sent and received, "
          "and the bound holds",
          "[cluster]") {
  CHECK(rc::check([] {
    const auto name = *rc::gen::element<std::string>("ring-attention", "zigzag-ring-attention",
                                                     "striped-ring-attention", "token-ring",
                                                     "gather-keys", "ulysses", "ulysses-ring");
    const auto workload = *rc::gen::element<std::string>("attention", "attention-causal");
    const int devices = name == "ulysses-ring" ? 4 : *rc::gen::inRange(2, 6);
    const auto length = 2 * devices * *rc::gen::inRange<std::int64_t>(1, 20);
    const auto heads = devices * *rc::gen::inRange(1, 4);
    const auto link =
        fmt::format("topology: {}, bandwidth: {} GB/s, latency: {} us, duplex: {}",
                    *rc::gen::element<std::string>("switch", "mesh"), *rc::gen::inRange(1, 400),
                    *rc::gen::inRange(1, 50), *rc::gen::element<std::string>("full", "half"));
    RC_LOG() << name << " " << workload << " " << link;
    const auto cluster = clusterWith(devices, link);
    const auto found =
        plan(mappingOf(name), workloads::load(workload, {{"L", length}, {"H", heads}}).value(),
             cluster, costOf);
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->residentBytes <= static_cast<double>(std::int64_t{80} << 30));
    if (workload == "attention" && !name.starts_with("ulysses")) { // these count pairs per head
      RC_ASSERT(pairsOf(*found) == static_cast<double>(length * length));
    }
    const auto schedule = lower(found->graph, cluster);
    RC_ASSERT(schedule.has_value());
    const auto totals = test::run(*schedule);
    sim::Wide sent = 0, received = 0;
    for (std::size_t c = 0; c < totals.counters.size(); ++c) {
      const auto kind = schedule->counters[c].kind;
      sent += kind == sim::Counter::Kind::Read ? totals.counters[c] : 0;
      received += kind == sim::Counter::Kind::Write ? totals.counters[c] : 0;
    }
    RC_ASSERT(sent == received);
    RC_ASSERT(static_cast<double>(sent) == bytesOf(*found));
    for (const auto& use : totals.resources) {
      RC_ASSERT(use.busy <= totals.ticks);
    }
    RC_ASSERT(sim::analytic(*schedule, true).ticks <= totals.ticks);
  }));
}
