#pragma once
#include <cstdint>
#include <deque>
#include <map>

namespace einsight::sim::gpu {

/// Which bytes a CTA finds in L2: CTAs of a group stream the same bytes, each from a place of its
/// own on. One finds what another brought if, since that one started, no more than the capacity of
/// other bytes came into L2: it follows at that distance, and least recently used bytes go first.
/// CTAs that run at the same time share a stream.
class Reuse {
public:
  explicit Reuse(double capacity) : capacity_(capacity) {}

  /// Bytes of a CTA's stream that come from DRAM; `brought`: bytes that came into L2 so far, never
  /// less than before; `from`: bytes of the group's stream before the first that it takes.
  double misses(std::int32_t group, double bytes, double brought, double from = 0);

private:
  /// Bytes of a stream up to `to`, and what had been brought when the last one that took them
  /// started.
  struct Piece {
    double to = 0;
    double brought = 0;
  };
  /// Pieces that do not overlap, by where they begin.
  using Stream = std::map<double, Piece>;

  [[nodiscard]] static Stream::iterator firstBehind(Stream& stream, double from);

  double capacity_;
  std::deque<Stream> streams_; ///< per group
};

} // namespace einsight::sim::gpu
