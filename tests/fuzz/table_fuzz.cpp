#include "arch/machine.hpp"
#include "arch/tables.hpp"
#include "tests/fuzz/input.hpp"

using namespace einsight;

/// Any bytes are energy and area tables that a machine can be charged by, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::fileOf(fuzz::textOf(data, size), "table.yaml");
  const auto tables = arch::readTables(file);
  if (!tables) {
    fuzz::refused(tables.error());
    return 0;
  }
  static const auto kMachine = fuzz::fileOf(
      "version: 1\nextends: fusemax\nmachine: fuzz\ntables: table.yaml\n", "machine.yaml");
  if (const auto machine = arch::readMachine(kMachine); !machine) {
    fuzz::refused(machine.error());
  }
  return 0;
}
