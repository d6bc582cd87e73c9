#include "tiles.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <set>

using namespace einsight::library;
using einsight::core::Settings;

namespace {

constexpr double kTolerance = 1e-9;

using Keys = std::set<Index>;

/// The keys that HiP finds for queries with the given scores (queries x keys), the last of them at
/// `last`: `count` ranges of blocks, halved until they are single blocks; the first key of the
/// middle block speaks for a range.
Keys byHalving(const MatrixXd& scores, Index last, Index count, Index block) {
  struct Range {
    Index begin, size;
  };
  const Index blocks = (scores.cols() + block - 1) / block;
  Index size = 2;
  while (size * count < blocks) {
    size *= 2;
  }
  std::vector<Range> ranges;
  for (Index i = 0; i < count; ++i) {
    ranges.push_back({i * size, size});
  }
  for (; size > 1; size /= 2) {
    std::vector<std::pair<double, Range>> halves;
    for (const Range& range : ranges) {
      for (const Index begin : {range.begin, range.begin + size / 2}) {
        const Index middle = (begin + size / 4) * block;
        if (middle < scores.cols()) {
          halves.push_back(
              {middle <= last ? scores.col(middle).maxCoeff() : -1e30, {begin, size / 2}});
        }
      }
    }
    std::stable_sort(halves.begin(), halves.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    ranges.clear();
    for (std::size_t i = 0; i < halves.size() && static_cast<Index>(i) < count; ++i) {
      ranges.push_back(halves[i].second);
    }
  }
  Keys out;
  for (const Range& range : ranges) {
    for (Index i = 0; i < block; ++i) {
      out.insert(range.begin * block + i);
    }
  }
  return out;
}

/// The sizes of native sparse attention.
struct Sizes {
  Index compressed, stride, block, selected, newest, window;
};

/// Blocks of `length` columns, one every `stride`, each through a hidden layer to one column.
MatrixXd compressed(const Twin& t, const MatrixXd& a, const std::string& first,
                    const std::string& second, const Sizes& n) {
  const Index count = a.cols() < n.compressed ? 0 : (a.cols() - n.compressed) / n.stride + 1;
  MatrixXd out(a.rows(), count);
  for (Index block = 0; block < out.cols(); ++block) {
    VectorXd hidden = VectorXd::Zero(a.rows());
    for (Index i = 0; i < n.compressed; ++i) {
      hidden += t.matrix(first, {i, kAll, kAll}).transpose() * a.col(block * n.stride + i);
    }
    out.col(block) = t.matrix(second, {kAll, kAll}).transpose() * hidden.cwiseMax(0);
  }
  return out;
}

/// The blocks that a group of heads selects for a query, from the weights of the compressed blocks
/// summed over its heads.
Keys selected(const VectorXd& weights, Index query, const Sizes& n) {
  const Index own = query / n.block;
  std::vector<std::pair<double, Index>> blocks;
  for (Index b = 0; b <= own; ++b) {
    double score = b == 0 || b > own - n.newest ? 1e6 : 0;
    for (Index c = 0; c < weights.size(); ++c) {
      // a compressed block counts with every stride of it that lies in the block
      for (Index piece = c; piece < c + n.compressed / n.stride; ++piece) {
        score += piece / (n.block / n.stride) == b ? weights(c) : 0;
      }
    }
    blocks.emplace_back(-score, b);
  }
  std::sort(blocks.begin(), blocks.end());
  Keys out;
  for (std::size_t i = 0; i < blocks.size() && static_cast<Index>(i) < n.selected; ++i) {
    out.insert(blocks[i].second);
  }
  return out;
}

double gate(const Twin& t, const std::string& name, std::int64_t g, std::int64_t r, Index p) {
  return 1 / (1 + std::exp(-t.at(name, {0, g, r, p})));
}

/// A group of heads of native sparse attention whose first query is at position `first`.
void checkGroup(const Twin& t, std::int64_t g, Index first, const MatrixXd& keys,
                const MatrixXd& values, const Sizes& n) {
  const MatrixXd k = t.matrix("K", {0, g, kAll, kAll});
  const MatrixXd v = t.matrix("V", {0, g, kAll, kAll});
  const double scale = inverseRoot(t.size("E"));
  for (Index p = 0; p < indexOf(t.size("P")); ++p) {
    const Index query = p + first;
    const Index whole = std::min(
        keys.cols(), query + 1 < n.compressed ? 0 : (query + 1 - n.compressed) / n.stride + 1);
    VectorXd sum = VectorXd::Zero(whole);
    for (std::int64_t r = 0; r < t.size("R") && whole > 0; ++r) {
      const VectorXd q = t.vector("Q", {0, g, r, kAll, p});
      sum += softmaxRows(scale * q.transpose() * keys.leftCols(whole)).transpose();
    }
    const Keys blocks = selected(sum, query, n);
    for (std::int64_t r = 0; r < t.size("R"); ++r) {
      const MatrixXd q = t.vector("Q", {0, g, r, kAll, p});
      VectorXd want =
          gate(t, "GS", g, r, p) *
              attend(q, k, v, scale,
                     [&](Index, Index j) { return j <= query && blocks.count(j / n.block) > 0; }) +
          gate(t, "GW", g, r, p) * attend(q, k, v, scale, [&](Index, Index j) {
            return j <= query && j > query - n.window;
          });
      if (whole > 0) {
        want +=
            gate(t, "GC", g, r, p) * attend(q, keys.leftCols(whole), values.leftCols(whole), scale);
      }
      CHECK(difference(t.vector("O", {0, g, r, kAll, p}), want) < kTolerance);
    }
  }
}

Settings settingsOf(const Sizes& n, int length, int heads, int perGroup) {
  return {{"L", length},
          {"H", heads},
          {"R", perGroup},
          {"E", 3},
          {"F", 5},
          {"CL", static_cast<int>(n.compressed)},
          {"CS", static_cast<int>(n.stride)},
          {"SB", static_cast<int>(n.block)},
          {"NSEL", static_cast<int>(n.selected)},
          {"NL", static_cast<int>(n.newest)},
          {"W", static_cast<int>(n.window)},
          {"M0", 4}};
}

} // namespace

TEST_CASE("HiP sees the keys that halving finds, the first and the newest", "[library]") {
  for (const auto& [length, count, block, window, sinks, heads] :
       std::vector<std::tuple<int, int, int, int, int, int>>{
           {64, 4, 1, 3, 2, 2}, {61, 3, 2, 1, 1, 7}, {61, 4, 3, 5, 3, 1}, {5, 4, 2, 2, 1, 1}}) {
    const Twin t("hip", {{"L", length},
                         {"H", heads},
                         {"R", heads},
                         {"QS", 4},
                         {"KEYS", count * block},
                         {"W", window},
                         {"S", sinks},
                         {"KB", block},
                         {"M0", 3},
                         {"D", 3}});
    for (std::int64_t r = 0; r < heads; ++r) {
      const MatrixXd q = t.matrix("Q", {0, 0, r, kAll, kAll});
      const MatrixXd k = t.matrix("K", {0, 0, kAll, kAll});
      std::vector<Keys> found;
      for (Index begin = 0; begin < length; begin += 4) {
        const Index size = std::min<Index>(4, length - begin);
        // of each block of 4 queries, every other one is asked
        const MatrixXd asked = q(Eigen::all, Eigen::seqN(begin, (size + 1) / 2, 2));
        found.push_back(byHalving(asked.transpose() * k, begin + 3, count, block));
      }
      const MatrixXd want =
          attend(q, k, t.matrix("V", {0, 0, kAll, kAll}), inverseRoot(3),
                 [&, newest = window, first = sinks](Index i, Index j) {
                   return j <= i && (j >= i / 4 * 4 - newest || j < first ||
                                     found[static_cast<std::size_t>(i / 4)].count(j) > 0);
                 });
      CHECK(difference(unblocked(t, "AV", {0, 0, r}, length), want) < kTolerance);
    }
  }
}

TEST_CASE("decoding with HiP halves ranges for one query", "[library]") {
  for (const int length : {64, 61, 5}) {
    const Twin t("hip-decode", {{"B", 1},
                                {"L", length},
                                {"H", 2},
                                {"R", 1},
                                {"KEYS", 8},
                                {"KB", 2},
                                {"W", 3},
                                {"S", 2},
                                {"M0", 3},
                                {"D", 3}});
    const MatrixXd q = t.matrix("Q", {0, 1, 0, kAll, kAll});
    const MatrixXd k = t.matrix("K", {0, 1, kAll, kAll});
    const Keys found = byHalving(q.transpose() * k, length - 1, 4, 2);
    const MatrixXd want = attend(q, k, t.matrix("V", {0, 1, kAll, kAll}), inverseRoot(3),
                                 [&, last = length - 1](Index, Index j) {
                                   return j >= last - 3 || j < 2 || found.count(j) > 0;
                                 });
    CHECK(difference(t.vector("AV", {0, 1, 0, kAll, 0, 0}), want) < kTolerance);
  }
}

TEST_CASE("native sparse attention adds compressed, selected and newest keys", "[library]") {
  const std::vector<std::tuple<std::string, Sizes, int, int, int>> cases{
      {"nsa", {4, 2, 8, 2, 1, 5}, 40, 2, 1},
      {"nsa", {4, 2, 8, 3, 2, 1}, 37, 7, 7},
      {"nsa", {4, 4, 4, 4, 2, 99}, 37, 2, 2},
      {"nsa", {4, 2, 8, 3, 1, 3}, 3, 1, 1},
      {"fsa", {4, 2, 8, 3, 2, 6}, 41, 4, 2}};
  for (const auto& [name, n, length, heads, perGroup] : cases) {
    const Twin t(name, settingsOf(n, length, heads, perGroup));
    for (std::int64_t g = 0; g < t.size("G"); ++g) {
      checkGroup(t, g, 0, compressed(t, t.matrix("K", {0, g, kAll, kAll}), "WK", "UK", n),
                 compressed(t, t.matrix("V", {0, g, kAll, kAll}), "WV", "UV", n), n);
    }
  }
}

TEST_CASE("decoding with native sparse attention has the compressed keys in its cache",
          "[library]") {
  for (const int length : {40, 37}) {
    const Sizes n{4, 2, 8, 3, 2, 5};
    auto settings = settingsOf(n, length, 7, 7);
    settings["B"] = 1;
    const Twin t("nsa-decode", settings);
    checkGroup(t, 0, length - 1, t.matrix("KC", {0, 0, kAll, kAll}),
               t.matrix("VC", {0, 0, kAll, kAll}), n);
  }
}
