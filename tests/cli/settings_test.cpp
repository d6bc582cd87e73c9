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

TEST_CASE("a machine's number takes the unit of its file, and no suffix where that is decimal",
          "[cli]") {
  const auto valueOf = [](const std::string& setting, const std::string& machine) {
    const auto settings = readSettings({setting}, {machine});
    return settings ? settings->machine.begin()->second.toString() : core::render(settings.error());
  };
  CHECK(valueOf("arch.clock.maximum=1.5 GHz", "h100") == "1500000000");
  CHECK(valueOf("arch.clock.maximum=1500MHz", "h100") == "1500000000");
  CHECK(valueOf("arch.clock.maximum=1.5e9", "h100") == "1500000000");
  CHECK(valueOf("arch.dram.bandwidth=2 TB/s", "h100") == "2000000000000");
  CHECK(valueOf("arch.l2.capacity=25M", "h100") == "26214400");
  CHECK(valueOf("arch.l2.capacity=25 MiB", "h100") == "26214400");
  CHECK(valueOf("arch.sm.count=1K", "h100") == "1024");
  CHECK(valueOf("arch.clock.maximum=1.5G", "h100") ==
        "error: --set arch.clock.maximum=1.5G: '1.5G' in Hz: is G binary, as of sizes, or a power "
        "of ten?\n"
        "  help: write 1.5e9, or 1.5 GHz\n");
  CHECK(valueOf("arch.dram.bandwidth=3T", "h100").find("write 3e12, or 3 TB/s") !=
        std::string::npos);
  CHECK(valueOf("arch.clock.maximum=3 GB", "h100").find("is not a number") != std::string::npos);
  CHECK(valueOf("arch.PE=1K", "fusemax") == "1024");
}
