#include "mappings/mapper/sized_group.hpp"

#include <algorithm>

namespace einsight::mappings::sized {
namespace {

std::int64_t floorDivide(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

} // namespace

Group::Group(GroupShape shape, const std::vector<Form>& forms) : shape_(std::move(shape)) {
  const auto add = [&](const std::vector<Term>& terms) {
    const auto length = shape_.loops.size();
    Line line{{},
              std::vector<std::int64_t>(length),
              std::vector<std::int64_t>(length + 1),
              std::vector<std::int64_t>(length + 1),
              0};
    for (auto term : terms) {
      const auto at = std::find(shape_.loops.begin(), shape_.loops.end(), term.loop);
      term.loop = static_cast<int>(at - shape_.loops.begin());
      line.terms.push_back(term);
    }
    lines_.push_back(std::move(line));
  };
  for (const int form : shape_.forms) {
    const auto& made = forms[static_cast<std::size_t>(form)];
    totals_.push_back(made.total);
    add(made.terms);
  }
  for (const auto& mask : shape_.masks) {
    add(mask.terms);
  }
  for (const auto& mask : shape_.masks) {
    spans_.emplace_back();
    for (const auto& [form, coefficient] : mask.spans) {
      const auto at = std::find(shape_.forms.begin(), shape_.forms.end(), form);
      spans_.back().push_back({static_cast<int>(at - shape_.forms.begin()), coefficient});
    }
  }
  trips_.resize(shape_.loops.size());
  tile_.resize(shape_.forms.size());
  now_.resize(shape_.forms.size());
}

void Group::setLine(Line& line, const PartTable& table) {
  std::fill(line.coefficient.begin(), line.coefficient.end(), 0);
  for (const auto& term : line.terms) {
    line.coefficient[static_cast<std::size_t>(term.loop)] +=
        term.coefficient * (term.strided ? table.stride(term.part) : 1);
  }
  line.base = 0;
  for (std::size_t position = trips_.size(); position-- > 0;) {
    const auto reach = line.coefficient[position] * lastOf(position);
    line.low[position] = line.low[position + 1] + std::min<std::int64_t>(0, reach);
    line.high[position] = line.high[position + 1] + std::max<std::int64_t>(0, reach);
  }
}

void Group::classify(const PartTable& table, const std::vector<std::int64_t>& tiles) {
  times_.clear();
  values_.clear();
  double all = 1;
  for (std::size_t position = 0; position < trips_.size(); ++position) {
    trips_[position] = table.trips(shape_.parts[position]);
    all *= static_cast<double>(trips_[position]);
  }
  for (std::size_t slot = 0; slot < tile_.size(); ++slot) {
    tile_[slot] = tiles[static_cast<std::size_t>(shape_.forms[slot])];
  }
  for (auto& line : lines_) {
    setLine(line, table);
  }
  if (uniform()) {
    times_.push_back(all);
    values_.insert(values_.end(), tile_.begin(), tile_.end());
    return;
  }
  walk(0, 1);
}

/// Is every tile full and nothing masked?
bool Group::uniform() const {
  for (std::size_t slot = 0; slot < tile_.size(); ++slot) {
    if (totals_[slot] - lines_[slot].high[0] < tile_[slot]) {
      return false;
    }
  }
  for (std::size_t mask = 0; mask < shape_.masks.size(); ++mask) {
    auto low = shape_.masks[mask].constant + lines_[tile_.size() + mask].low[0];
    for (const auto& [slot, coefficient] : spans_[mask]) {
      low += coefficient * (tile_[static_cast<std::size_t>(slot)] - 1);
    }
    if (low < 0) {
      return false;
    }
  }
  return true;
}

/// As sim::constantUntil of an extent. Coefficients of forms are never negative.
std::int64_t Group::formUntil(std::size_t slot, std::size_t position, std::int64_t here) const {
  const auto& line = lines_[slot];
  const auto stride = line.coefficient[position];
  if (stride == 0 || totals_[slot] - line.base - line.low[position + 1] <= 0) {
    return lastOf(position); // the same, or empty from here on
  }
  const auto spare = totals_[slot] - line.base - line.high[position + 1] - tile_[slot];
  return spare >= 0 ? std::min(lastOf(position), here + spare / stride) : here;
}

/// As sim::constantUntil of a guard.
std::int64_t Group::maskUntil(std::size_t mask, std::size_t position, std::int64_t here) const {
  const auto& line = lines_[tile_.size() + mask];
  auto low = shape_.masks[mask].constant + line.base + line.low[position + 1];
  auto high = shape_.masks[mask].constant + line.base + line.high[position + 1];
  auto until = lastOf(position);
  for (const auto& span : spans_[mask]) {
    const auto slot = static_cast<std::size_t>(span.form);
    const auto& form = lines_[slot];
    const auto least = std::clamp<std::int64_t>(totals_[slot] - form.base - form.high[position + 1],
                                                0, tile_[slot]);
    const auto most = std::clamp<std::int64_t>(totals_[slot] - form.base - form.low[position + 1],
                                               0, tile_[slot]);
    low += span.coefficient * (least - 1);
    high += span.coefficient * (most - 1);
    until = std::min(until, formUntil(slot, position, here));
  }
  const auto slope = line.coefficient[position];
  if (low >= 0) { // holds; until it may fail
    return slope >= 0 ? until : std::min(until, here + floorDivide(low, -slope));
  }
  if (high < 0) { // fails; until it may hold
    return slope <= 0 ? until : std::min(until, here + floorDivide(-high - 1, slope));
  }
  return slope == 0 ? until : here;
}

bool Group::holds(std::size_t mask) const {
  auto sum = shape_.masks[mask].constant + lines_[tile_.size() + mask].base;
  for (const auto& span : spans_[mask]) {
    sum += span.coefficient * (now_[static_cast<std::size_t>(span.form)] - 1);
  }
  return sum >= 0;
}

void Group::emit(double times) {
  for (std::size_t slot = 0; slot < tile_.size(); ++slot) {
    now_[slot] = std::clamp<std::int64_t>(totals_[slot] - lines_[slot].base, 0, tile_[slot]);
  }
  for (std::size_t mask = 0; mask < shape_.masks.size(); ++mask) {
    if (!holds(mask)) {
      return;
    }
  }
  times_.push_back(times);
  values_.insert(values_.end(), now_.begin(), now_.end());
}

void Group::walk(std::size_t position, double times) {
  if (position == trips_.size()) {
    emit(times);
    return;
  }
  const auto advance = [&](std::int64_t steps) {
    for (auto& line : lines_) {
      line.base += line.coefficient[position] * steps;
    }
  };
  for (std::int64_t here = 0; here < trips_[position];) {
    auto until = lastOf(position);
    for (std::size_t slot = 0; slot < tile_.size(); ++slot) {
      until = std::min(until, formUntil(slot, position, here));
    }
    for (std::size_t mask = 0; mask < shape_.masks.size(); ++mask) {
      until = std::min(until, maskUntil(mask, position, here));
    }
    const auto same = until - here + 1;
    walk(position + 1, times * static_cast<double>(same));
    advance(same);
    here = until + 1;
  }
  advance(-trips_[position]);
}

} // namespace einsight::mappings::sized
