#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <rapidcheck.h>

namespace einsight::mappings::gna::test {
namespace {

std::int64_t between(std::int64_t low, std::int64_t high) {
  return *rc::gen::inRange(low, high + 1);
}

/// The coordinates of a token of the flattened sequence.
Shape coordinates(const Question& question, std::int64_t token) {
  Shape at(question.axes.size());
  for (auto x = question.axes.size(); x-- > 0;) {
    at[x] = token % question.axes[x].length;
    token /= question.axes[x].length;
  }
  return at;
}

/// A tile of a token: its dilation groups and its place on the grid of each.
Shape tileOf(const Question& question, const Shape& tile, std::int64_t token) {
  if (question.flattened) {
    return {token / tile.front()};
  }
  Shape out;
  const auto at = coordinates(question, token);
  for (std::size_t x = 0; x < at.size(); ++x) {
    const auto dilation = question.axes[x].dilation;
    out.push_back(at[x] % dilation);
    out.push_back(at[x] / dilation / tile[x]);
  }
  return out;
}

bool attendsToken(const Question& question, std::int64_t query, std::int64_t key) {
  const auto q = coordinates(question, query);
  const auto k = coordinates(question, key);
  for (std::size_t x = 0; x < q.size(); ++x) {
    if (!attends(question.axes[x], q[x], k[x])) {
      return false;
    }
  }
  return true;
}

} // namespace

Question ask(const std::string& layout, const std::string& window, const std::string& stride,
             const std::string& dilation, const std::string& causal, const std::string& qTile,
             const std::string& kvTile, KvTiling kvTiling, bool flattened) {
  const auto shape = [](const std::string& text) { return readShape(text).value_or(Shape{}); };
  const auto question = makeQuestion({shape(layout), shape(window), shape(stride), shape(dilation),
                                      shape(causal), shape(qTile), shape(kvTile)},
                                     kvTiling, flattened, optionPlace);
  INFO(core::render(question ? core::Problems{} : question.error()));
  REQUIRE(question.has_value());
  return *question;
}

bool attends(const AxisMask& mask, std::int64_t q, std::int64_t k) {
  if (q % mask.dilation != k % mask.dilation) {
    return false;
  }
  std::int64_t n = 0; // tokens of the dilation group
  for (auto token = q % mask.dilation; token < mask.length; token += mask.dilation) {
    ++n;
  }
  const auto i = q / mask.dilation;
  const auto j = k / mask.dilation;
  const auto group = i / mask.stride * mask.stride;
  if (mask.causal) {
    const auto leader = std::min(group + mask.stride - 1, n - 1);
    return j <= i && j > leader - mask.window;
  }
  const auto leader = std::min(group + mask.stride / 2, n - 1);
  auto start = leader - mask.window / 2;
  while (start < 0) {
    ++start;
  }
  while (start + mask.window > n) {
    --start;
  }
  return start <= j && j < start + mask.window;
}

BruteForce bruteForce(const Question& question) {
  BruteForce out;
  const auto tokens = product(question.layout());
  std::map<std::pair<Shape, Shape>, std::pair<std::int64_t, std::int64_t>> tiles; // unmasked, all
  for (std::int64_t query = 0; query < tokens; ++query) {
    for (std::int64_t key = 0; key < tokens; ++key) {
      auto& [unmasked, all] =
          tiles[{tileOf(question, question.qTile, query), tileOf(question, question.kvTile, key)}];
      unmasked += attendsToken(question, query, key) ? 1 : 0;
      ++all;
    }
  }
  std::map<Shape, std::int64_t> neededBy;
  for (const auto& [pair, counts] : tiles) {
    out.pairs += counts.first;
    out.needed += counts.first > 0 ? 1 : 0;
    out.full += counts.first == counts.second ? 1 : 0;
    neededBy[pair.first] += counts.first > 0 ? 1 : 0;
  }
  for (const auto& [tile, needed] : neededBy) {
    out.neededMost = std::max(out.neededMost, needed);
  }
  return out;
}

Question randomQuestion(KvTiling kvTiling, bool flattened) {
  Question question;
  question.kvTiling = kvTiling;
  question.flattened = flattened;
  const auto axes = static_cast<std::size_t>(between(1, 3));
  for (std::size_t x = 0; x < axes; ++x) {
    AxisMask mask;
    mask.length = between(1, axes == 1 ? 40 : axes == 2 ? 12 : 6);
    mask.window = between(1, mask.length);
    mask.stride = between(1, mask.window);
    mask.dilation = between(1, mask.length / mask.window);
    mask.causal = between(0, 2) == 0;
    question.axes.push_back(mask);
  }
  for (std::size_t x = 0; x < (flattened ? 1 : axes); ++x) {
    question.qTile.push_back(between(1, 9));
    question.kvTile.push_back(between(1, 9));
  }
  return question;
}

} // namespace einsight::mappings::gna::test
