#include "sim/gpu/reuse.hpp"

#include <algorithm>
#include <iterator>

namespace einsight::sim::gpu {

/// The first piece that has bytes behind `from`.
Reuse::Stream::iterator Reuse::firstBehind(Stream& stream, double from) {
  const auto piece = stream.upper_bound(from);
  return piece != stream.begin() && std::prev(piece)->second.to > from ? std::prev(piece) : piece;
}

double Reuse::misses(std::int32_t group, double bytes, double brought, double from) {
  if (group < 0) {
    return bytes;
  }
  const auto index = static_cast<std::size_t>(group);
  if (index >= streams_.size()) {
    streams_.resize(index + 1);
  }
  auto& stream = streams_[index];
  const double to = from + bytes;
  double found = 0;
  auto piece = firstBehind(stream, from);
  if (piece != stream.end() && piece->first == from && piece->second.to == to) { // most often
    const bool held = brought - piece->second.brought <= capacity_;
    piece->second.brought = brought;
    return held ? 0 : bytes;
  }
  auto whole = stream.end(); // the piece that is now taken, where one begins like it
  while (piece != stream.end() && piece->first < to) {
    const double begin = piece->first;
    const auto old = piece->second;
    const bool held = brought - old.brought <= capacity_;
    if (held) {
      found += std::min(old.to, to) - std::max(begin, from);
    }
    if (held && begin < from) {
      piece->second.to = from;
      ++piece;
    } else if (begin == from) {
      whole = piece++;
    } else {
      piece = stream.erase(piece);
    }
    if (held && old.to > to) {
      stream.emplace_hint(piece, to, old);
    }
  }
  if (whole == stream.end()) {
    whole = stream.emplace_hint(piece, from, Piece{});
  }
  whole->second = {to, brought};
  return std::max(0.0, bytes - found);
}

} // namespace einsight::sim::gpu
