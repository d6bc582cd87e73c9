#include "sim/gpu/reuse.hpp"

#include <algorithm>
#include <iterator>

namespace einsight::sim::gpu {

double Reuse::missesOfPieces(Stream& stream, double bytes, double brought, double from) {
  const Piece taken{from + bytes, brought};
  if (stream.pieces == nullptr) {
    if (stream.only.to < stream.from) {
      stream.from = from;
      stream.only = taken;
      return bytes;
    }
    stream.pieces = std::pmr::polymorphic_allocator<>(memory_.get()).new_object<Pieces>();
    stream.pieces->emplace(stream.from, stream.only);
  }
  auto& pieces = *stream.pieces;
  auto piece = pieces.begin();
  if (piece->second.to <= from) {
    piece = pieces.upper_bound(from);
    if (std::prev(piece)->second.to > from) {
      --piece;
    }
  }
  if (piece != pieces.end() && piece->first == from && piece->second.to == taken.to) {
    const bool held = brought - piece->second.brought <= capacity_;
    piece->second.brought = brought;
    return held ? 0 : bytes;
  }
  return std::max(0.0, bytes - take(pieces, piece, from, taken));
}

/// Bytes that are found; a CTA that starts now takes those from `from` on and brings what is
/// missing. `piece` is the first that has bytes behind `from`.
double Reuse::take(Pieces& pieces, Pieces::iterator piece, double from, const Piece& taken) const {
  double found = 0;
  auto whole = pieces.end(); // the piece that is now taken, where one begins like it
  while (piece != pieces.end() && piece->first < taken.to) {
    const double begin = piece->first;
    const auto old = piece->second;
    const bool held = taken.brought - old.brought <= capacity_;
    if (held) {
      found += std::min(old.to, taken.to) - std::max(begin, from);
    }
    if (held && begin < from) {
      piece->second.to = from;
      ++piece;
    } else if (begin == from) {
      whole = piece++;
    } else {
      piece = pieces.erase(piece);
    }
    if (held && old.to > taken.to) {
      pieces.emplace_hint(piece, taken.to, old);
    }
  }
  if (whole == pieces.end()) {
    whole = pieces.emplace_hint(piece, from, Piece{});
  }
  whole->second = taken;
  return found;
}

} // namespace einsight::sim::gpu
