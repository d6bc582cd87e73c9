#pragma once
#include <cstdint>
#include <vector>

/// Which tokens a device holds, and what of the attention between two such sets there is to do.
namespace einsight::mappings::cluster {

/// How tokens are dealt to the n devices of an axis.
enum class Order {
  Contiguous, ///< device i has the i-th n-th part
  Zigzag,     ///< of 2n parts, device i has the i-th and the (2n-1-i)-th
  Striped     ///< device i has every n-th token, from token i on
};

/// Tokens first, first + stride, …
struct Run {
  std::int64_t first = 0, count = 0, stride = 1;
  bool operator==(const Run&) const = default;
};

/// Ascending.
using TokenSet = std::vector<Run>;

std::int64_t countOf(const TokenSet& set);

/// How many parts of equal size `order` cuts the tokens into for n devices.
std::int64_t partsOf(Order order, std::int64_t devices);

/// The tokens of device i of n. `tokens` is a multiple of partsOf(order, n).
TokenSet tokensOf(Order order, std::int64_t tokens, std::int64_t device, std::int64_t devices);

/// A kernel call: queries x keys, all of it or the triangle of a causal mask (query i sees keys 0
/// to i; then there are as many of both).
struct Block {
  bool causal = false;
  std::int64_t queries = 0, keys = 0;
  bool operator==(const Block&) const = default;
};

/// What a set of queries has to do with sets of keys, and how many of the queries and keys have
/// anything to do. Without a mask: one block. With a causal mask (a query sees keys up to its own
/// position): the fewest rectangles and triangles that leave out what is masked. The sets are of
/// one order and one number of devices.
struct Blocks {
  std::vector<Block> blocks;
  std::int64_t queries = 0, keys = 0;
};
Blocks blocksOf(const TokenSet& queries, const std::vector<TokenSet>& keys, bool causal);

} // namespace einsight::mappings::cluster
