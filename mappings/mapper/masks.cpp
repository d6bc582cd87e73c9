#include "mappings/mapper/masks.hpp"

#include "einsum/points.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

constexpr double kMostSteps = 1 << 23; ///< of one count

const TileRange* find(const std::vector<TileRange>& ranges, int variable) {
  const auto found = std::find_if(ranges.begin(), ranges.end(), [&](const TileRange& range) {
    return range.variable == variable;
  });
  return found == ranges.end() ? nullptr : &*found;
}

} // namespace

int Masks::setOf(const std::vector<MaskFact>& masks) {
  int set = 0;
  for (const auto& mask : masks) {
    const auto known = std::find(masks_.begin(), masks_.end(), mask);
    const auto number = static_cast<int>(known - masks_.begin());
    if (known == masks_.end()) {
      masks_.push_back(mask);
    }
    set = with(set, number);
  }
  return set;
}

int Masks::with(int set, int mask) {
  auto list = masksOf(set);
  const auto at = std::lower_bound(list.begin(), list.end(), mask);
  if (at != list.end() && *at == mask) {
    return set;
  }
  list.insert(at, mask);
  const auto known = std::find(sets_.begin(), sets_.end(), list);
  const auto number = static_cast<int>(known - sets_.begin());
  if (known == sets_.end()) {
    sets_.push_back(std::move(list));
  }
  return number;
}

int Masks::both(int a, int b) {
  const auto list = masksOf(b);
  for (const int mask : list) {
    a = with(a, mask);
  }
  return a;
}

bool Masks::has(int set, int mask) const {
  const auto& list = masksOf(set);
  return std::binary_search(list.begin(), list.end(), mask);
}

bool Masks::within(int inner, int outer) const {
  const auto& list = masksOf(inner);
  return std::all_of(list.begin(), list.end(), [&](int mask) { return has(outer, mask); });
}

bool Masks::looksAt(int set, int variable) const {
  const auto& list = masksOf(set);
  return std::any_of(list.begin(), list.end(), [&](int number) {
    const auto& terms = mask(number).terms;
    return std::any_of(terms.begin(), terms.end(),
                       [&](const auto& term) { return term.first == variable; });
  });
}

/// The last value in a tile; before its first one in a tile beyond the end.
std::int64_t Masks::lastValue(const TileRange& range, std::int64_t tile) const {
  const auto first = tile * range.stride;
  if (range.stride == 1) {
    return first;
  }
  const auto size = sizes_[static_cast<std::size_t>(range.variable)];
  return first + std::clamp<std::int64_t>(size - first, 0, range.stride) - 1;
}

Masks::Active Masks::activeOf(int set, const std::vector<TileRange>& ranges) const {
  Active active;
  for (const int number : masksOf(set)) {
    auto low = mask(number).constant;
    for (const auto& [variable, coefficient] : mask(number).terms) {
      const auto* range = find(ranges, variable);
      if (coefficient > 0) {
        const auto last = sizes_[static_cast<std::size_t>(variable)] - 1;
        low += coefficient * (range == nullptr ? last : lastValue(*range, range->begin));
      } else if (range != nullptr) {
        low += coefficient * range->stride * (range->end - 1);
      }
    }
    if (low < 0) {
      active.masks.push_back(number);
    }
  }
  for (const auto& range : ranges) {
    const bool looked = std::any_of(active.masks.begin(), active.masks.end(), [&](int number) {
      const auto& terms = mask(number).terms;
      return std::any_of(terms.begin(), terms.end(),
                         [&](const auto& term) { return term.first == range.variable; });
    });
    if (looked) {
      active.ranges.push_back(range);
    } else {
      active.others *= static_cast<double>(range.end - range.begin);
    }
  }
  return active;
}

double Masks::count(int set, const std::vector<TileRange>& ranges) {
  if (std::any_of(ranges.begin(), ranges.end(),
                  [](const TileRange& range) { return range.end <= range.begin; })) {
    return 0;
  }
  const auto active = activeOf(set, ranges);
  if (active.masks.empty()) {
    return active.others;
  }
  std::vector<std::int64_t> key(active.masks.begin(), active.masks.end());
  for (const auto& range : active.ranges) {
    key.insert(key.end(), {-1 - range.variable, range.stride, range.begin, range.end});
  }
  const auto known = known_.find(key);
  const double counted = known != known_.end()
                             ? known->second
                             : known_.emplace(std::move(key), countActive(active)).first->second;
  return counted * active.others;
}

/// Full tiles, the short one, and those beyond the end.
std::vector<Masks::Piece> Masks::pieces(const TileRange& range) const {
  const auto size = sizes_[static_cast<std::size_t>(range.variable)];
  std::vector<Piece> list;
  const auto add = [&](std::int64_t from, std::int64_t to) {
    const auto begin = std::max(from, range.begin);
    if (const auto end = std::min(to, range.end); begin < end) {
      list.push_back({end - begin, begin * range.stride, lastValue(range, begin), range.stride});
    }
  };
  const auto whole = range.stride == 1 ? range.end : size / range.stride;
  add(0, whole);
  add(whole, whole + 1);
  add(whole + 1, range.end);
  return list;
}

double Masks::countActive(const Active& active) {
  double steps = 1;
  double longest = 1;
  double all = 1;
  std::vector<std::vector<Piece>> lists;
  for (const auto& range : active.ranges) {
    const auto tiles = static_cast<double>(range.end - range.begin);
    steps *= std::min(longest, tiles);
    longest = std::max(longest, tiles);
    all *= tiles;
    lists.push_back(pieces(range));
  }
  if (steps > kMostSteps) {
    exact_ = false;
    return all;
  }
  double total = 0;
  std::vector<std::size_t> at(lists.size(), 0);
  for (bool more = true; more;) {
    einsum::Polytope space;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      space.sizes.push_back(lists[i][at[i]].tiles);
    }
    for (const int number : active.masks) {
      einsum::Polytope::Row row{std::vector<std::int64_t>(lists.size(), 0), mask(number).constant};
      for (const auto& [variable, coefficient] : mask(number).terms) {
        const auto* range = find(active.ranges, variable);
        if (range == nullptr) {
          const auto last = sizes_[static_cast<std::size_t>(variable)] - 1;
          row.constant += coefficient > 0 ? coefficient * last : 0;
          continue;
        }
        const auto i = static_cast<std::size_t>(range - active.ranges.data());
        const auto& piece = lists[i][at[i]];
        row.coefficients[i] += coefficient * piece.stride;
        row.constant += coefficient * (coefficient > 0 ? piece.last : piece.first);
      }
      space.rows.push_back(std::move(row));
    }
    const auto points = einsum::countPoints(std::move(space));
    if (!points) {
      exact_ = false;
      return all;
    }
    total += static_cast<double>(*points);
    more = false;
    for (std::size_t i = 0; i < lists.size() && !more; ++i) {
      more = ++at[i] < lists[i].size();
      at[i] = more ? at[i] : 0;
    }
  }
  return total;
}

} // namespace einsight::mappings::mapper
