#include "explore/sweep/search/subspace.hpp"

#include <algorithm>

namespace einsight::explore::sweep {
namespace {

bool standsStill(const Sweep& sweep, const Axis& axis) {
  return std::any_of(axis.names.begin(), axis.names.end(), [&](const std::string& name) {
    return std::find(sweep.per.begin(), sweep.per.end(), name) != sweep.per.end();
  });
}

} // namespace

Subspace::Subspace(const Sweep& sweep, std::vector<std::optional<std::int64_t>> fixed)
    : fixed_(std::move(fixed)) {
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    rows_.push_back(static_cast<std::int64_t>(sweep.axes[i].rows.size()));
    if (rows_[i] == 1) {
      fixed_[i] = 0;
    }
    if (!fixed_[i]) {
      sizes_.push_back(rows_[i]);
    }
  }
}

std::uint64_t Subspace::place(const Genome& genome) const {
  std::uint64_t place = 0;
  std::size_t moving = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto row = fixed_[i] ? *fixed_[i] : genome[moving++];
    place = place * static_cast<std::uint64_t>(rows_[i]) + static_cast<std::uint64_t>(row);
  }
  return place;
}

std::vector<Subspace> subspaces(const Sweep& sweep) {
  std::vector<std::vector<std::optional<std::int64_t>>> parts{{}};
  for (const auto& axis : sweep.axes) {
    std::vector<std::vector<std::optional<std::int64_t>>> longer;
    for (const auto& part : parts) {
      const auto rows = standsStill(sweep, axis) ? static_cast<std::int64_t>(axis.rows.size()) : 1;
      for (std::int64_t row = 0; row < rows; ++row) {
        longer.push_back(part);
        longer.back().push_back(standsStill(sweep, axis) ? std::optional(row) : std::nullopt);
      }
    }
    parts = std::move(longer);
  }
  std::vector<Subspace> out;
  for (auto& part : parts) {
    out.emplace_back(sweep, std::move(part));
  }
  return out;
}

} // namespace einsight::explore::sweep
