#include "point_laws.hpp"

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

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

/// Attention of P queries over M keys with a mask that the sizes decide: everything, causal, or a
/// window.
std::string workload(const std::string& cascade) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("einsight-random-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "random.yaml";
  const bool tiled = cascade.find("3pass") == std::string::npos; // its keys are m1, m0
  const std::string key = tiled ? "m1*M0+m0" : "m";
  std::ofstream(file) << "version: 1\nworkload: random\nextends: " << cascade << "\n"
                      << "parameters: {L: null, P: 1, M: 1, AHEAD: 1000, BEHIND: 1000}\n"
                      << "masks: {" << (tiled ? "BQK" : "QK") << ": " << key << " < p + AHEAD and "
                      << key << " > p - BEHIND}\n";
  return file.string();
}

/// The machine with buffers of `ports` accesses per cycle and, maybe, a cycle per neighbour hop.
std::string withPorts(const std::string& folder, const std::string& machine, std::int64_t ports,
                      std::int64_t hop) {
  const auto file =
      std::filesystem::path(folder) / fmt::format("{}-{}-{}.yaml", machine, ports, hop);
  std::ofstream(file) << "version: 1\nextends: " << machine << "\n"
                      << "buffers: {global_buffer: {ports: " << ports << "}}\n"
                      << "arrays: {array_2d: {links: {hop_latency: " << hop << "}}}\n";
  return file.string();
}

struct Drawn {
  PointRequest request;
  Laws laws;
};

Drawn draw(const std::string& file, const std::string& machine, const std::string& mapping) {
  Drawn drawn{{file, machine, mapping, {}, {}, {}}, {}};
  auto& sizes = drawn.request.workloadSettings;
  for (const auto& [name, high] : {std::pair{"B", 2}, std::pair{"H", 3}, std::pair{"E", 9},
                                   std::pair{"F", 9}, std::pair{"M", 60}, std::pair{"P", 60}}) {
    sizes[name] = between(1, high);
  }
  const auto shape = between(0, 3);
  if (shape > 0) {
    sizes["AHEAD"] = shape == 3 ? between(1, 9) : 1;
  }
  if (shape > 1) {
    sizes["BEHIND"] = between(1, 20);
  }
  drawn.laws.exact = drawn.laws.compulsory = shape == 0;
  auto& array = drawn.request.machineSettings;
  array["rows"] = between(4, 16);
  array["columns"] = between(4, 16);
  array["dram_gib_per_s"] = between(0, 1) == 0 ? 400 : between(1, 20);
  if (between(0, 1) == 0) {
    array["buffer_mib"] = core::Rational(between(256, 8192), 1 << 20);
  }
  if (between(0, 1) == 0) {
    const auto folder = std::filesystem::path(file).parent_path().string();
    drawn.request.machine = withPorts(folder, machine, between(1, 4), between(0, 1));
  }
  return drawn;
}

/// At least half of the points must be legal; the others must be refused for lack of room.
void checkRandomPoints(const std::string& machine, const std::string& mapping,
                       const std::string& cascade) {
  const auto file = workload(cascade);
  int legal = 0;
  int all = 0;
  const bool holds = rc::check(mapping, [&] {
    const auto drawn = draw(file, machine, mapping);
    const auto point = prepare(drawn.request);
    ++all;
    if (!point) {
      const auto text = core::render(point.error());
      if (text.find(", which holds ") == std::string::npos) {
        RC_FAIL(describe(drawn.request) + "\n" + text);
      }
      return;
    }
    ++legal;
    const auto found = violation(*point, drawn.laws);
    if (!found.empty()) {
      RC_FAIL(describe(drawn.request) + "\n" + found);
    }
  });
  std::filesystem::remove_all(std::filesystem::path(file).parent_path());
  CHECK(holds);
  CHECK(all >= 100);
  CHECK(2 * legal >= all);
}

} // namespace

TEST_CASE("the pipelined mapping obeys every law at random sizes, masks and arrays", "[explore]") {
  checkRandomPoints("fusemax", "fusemax-binding", "attention-1pass");
}

TEST_CASE("one tile after another obeys every law at random sizes, masks and arrays", "[explore]") {
  checkRandomPoints("fusemax", "fusemax-architecture", "attention-1pass");
}

TEST_CASE("softmax on the 1D array obeys every law at random sizes, masks and arrays",
          "[explore]") {
  checkRandomPoints("flat-deep-registers", "fusemax-cascade", "attention-1pass");
}

TEST_CASE("three phases obey every law at random sizes, masks and arrays", "[explore]") {
  checkRandomPoints("flat", "unfused", "attention-3pass");
}

TEST_CASE("rows of scores on the chip obey every law at random sizes, masks and arrays",
          "[explore]") {
  checkRandomPoints("flat", "flat", "attention-3pass");
}

TEST_CASE("softmax on few registers obeys every law at random sizes, masks and arrays",
          "[explore]") {
  checkRandomPoints("flat", "flat-one-pass", "attention-1pass");
}

TEST_CASE("two passes obey every law at random sizes, masks and arrays", "[explore]") {
  checkRandomPoints("fusemax", "fusemax-two-pass", "attention-2pass-deferred");
}

TEST_CASE("three passes with deferred division obey every law at random sizes, masks and arrays",
          "[explore]") {
  checkRandomPoints("fusemax", "fusemax-three-pass-deferred", "attention-3pass-deferred");
}
