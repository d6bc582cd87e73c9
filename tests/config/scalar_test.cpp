#include "config/scalar.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <rapidcheck.h>

using namespace einsight;
using config::Dimension;

namespace {

config::Node scalarNode(std::string text) {
  config::Node node;
  node.kind = config::Node::Kind::Scalar;
  node.where = {"a.yaml", 3, 5, "x"};
  node.scalar = std::move(text);
  return node;
}

core::Rational quantityOf(const std::string& text, Dimension dimension) {
  core::Problems problems;
  const auto value = config::quantity(scalarNode(text), dimension, problems);
  INFO(text + ": " + core::render(problems));
  REQUIRE(value);
  CHECK(problems.empty());
  return *value;
}

std::string quantityError(const std::string& text, Dimension dimension) {
  core::Problems problems;
  CHECK_FALSE(config::quantity(scalarNode(text), dimension, problems));
  return core::render(problems);
}

std::string integerError(const std::string& text, std::int64_t low, std::int64_t high) {
  core::Problems problems;
  CHECK_FALSE(config::integer(scalarNode(text), problems, low, high));
  return core::render(problems);
}

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

} // namespace

TEST_CASE("quantities of every dimension are exact in their base unit", "[config]") {
  using core::Rational;
  const std::int64_t gibi = std::int64_t{1} << 30;
  CHECK(quantityOf("64 KiB", Dimension::Bytes) == Rational(65536));
  CHECK(quantityOf("80GB", Dimension::Bytes) == Rational(80'000'000'000));
  CHECK(quantityOf("1 TiB", Dimension::Bytes) == Rational(1024 * gibi));
  CHECK(quantityOf("12 ns", Dimension::Seconds) == Rational(3, 250'000'000));
  CHECK(quantityOf("1.5us", Dimension::Seconds) == Rational(3, 2'000'000));
  CHECK(quantityOf("940 MHz", Dimension::Hertz) == Rational(940'000'000));
  CHECK(quantityOf("1.755 GHz", Dimension::Hertz) == Rational(1'755'000'000));
  CHECK(quantityOf("400 GiB/s", Dimension::BytesPerSecond) == Rational(400 * gibi));
  CHECK(quantityOf("400 Gbit/s", Dimension::BytesPerSecond) == Rational(50'000'000'000));
  CHECK(quantityOf("17.1645 pJ", Dimension::Picojoules) == Rational(171645, 10000));
  CHECK(quantityOf("3 fJ", Dimension::Picojoules) == Rational(3, 1000));
  CHECK(quantityOf("3 mm2", Dimension::SquareMicrometres) == Rational(3'000'000));
  CHECK(quantityOf("8.14 cm2", Dimension::SquareMicrometres) == Rational(814'000'000));
  CHECK(quantityOf("2.99 USD", Dimension::Dollars) == Rational(299, 100));
}

TEST_CASE("a quantity without a unit of its dimension is refused with the list of units",
          "[config]") {
  CHECK(quantityError("12", Dimension::Hertz) ==
        "a.yaml:3:5: error: x: '12' is not a number with a unit\n"
        "  help: write a number and one of: Hz, kHz, MHz, GHz\n");
  CHECK(quantityError("64 kib", Dimension::Bytes) ==
        "a.yaml:3:5: error: x: '64 kib' is not a number with a unit\n"
        "  help: did you mean 'KiB'? write a number and one of: B, kB, MB, GB, TB, KiB, MiB, GiB, "
        "TiB\n");
  CHECK(quantityError("4KB", Dimension::Bytes) ==
        "a.yaml:3:5: error: x: '4KB' is not a number with a unit\n"
        "  help: did you mean 'kB'? write a number and one of: B, kB, MB, GB, TB, KiB, MiB, GiB, "
        "TiB\n");
  CHECK(quantityError("400 GiB", Dimension::BytesPerSecond) ==
        "a.yaml:3:5: error: x: '400 GiB' is not a number with a unit\n"
        "  help: write a number and one of: B/s, kB/s, MB/s, GB/s, TB/s, KiB/s, MiB/s, GiB/s, "
        "TiB/s, Mbit/s, Gbit/s\n");
  CHECK(quantityError("-3 pJ", Dimension::Picojoules) ==
        "a.yaml:3:5: error: x: '-3 pJ' is not a number with a unit\n"
        "  help: write a number and one of: fJ, pJ, nJ, uJ, mJ, J\n");
  CHECK(quantityError("mm2", Dimension::SquareMicrometres) ==
        "a.yaml:3:5: error: x: 'mm2' is not a number with a unit\n"
        "  help: write a number and one of: um2, mm2, cm2\n");
  CHECK(quantityError("", Dimension::Dollars) ==
        "a.yaml:3:5: error: x: '' is not a number with a unit\n"
        "  help: write a number and one of: USD\n");
}

TEST_CASE("a quantity that overflows is a problem and does not wrap", "[config]") {
  CHECK(quantityOf("8388607 TiB", Dimension::Bytes) == core::Rational(std::int64_t{8388607} << 40));
  CHECK(quantityError("8388608 TiB", Dimension::Bytes) ==
        "a.yaml:3:5: error: x: '8388608 TiB' does not fit an exact fraction of 64 bits\n"
        "  help: write fewer digits, or another of: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB\n");
  CHECK(quantityError("1e30 s", Dimension::Seconds) ==
        "a.yaml:3:5: error: x: '1e30 s' does not fit an exact fraction of 64 bits\n"
        "  help: write fewer digits, or another of: ps, ns, us, ms, s\n");
}

TEST_CASE("whole numbers take both ends of their range and nothing beyond", "[config]") {
  core::Problems problems;
  CHECK(config::integer(scalarNode("1"), problems, 1, 64) == 1);
  CHECK(config::integer(scalarNode("64"), problems, 1, 64) == 64);
  CHECK(config::integer(scalarNode("-3"), problems) == -3);
  CHECK(config::integer(scalarNode("1M"), problems) == 1048576);
  CHECK(config::integer(scalarNode("1.5K"), problems) == 1536);
  CHECK(config::integer(scalarNode("010"), problems) == 10);
  CHECK(config::integer(scalarNode("1e6"), problems) == 1'000'000);
  CHECK(problems.empty());
  CHECK(integerError("0", 1, 64) == "a.yaml:3:5: error: x: '0' is out of range\n"
                                    "  help: write a whole number from 1 to 64\n");
  CHECK(integerError("65", 1, 64) == "a.yaml:3:5: error: x: '65' is out of range\n"
                                     "  help: write a whole number from 1 to 64\n");
  CHECK(integerError("0", 1, kMost) ==
        "a.yaml:3:5: error: x: '0' is out of range\n"
        "  help: write a whole number from 1 up; K, M and G are binary\n");
  CHECK(integerError("99999999999999999999", 1, kMost) ==
        "a.yaml:3:5: error: x: '99999999999999999999' is out of range\n"
        "  help: write a whole number from 1 up; K, M and G are binary\n");
  CHECK(integerError("9007199254740992G", 1, kMost) ==
        "a.yaml:3:5: error: x: '9007199254740992G' is out of range\n"
        "  help: write a whole number from 1 up; K, M and G are binary\n");
}

TEST_CASE("what is not a whole number is refused", "[config]") {
  for (const char* text : {"abc", "1.5", "12 ns", "", "-", "1KK", "0x10", "1 K"}) {
    core::Problems problems;
    CHECK_FALSE(config::integer(scalarNode(text), problems));
    CHECK(core::render(problems) == "a.yaml:3:5: error: x: '" + std::string(text) +
                                        "' is not a whole number\n"
                                        "  help: write a whole number; K, M and G are binary\n");
  }
}

TEST_CASE("a whole number that is printed is read back", "[config]") {
  const bool holds = rc::check("integer", [](std::int64_t any) {
    const std::int64_t value = any == std::numeric_limits<std::int64_t>::min() ? 0 : any;
    core::Problems problems;
    RC_ASSERT(config::integer(scalarNode(std::to_string(value)), problems) == value);
  });
  CHECK(holds);
}

TEST_CASE("real numbers are finite and take the whole text", "[config]") {
  core::Problems problems;
  CHECK(config::real(scalarNode("-2.5e-3"), problems) == -2.5e-3);
  CHECK(problems.empty());
  for (const char* text : {"1e999", "inf", "nan", "1,5", "50%", ""}) {
    problems.clear();
    CHECK_FALSE(config::real(scalarNode(text), problems));
    CHECK(core::render(problems) == "a.yaml:3:5: error: x: '" + std::string(text) +
                                        "' is not a number\n"
                                        "  help: write a number such as 0.5 or 2e-3\n");
  }
}

TEST_CASE("an expression that makes no sense is shown with the reason", "[config]") {
  core::Problems problems;
  CHECK_FALSE(config::expression(scalarNode("ceil(L/)"), problems));
  CHECK(core::render(problems) == "a.yaml:3:5: error: x: 'ceil(L/)' is not an expression: column "
                                  "8: expected a value, found ')'\n");
}

TEST_CASE("a very long value is cut in messages", "[config]") {
  core::Problems problems;
  CHECK_FALSE(config::boolean(scalarNode(std::string(1000, 'x')), problems));
  CHECK(problems.at(0).what == "'" + std::string(60, 'x') + "…' is neither true nor false");
}

TEST_CASE("a list of texts may be one text, and every item is checked", "[config]") {
  core::Problems problems;
  CHECK(config::textList(scalarNode("m0"), problems) == std::vector<std::string>{"m0"});
  CHECK(problems.empty());
  const auto root = config::parse("version: 1\nx: [h0, [e], {a: 1}, f]\ny: {a: 1}\n", "a.yaml");
  REQUIRE(root);
  CHECK(config::textList(*root->find("x"), problems) == std::vector<std::string>{"h0", "f"});
  CHECK(config::textList(*root->find("y"), problems).empty());
  CHECK(core::render(problems) ==
        "a.yaml:2:9: error: x[1]: expected a plain value, found a sequence\n"
        "a.yaml:2:14: error: x[2]: expected a plain value, found a map\n"
        "a.yaml:3:4: error: y: expected a plain value or a sequence of them, found a map\n");
}
