#include "mappings/cluster/tokens.hpp"

#include "core/invariant.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace einsight::mappings::cluster {
namespace {

/// Queries of one run with every n-th token against keys of another such run.
Block striped(const Run& queries, const Run& keys) {
  EINSIGHT_INVARIANT(queries.stride == keys.stride && queries.count == keys.count,
                     "striped sets are of one order and one number of devices");
  const bool own = keys.first <= queries.first; // else a query does not see the key of its index
  const auto rows = own ? queries.count : queries.count - 1;
  return {true, rows, rows};
}

/// Blocks of sets that are made of contiguous runs of equal length.
class Chunks {
public:
  explicit Chunks(const TokenSet& queries) : queries_(queries) {}

  void add(const TokenSet& keys) {
    if (keys == queries_) { // the same tokens in the same order: one triangle
      triangle_ = countOf(queries_);
      return;
    }
    for (const auto& run : keys) {
      std::set<std::size_t> seeing;
      for (std::size_t q = 0; q < queries_.size(); ++q) {
        EINSIGHT_INVARIANT(queries_[q].first != run.first, "two devices hold the same token");
        if (queries_[q].first > run.first) {
          seeing.insert(q);
        }
      }
      if (!seeing.empty()) {
        keysSeenBy_[seeing] += run.count;
      }
    }
  }

  [[nodiscard]] Blocks blocks() const {
    Blocks found;
    std::set<std::size_t> active;
    if (triangle_ > 0) {
      found.blocks.push_back({true, triangle_, triangle_});
      found.queries = triangle_;
      found.keys = triangle_;
    }
    for (const auto& [seeing, keys] : keysSeenBy_) {
      std::int64_t rows = 0;
      for (const auto q : seeing) {
        rows += queries_[q].count;
      }
      active.insert(seeing.begin(), seeing.end());
      found.blocks.push_back({false, rows, keys});
      found.keys += keys;
    }
    std::int64_t rows = 0;
    for (const auto q : active) {
      rows += queries_[q].count;
    }
    found.queries = std::max(found.queries, rows);
    return found;
  }

private:
  const TokenSet& queries_;
  std::int64_t triangle_ = 0;
  std::map<std::set<std::size_t>, std::int64_t> keysSeenBy_; ///< runs of queries -> keys
};

} // namespace

std::int64_t countOf(const TokenSet& set) {
  std::int64_t count = 0;
  for (const auto& run : set) {
    count += run.count;
  }
  return count;
}

std::int64_t partsOf(Order order, std::int64_t devices) {
  return order == Order::Zigzag ? 2 * devices : devices;
}

TokenSet tokensOf(Order order, std::int64_t tokens, std::int64_t device, std::int64_t devices) {
  const auto part = tokens / partsOf(order, devices);
  switch (order) {
  case Order::Contiguous:
    return {{device * part, part, 1}};
  case Order::Zigzag:
    return {{device * part, part, 1}, {(2 * devices - 1 - device) * part, part, 1}};
  case Order::Striped:
    break;
  }
  return {{device, part, devices}};
}

Blocks blocksOf(const TokenSet& queries, const std::vector<TokenSet>& keys, bool causal) {
  const auto rows = countOf(queries);
  Blocks found;
  if (!causal) {
    std::int64_t all = 0;
    for (const auto& set : keys) {
      all += countOf(set);
    }
    return {{{false, rows, all}}, rows, all};
  }
  if (queries.size() == 1 && queries.front().stride > 1) {
    for (const auto& set : keys) {
      const auto block = striped(queries.front(), set.front());
      if (block.queries > 0) {
        found.blocks.push_back(block);
        found.queries = std::max(found.queries, block.queries);
        found.keys += block.keys;
      }
    }
    return found;
  }
  Chunks chunks(queries);
  for (const auto& set : keys) {
    chunks.add(set);
  }
  return chunks.blocks();
}

} // namespace einsight::mappings::cluster
