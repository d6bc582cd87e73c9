#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>
#include <vector>

namespace einsight::sim::gpu {

/// Which bytes a CTA finds in L2: CTAs of a group stream the same bytes, each from a place of its
/// own on. One finds what another brought if, since that one started, no more than the capacity of
/// other bytes came into L2: it follows at that distance, and least recently used bytes go first.
/// CTAs that run at the same time share a stream.
class Reuse {
public:
  explicit Reuse(double capacity)
      : capacity_(capacity), memory_(std::make_unique<std::pmr::unsynchronized_pool_resource>()) {}

  /// Bytes of a CTA's stream that come from DRAM; `brought`: bytes that came into L2 so far, never
  /// less than before; `from`: bytes of the group's stream before the first that it takes.
  double misses(std::int32_t group, double bytes, double brought, double from = 0) {
    if (group < 0) {
      return bytes;
    }
    const auto index = static_cast<std::size_t>(group);
    if (index >= streams_.size()) {
      streams_.resize(index + 1);
    }
    auto& stream = streams_[index];
    if (stream.pieces == nullptr && stream.from == from && stream.only.to == from + bytes) {
      const bool held = brought - stream.only.brought <= capacity_; // most often
      stream.only.brought = brought;
      return held ? 0 : bytes;
    }
    return missesOfPieces(stream, bytes, brought, from);
  }

private:
  /// Bytes of a stream up to `to`, and what had been brought when the last one that took them
  /// started.
  struct Piece {
    double to = 0;
    double brought = 0;
  };
  /// Pieces that do not overlap, by where they begin.
  using Pieces = std::pmr::map<double, Piece>;
  struct Stream {
    double from = 0;
    Piece only{-1, 0};        ///< from there on; ends before it begins: nobody took any
    Pieces* pieces = nullptr; ///< in `memory_`: instead of one, once there are several
  };

  double missesOfPieces(Stream& stream, double bytes, double brought, double from);
  double take(Pieces& pieces, Pieces::iterator piece, double from, const Piece& taken) const;

  double capacity_;
  std::unique_ptr<std::pmr::memory_resource> memory_; ///< of all pieces: they go with it
  std::vector<Stream> streams_;                       ///< per group
};

} // namespace einsight::sim::gpu
