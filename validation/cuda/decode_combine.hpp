#pragma once
#include "validation/cuda/decode.hpp"

namespace einsight::validation::cuda {

/// Puts the parts of every item together: a CTA per item, a thread per column in turn.
template <class Sizes>
class DecodeCombine {
public:
  using Arguments = DecodeArguments;
  static constexpr int kThreads = 128;

  static EINSIGHT_DEVICE void run(const Arguments& given) {
    const int item = blockX();
    const DecodeSchedule& schedule = given.schedule;
    const int first = firstCta(schedule, item);
    const std::int64_t end = static_cast<std::int64_t>(item + 1) * schedule.tiles;
    int last = first + 1; // not among them
    while (firstTile(schedule, last) < end) {
      ++last;
    }
    if (last - first == 1) {
      return; // written by its only CTA
    }
    const int blocks = rowBlocks(given);
    const int group = given.headsQ / given.headsKv;
    const int firstRow = item % blocks * kDecodeRows;
    const int rows = smaller(group - firstRow, kDecodeRows);
    const std::int64_t query = static_cast<std::int64_t>(item / blocks) * group + firstRow;
    for (int i = threadIndex(); i < rows * (kHeadV / 2); i += kThreads) {
      const int row = i / (kHeadV / 2);
      const int column = i % (kHeadV / 2) * 2;
      auto* to = reinterpret_cast<std::uint32_t*>(given.out + (query + row) * kHeadV + column);
      *to = combine(given.parts, slotOf(first, item), slotOf(last, item), row, column);
    }
  }

private:
  static constexpr int kHeadV = Sizes::kHeadV;

  /// Two columns of the output, from the parts in slots [first, last).
  static EINSIGHT_DEVICE std::uint32_t combine(const float* parts, int first, int last, int row,
                                               int column) {
    float top = kMinusInfinity;
    for (int slot = first; slot < last; ++slot) {
      top = fmaxf(top, part(parts, slot, row)[kHeadV]);
    }
    float left = 0;
    float right = 0;
    float sum = 0;
    for (int slot = first; slot < last; ++slot) {
      const float* from = part(parts, slot, row);
      const float factor = exp2Fast(from[kHeadV] - top);
      left += from[column] * factor;
      right += from[column + 1] * factor;
      sum += from[kHeadV + 1] * factor;
    }
    return pack<typename Sizes::Type>(left / sum, right / sum);
  }
  static EINSIGHT_DEVICE const float* part(const float* parts, int slot, int row) {
    return parts + static_cast<std::int64_t>(slot * kDecodeRows + row) * (kHeadV + 2);
  }
};

} // namespace einsight::validation::cuda
