#include "explore/sweep/values.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace einsight;
using namespace einsight::explore::sweep;

namespace {

std::string shown(const std::vector<core::Rational>& values) {
  std::string out;
  for (const auto& value : values) {
    out += (out.empty() ? "" : " ") + value.toString();
  }
  return out;
}

std::string parsed(const std::string& text) {
  const auto values = parseValues(text);
  return values ? shown(*values) : values.error().what;
}

std::string readText(const std::string& value) {
  const auto node = config::parse("version: 1\nx: " + value + "\n", "s.yaml");
  REQUIRE(node);
  core::Problems problems;
  const auto values = readValues(*node->find("x"), problems);
  return problems.empty() ? shown(values) : core::render(problems);
}

} // namespace

TEST_CASE("a range doubles, or adds a step", "[sweep]") {
  CHECK(parsed("4K") == "4096");
  CHECK(parsed("2*64") == "128");
  CHECK(parsed("1K..8K") == "1024 2048 4096 8192");
  CHECK(parsed("3..20") == "3 6 12");
  CHECK(parsed("2..10:4") == "2 6 10");
  CHECK(parsed("0..1:0.25") == "0 1/4 1/2 3/4 1");
  CHECK(parsed("5..5") == "5");
}

TEST_CASE("ends and steps of a range may have units where there is a measure", "[sweep]") {
  const auto values = parseValues("1 TB/s..2 TB/s:500 GB/s", config::Dimension::BytesPerSecond);
  REQUIRE(values);
  CHECK(shown(*values) == "1000000000000 1500000000000 2000000000000");
  CHECK_FALSE(parseValues("1 TB/s..2 TB/s"));
  CHECK_FALSE(parseValues("1G..2G", config::Dimension::Hertz));
}

TEST_CASE("a range that makes no sense is refused", "[sweep]") {
  CHECK(parsed("8..4") == "'8..4' ends before it begins");
  CHECK(parsed("0..4") == "'0..4' never ends");
  CHECK(parsed("1..4:0") == "'1..4:0' never ends");
  CHECK(parsed("0..1G:1") == "'0..1G:1' has more than 100000 values");
  CHECK(parsed("1..x").starts_with("'x' is not a number"));
  CHECK(parsed("").starts_with("'' is not a number"));
}

TEST_CASE("values are a list, spaced by factors, or drawn with a seed", "[sweep]") {
  CHECK(readText("[64, 1..4, 100]") == "64 1 2 4 100");
  CHECK(readText("{from: 1, to: 1K, log: 6}") == "1 4 16 64 256 1024");
  CHECK(readText("{from: 10, to: 10, log: 1}") == "10");
  const auto first = readText("{from: 1, to: 1000, random: 5, seed: 1}");
  CHECK(first == readText("{from: 1, to: 1000, random: 5, seed: 1}"));
  CHECK(first != readText("{from: 1, to: 1000, random: 5, seed: 2}"));
}

TEST_CASE("mistakes in values have their place", "[sweep]") {
  CHECK(readText("[1, 2, 1]") ==
        "s.yaml:2:4: error: x: 1 is there twice\n  help: write every value once\n");
  CHECK(readText("{from: 8, to: 4, log: 2}") ==
        "s.yaml:2:18: error: x.to: is less than from:\n  help: write the smaller number first\n");
  CHECK(readText("{from: 1, to: 4}") ==
        "s.yaml:2:4: error: x: expected either log: or random:, with the number of values\n"
        "  help: write for example {from: 1, to: 1K, log: 5}\n");
}

TEST_CASE("draws stay below their bound and reach both ends", "[sweep]") {
  Draw draw(1);
  std::vector<int> seen(3);
  for (int i = 0; i < 300; ++i) {
    const auto value = draw.below(3);
    REQUIRE(value < 3);
    ++seen[value];
    const auto real = draw.real();
    REQUIRE((real >= 0 && real < 1));
  }
  CHECK((seen[0] > 50 && seen[1] > 50 && seen[2] > 50));
}
