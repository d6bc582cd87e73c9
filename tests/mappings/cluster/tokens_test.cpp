#include "mappings/cluster/tokens.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>
#include <set>

using namespace einsight::mappings::cluster;

namespace {

std::set<std::int64_t> membersOf(const TokenSet& set) {
  std::set<std::int64_t> members;
  for (const auto& run : set) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      members.insert(run.first + i * run.stride);
    }
  }
  return members;
}

/// Pairs of a query and a key that it sees.
std::int64_t visible(const TokenSet& queries, const TokenSet& keys) {
  std::int64_t pairs = 0;
  for (const auto query : membersOf(queries)) {
    for (const auto key : membersOf(keys)) {
      pairs += key <= query ? 1 : 0;
    }
  }
  return pairs;
}

std::int64_t covered(const Blocks& blocks) {
  std::int64_t pairs = 0;
  for (const auto& block : blocks.blocks) {
    pairs += block.causal ? block.queries * (block.queries + 1) / 2 : block.queries * block.keys;
  }
  return pairs;
}

} // namespace

TEST_CASE("tokens are dealt in order, from both ends, or one by one", "[cluster]") {
  CHECK(tokensOf(Order::Contiguous, 12, 1, 3) == TokenSet{{4, 4, 1}});
  CHECK(tokensOf(Order::Zigzag, 12, 1, 3) == TokenSet{{2, 2, 1}, {8, 2, 1}});
  CHECK(tokensOf(Order::Striped, 12, 1, 3) == TokenSet{{1, 4, 3}});
}

TEST_CASE("a causal ring has triangles at home, whole blocks before and nothing after",
          "[cluster]") {
  const auto at = [](std::int64_t device) { return tokensOf(Order::Contiguous, 12, device, 3); };
  CHECK(blocksOf(at(1), {at(1)}, true).blocks == std::vector<Block>{{true, 4, 4}});
  CHECK(blocksOf(at(1), {at(0)}, true).blocks == std::vector<Block>{{false, 4, 4}});
  CHECK(blocksOf(at(1), {at(2)}, true).blocks.empty());
  CHECK(blocksOf(at(1), {at(2)}, false).blocks == std::vector<Block>{{false, 4, 4}});
}

TEST_CASE("in zigzag order half of the queries or half of the keys take part", "[cluster]") {
  const auto at = [](std::int64_t device) { return tokensOf(Order::Zigzag, 16, device, 4); };
  const auto before = blocksOf(at(2), {at(1)}, true);
  CHECK(before.blocks == std::vector<Block>{{false, 4, 2}});
  CHECK(before.queries == 4);
  CHECK(before.keys == 2);
  const auto after = blocksOf(at(1), {at(2)}, true);
  CHECK(after.blocks == std::vector<Block>{{false, 2, 4}});
  CHECK(after.queries == 2);
  CHECK(after.keys == 4);
}

TEST_CASE("striped tokens make triangles, smaller by one where the key comes later", "[cluster]") {
  const auto at = [](std::int64_t device) { return tokensOf(Order::Striped, 12, device, 3); };
  CHECK(blocksOf(at(1), {at(0)}, true).blocks == std::vector<Block>{{true, 4, 4}});
  CHECK(blocksOf(at(1), {at(2)}, true).blocks == std::vector<Block>{{true, 3, 3}});
}

TEST_CASE("gathered keys are taken together", "[cluster]") {
  std::vector<TokenSet> all;
  for (std::int64_t device = 0; device < 3; ++device) {
    all.push_back(tokensOf(Order::Contiguous, 12, device, 3));
  }
  const auto blocks = blocksOf(all[2], all, true);
  CHECK(blocks.blocks == std::vector<Block>{{true, 4, 4}, {false, 4, 8}});
  CHECK(blocks.queries == 4);
}

TEST_CASE("blocks cover every pair that is not masked, and no other, in every order", "[cluster]") {
  CHECK(rc::check([] {
    const auto order = *rc::gen::element(Order::Contiguous, Order::Zigzag, Order::Striped);
    const auto devices = *rc::gen::inRange<std::int64_t>(1, 6);
    const auto tokens = partsOf(order, devices) * *rc::gen::inRange<std::int64_t>(1, 7);
    std::set<std::int64_t> dealt;
    std::int64_t pairs = 0;
    std::vector<TokenSet> sets;
    for (std::int64_t device = 0; device < devices; ++device) {
      sets.push_back(tokensOf(order, tokens, device, devices));
      const auto members = membersOf(sets.back());
      RC_ASSERT(static_cast<std::int64_t>(members.size()) == tokens / devices);
      dealt.insert(members.begin(), members.end());
    }
    RC_ASSERT(static_cast<std::int64_t>(dealt.size()) == tokens);
    for (const auto& queries : sets) {
      std::int64_t one = 0;
      for (const auto& keys : sets) {
        const auto blocks = blocksOf(queries, {keys}, true);
        RC_ASSERT(covered(blocks) == visible(queries, keys));
        RC_ASSERT(blocks.queries <= countOf(queries));
        RC_ASSERT(blocks.keys <= countOf(keys));
        one += covered(blocks);
      }
      RC_ASSERT(covered(blocksOf(queries, sets, true)) == one);
      pairs += one;
    }
    RC_ASSERT(pairs == tokens * (tokens + 1) / 2);
  }));
}
