#include "core/format.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace einsight::core;

TEST_CASE("a number is shown with four digits in the unit that suits it", "[core]") {
  CHECK(formatSeconds(0.002013) == "2.013 ms");
  CHECK(formatSeconds(12e-9) == "12 ns");
  CHECK(formatSeconds(90.5) == "90.5 s");
  CHECK(formatBytes(402653184) == "402.7 MB");
  CHECK(formatBytesPerSecond(3.35e12) == "3.35 TB/s");
  CHECK(formatHertz(9.4e8) == "940 MHz");
  CHECK(formatEnergy(1.95e12) == "1.95 J");
  CHECK(formatEnergy(0.62) == "0.62 pJ");
  CHECK(formatArea(2.5e6) == "2.5 mm2");
  CHECK(formatLarge(1.374e11) == "137.4 G");
  CHECK(formatLarge(12) == "12");
}

TEST_CASE("rounding up to the next unit changes the unit", "[core]") {
  CHECK(formatSeconds(999.94e-6) == "999.9 us");
  CHECK(formatSeconds(999.96e-6) == "1 ms");
  CHECK(formatBytes(999) == "999 B");
  CHECK(formatBytes(1000) == "1 kB");
}

TEST_CASE("zero, negative, tiny, huge and undefined numbers are shown too", "[core]") {
  CHECK(formatSeconds(0) == "0 s");
  CHECK(formatBytes(0) == "0 B");
  CHECK(formatSeconds(-0.002) == "-2 ms");
  CHECK(formatSeconds(1e-15) == "0.001 ps");
  CHECK(formatSeconds(1e-310) == "1e-298 ps");
  CHECK(formatSeconds(123456) == "123500 s");
  CHECK(formatSeconds(std::numeric_limits<double>::infinity()) == "inf s");
}

TEST_CASE("capacities are binary where that is exact", "[core]") {
  CHECK(formatCapacity(16777216) == "16 MiB");
  CHECK(formatCapacity(1572864) == "1536 KiB");
  CHECK(formatCapacity(100) == "100 B");
  CHECK(formatCapacity(0) == "0 B");
  CHECK(formatCapacity(1'000'001) == "1 MB");
}

TEST_CASE("counts have groups of three digits", "[core]") {
  CHECK(formatCount(0) == "0");
  CHECK(formatCount(999) == "999");
  CHECK(formatCount(1000) == "1,000");
  CHECK(formatCount(25165824) == "25,165,824");
  CHECK(formatCount(-1234567) == "-1,234,567");
  CHECK(formatCount(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("a fraction is shown in per cent", "[core]") {
  CHECK(formatPercent(0.985) == "98.5%");
  CHECK(formatPercent(1) == "100.0%");
  CHECK(formatDifference(0.00457) == "0.46%");
  CHECK(formatDifference(-0.0997) == "-10%");
  CHECK(formatDifference(0.9949) == "99%");
  CHECK(formatDifference(0.996) == "100%");
  CHECK(formatDifference(34.6) == "3460%");
  CHECK(formatNumber(0) == "0");
  CHECK(formatNumber(3.14159) == "3.142");
  CHECK(formatNumber(999.96) == "1000");
  CHECK(formatNumber(12345.6) == "12,346");
  CHECK(formatNumber(-1e16) == "-1e+16");
}
