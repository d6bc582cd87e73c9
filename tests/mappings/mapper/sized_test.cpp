#include "mappings/lower.hpp"
#include "mappings/mapper/sized.hpp"
#include "sim/totals.hpp"
#include "tests/mappings/mapping_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

bool close(double a, double b) {
  return std::abs(a - b) <= 1e-11 * std::max(std::abs(a), std::abs(b));
}

/// "" when the evaluation is what the slow way says: resize, verify, lower, analytic, summarize.
std::string difference(const SizedMapping& sized, const std::vector<std::int64_t>& sizes,
                       const Evaluation& found, const einsum::Cascade& cascade,
                       const arch::Machine& machine, double countTolerance) {
  const auto verified = verify(sized.resized(sizes), cascade, machine);
  if (verified.has_value() != found.legal()) {
    return verified
               ? fmt::format("refused, but legal (fits {}, ordered {})", found.fits, found.ordered)
               : "accepted, but:\n" + core::render(verified.error());
  }
  if (!verified) {
    return "";
  }
  const auto schedule = lower(*verified);
  if (!schedule) {
    return ""; // exact ticks that do not fit 64 bits
  }
  const auto result = sim::summarize(*schedule, sim::analytic(*schedule), machine.clockHertz());
  if (!result) {
    return "";
  }
  if (!close(result->cycles.value(), found.cycles)) {
    return fmt::format("cycles {} found {}", result->cycles.value(), found.cycles);
  }
  const auto& energy = result->energy.total;
  const auto within = [&](double a, double b) {
    return close(a, b) || std::abs(a - b) <= countTolerance * std::max(a, b);
  };
  if (energy.has_value() != found.picojoules.has_value() ||
      (energy && !within(*energy, *found.picojoules))) {
    return fmt::format("energy {} found {}", energy.value_or(-1), found.picojoules.value_or(-1));
  }
  for (std::size_t u = 0; u < machine.units().size(); ++u) {
    const auto& unit = result->units[u];
    if (!close(unit.busyCycles, found.busy[u]) || !close(unit.utilization, found.utilization[u])) {
      return fmt::format("{}: {} {} found {} {}", unit.name, unit.busyCycles, unit.utilization,
                         found.busy[u], found.utilization[u]);
    }
  }
  for (std::size_t m = 0; m < machine.memories().size(); ++m) {
    double bytes = 0;
    for (const auto& level : result->levels) {
      bytes += level.name == machine.memories()[m].name
                   ? static_cast<double>(level.readBytes) + static_cast<double>(level.writeBytes)
                   : 0;
    }
    if (std::abs(bytes - found.moved[m]) > 8 && !within(bytes, found.moved[m])) {
      return fmt::format("{}: {} bytes found {}", machine.memories()[m].name, bytes,
                         found.moved[m]);
    }
  }
  return "";
}

struct Kind {
  std::string mapping, workload, machine;
  std::vector<std::pair<std::string, std::int64_t>> lengths; ///< parameters and their largest value
  double countTolerance = 0; ///< tiles of which a fraction is spilled round accesses otherwise
};

const std::vector<std::pair<std::string, std::int64_t>> kAttention{
    {"B", 2}, {"H", 3}, {"E", 9}, {"F", 9}, {"L", 70}};

/// Random lengths, arrays and buffers; for each some random sizes of parts, from 1 to beyond the
/// length of the rank.
void checkSizes(const Kind& kind) {
  int legal = 0;
  int all = 0;
  const bool holds = rc::check(kind.mapping + " " + kind.workload, [&] {
    Setting setting{kind.workload, kind.machine, {}, {}, {}};
    for (const auto& [name, most] : kind.lengths) {
      setting.workloadSettings[name] = between(1, most);
    }
    setting.machineSettings["rows"] = between(1, 8);
    setting.machineSettings["columns"] = between(1, 8);
    setting.machineSettings["buffer_mib"] = core::Rational(between(1, 200), 1 << 12);
    const auto reading = readingOf(kind.mapping, setting);
    RC_ASSERT(reading.has_value());
    auto sized = SizedMapping::compile(reading->mapping, reading->cascade, reading->machine);
    if (!sized) {
      RC_FAIL(core::render(sized.error()));
    }
    for (int i = 0; i < 12; ++i) {
      auto sizes = sized->sizes();
      for (auto& size : sizes) {
        const auto choice = between(0, 3);
        size = choice == 0 ? 1 : choice == 1 ? size : choice == 2 ? between(1, 4) : between(1, 80);
      }
      const auto& found = sized->evaluate(sizes);
      ++all;
      legal += found.legal() ? 1 : 0;
      const auto wrong =
          difference(*sized, sizes, found, reading->cascade, reading->machine, kind.countTolerance);
      if (!wrong.empty()) {
        std::string text;
        for (const auto& [name, value] : setting.workloadSettings) {
          text += name + "=" + value.toString() + " ";
        }
        for (const auto& [name, value] : setting.machineSettings) {
          text += "arch." + name + "=" + value.toString() + " ";
        }
        RC_FAIL(fmt::format("{}\n{} = {}\n{}", text, fmt::join(sized->parts(), ", "),
                            fmt::join(sizes, ", "), wrong));
      }
    }
  });
  CHECK(holds);
  CHECK(all >= 1000);
  CHECK(10 * legal >= all);
}

} // namespace

TEST_CASE("1-pass mappings cost with any sizes what the engine's bound says", "[mapper]") {
  checkSizes({"fusemax-binding", "attention-1pass", "fusemax", kAttention});
  checkSizes({"fusemax-architecture", "attention-1pass", "fusemax", kAttention});
  checkSizes({"fusemax-cascade", "attention-1pass", "flat-deep-registers", kAttention});
  checkSizes({"flat-one-pass", "attention-1pass", "flat", kAttention});
}

TEST_CASE("2- and 3-pass mappings cost with any sizes what the engine's bound says", "[mapper]") {
  checkSizes({"unfused", "attention-3pass", "flat", kAttention});
  checkSizes({"flat", "attention-3pass", "flat", kAttention, 1e-3});
  checkSizes({"fusemax-three-pass-deferred", "attention-3pass-deferred", "fusemax", kAttention});
  checkSizes({"fusemax-two-pass", "attention-2pass-deferred", "fusemax", kAttention});
}

TEST_CASE("masked mappings cost with any sizes what the engine's bound says", "[mapper]") {
  checkSizes({"fusemax-binding", "attention-1pass-causal", "fusemax", kAttention});
  checkSizes({"unfused", "attention-3pass-causal", "flat", kAttention});
}

TEST_CASE("sizes at which lines wait for each other in a circle are refused", "[mapper]") {
  const auto reading = readingOfText(
      "extends: fusemax-binding\nmapping: mine\nsections:\n  attention:\n    phases: ~\n"
      "    do: [BQK, LM, SLN, SLD, SLNV@1, SPNV@1, RNV@1, RM, PRM, SPD, RD, AV@1]\n",
      {"attention-1pass", "fusemax", {{"B", 1}, {"H", 1}, {"L", 256}}, {}, {}});
  REQUIRE(reading.has_value());
  auto sized = SizedMapping::compile(reading->mapping, reading->cascade, reading->machine);
  REQUIRE(sized.has_value());
  REQUIRE(sized->parts() == std::vector<std::string>{"p1", "p0"});
  for (const std::int64_t size : {256, 128}) {
    const std::vector<std::int64_t> sizes{1, size};
    CAPTURE(size);
    CHECK(sized->evaluate(sizes).legal() == (size == 256)); // one iteration: never side by side
    CHECK(difference(*sized, sizes, sized->evaluate(sizes), reading->cascade, reading->machine,
                     0) == "");
  }
}

TEST_CASE("mappings of layers cost with any sizes what the engine's bound says", "[mapper]") {
  checkSizes({"encoder-fusemax",
              "encoder-layer-1pass",
              "fusemax",
              {{"B", 2}, {"H", 3}, {"E", 4}, {"F", 4}, {"L", 40}, {"D", 12}, {"S", 20}}});
  checkSizes({"linear-layers",
              "linear-layers",
              "fusemax",
              {{"B", 2}, {"H", 3}, {"E", 4}, {"F", 4}, {"L", 40}, {"D", 12}, {"S", 20}}});
  checkSizes({"matmul", "matmul", "fusemax", {{"M", 50}, {"N", 50}, {"K", 50}}});
}
