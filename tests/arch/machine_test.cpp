#include "arch/machine.hpp"
#include "machine_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::Machine;
using arch::Memory;
using arch::test::messages;
using arch::test::valid;

namespace {

Machine::Data smallest() {
  Machine::Data data;
  data.name = "smallest";
  data.file = "smallest.yaml";
  data.clockHertz = core::Rational(1000);
  Memory dram;
  dram.name = "dram";
  dram.kind = Memory::Kind::Dram;
  dram.bandwidth = core::Rational(7, 2);
  Memory buffer;
  buffer.name = "buffer";
  buffer.capacity = 64;
  buffer.accessBytes = 8;
  Memory file;
  file.name = "file";
  file.kind = Memory::Kind::Registers;
  file.unit = "array";
  file.capacity = 12;
  data.memories = {dram, buffer, file};
  arch::Unit unit;
  unit.name = "array";
  unit.axes = {{"rows", 3, true}, {"columns", 5, false}};
  unit.operations = {{"macc", core::Rational(1), {{"macc", 1}}}};
  unit.actions = {{"macc", 2.0, false, {}}};
  data.units = {unit};
  data.parameters = {{"PE", core::Rational(3)}};
  return data;
}

std::string refusal(const Machine::Data& data) {
  return messages(arch::check(data));
}

} // namespace

TEST_CASE("a machine answers for its parts by name", "[arch]") {
  const auto machine = valid(arch::check(smallest()));
  CHECK(machine.dram().name == "dram");
  CHECK(machine.memory("buffer")->capacity == 64);
  CHECK(machine.memory("array") == nullptr);
  CHECK(machine.unit("array")->processingElements() == 15);
  CHECK(machine.unit("buffer") == nullptr);
  CHECK(machine.registersOf("array")->name == "file");
  CHECK(machine.registersOf("buffer") == nullptr);
  CHECK(machine.unit("array")->operation("macc") != nullptr);
  CHECK(machine.unit("array")->operation("exp") == nullptr);
}

TEST_CASE("expressions of mappings find the machine's values", "[arch]") {
  const auto machine = valid(arch::check(smallest()));
  CHECK(machine.value("PE") == core::Rational(3));
  CHECK(machine.value("clock") == core::Rational(1000));
  CHECK(machine.value("array.rows") == core::Rational(3));
  CHECK(machine.value("array.elements") == core::Rational(15));
  CHECK(machine.value("array.hop_latency") == core::Rational(0));
  CHECK(machine.value("buffer.capacity") == core::Rational(64));
  CHECK(machine.value("buffer.access") == core::Rational(8));
  CHECK(machine.value("buffer.words") == core::Rational(8));
  CHECK(machine.value("dram.bandwidth") == core::Rational(7, 2));
}

TEST_CASE("a value that the machine does not have, or does not limit, is null", "[arch]") {
  const auto machine = valid(arch::check(smallest()));
  for (const auto* name : {"array", "array.lanes", "dram.capacity", "dram.words", "buffer.ports",
                           "buffer.bandwidth", "buffer.colour", "nothing.rows", "", "."}) {
    CHECK_FALSE(machine.value(name).has_value());
  }
}

TEST_CASE("a machine has exactly one DRAM, and it comes first", "[arch]") {
  auto none = smallest();
  none.memories.erase(none.memories.begin());
  CHECK(refusal(none) ==
        "smallest.yaml:1:1: error: dram: a machine has one DRAM, and it is the first memory\n");
  auto late = smallest();
  std::swap(late.memories[0], late.memories[1]);
  CHECK(refusal(late) == refusal(none));
}

TEST_CASE("a machine without any array is refused", "[arch]") {
  auto data = smallest();
  data.units.clear();
  CHECK(refusal(data) ==
        "smallest.yaml:1:1: error: file: registers of an array 'array' that is not there\n"
        "smallest.yaml:1:1: error: arrays: a machine has at least one array\n");
}

TEST_CASE("two components of one name are refused", "[arch]") {
  auto data = smallest();
  data.memories[1].name = "array";
  CHECK(refusal(data) == "smallest.yaml:1:1: error: array: two components have this name\n"
                         "  help: rename one\n");
}

TEST_CASE("impossible numbers of a machine are refused, all at once", "[arch]") {
  auto data = smallest();
  data.clockHertz = core::Rational(0);
  data.memories[0].bandwidth = core::Rational(0);
  data.memories[1].capacity = 7;
  data.units[0].hopLatency = 2;
  data.units[0].axes[1].size = 0;
  CHECK(refusal(data) ==
        "smallest.yaml:1:1: error: clock: must be above zero\n"
        "smallest.yaml:1:1: error: dram.bandwidth: must be above zero\n"
        "smallest.yaml:1:1: error: buffer: must hold at least one access of at least one byte\n"
        "smallest.yaml:1:1: error: array.columns: axes have names of their own and a size of at "
        "least 1\n"
        "smallest.yaml:1:1: error: array.hop_latency: must be 0 or 1 cycles\n");
}

TEST_CASE("operations must be unique, take time, and use actions that exist", "[arch]") {
  auto data = smallest();
  auto& operations = data.units[0].operations;
  operations.push_back({"macc", core::Rational(1), {{"macc", 1}}});
  operations.push_back({"exp", core::Rational(0), {{"fma", 6}}});
  data.units[0].chained = {{"sub", "exp"}};
  CHECK(refusal(data) ==
        "smallest.yaml:1:1: error: array.macc: operation given twice\n"
        "smallest.yaml:1:1: error: array.exp: cycles must be above zero\n"
        "smallest.yaml:1:1: error: array.exp: its action 'fma' is not one of the array's\n"
        "smallest.yaml:1:1: error: array.chained: no operation 'sub'\n");
}

TEST_CASE("an array without an axis is refused", "[arch]") {
  auto data = smallest();
  data.units[0].axes.clear();
  CHECK(refusal(data) == "smallest.yaml:1:1: error: array: an array has at least one axis\n");
}
