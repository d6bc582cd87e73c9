#include "config/setting.hpp"

#include <catch2/catch.hpp>

using namespace einsight::config;

namespace {

std::string valueOf(const std::string& text, std::optional<Dimension> measure = {}) {
  const auto value = settingValue(text, measure, "write a number");
  return value ? value->toString() : value.error().what + "; " + value.error().help;
}

} // namespace

TEST_CASE("a setting is exact arithmetic, with binary suffixes", "[config]") {
  CHECK(valueOf("4K") == "4096");
  CHECK(valueOf("2*3/4") == "3/2");
  CHECK(valueOf("1 GHz").ends_with("; write a number"));
  CHECK(valueOf("x") == "'x' is not a number: unknown name 'x'; write a number");
}

TEST_CASE("a setting of a measure may have a unit, and no suffix where that would be decimal",
          "[config]") {
  CHECK(valueOf("1.5 GHz", Dimension::Hertz) == "1500000000");
  CHECK(valueOf("1.5e9", Dimension::Hertz) == "1500000000");
  CHECK(valueOf("25M", Dimension::Bytes) == "26214400");
  CHECK(valueOf("25 MiB", Dimension::Bytes) == "26214400");
  CHECK(valueOf("2*3T", Dimension::BytesPerSecond).ends_with("write 1.5e12, or 1.5 TB/s"));
  CHECK(valueOf("2K", Dimension::Dollars).ends_with("write 2e3, or 2e3 USD"));
  CHECK(valueOf("3 GB", Dimension::Hertz).starts_with("'3 GB' is not a number"));
}

TEST_CASE("what a number of a file measures is seen in its unit", "[config]") {
  const auto file = parse("version: 1\n"
                          "dram: {bandwidth: 3 TB/s, channels: 5, name: a b}\n"
                          "levels: [{latency: 5 ns}]\n"
                          "clock: mhz MHz\n",
                          "m.yaml");
  REQUIRE(file);
  CHECK(measureAt(*file, "dram.bandwidth") == Dimension::BytesPerSecond);
  CHECK(measureAt(*file, "levels[0].latency") == Dimension::Seconds);
  CHECK(measureAt(*file, "clock") == Dimension::Hertz);
  for (const auto* path : {"dram.channels", "dram.name", "dram", "nothing"}) {
    CHECK_FALSE(measureAt(*file, path));
  }
}
