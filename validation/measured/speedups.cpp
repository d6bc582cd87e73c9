#include "validation/measured/speedups.hpp"

#include "validation/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

/// Columns that variants of one shape may differ in.
constexpr std::array<std::string_view, 3> kOfVariants{"window", "list_stride", "splits"};

bool fits(const std::string& text, const std::string& pattern) {
  return pattern.empty() || matches(text, pattern);
}

bool fits(const MeasuredRow& row, const Variant& variant) {
  return fits(row.system, variant.system) && fits(row.mask, variant.mask) &&
         fits(row.weights, variant.weights);
}

/// What the two must have in common: all that the variants do not name.
bool alike(const MeasuredRow& a, const MeasuredRow& b, const MeasuredSpeedup& speedup) {
  const auto same = [](const std::string& x, const std::string& y, const std::string& pattern) {
    return !pattern.empty() || x == y;
  };
  const auto layout = [](const MeasuredRow& row) {
    return row.neighborhood ? row.neighborhood->layout : mappings::gna::Shape();
  };
  const auto shape = [](const MeasuredRow& row) {
    auto columns = row.shape;
    for (const auto column : kOfVariants) {
      columns.erase(std::string(column));
    }
    return columns;
  };
  return same(a.system, b.system, speedup.of.system) && same(a.mask, b.mask, speedup.of.mask) &&
         same(a.weights, b.weights, speedup.of.weights) && a.direction == b.direction &&
         a.type == b.type && layout(a) == layout(b) && shape(a) == shape(b);
}

} // namespace

std::vector<Outcome> speedupsOf(const std::vector<MeasuredSpeedup>& variants,
                                const std::string& device, const std::vector<TimedCase>& cases) {
  std::vector<Outcome> out;
  for (const auto& speedup : variants) {
    for (const auto& one : cases) {
      if (!fits(*one.row, speedup.of)) {
        continue;
      }
      const auto other = std::find_if(cases.begin(), cases.end(), [&](const TimedCase& against) {
        return against.row != one.row && fits(*against.row, speedup.against) &&
               alike(*one.row, *against.row, speedup);
      });
      if (other == cases.end()) {
        continue;
      }
      Outcome pair;
      pair.id = fmt::format("{}/{}/{} over {}", device, speedup.name, one.row->id, other->row->id);
      pair.group = fmt::format("{}, {}, {}", one.row->system, device, speedup.name);
      pair.metric = "speedup";
      pair.reference = other->measured / one.measured;
      pair.simulated = other->simulated / one.simulated;
      out.push_back(std::move(pair));
    }
  }
  return out;
}

} // namespace einsight::validation
