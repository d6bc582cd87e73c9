#include "arch/tables.hpp"

#include "core/rational.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace einsight::arch {

namespace {

constexpr double kReach = 2; // extrapolation stops at twice the table's range
constexpr std::int64_t kBitsPerByte = 8;

Cost unknown(std::string reason) {
  return {std::nullopt, false, std::move(reason)};
}

/// The value of an expression over the depth of a memory.
Cost evaluate(const core::Expression& expression, std::int64_t words) {
  const auto addressBits = std::bit_width(static_cast<std::uint64_t>(words) - 1);
  const auto value =
      expression.evaluate([&](std::string_view name) -> std::optional<core::Rational> {
        if (name == "words") {
          return core::Rational(words);
        }
        if (name == "address_bits") {
          return core::Rational(static_cast<std::int64_t>(addressBits));
        }
        return std::nullopt;
      });
  if (!value) {
    return unknown(fmt::format("{}: {}", expression.text(), value.error()));
  }
  return {value->toDouble(), false, {}};
}

MemoryCost formulaCost(const Formula& formula, const std::string& kind, std::int64_t capacity,
                       std::int64_t access) {
  if (access != formula.wordBytes) {
    const auto none = unknown(
        fmt::format("'{}' is known for words of {} B, not {} B", kind, formula.wordBytes, access));
    return {none, none, none};
  }
  const auto words = std::max<std::int64_t>(1, (capacity + access - 1) / access);
  return {evaluate(formula.read, words), evaluate(formula.write, words),
          evaluate(formula.area, words)};
}

Cost column(const std::vector<const Compiled::Row*>& rows, double Compiled::Row::*value,
            std::int64_t capacity) {
  std::vector<std::pair<double, double>> points;
  for (const auto* row : rows) {
    points.emplace_back(static_cast<double>(row->capacity), row->*value);
  }
  std::sort(points.begin(), points.end());
  return interpolate(points, static_cast<double>(capacity));
}

std::string widthsOf(const Compiled& compiled) {
  std::vector<std::int64_t> widths;
  for (const auto& row : compiled.rows) {
    widths.push_back(row.widthBits);
  }
  std::sort(widths.begin(), widths.end());
  widths.erase(std::unique(widths.begin(), widths.end()), widths.end());
  return fmt::format("{}", fmt::join(widths, ", "));
}

MemoryCost compiledCost(const Compiled& compiled, const std::string& kind, std::int64_t capacity,
                        std::int64_t access) {
  std::vector<const Compiled::Row*> rows;
  for (const auto& row : compiled.rows) {
    if (row.widthBits == access * kBitsPerByte) {
      rows.push_back(&row);
    }
  }
  if (rows.empty()) {
    const auto none = unknown(fmt::format("'{}' has no row {} bits wide (widths: {})", kind,
                                          access * kBitsPerByte, widthsOf(compiled)));
    return {none, none, none};
  }
  MemoryCost cost{column(rows, &Compiled::Row::read, capacity),
                  column(rows, &Compiled::Row::write, capacity),
                  column(rows, &Compiled::Row::area, capacity)};
  const auto words = std::max<std::int64_t>(1, (capacity + access - 1) / access);
  if (compiled.addressEnergy) {
    const auto address = evaluate(*compiled.addressEnergy, words);
    cost.read = cost.read + address;
    cost.write = cost.write + address;
  }
  if (compiled.addressArea) {
    cost.area = cost.area + evaluate(*compiled.addressArea, words);
  }
  for (auto* part : {&cost.read, &cost.write, &cost.area}) {
    if (!part->value) {
      part->reason = fmt::format("'{}' at {} bits: {}", kind, access * kBitsPerByte, part->reason);
    }
  }
  return cost;
}

} // namespace

Cost operator+(const Cost& a, const Cost& b) {
  if (!a.value || !b.value) {
    return unknown(a.value ? b.reason : a.reason);
  }
  return {*a.value + *b.value, a.interpolated || b.interpolated, {}};
}

Cost interpolate(const std::vector<std::pair<double, double>>& points, double at) {
  const auto exact = std::find_if(points.begin(), points.end(),
                                  [&](const auto& point) { return point.first == at; });
  if (exact != points.end()) {
    return {exact->second, false, {}};
  }
  if (points.size() < 2) {
    return unknown(fmt::format("{:.0f} B, and one row is not enough to interpolate", at));
  }
  const auto low = points.front().first;
  const auto high = points.back().first;
  if (at < low / kReach || at > high * kReach) {
    return unknown(fmt::format("{:.0f} B is beyond twice the table's range ({:.0f} to {:.0f} B)",
                               at, low, high));
  }
  const auto above = std::find_if(points.begin() + 1, points.end() - 1,
                                  [&](const auto& point) { return point.first > at; });
  const auto [x1, y1] = *above;
  const auto [x0, y0] = *(above - 1);
  const auto slope = std::log(y1 / y0) / std::log(x1 / x0);
  return {y0 * std::pow(at / x0, slope), true, {}};
}

std::vector<std::string> Tables::memoryNames() const {
  std::vector<std::string> names;
  for (const auto& [kind, formula] : formulas) {
    names.push_back(kind);
  }
  for (const auto& [kind, rows] : compiled) {
    names.push_back(kind);
  }
  return names;
}

MemoryCost Tables::memory(const std::string& kind, std::int64_t capacity,
                          std::int64_t access) const {
  if (const auto formula = formulas.find(kind); formula != formulas.end()) {
    return formulaCost(formula->second, kind, capacity, access);
  }
  if (const auto rows = compiled.find(kind); rows != compiled.end()) {
    return compiledCost(rows->second, kind, capacity, access);
  }
  const auto none = unknown(fmt::format("table '{}' has no memory '{}'", name, kind));
  return {none, none, none};
}

} // namespace einsight::arch
