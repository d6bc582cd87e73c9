#include "tests/generators/case.hpp"

#include "core/invariant.hpp"
#include "tests/generators/draw.hpp"
#include "tests/generators/mapping.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace einsight::generators {
namespace {

/// A mapping of the catalogue: the cascade and the kind of machine that it is for, and sizes of
/// which another number is legal too.
struct Shipped {
  std::string mapping, cascade;
  MachineShape::Array2d array2d;
  std::vector<std::string> sizes;
};

const std::vector<Shipped>& shipped() {
  using enum MachineShape::Array2d;
  static const std::vector<Shipped> kAll{
      {"unfused", "attention-3pass", Products, {"p1", "m0", "p0"}},
      {"fusemax-binding", "attention-1pass", Softmax, {"p1", "p0"}},
      {"fusemax-architecture", "attention-1pass", Softmax, {"p1", "p0"}},
      {"fusemax-cascade", "attention-1pass", Products, {"p1", "p0"}},
      {"flat-one-pass", "attention-1pass", Products, {"p1", "p0"}},
      {"flat", "attention-3pass", Products, {}},
      {"fusemax-two-pass", "attention-2pass-deferred", Softmax, {"p0"}},
      {"fusemax-three-pass-deferred", "attention-3pass-deferred", Softmax, {"p0", "m0"}},
  };
  return kAll;
}

} // namespace

std::string text(const Case& drawn) {
  return fmt::format("# workload.yaml\n{}\n# machine.yaml\n{}\n# mapping.yaml\n{}\n",
                     drawn.workload.text, text(drawn.machine), drawn.mapping);
}

Scratch::Scratch() {
  std::error_code error;
  const std::filesystem::path memory("/dev/shm");
  const auto parent = std::filesystem::is_directory(memory, error)
                          ? memory
                          : std::filesystem::temp_directory_path();
  auto pattern = (parent / "einsight-cases-XXXXXX").string();
  EINSIGHT_INVARIANT(mkdtemp(pattern.data()) != nullptr, "a folder can be made");
  folder_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::write(const std::string& name, const std::string& text) const {
  const auto file = folder_ / name;
  std::ofstream(file) << text;
  return file.string();
}

explore::PointRequest Scratch::request(const Case& drawn) const {
  return {write("workload.yaml", drawn.workload.text),
          write("machine.yaml", text(drawn.machine)),
          write("mapping.yaml", drawn.mapping),
          {},
          {},
          {}};
}

std::string Scratch::systolic() const {
  return write("systolic.yaml", "version: 1\nextends: machine.yaml\nmachine: systolic\n"
                                "arrays: {array_2d: {links: {hop_latency: 1}}, "
                                "array_1d: {links: {hop_latency: 1}}}\n");
}

Case Scratch::drawCatalogueCase() const {
  const auto& chosen = anyOf(shipped());
  Case drawn{drawAttention(chosen.cascade), drawMachine(), {}};
  drawn.machine.array2d = chosen.array2d;
  if (chosen.mapping == "flat") { // its rows are whole: it takes the machine's room for granted
    drawn.machine.bufferBytes = std::max<std::int64_t>(drawn.machine.bufferBytes, 1 << 16);
    drawn.machine.columnsReduce = true;
  }
  drawn.mapping = drawOverlay(chosen.mapping, chosen.sizes);
  return drawn;
}

Case Scratch::drawCase(bool unfused) const {
  Case drawn{oneIn(2) ? drawAttention() : drawTree(), drawMachine(), {}};
  const auto cascade = workloads::load(write("workload.yaml", drawn.workload.text));
  const auto machine = arch::readMachine(write("machine.yaml", text(drawn.machine)));
  if (!cascade || !machine) {
    RC_FAIL(text(drawn) + (cascade ? "" : core::render(cascade.error())) +
            (machine ? "" : core::render(machine.error())));
  }
  drawn.mapping = unfused ? drawUnfused(*cascade, *machine) : drawMapping(*cascade, *machine);
  return drawn;
}

bool onlyRoom(const core::Problems& problems) {
  return std::all_of(problems.begin(), problems.end(), [](const auto& problem) {
    return problem.what.find(", which holds ") != std::string::npos;
  });
}

int cases(int standard) {
  const char* times = std::getenv("EINSIGHT_CASES"); // NOLINT(concurrency-mt-unsafe)
  return standard * std::max(1, times == nullptr ? 1 : std::atoi(times));
}

} // namespace einsight::generators
