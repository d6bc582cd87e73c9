#include "arch/catalogue.hpp"
#include "machine_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using arch::test::energy;
using arch::test::valid;

namespace {

constexpr double kSixDigits = 1e-6;

Approx near(double value) {
  return Approx(value).epsilon(1e-9).margin(kSixDigits);
}

double partArea(const arch::Machine& machine, const std::string& part) {
  return machine.areaParts().at(part);
}

} // namespace

// Areas and energies: FuseMax (MICRO 2024) artifact, 45 nm reference tables and CACTI.

TEST_CASE("FuseMax occupies the published area, part by part", "[arch]") {
  const auto machine = valid(arch::load("fusemax"));
  CHECK(partArea(machine, "array_2d") == Approx(1.207951e9).epsilon(1e-6));
  CHECK(partArea(machine, "array_1d") == Approx(1.079922e7).epsilon(1e-6));
  CHECK(partArea(machine, "global_buffer") == Approx(8.420137e7).epsilon(1e-6));
  CHECK(machine.area().value_or(0) == Approx(1.302952e9).epsilon(1e-6));
}

TEST_CASE("FLAT occupies the published area, and FuseMax is 6.4 % smaller", "[arch]") {
  const auto flat = valid(arch::load("flat"));
  CHECK(partArea(flat, "array_2d") == Approx(1.203196e9).epsilon(1e-6));
  CHECK(partArea(flat, "array_1d") == Approx(1.290568e7).epsilon(1e-6));
  CHECK(partArea(flat, "global_buffer") == Approx(1.757172e8).epsilon(1e-6));
  CHECK(flat.area().value_or(0) == Approx(1.391819e9).epsilon(1e-6));
  const auto ratio = valid(arch::load("fusemax")).area().value_or(0) / flat.area().value_or(1);
  CHECK(ratio == Approx(0.93615).epsilon(1e-5));
}

TEST_CASE("the family occupies what figure 12's data say", "[arch]") {
  const auto [pe, e, array, total] =
      GENERATE(table<int, int, double, double>({{64, 64, 75401685.99552, 78369596.31228},
                                                {256, 64, 1207951209.6768, 1220894441.8412402},
                                                {64, 128, 75401685.99552, 78538970.94712},
                                                {256, 128, 1207188708.80256, 1220785414.0828004}}));
  const auto machine = valid(arch::load("array-family", {{"PE", pe}, {"E", e}}));
  CHECK(partArea(machine, "array_2d") == Approx(array).epsilon(1e-12));
  CHECK(machine.area().value_or(0) == Approx(total).epsilon(1e-12));
}

TEST_CASE("FuseMax's energies per action are the published ones", "[arch]") {
  const auto machine = valid(arch::load("fusemax"));
  const auto& array = machine.unit("array_2d")->actions;
  CHECK(energy(array, "macc") == near(17.1645));
  CHECK(energy(array, "add") == near(8.3395));
  CHECK(energy(array, "sub") == near(8.3395));
  CHECK(energy(array, "max") == near(0.028036));
  CHECK(energy(machine.unit("array_1d")->actions, "divide") == near(36.251153));
  CHECK(energy(machine.dram().actions, "read") == near(249.6));
  CHECK(energy(machine.dram().actions, "write") == near(249.6));
  const auto& buffer = machine.memory("global_buffer")->actions;
  CHECK(energy(buffer, "read") == near(12512.760572));
  CHECK(energy(buffer, "write") == near(15751.460572));
  CHECK(energy(machine.registersOf("array_2d")->actions, "read") == near(2.190435));
  CHECK(energy(machine.registersOf("array_2d")->actions, "write") == near(1.902435));
  CHECK(energy(machine.registersOf("array_1d")->actions, "read") == near(2.194455));
  CHECK(energy(machine.registersOf("array_1d")->actions, "write") == near(1.906455));
}

TEST_CASE("FLAT's energies per action are the published ones", "[arch]") {
  const auto machine = valid(arch::load("flat"));
  const auto& buffer = machine.memory("global_buffer")->actions;
  CHECK(energy(buffer, "read") == near(23854.664592));
  CHECK(energy(buffer, "write") == near(27097.564592));
  CHECK(energy(machine.registersOf("array_2d")->actions, "read") == near(2.182395));
  CHECK(energy(machine.registersOf("array_1d")->actions, "write") == near(1.902435));
  CHECK(energy(machine.unit("array_1d")->actions, "exp") == near(94.6475));
}

TEST_CASE("FuseMax exponentiates with six multiply-accumulates on both arrays", "[arch]") {
  const auto machine = valid(arch::load("fusemax"));
  for (const auto* name : {"array_2d", "array_1d"}) {
    const auto* exp = machine.unit(name)->operation("exp");
    REQUIRE(exp != nullptr);
    CHECK(exp->cycles == core::Rational(6));
    CHECK(exp->actions == std::vector<std::pair<std::string, int>>{{"macc", 6}});
    for (const auto& chain : machine.unit(name)->chained) { // exp takes its turn alone
      CHECK(std::find(chain.begin(), chain.end(), "exp") == chain.end());
    }
  }
  CHECK(machine.unit("array_2d")->operation("div") == nullptr);
}

TEST_CASE("FLAT's 2D array only multiplies and adds, and reduces along both axes", "[arch]") {
  const auto machine = valid(arch::load("flat"));
  const auto* array = machine.unit("array_2d");
  CHECK(array->operation("macc") != nullptr);
  CHECK(array->operation("max") == nullptr);
  CHECK(array->operation("exp") == nullptr);
  CHECK(array->axis("rows")->reduces);
  CHECK(array->axis("columns")->reduces);
  CHECK_FALSE(valid(arch::load("fusemax")).unit("array_2d")->axis("columns")->reduces);
}

TEST_CASE("FLAT's 1D array does subtract-then-exponentiate as one pipelined pass", "[arch]") {
  const auto machine = valid(arch::load("flat"));
  const auto* array = machine.unit("array_1d");
  CHECK(array->operation("exp")->cycles == core::Rational(1));
  CHECK(array->chained == std::vector<std::vector<std::string>>{{"sub", "exp"}});
}

TEST_CASE("DRAM bandwidth in bytes per cycle is exact", "[arch]") {
  CHECK(valid(arch::load("fusemax")).dram().bandwidth == core::Rational(67108864, 146875));
  CHECK(valid(arch::load("flat-edge")).dram().bandwidth == core::Rational(8388608, 146875));
}

TEST_CASE("capacity of the register files and their charged depth are different", "[arch]") {
  const auto flat = valid(arch::load("flat"));
  const auto deep = valid(arch::load("flat-deep-registers"));
  CHECK(flat.value("registers_2d.words") == core::Rational(3));
  CHECK(flat.value("registers_1d.words") == core::Rational(8));
  CHECK(deep.value("registers_2d.words") == core::Rational(16));
  CHECK(deep.value("registers_1d.words") == core::Rational(512));
  CHECK(deep.area() == flat.area());
  CHECK(energy(deep.registersOf("array_1d")->actions, "read") ==
        energy(flat.registersOf("array_1d")->actions, "read"));
}

TEST_CASE("the systolic machine is FuseMax with one cycle per hop", "[arch]") {
  const auto systolic = valid(arch::load("fusemax-systolic"));
  const auto paper = valid(arch::load("fusemax"));
  CHECK(systolic.unit("array_2d")->hopLatency == 1);
  CHECK(systolic.unit("array_1d")->hopLatency == 1);
  CHECK(paper.unit("array_2d")->hopLatency == 0);
  CHECK(paper.unit("array_1d")->hopLatency == 0);
  CHECK(systolic.area() == paper.area());
}

TEST_CASE("the edge platform is smaller than every row of its width, so energy is null", "[arch]") {
  const auto machine = valid(arch::load("flat-edge"));
  CHECK(machine.value("array_2d.elements") == core::Rational(1024));
  CHECK(machine.value("global_buffer.capacity") == core::Rational(524288));
  const auto& read = machine.memory("global_buffer")->actions.front();
  CHECK_FALSE(read.picojoules.has_value());
  CHECK(read.reason ==
        "'sram' at 512 bits: 524288 B is beyond twice the table's range (32768 to 65536 B)");
  CHECK_FALSE(machine.area().has_value());
  CHECK(machine.areaReason() == "global_buffer: " + read.reason);
}

TEST_CASE("every size of the family from 16x16 to 512x512 has energy and area", "[arch]") {
  const auto pe = GENERATE(16, 32, 64, 128, 256, 512);
  const auto e = GENERATE(64, 128);
  const auto machine = valid(arch::load("array-family", {{"PE", pe}, {"E", e}}));
  CHECK(machine.area().has_value());
  CHECK(machine.notes().empty());
  CHECK(machine.value("array_2d.rows") == core::Rational(pe));
  CHECK(machine.value("array_1d.lanes") == core::Rational(pe));
  const std::int64_t multiple = pe == 512 ? 2 : 1;
  CHECK(machine.value("global_buffer.capacity") == core::Rational(16 * pe * e * multiple));
  CHECK(machine.value("global_buffer.access") == core::Rational(2 * pe));
}

TEST_CASE("a width without rows in the table has no energy, and says why", "[arch]") {
  const auto machine = valid(arch::load("array-family", {{"PE", 48}}));
  CHECK(machine.areaReason() == "global_buffer: 'sram' has no row 768 bits wide (widths: 256, 512, "
                                "1024, 2048, 4096, 8192)");
}

TEST_CASE("a machine can be rectangular", "[arch]") {
  const auto machine = valid(arch::load("array-family", {{"rows", 128}, {"columns", 512}}));
  CHECK(machine.value("array_2d.rows") == core::Rational(128));
  CHECK(machine.value("array_2d.columns") == core::Rational(512));
  CHECK(machine.value("array_1d.lanes") == core::Rational(512));
}

TEST_CASE("a capacity between two rows of the table is interpolated and marked", "[arch]") {
  const auto machine = valid(arch::load("fusemax", {{"buffer_mib", 8}}));
  CHECK(machine.memory("global_buffer")->actions.front().interpolated);
  CHECK(machine.notes() == std::vector<std::string>{
                               "global_buffer: read energy interpolated between rows of the table",
                               "global_buffer: write energy interpolated between rows of the table",
                               "global_buffer: area interpolated between rows of the table"});
}

TEST_CASE("the catalogue lists its machines with a summary each", "[arch]") {
  const auto listed = arch::list();
  REQUIRE(listed.has_value());
  std::vector<std::string> names;
  for (const auto& machine : *listed) {
    names.push_back(machine.name);
    CHECK_FALSE(machine.summary.empty());
    if (machine.kind != "spatial") {
      continue; // GPUs: gpu/gpu_test.cpp
    }
    CHECK(valid(arch::load(machine.name)).name() == machine.name);
    CHECK(valid(arch::load(machine.file)).name() == machine.name);
  }
  for (const auto* name : {"array-family", "flat", "flat-deep-registers", "flat-edge", "fusemax",
                           "fusemax-systolic"}) {
    CHECK(std::find(names.begin(), names.end(), name) != names.end());
  }
}

TEST_CASE("a misspelt machine is answered with the nearest name", "[arch]") {
  const auto machine = arch::load("fusemx");
  REQUIRE_FALSE(machine.has_value());
  CHECK(machine.error().front().what == "unknown machine 'fusemx'");
  CHECK(machine.error().front().help.find("did you mean 'fusemax'?") == 0);
}

TEST_CASE("a machine names every file it was read from", "[arch]") {
  const auto machine = valid(arch::load("fusemax-systolic"));
  std::vector<std::string> files;
  for (const auto& file : machine.files()) {
    files.push_back(std::filesystem::path(file).filename().string());
  }
  CHECK(files ==
        std::vector<std::string>{"fusemax-systolic.yaml", "fusemax.yaml", "cmos-45nm.yaml"});
}
