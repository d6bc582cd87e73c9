#pragma once
#include <cstdint>
#include <vector>

namespace einsight::sim::gpu {

/// Which bytes a CTA finds in L2: CTAs of a group stream the same bytes from the same place on. One
/// finds what another brought if, since that one started, no more than the capacity of other bytes
/// came into L2: it follows at that distance, and least recently used bytes go first. CTAs that
/// run at the same time share a stream.
class Reuse {
public:
  explicit Reuse(double capacity) : capacity_(capacity) {}

  /// Bytes of a CTA's stream that come from DRAM; `brought`: bytes that came into L2 so far, never
  /// less than before.
  double misses(std::int32_t group, double bytes, double brought);

private:
  struct Start {
    double brought = 0;
    double bytes = 0; ///< of the stream, from its beginning
  };
  double capacity_;
  /// Per group: earlier starts, each with a shorter stream than those before it.
  std::vector<std::vector<Start>> starts_;
};

} // namespace einsight::sim::gpu
