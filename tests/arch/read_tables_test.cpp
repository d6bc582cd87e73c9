#include "arch/catalogue.hpp"
#include "arch/tables.hpp"

#include <catch2/catch.hpp>

using namespace einsight;

TEST_CASE("the 45 nm tables hold parts, a formula and a compiled memory", "[arch]") {
  const auto tables = arch::readTables(arch::tablesFolder() / "cmos-45nm.yaml");
  REQUIRE(tables.has_value());
  CHECK(tables->name == "cmos-45nm");
  CHECK(tables->technology == "45nm");
  CHECK(tables->memoryNames() == std::vector<std::string>{"register_file", "sram"});
  CHECK(tables->parts.at("max").area == 49.28944);
  CHECK(tables->parts.at("hbm2").accessBytes == 8);
  CHECK_FALSE(tables->parts.at("hbm2").area.has_value());
  CHECK(tables->compiled.at("sram").rows.size() == 14);
}

TEST_CASE("the register file's area follows the published values by depth", "[arch]") {
  const auto tables = arch::readTables(arch::tablesFolder() / "cmos-45nm.yaml");
  REQUIRE(tables.has_value());
  const auto area = [&](std::int64_t words) {
    return tables->memory("register_file", 2 * words, 2).area.value.value_or(0);
  };
  CHECK(area(4) == Approx(16814.310).margin(1e-3));
  CHECK(area(12) == Approx(16837.579).margin(1e-3));
  CHECK(area(16) == Approx(16837.579).margin(1e-3));
  CHECK(area(32) == Approx(16849.214).margin(1e-3));
  CHECK(area(128) == Approx(2 * 16791.04 + 2 * 5.81742 * 7).margin(1e-3));
}

TEST_CASE("a table file that does not exist is a problem", "[arch]") {
  const auto tables = arch::readTables("nowhere/tables.yaml");
  REQUIRE_FALSE(tables.has_value());
  CHECK(tables.error().front().what == "no such file");
}
