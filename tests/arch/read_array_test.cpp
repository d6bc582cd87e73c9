#include "machine_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::test::machineOf;
using arch::test::messages;
using arch::test::valid;

TEST_CASE("axes keep the order of the file", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "arrays: {array_2d: {axes: {depth: {size: 2}}}}\n"));
  const auto& axes = machine.unit("array_2d")->axes;
  REQUIRE(axes.size() == 3);
  CHECK(axes[0].name == "rows");
  CHECK(axes[2].name == "depth");
  CHECK_FALSE(axes[2].reduces);
  CHECK(machine.value("array_2d.elements") == core::Rational(131072));
}

TEST_CASE("energy is charged for the table's depth, capacity is the mapping's", "[arch]") {
  const auto machine =
      valid(machineOf("extends: fusemax\n"
                      "arrays: {array_2d: {pe: {registers: {words: 100, table_words: 32}}}}\n"));
  CHECK(machine.registersOf("array_2d")->capacity == 200);
  CHECK(arch::test::energy(machine.registersOf("array_2d")->actions, "read") ==
        Approx(2.194455).margin(1e-6));
}

TEST_CASE("without a depth for the table the capacity is charged", "[arch]") {
  const auto machine =
      valid(machineOf("extends: fusemax\n"
                      "arrays: {array_2d: {pe: {registers: {words: 100, table_words: ~}}}}\n"));
  CHECK(machine.registersOf("array_2d")->area.value_or(0) ==
        Approx((32 * 5.98 + 71) * 100 + 2 * 5.81742 * 7));
}

TEST_CASE("an array may go without register files and link nodes", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "arrays:\n"
                                       "  array_2d: {links: {nodes: ~, table: ~}, "
                                       "pe: {registers: ~}}\n"));
  CHECK(machine.registersOf("array_2d") == nullptr);
  CHECK(machine.areaParts().at("array_2d") == Approx(65536 * (1545 + 49.28944)));
}

TEST_CASE("link nodes without a table leave the area unknown", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "arrays: {array_2d: {links: {table: ~}}}\n"));
  CHECK(machine.areaReason() ==
        "array_2d: links: the machine file names no energy and area table for it");
}

TEST_CASE("register files and arrays have names of their own", "[arch]") {
  const auto text =
      messages(machineOf("extends: fusemax\n"
                         "arrays: {array_1d: {pe: {registers: {name: registers_2d}}}}\n"));
  CHECK(
      text.find("arrays.array_1d.pe.registers.name: there is a component 'registers_2d' already") !=
      std::string::npos);
}
