#include "arch/scope.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::Scope;
using config::Dimension;

namespace {

config::Node scalar(const std::string& text) {
  config::Node node;
  node.kind = config::Node::Kind::Scalar;
  node.where = {"m.yaml", 2, 3, "field"};
  node.scalar = text;
  return node;
}

/// A scope with the parameters PE = 256 and rows = PE/2.
struct Sample {
  core::Problems problems;
  Scope scope{problems};
  config::Node parameters;

  explicit Sample(const core::Settings& settings = {}) {
    parameters.kind = config::Node::Kind::Map;
    parameters.where = {"m.yaml", 1, 1, "parameters"};
    parameters.entries = {{scalar("PE"), scalar("256")}, {scalar("rows"), scalar("PE/2")}};
    scope.readParameters(&parameters, {}, settings);
  }
};

} // namespace

TEST_CASE("parameters are expressions over each other, and settings replace them", "[arch]") {
  CHECK(Sample().scope.values().at("rows") == core::Rational(128));
  CHECK(Sample({{"PE", 64}}).scope.values().at("rows") == core::Rational(32));
  CHECK(Sample({{"rows", 7}}).scope.values().at("rows") == core::Rational(7));
}

TEST_CASE("a setting without a parameter of its name is a problem", "[arch]") {
  const Sample sample({{"PEE", 64}, {"PE", 32}});
  CHECK(core::render(sample.problems) ==
        "m.yaml:1:1: error: parameters: this machine has no parameter 'PEE' to set\n"
        "  help: did you mean 'PE'? (one of: PE, rows)\n");
}

TEST_CASE("a quantity is an expression and a unit", "[arch]") {
  Sample sample;
  CHECK(sample.scope.quantity(scalar("2*PE KiB"), Dimension::Bytes) == core::Rational(524288));
  CHECK(sample.scope.quantity(scalar("1.5 KiB"), Dimension::Bytes) == core::Rational(1536));
  CHECK(sample.scope.quantity(scalar("rows GHz"), Dimension::Hertz) ==
        core::Rational(128'000'000'000));
  CHECK(sample.scope.bytes(scalar("rows/256 KiB")) == 512);
  CHECK(sample.problems.empty());
}

TEST_CASE("a quantity without a unit, or not above zero, is a problem", "[arch]") {
  Sample sample;
  CHECK_FALSE(sample.scope.quantity(scalar("PE"), Dimension::Hertz).has_value());
  CHECK_FALSE(sample.scope.quantity(scalar("2*PE KHz"), Dimension::Hertz).has_value());
  CHECK_FALSE(sample.scope.quantity(scalar("0*PE Hz"), Dimension::Hertz).has_value());
  CHECK_FALSE(sample.scope.bytes(scalar("1/3 B")).has_value());
  CHECK(core::render(sample.problems) ==
        "m.yaml:2:3: error: field: 'PE' is not a number with a unit\n"
        "  help: write a number and one of: Hz, kHz, MHz, GHz\n"
        "m.yaml:2:3: error: field: '2*PE KHz' is not a number with a unit\n"
        "  help: did you mean 'kHz'? write a number and one of: Hz, kHz, MHz, GHz\n"
        "m.yaml:2:3: error: field: '0*PE Hz' must be above zero\n"
        "m.yaml:2:3: error: field: '1/3 B' is 1/3 B, must be a whole number of bytes up to 1024 "
        "TiB\n");
}

TEST_CASE("a product that does not fit is a problem, not a wrong number", "[arch]") {
  Sample sample;
  CHECK_FALSE(sample.scope.bytes(scalar("4096*1024*1024*1024 TiB")).has_value());
  CHECK_FALSE(sample.scope.bytes(scalar("1025 TiB")).has_value());
  CHECK(sample.scope.bytes(scalar("1024 TiB")) == std::int64_t{1} << 50);
  CHECK(core::render(sample.problems) ==
        "m.yaml:2:3: error: field: '4096*1024*1024*1024 TiB' is too large or too fine to be exact\n"
        "m.yaml:2:3: error: field: '1025 TiB' is 1126999418470400 B, must be a whole number of "
        "bytes up to 1024 TiB\n");
}

TEST_CASE("a count outside its range says where its parameters come from", "[arch]") {
  Sample sample({{"PE", 5}});
  CHECK(sample.scope.count(scalar("PE"), 1, 5) == 5);
  CHECK_FALSE(sample.scope.count(scalar("PE"), 1, 4).has_value());
  CHECK_FALSE(sample.scope.count(scalar("rows"), 1, 4).has_value());
  CHECK(core::render(sample.problems) ==
        "m.yaml:2:3: error: field: PE = 5 must be a whole number from 1 to 4\n"
        "  help: PE is 5, as set\n"
        "m.yaml:2:3: error: field: rows = 5/2 must be a whole number from 1 to 4\n"
        "  help: rows is 5/2, from m.yaml:2:3\n");
}
