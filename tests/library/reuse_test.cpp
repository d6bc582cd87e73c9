#include "tiles.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace einsight::library;
using einsight::core::Settings;

namespace {

constexpr double kTolerance = 1e-9;

/// The `count` largest of a vector, by position.
std::vector<Index> largest(const VectorXd& values, std::int64_t count) {
  std::vector<Index> out(static_cast<std::size_t>(values.size()));
  std::iota(out.begin(), out.end(), Index{0});
  std::stable_sort(out.begin(), out.end(), [&](Index a, Index b) { return values(a) > values(b); });
  out.resize(static_cast<std::size_t>(std::min<std::int64_t>(count, values.size())));
  return out;
}

bool contains(const std::vector<Index>& list, Index value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Softmax attention of one query to some keys.
VectorXd attendOne(
    const VectorXd& q, const MatrixXd& k, const MatrixXd& v,
    const std::function<bool(Index)>& sees = [](Index) { return true; }) {
  return attend(q, k, v, inverseRoot(q.size()), [&](Index, Index j) { return sees(j); });
}

VectorXd weightsOf(const VectorXd& q, const MatrixXd& k) {
  return softmaxRows(inverseRoot(q.size()) * q.transpose() * k).transpose();
}

} // namespace

TEST_CASE("layers of DELTA attend to the pages that the layer before them found", "[library]") {
  for (const auto& [length, density] :
       std::vector<std::pair<int, int>>{{24, 30}, {23, 100}, {23, 1}, {3, 50}}) {
    const Twin t("delta-decode", {{"B", 1},
                                  {"L", length},
                                  {"PG", 4},
                                  {"DENSITY", density},
                                  {"H", 14},
                                  {"R", 7},
                                  {"D", 3},
                                  {"NL", 2}});
    const Index pages = (length + 3) / 4;
    VectorXd scores = VectorXd::Zero(pages);
    for (std::int64_t g = 0; g < 2; ++g) {
      for (std::int64_t r = 0; r < 7; ++r) {
        const VectorXd q = t.vector("Q0", {0, g, r, kAll});
        const MatrixXd k = t.matrix("K0", {0, g, kAll, kAll});
        const VectorXd weights = weightsOf(q, k);
        for (Index j = 0; j < length; ++j) {
          scores(j / 4) += weights(j);
        }
        CHECK(difference(t.vector("AV0", {0, g, r, kAll}),
                         attendOne(q, k, t.matrix("V0", {0, g, kAll, kAll}))) < kTolerance);
      }
    }
    scores(pages - 1) += 1e6;
    const auto chosen = largest(scores, std::max<Index>(1, (pages * density + 99) / 100));
    for (std::int64_t layer = 0; layer < 2; ++layer) {
      const VectorXd want =
          attendOne(t.vector("Q", {layer, 0, 1, 6, kAll}), t.matrix("K", {layer, 0, 1, kAll, kAll}),
                    t.matrix("V", {layer, 0, 1, kAll, kAll}),
                    [&](Index j) { return contains(chosen, j / 4); });
      CHECK(difference(t.vector("AV", {layer, 0, 1, 6, kAll}), want) < kTolerance);
    }
  }
}

TEST_CASE("recycled steps attend to what the full step found and to new keys", "[library]") {
  for (const auto& [length, kept] : std::vector<std::pair<int, int>>{{24, 5}, {23, 1}, {4, 9}}) {
    const Twin t("recycled-decode", {{"B", 1},
                                     {"L", length},
                                     {"KMAX", kept},
                                     {"S", 3},
                                     {"H", 7},
                                     {"R", 7},
                                     {"D", 3},
                                     {"M0", 2}});
    const MatrixXd k = t.matrix("K", {0, 0, kAll, kAll});
    const MatrixXd v = t.matrix("V", {0, 0, kAll, kAll});
    VectorXd scores = VectorXd::Zero(length);
    for (std::int64_t r = 0; r < 7; ++r) {
      const VectorXd q = t.vector("Q0", {0, 0, r, kAll});
      scores += weightsOf(q, k);
      CHECK(difference(t.vector("AV0", {0, 0, r, kAll}), attendOne(q, k, v)) < kTolerance);
    }
    const auto chosen = largest(scores, kept);
    MatrixXd keys(3, length + 3);
    MatrixXd values(3, length + 3);
    keys << k, t.matrix("KN", {0, 0, kAll, kAll});
    values << v, t.matrix("VN", {0, 0, kAll, kAll});
    for (std::int64_t r = 0; r < 7; ++r) {
      for (std::int64_t s = 0; s < 3; ++s) {
        const VectorXd want =
            attendOne(t.vector("Q", {0, 0, r, kAll, s}), keys, values, [&, n = length](Index j) {
              return j < n ? contains(chosen, j) : j - n <= s;
            });
        CHECK(difference(t.vector("AV", {0, 0, r, kAll, s}), want) < kTolerance);
      }
    }
  }
}

TEST_CASE("layers of EchoAtt share the weights of the first of them", "[library]") {
  const Twin t("echoatt", {{"L", 13}, {"H", 14}, {"R", 7}, {"D", 3}, {"NL", 2}});
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    const MatrixXd want =
        attend(t.matrix("Q", {0, 1, 4, kAll, kAll}), t.matrix("K", {0, 1, kAll, kAll}),
               t.matrix("V", {layer, 0, 1, kAll, kAll}), inverseRoot(3), seesEarlier);
    CHECK(difference(t.matrix("AV", {layer, 0, 1, 4, kAll, kAll}), want) < kTolerance);
  }
}

TEST_CASE("a decoded token of EchoAtt sees all tokens with the same weights in every layer",
          "[library]") {
  const Twin t("echoatt-decode", {{"L", 13}, {"H", 14}, {"R", 7}, {"D", 3}, {"NL", 2}});
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    const MatrixXd want =
        attend(t.matrix("Q", {0, 1, 4, kAll, kAll}), t.matrix("K", {0, 1, kAll, kAll}),
               t.matrix("V", {layer, 0, 1, kAll, kAll}), inverseRoot(3), seesAll);
    CHECK(difference(t.matrix("AV", {layer, 0, 1, 4, kAll, kAll}), want) < kTolerance);
  }
}

TEST_CASE("RetrievalAttention merges static keys with those that an index found", "[library]") {
  for (const auto& [length, first, newest, found] : std::vector<std::tuple<int, int, int, int>>{
           {40, 4, 6, 7}, {39, 1, 1, 3}, {8, 5, 6, 4}, {39, 30, 2, 30}}) {
    const Twin t("retrieval-attention-decode", {{"B", 1},
                                                {"L", length},
                                                {"S0", first},
                                                {"W0", newest},
                                                {"TOPK", found},
                                                {"H", 7},
                                                {"R", 7},
                                                {"D", 3}});
    for (std::int64_t r = 0; r < 7; ++r) {
      const VectorXd list = t.vector("LI", {0, 0, r, kAll});
      const VectorXd want = attendOne(
          t.vector("Q", {0, 0, r, kAll}), t.matrix("K", {0, 0, kAll, kAll}),
          t.matrix("V", {0, 0, kAll, kAll}),
          [&, n = length, sinks = first, window = newest](Index j) {
            return j < sinks || j >= n - window || (list.array() == static_cast<double>(j)).any();
          });
      CHECK(difference(t.vector("AV", {0, 0, r, kAll}), want) < kTolerance);
    }
  }
}

namespace {

/// Landmark attention of the query at position i.
VectorXd opened(const VectorXd& q, const MatrixXd& k, const MatrixXd& v, const MatrixXd& landmarks,
                Index i, Index size, Index most) {
  const Index own = i / size;
  const VectorXd scores = (landmarks.leftCols(own).transpose() * q) * inverseRoot(q.size());
  VectorXd sum = VectorXd::Zero(v.rows());
  double total = 0;
  for (Index j = own * size; j <= i; ++j) {
    const double weight = std::exp(q.dot(k.col(j)) * inverseRoot(q.size()));
    sum += weight * v.col(j);
    total += weight;
  }
  for (const Index block : largest(scores, most)) {
    const double weight = std::exp(scores(block));
    sum +=
        weight * attendOne(q, k.middleCols(block * size, size), v.middleCols(block * size, size));
    total += weight;
  }
  return sum / total;
}

} // namespace

TEST_CASE("landmarks open blocks, whose keys share the weight of their landmark", "[library]") {
  for (const auto& [length, size, most] :
       std::vector<std::tuple<int, int, int>>{{24, 4, 2}, {23, 5, 1}, {23, 4, 99}, {3, 4, 2}}) {
    const Settings sizes{{"B", 1}, {"L", length}, {"BS", size}, {"TOPK", most}, {"H", 2}, {"D", 3}};
    const auto want = [&](const Twin& t, Index query, Index i) {
      return opened(t.matrix("Q", {0, 1, kAll, kAll}).col(query), t.matrix("K", {0, 1, kAll, kAll}),
                    t.matrix("V", {0, 1, kAll, kAll}), t.matrix("KL", {0, 1, kAll, kAll}), i, size,
                    most);
    };
    const Twin t("landmark", sizes);
    for (Index i = 0; i < length; ++i) {
      CHECK(difference(t.vector("AV", {0, 1, kAll, i / size, i % size}), want(t, i, i)) <
            kTolerance);
    }
    const Twin decode("landmark-decode", sizes);
    CHECK(difference(decode.vector("AV", {0, 1, kAll, 0, 0}), want(decode, 0, length - 1)) <
          kTolerance);
  }
}

TEST_CASE("core-context attention sees averages of old groups and new tokens", "[library]") {
  for (const auto& [length, group, newest] : std::vector<std::tuple<int, int, int>>{
           {24, 4, 8}, {23, 4, 6}, {23, 1, 3}, {11, 3, 40}, {2, 4, 1}}) {
    const Twin t("core-context", {{"L", length},
                                  {"GS", group},
                                  {"S", newest},
                                  {"GROUPS", 2},
                                  {"H", 2},
                                  {"D", 3},
                                  {"T0", 2}});
    const MatrixXd q = t.matrix("Q", {0, 1, kAll, kAll});
    const MatrixXd k = t.matrix("K", {0, 1, kAll, kAll});
    const MatrixXd v = t.matrix("V", {0, 1, kAll, kAll});
    const Index window = (newest + group - 1) / group * group;
    for (Index i = 0; i < length; ++i) {
      // groups that are wholly older than the window count as one key each
      const Index cores = std::max<Index>((i - window) / group, 0);
      const Index seen = i >= window ? cores : 0;
      const Index begin = seen * group;
      MatrixXd keys(3, seen + i + 1 - begin);
      MatrixXd values(3, keys.cols());
      for (Index c = 0; c < seen; ++c) {
        const MatrixXd inGroup = k.middleCols(c * group, group);
        const VectorXd weights = weightsOf(q.col(c * group + group - 1), inGroup);
        keys.col(c) = inGroup * weights;
        values.col(c) = v.middleCols(c * group, group) * weights;
      }
      keys.rightCols(i + 1 - begin) = k.middleCols(begin, i + 1 - begin);
      values.rightCols(i + 1 - begin) = v.middleCols(begin, i + 1 - begin);
      const auto own = i / group;
      const auto tile = t.size("QG");
      CHECK(difference(t.vector("AV", {0, 1, kAll, own / tile, own % tile, i % group}),
                       attendOne(q.col(i), keys, values)) < kTolerance);
    }
  }
}

TEST_CASE("decoding with core context attends to the cores and the newest tokens", "[library]") {
  for (const int length : {24, 23}) {
    const Twin t("core-context-decode",
                 {{"B", 1}, {"L", length}, {"GS", 4}, {"S", 8}, {"H", 2}, {"D", 3}, {"M0", 3}});
    MatrixXd keys(3, t.size("M"));
    MatrixXd values(3, t.size("M"));
    keys << t.matrix("KC", {0, 1, kAll, kAll}), t.matrix("KN", {0, 1, kAll, kAll});
    values << t.matrix("VC", {0, 1, kAll, kAll}), t.matrix("VN", {0, 1, kAll, kAll});
    CHECK(difference(t.vector("AV", {0, 1, 0, kAll, 0}),
                     attendOne(t.vector("Q", {0, 1, 0, kAll, 0}), keys, values)) < kTolerance);
  }
}
