#include "arch/tables.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight::arch;

namespace {

const std::vector<std::pair<double, double>> kLine{{1024, 10}, {4096, 40}, {65536, 80}};

einsight::core::Expression expression(const std::string& text) {
  return *einsight::core::Expression::parse(text);
}

Tables tables() {
  Tables made;
  made.name = "made";
  made.formulas.emplace("file", Formula{2, expression("words"), expression("address_bits"),
                                        expression("words/(address_bits - 3)")});
  made.compiled["ram"].rows = {{1024, 64, 10, 20, 100}, {4096, 64, 40, 80, 400}};
  made.compiled["ram"].addressEnergy = expression("address_bits");
  made.compiled["ram"].addressArea = expression("words");
  return made;
}

} // namespace

TEST_CASE("a table is exact at its rows", "[arch]") {
  const auto cost = interpolate(kLine, 4096);
  CHECK(cost.value == 40.0);
  CHECK_FALSE(cost.interpolated);
}

TEST_CASE("between rows a power law holds, and the value is marked", "[arch]") {
  const auto inFirst = interpolate(kLine, 2048);
  CHECK(inFirst.value.value_or(0) == Approx(20)); // proportional there
  CHECK(inFirst.interpolated);
  CHECK(interpolate(kLine, 16384).value.value_or(0) == Approx(40 * std::sqrt(2.0)));
}

TEST_CASE("extrapolation goes to twice the table's range and not further", "[arch]") {
  CHECK(interpolate(kLine, 512).value.value_or(0) == Approx(5));
  CHECK(interpolate(kLine, 131072).value.value_or(0) == Approx(80 * std::pow(2, 0.25)));
  const auto below = interpolate(kLine, 511);
  CHECK_FALSE(below.value.has_value());
  CHECK(below.reason == "511 B is beyond twice the table's range (1024 to 65536 B)");
  CHECK_FALSE(interpolate(kLine, 131073).value.has_value());
}

TEST_CASE("one row is only good for itself", "[arch]") {
  CHECK(interpolate({{1024, 10}}, 1024).value == 10.0);
  const auto other = interpolate({{1024, 10}}, 1025);
  CHECK_FALSE(other.value.has_value());
  CHECK(other.reason == "1025 B, and one row is not enough to interpolate");
}

TEST_CASE("a formula gets the depth and the address bits of the memory", "[arch]") {
  const auto cost = tables().memory("file", 24, 2); // 12 words: 4 address bits
  CHECK(cost.read.value == 12.0);
  CHECK(cost.write.value == 4.0);
  CHECK(cost.area.value == 12.0);
  CHECK(tables().memory("file", 34, 2).write.value == 5.0); // 17 words
  CHECK(tables().memory("file", 32, 2).write.value == 4.0); // 16 words
  CHECK(tables().memory("file", 2, 2).write.value == 0.0);  // 1 word
}

TEST_CASE("a formula that cannot be evaluated leaves its cost unknown", "[arch]") {
  const auto cost = tables().memory("file", 16, 2); // 8 words: 3 address bits
  CHECK_FALSE(cost.area.value.has_value());
  CHECK(cost.area.reason == "words/(address_bits - 3): division by zero");
}

TEST_CASE("a formula for another word size leaves the costs unknown", "[arch]") {
  const auto cost = tables().memory("file", 24, 4);
  CHECK_FALSE(cost.read.value.has_value());
  CHECK(cost.read.reason == "'file' is known for words of 2 B, not 4 B");
}

TEST_CASE("a compiled memory adds its address generator", "[arch]") {
  const auto cost = tables().memory("ram", 1024, 8); // 128 rows: 7 address bits
  CHECK(cost.read.value == 17.0);
  CHECK(cost.write.value == 27.0);
  CHECK(cost.area.value == 228.0);
  CHECK(tables().memory("ram", 2048, 8).area.interpolated);
}

TEST_CASE("a kind of memory that no table knows has no cost", "[arch]") {
  CHECK(tables().memory("rom", 1024, 8).area.reason == "table 'made' has no memory 'rom'");
}

TEST_CASE("a sum with an unknown cost is unknown for the same reason", "[arch]") {
  const Cost known{3, true, {}};
  const Cost unknown{std::nullopt, false, "nobody measured it"};
  CHECK((known + known).value == 6.0);
  CHECK((known + known).interpolated);
  CHECK((known + unknown).reason == "nobody measured it");
  CHECK((unknown + known).reason == "nobody measured it");
  CHECK_FALSE((unknown + known).value.has_value());
}
