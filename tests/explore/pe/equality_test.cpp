#include "difference.hpp"
#include "tests/explore/point_laws.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <rapidcheck.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::explore;
using namespace einsight::explore::test;

namespace {

std::filesystem::path folder() {
  const auto made =
      std::filesystem::temp_directory_path() / fmt::format("einsight-pe-{}", getpid());
  std::filesystem::create_directories(made);
  return made;
}

/// The machine with a cycle for each hop to a neighbour, and buffers of so many ports (0: no
/// limit).
std::string systolic(const std::string& machine, std::int64_t ports = 0) {
  const auto file = folder() / fmt::format("{}-{}.yaml", machine, ports);
  const auto buffers =
      ports > 0 ? fmt::format("buffers: {{global_buffer: {{ports: {}}}}}\n", ports) : "";
  std::ofstream(file) << "version: 1\nextends: " << machine << "\n"
                      << buffers
                      << "arrays: {array_2d: {links: {hop_latency: 1}}, array_1d: {links: "
                         "{hop_latency: 1}}}\n";
  return file.string();
}

/// Attention of P queries over M keys; a query sees the keys from BEHIND before to AHEAD after it.
std::string masked(const std::string& cascade) {
  const auto file = folder() / "masked.yaml";
  const bool tiled = cascade.find("3pass") == std::string::npos; // its keys are m1, m0
  const std::string key = tiled ? "m1*M0+m0" : "m";
  std::ofstream(file) << "version: 1\nworkload: masked\nextends: " << cascade << "\n"
                      << "parameters: {L: null, P: 1, M: 1, AHEAD: 1000, BEHIND: 1000}\n"
                      << "masks: {" << (tiled ? "BQK" : "QK") << ": " << key << " < p + AHEAD and "
                      << key << " > p - BEHIND}\n";
  return file.string();
}

struct Pair {
  std::string workload, machine, mapping;
  bool tiles; ///< query tiles in flight can be set
};

const Pair kBinding{"attention-1pass", "fusemax", "fusemax-binding", true};
const Pair kArchitecture{"attention-1pass", "fusemax", "fusemax-architecture", true};
const Pair kCascade{"attention-1pass", "flat-deep-registers", "fusemax-cascade", true};
const Pair kOnePass{"attention-1pass", "flat", "flat-one-pass", true};
const Pair kTwoPass{"attention-2pass-deferred", "fusemax", "fusemax-two-pass", false};
const Pair kThreePass{"attention-3pass-deferred", "fusemax", "fusemax-three-pass-deferred", false};
const Pair kUnfused{"attention-3pass", "flat", "unfused", true};
const Pair kFlat{"attention-3pass", "flat", "flat", false};
const std::vector<Pair> kPairs{kBinding, kArchitecture, kCascade, kOnePass,
                               kTwoPass, kThreePass,    kUnfused, kFlat};

void checkPoint(const Pair& pair, const std::string& mask, const core::Settings& sizes,
                const core::Settings& array, const core::Settings& mapping = {}) {
  const PointRequest request{
      pair.workload + mask, systolic(pair.machine), pair.mapping, sizes, array, mapping};
  INFO(describe(request));
  CHECK(peDifference(prepared(request), 1) == "");
}

core::Settings sizes(std::int64_t b, std::int64_t h, std::int64_t e, std::int64_t f,
                     std::int64_t l) {
  return {{"B", b}, {"H", h}, {"E", e}, {"F", f}, {"L", l}};
}

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

PointRequest draw(const Pair& pair, const std::string& workload) {
  PointRequest drawn{workload, "", pair.mapping, {}, {}, {}};
  for (const auto& [name, high] : {std::pair{"B", 2}, std::pair{"H", 2}, std::pair{"E", 9},
                                   std::pair{"F", 9}, std::pair{"M", 32}, std::pair{"P", 32}}) {
    drawn.workloadSettings[name] = between(1, high);
  }
  const auto shape = between(0, 3); // full, causal, a window, a window that looks ahead
  if (shape > 0) {
    drawn.workloadSettings["AHEAD"] = shape == 3 ? between(1, 9) : 1;
  }
  if (shape > 1) {
    drawn.workloadSettings["BEHIND"] = between(1, 20);
  }
  drawn.machineSettings["rows"] = between(1, 6);
  drawn.machineSettings["columns"] = between(1, 6);
  drawn.machineSettings["dram_gib_per_s"] = between(0, 1) == 0 ? 400 : between(1, 20);
  if (between(0, 1) == 0) {
    drawn.machineSettings["buffer_mib"] = core::Rational(between(256, 8192), 1 << 20);
  }
  if (pair.tiles && between(0, 1) == 0) {
    drawn.mappingSettings["p1"] = between(1, 4);
  }
  drawn.machine = systolic(pair.machine, between(0, 2) == 0 ? between(1, 4) : 0);
  return drawn;
}

/// Random points: those that fit must agree.
void checkRandom(const Pair& pair) {
  const auto workload = masked(pair.workload);
  int compared = 0;
  const bool holds = rc::check(pair.mapping, [&] {
    const auto request = draw(pair, workload);
    const auto point = prepare(request);
    if (!point) {
      RC_ASSERT(core::render(point.error()).find(", which holds ") != std::string::npos);
      return;
    }
    ++compared;
    const auto found = peDifference(*point, static_cast<std::uint64_t>(between(0, 1000)));
    if (!found.empty()) {
      RC_FAIL(describe(request) + "\n" + found);
    }
  });
  std::filesystem::remove_all(folder());
  CHECK(holds);
  CHECK(compared >= 50);
}

} // namespace

TEST_CASE("every PE agrees with cycle and with the evaluation, full and causal", "[explore]") {
  for (const auto& pair : kPairs) {
    for (const std::string mask : {"", "-causal"}) {
      checkPoint(pair, mask, sizes(1, 2, 8, 8, 32), {{"PE", 8}});
      checkPoint(pair, mask, sizes(1, 1, 8, 8, 64), {{"PE", 16}});
    }
  }
}

TEST_CASE("every PE agrees at ragged lengths, with E unlike F, on rectangles", "[explore]") {
  for (const auto& pair : kPairs) {
    for (const std::string mask : {"", "-causal"}) {
      checkPoint(pair, mask, sizes(2, 1, 5, 9, 37), {{"rows", 8}, {"columns", 4}});
      checkPoint(pair, mask, sizes(1, 2, 9, 3, 37), {{"rows", 5}, {"columns", 16}});
    }
  }
}

TEST_CASE("every PE agrees with one tile in flight, and with many", "[explore]") {
  for (const auto& pair : kPairs) {
    for (const std::int64_t tiles : {1, 2, 5}) {
      if (pair.tiles) {
        checkPoint(pair, "", sizes(1, 1, 6, 4, 40), {{"PE", 4}}, {{"p1", tiles}});
      }
    }
  }
}

TEST_CASE("every PE agrees at the largest size that is asked for", "[explore]") {
  checkPoint(kBinding, "", sizes(1, 1, 8, 8, 256), {{"PE", 16}});
  checkPoint(kArchitecture, "-causal", sizes(1, 1, 8, 8, 256), {{"PE", 16}});
  checkPoint(kUnfused, "", sizes(1, 1, 8, 8, 256), {{"PE", 16}});
}

TEST_CASE("every PE agrees where most instances of a task have nothing to do", "[explore]") {
  const Pair layers{"linear-layers", "fusemax", "linear-layers", false}; // a buffer full of chunks
  checkPoint(layers, "", {{"B", 1}, {"L", 10}, {"D", 8}, {"H", 1}, {"E", 4}, {"F", 6}, {"S", 12}},
             {{"rows", 4}, {"columns", 4}, {"buffer_mib", 1}});
}

TEST_CASE("the pipelined mapping agrees at random", "[explore]") {
  checkRandom(kBinding);
}

TEST_CASE("one tile after another agrees at random", "[explore]") {
  checkRandom(kArchitecture);
}

TEST_CASE("softmax on the 1D array agrees at random", "[explore]") {
  checkRandom(kCascade);
}

TEST_CASE("softmax on few registers agrees at random", "[explore]") {
  checkRandom(kOnePass);
}

TEST_CASE("two passes agree at random", "[explore]") {
  checkRandom(kTwoPass);
}

TEST_CASE("three passes with deferred division agree at random", "[explore]") {
  checkRandom(kThreePass);
}

TEST_CASE("three phases agree at random", "[explore]") {
  checkRandom(kUnfused);
}

TEST_CASE("rows of scores on the chip agree at random", "[explore]") {
  checkRandom(kFlat);
}
