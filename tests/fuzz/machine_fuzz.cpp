#include "arch/catalogue.hpp"
#include "arch/gpu/gpu.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/simulate.hpp"
#include "workloads/catalogue.hpp"

using namespace einsight;

namespace {

/// A matrix product in whatever arrays the machine has: on its first unit, unpartitioned.
void use(const arch::Machine& machine) {
  static const auto kCascade =
      workloads::load("matmul", {{"M", 5}, {"N", 4}, {"K", 3}}); // small, and never refused
  EINSIGHT_INVARIANT(kCascade, "a workload of the catalogue can be small");
  if (machine.units().empty()) {
    return;
  }
  const auto& unit = machine.units().front();
  std::string text = "version: 1\nmapping: fuzz\nbind:\n  Z: {on: \"" + unit.name + "\"";
  if (!unit.axes.empty()) {
    text += ", \"" + unit.axes.front().name + "\": n";
  }
  text += "}\nsections: {all: {loops: [m], do: [Z]}}\n";
  const auto mapping =
      mappings::readMapping(fuzz::fileOf(text, "mapping.yaml"), *kCascade, machine);
  if (mapping) {
    fuzz::simulate(*mapping, *kCascade, machine);
  } else {
    fuzz::refused(mapping.error());
  }
}

} // namespace

/// Any bytes are a machine that something can run on, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "machine.yaml");
  if (arch::kindOf(file.string()).value_or("") == "gpu") {
    if (const auto gpu = arch::readGpu(file); !gpu) {
      fuzz::refused(gpu.error());
    }
    return 0;
  }
  const auto machine = arch::readMachine(file);
  if (machine) {
    use(*machine);
  } else {
    fuzz::refused(machine.error());
  }
  return 0;
}
