#include "mappings/gna/permutation.hpp"

#include <algorithm>

namespace einsight::mappings::gna {
namespace {

/// Tokens after every dilation group of every axis got whole tiles.
std::int64_t padded(const Question& question, const Shape& tile) {
  if (question.flattened) {
    return ceilDivide(product(question.layout()), tile.front()) * tile.front();
  }
  std::int64_t tokens = 1;
  for (std::size_t x = 0; x < tile.size(); ++x) {
    const auto step = tile[x] * question.axes[x].dilation;
    tokens *= ceilDivide(question.axes[x].length, step) * step;
  }
  return tokens;
}

} // namespace

Permutation permutation(const Question& question, const Heads& heads) {
  Permutation out;
  const bool plain = question.axes.size() == 1 && question.axes.front().dilation == 1;
  out.needed = !question.flattened && !plain;
  out.qTokens = padded(question, question.qTile);
  out.kvTokens = padded(question, question.kvTile);
  if (out.needed) {
    const auto tokens = static_cast<double>(product(question.layout()));
    const auto rows = 2.0 * static_cast<double>(heads.heads + heads.kvHeads); // Q and O, K and V
    out.bytes = 2 * tokens * static_cast<double>(heads.batch) * rows *
                static_cast<double>(heads.headDim) * static_cast<double>(heads.bits) / 8;
  }
  return out;
}

} // namespace einsight::mappings::gna
