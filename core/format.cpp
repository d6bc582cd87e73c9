#include "core/format.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string_view>

namespace einsight::core {
namespace {

struct Scale {
  double size;
  std::string_view unit;
};

double roundedToFourDigits(double value) {
  return std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr);
}

/// `scales` from small to large. The first one is used for everything smaller, the last for
/// everything larger.
std::string scaled(double value, std::span<const Scale> scales, std::size_t unscaled) {
  if (value == 0 || !std::isfinite(value)) {
    return fmt::format("{}{}", value, scales[unscaled].unit);
  }
  std::size_t at = scales.size() - 1;
  // Compared after rounding: 999.96 us is 1 ms, not 1000 us.
  while (at > 0 && std::abs(roundedToFourDigits(value / scales[at].size)) < 1) {
    --at;
  }
  const double shown = roundedToFourDigits(value / scales[at].size);
  return std::abs(shown) >= 1 && std::abs(shown) < 1e15
             ? fmt::format("{:.15g}{}", shown, scales[at].unit)
             : fmt::format("{:.4g}{}", shown, scales[at].unit);
}

constexpr std::array kSeconds{Scale{1e-12, " ps"}, Scale{1e-9, " ns"}, Scale{1e-6, " us"},
                              Scale{1e-3, " ms"}, Scale{1, " s"}};
constexpr std::array kBytes{Scale{1, " B"},    Scale{1e3, " kB"},  Scale{1e6, " MB"},
                            Scale{1e9, " GB"}, Scale{1e12, " TB"}, Scale{1e15, " PB"}};
constexpr std::array kRates{Scale{1, " B/s"},    Scale{1e3, " kB/s"},  Scale{1e6, " MB/s"},
                            Scale{1e9, " GB/s"}, Scale{1e12, " TB/s"}, Scale{1e15, " PB/s"}};
constexpr std::array kHertz{Scale{1, " Hz"}, Scale{1e3, " kHz"}, Scale{1e6, " MHz"},
                            Scale{1e9, " GHz"}};
constexpr std::array kPicojoules{Scale{1, " pJ"},   Scale{1e3, " nJ"}, Scale{1e6, " uJ"},
                                 Scale{1e9, " mJ"}, Scale{1e12, " J"}, Scale{1e15, " kJ"},
                                 Scale{1e18, " MJ"}};
constexpr std::array kArea{Scale{1, " um2"}, Scale{1e6, " mm2"}};
constexpr std::array kLarge{Scale{1, ""},     Scale{1e3, " k"},  Scale{1e6, " M"},
                            Scale{1e9, " G"}, Scale{1e12, " T"}, Scale{1e15, " P"},
                            Scale{1e18, " E"}};

} // namespace

std::string formatSeconds(double seconds) {
  return scaled(seconds, kSeconds, kSeconds.size() - 1);
}
std::string formatBytes(double bytes) {
  return scaled(bytes, kBytes, 0);
}
std::string formatBytesPerSecond(double rate) {
  return scaled(rate, kRates, 0);
}
std::string formatHertz(double hertz) {
  return scaled(hertz, kHertz, 0);
}
std::string formatEnergy(double picojoules) {
  return scaled(picojoules, kPicojoules, 0);
}
std::string formatArea(double squareMicrometres) {
  return scaled(squareMicrometres, kArea, 0);
}
std::string formatLarge(double count) {
  return scaled(count, kLarge, 0);
}

std::string formatCapacity(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  std::int64_t value = bytes;
  std::size_t step = 0;
  while (value != 0 && value % 1024 == 0 && step + 1 < kUnits.size()) {
    value /= 1024;
    ++step;
  }
  constexpr std::int64_t kReadable = 10000; // 1536 KiB is read more easily than 1.573 MB
  return std::abs(value) < kReadable ? fmt::format("{} {}", value, kUnits.at(step))
                                     : formatBytes(static_cast<double>(bytes));
}

std::string formatCount(std::int64_t count) {
  std::string text = fmt::format("{}", count);
  const std::size_t first = text.front() == '-' ? 1 : 0;
  for (std::size_t end = text.size(); end > first + 3; end -= 3) {
    text.insert(end - 3, ",");
  }
  return text;
}

std::string formatNumber(double value) {
  constexpr double kExact = 9e15;
  return std::abs(value) >= 1000 && std::abs(value) < kExact ? formatCount(std::llround(value))
                                                             : fmt::format("{:.4g}", value);
}

std::string formatPercent(double fraction) {
  return fmt::format("{:.1f}%", fraction * 100);
}

std::string formatDifference(double fraction) {
  const double percent = fraction * 100;
  return std::abs(percent) < 99.5 ? fmt::format("{:.2g}%", percent)
                                  : fmt::format("{:.0f}%", percent);
}

} // namespace einsight::core
