#pragma once
#include "core/expected.hpp"

namespace einsight::sim::serving {

/// Links between neighbours of a ring, all alike, each direction by itself.
struct RingLinks {
  int devices = 1;
  double bytesPerSecond = 0;
  double latencySeconds = 0; ///< per message
};

/// Seconds of the sum of `bytes` of every device, at every device: a reduce-scatter and an
/// all-gather around the ring, 2 (devices - 1) messages of bytes / devices on each link, simulated
/// as transfers by engine `cycle`. 0 for one device.
/// Source: Patarasuk and Yuan (J. Parallel Distrib. Comput. 2009).
core::Expected<double> ringAllReduce(const RingLinks& links, double bytes);

} // namespace einsight::sim::serving
