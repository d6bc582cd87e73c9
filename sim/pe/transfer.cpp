#include "sim/pe/transfer.hpp"

#include "core/invariant.hpp"

#include <algorithm>

namespace einsight::sim::cells {
namespace {

/// Every value that a range takes in the tile.
std::vector<std::int64_t> valuesOf(const Tile::Range& range, const Digits& digits) {
  std::vector<std::int64_t> values{0};
  for (const auto& part : range.parts) {
    std::vector<std::int64_t> more;
    for (const auto value : values) {
      if (part.loop >= 0) {
        const auto digit = digits[static_cast<std::size_t>(part.loop)] / part.divisor % part.trips;
        more.push_back(value + digit * part.stride);
        continue;
      }
      for (std::int64_t digit = 0; digit < part.trips; ++digit) {
        more.push_back(value + digit * part.stride);
      }
    }
    values = std::move(more);
  }
  std::erase_if(values, [&](std::int64_t value) { return value >= range.size; });
  return values;
}

} // namespace

Transfer::Transfer(const Section& section, const Task& task, bool dram, const Memory& memory)
    : section_(section), task_(task), dram_(dram), tensor_(memory.number(task.tile.tensor)),
      shape_(memory.tensor(tensor_).shape) {}

template <class Visit>
void Transfer::visit(const Digits& digits, const Visit& each) const {
  std::vector<std::vector<std::int64_t>> values;
  for (const auto& range : task_.tile.ranges) {
    values.push_back(valuesOf(range, digits));
    if (values.back().empty()) {
      return;
    }
  }
  std::vector<std::size_t> at(values.size(), 0);
  while (true) {
    std::int64_t place = 0;
    bool inside = true;
    for (std::size_t d = 0; d < shape_.size(); ++d) {
      auto index = task_.tile.indices[d].constant;
      for (const auto& [range, coefficient] : task_.tile.indices[d].terms) {
        const auto r = static_cast<std::size_t>(range);
        index += coefficient * values[r][at[r]];
      }
      inside = inside && index >= 0 && index < shape_[d];
      place = place * shape_[d] + index;
    }
    if (inside) {
      each(place);
    }
    std::size_t r = at.size();
    while (r > 0 && ++at[r - 1] == values[r - 1].size()) {
      at[--r] = 0;
    }
    if (r == 0) {
      return;
    }
  }
}

void Transfer::begin(const Digits& digits, std::int64_t now, const Memory& memory) {
  coming_.clear();
  if (task_.kind == Task::Kind::Store) {
    visit(digits, [&](std::int64_t at) {
      EINSIGHT_INVARIANT(memory.onChip(tensor_, at, now),
                         "what is stored has left its array: " + memory.word(tensor_, at));
      coming_.push_back(at);
    });
  } else if (dram_) {
    visit(digits, [&](std::int64_t at) {
      if (memory.inDram(tensor_, at)) { // else there is nothing yet, and whoever reads it finds out
        coming_.push_back(at);
      }
    });
  }
}

void Transfer::end(const Digits& digits, std::int64_t now, Memory& memory) {
  const int pieces = task_.tile.pieces;
  if (!dram_ || (pieces >= 0 && digits[static_cast<std::size_t>(pieces)] + 1 <
                                    section_.loops[static_cast<std::size_t>(pieces)].trips)) {
    return; // between buffer and array, or more pieces follow
  }
  for (const auto at : coming_) {
    if (task_.kind == Task::Kind::Load) {
      memory.load(tensor_, at, now);
    } else {
      memory.save(tensor_, at);
    }
  }
}

} // namespace einsight::sim::cells
