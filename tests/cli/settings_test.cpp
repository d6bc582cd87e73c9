#include "cli/settings.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using cli::readSettings;

TEST_CASE("settings go to the file that their prefix names", "[cli]") {
  const auto settings = readSettings({"L=4K", "arch.PE=64", "mapping.p1=2*3", "x=1/3"});
  REQUIRE(settings);
  CHECK(settings->workload.at("L") == core::Rational(4096));
  CHECK(settings->workload.at("x") == core::Rational(1, 3));
  CHECK(settings->machine.at("PE") == core::Rational(64));
  CHECK(settings->mapping.at("p1") == core::Rational(6));
}

TEST_CASE("a setting given twice, empty or not a number is a problem", "[cli]") {
  const auto settings = readSettings({"L=1", "L=2", "=3", "B=L"});
  REQUIRE_FALSE(settings);
  CHECK(core::render(settings.error()) ==
        "error: --set L=2: 'L' is set twice\n"
        "error: --set =3: this sets nothing\n"
        "  help: write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4\n"
        "error: --set B=L: 'L' is not a number: unknown name 'L'\n"
        "  help: write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4\n");
}
