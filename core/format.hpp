#pragma once
#include <cstdint>
#include <string>

namespace einsight::core {

// Numbers for people: four significant digits, trailing zeros left out, the unit that keeps the
// number between 1 and 1000. Files for programs carry plain numbers instead.

/// 0.002013 -> "2.013 ms".
std::string formatSeconds(double seconds);
/// 402653184 -> "402.7 MB": decimal prefixes, for traffic.
std::string formatBytes(double bytes);
/// 16777216 -> "16 MiB" where that is exact, else as formatBytes: for capacities.
std::string formatCapacity(std::int64_t bytes);
/// 3.35e12 -> "3.35 TB/s".
std::string formatBytesPerSecond(double bytesPerSecond);
/// 9.4e8 -> "940 MHz".
std::string formatHertz(double hertz);
/// 1.95e12 -> "1.95 J", from picojoules.
std::string formatEnergy(double picojoules);
/// 2.5e6 -> "2.5 mm2", from square micrometres.
std::string formatArea(double squareMicrometres);
/// 25165824 -> "25,165,824": exact, with groups of three digits.
std::string formatCount(std::int64_t count);
/// 1.374e11 -> "137.4 G": counts too large to be read digit by digit.
std::string formatLarge(double count);
/// 12345.6 -> "12,346", 3.14159 -> "3.142": four digits, or all before the point.
std::string formatNumber(double value);
/// 0.985 -> "98.5%".
std::string formatPercent(double fraction);
/// 0.00457 -> "0.46%", 34.6 -> "3460%": a difference, with two digits or all before the point.
std::string formatDifference(double fraction);

} // namespace einsight::core
