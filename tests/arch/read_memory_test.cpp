#include "machine_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::test::machineOf;
using arch::test::valid;

TEST_CASE("a buffer's ports and width make its bandwidth", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "buffers: {global_buffer: {ports: 2}}\n"));
  CHECK(machine.memory("global_buffer")->ports == 2);
  CHECK(machine.memory("global_buffer")->bandwidth == core::Rational(1024));
}

TEST_CASE("a buffer with unlimited ports is never the limit", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"));
  CHECK_FALSE(machine.memory("global_buffer")->ports.has_value());
  CHECK_FALSE(machine.memory("global_buffer")->bandwidth.has_value());
}

TEST_CASE("memories run from DRAM inwards, and a second buffer adds its area", "[arch]") {
  const auto machine = valid(machineOf(
      "extends: fusemax\n"
      "buffers:\n"
      "  inner: {capacity: 256 KiB, width: 512 B, ports: 1, table: sram, source: this test}\n"));
  std::vector<std::string> names;
  for (const auto& memory : machine.memories()) {
    names.push_back(memory.name);
  }
  CHECK(names ==
        std::vector<std::string>{"dram", "global_buffer", "inner", "registers_2d", "registers_1d"});
  const auto one = valid(machineOf("extends: fusemax\n")).area();
  CHECK(machine.area().value_or(0) - one.value_or(0) ==
        Approx(2140930 + 2 * 5.81742 * 9).epsilon(1e-6));
}

TEST_CASE("a DRAM access of another size than the table's has no energy", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "dram: {access: 32 B, capacity: 16 GiB}\n"));
  CHECK(machine.dram().actions.front().reason ==
        "part 'hbm2' is known for accesses of 8 B, not 32 B");
  CHECK(machine.dram().capacity == std::int64_t{16} << 30);
}

TEST_CASE("a part that is no memory has no energy of a read", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "dram: {table: max}\n"));
  CHECK(machine.dram().actions.front().reason == "part 'max' has no energy of a read");
}
