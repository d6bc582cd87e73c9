#include "machine_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::test::machineOf;
using arch::test::valid;
using Actions = std::vector<std::pair<std::string, int>>;

namespace {

arch::Unit withOperations(const std::string& operations) {
  return *valid(machineOf("extends: fusemax\n"
                          "arrays: {array_1d: {pe: {operations: {" +
                          operations + "}}}}\n"))
              .unit("array_1d");
}

} // namespace

TEST_CASE("an operation takes one cycle for each time its action is used", "[arch]") {
  const auto unit = withOperations("log: {unit: macc, times: 8}");
  CHECK(unit.operation("log")->cycles == core::Rational(8));
  CHECK(unit.operation("log")->actions == Actions{{"macc", 8}});
}

TEST_CASE("a pipelined operation states its cycles beside its actions", "[arch]") {
  const auto unit = withOperations("log: {unit: macc, times: 8, cycles: 1/2}");
  CHECK(unit.operation("log")->cycles == core::Rational(1, 2));
  CHECK(unit.operation("log")->actions == Actions{{"macc", 8}});
}

TEST_CASE("a composed operation takes the cycles and the actions of its steps", "[arch]") {
  const auto unit = withOperations("gelu: {as: [mul, sigmoid, mul]}");
  CHECK(unit.operation("gelu")->cycles == core::Rational(1 + (6 + 1 + 1) + 1));
  CHECK(unit.operation("gelu")->actions == Actions{{"add", 1}, {"divide", 1}, {"macc", 8}});
}

TEST_CASE("a composed operation may be faster than its steps", "[arch]") {
  const auto unit = withOperations("gelu: {as: [mul, sigmoid, mul], cycles: 2}");
  CHECK(unit.operation("gelu")->cycles == core::Rational(2));
}

TEST_CASE("an operation that is faster on an added unit leaves the rest alone", "[arch]") {
  const auto machine = valid(machineOf("extends: fusemax\n"
                                       "arrays:\n"
                                       "  array_1d:\n"
                                       "    pe:\n"
                                       "      units: [macc, max, divide, exp]\n"
                                       "      operations: {exp: {unit: exp, times: 1}}\n"
                                       "      chained: [[sub, exp]]\n"));
  const auto* unit = machine.unit("array_1d");
  CHECK(unit->operation("exp")->actions == Actions{{"exp", 1}});
  CHECK(unit->operation("sigmoid")->cycles == core::Rational(3));
  CHECK(unit->chained == std::vector<std::vector<std::string>>{{"sub", "exp"}});
  CHECK(arch::test::energy(unit->actions, "exp") == Approx(94.6475));
}
