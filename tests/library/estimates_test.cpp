#include "tiles.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight::library;

namespace {

constexpr double kTolerance = 1e-9;

} // namespace

TEST_CASE("routing attention lets the nearest of each cluster attend to each other", "[library]") {
  for (const int length : {16, 13}) {
    const Twin t("routing", {{"L", length}, {"C", 4}, {"H", 2}, {"D", 3}});
    const MatrixXd q = t.matrix("Q", {0, 1, kAll, kAll});
    const MatrixXd k = t.matrix("K", {0, 1, kAll, kAll});
    const MatrixXd v = t.matrix("V", {0, 1, kAll, kAll});
    for (std::int64_t c = 0; c < 4; ++c) {
      const VectorXd centroid = t.vector("MU", {1, kAll, c});
      const auto near = [&](const MatrixXd& a) {
        auto out = ranked(length, [&](Index i) { return a.col(i).normalized().dot(centroid); });
        out.resize(4); // ceil(16 / 4) and ceil(13 / 4)
        return out;
      };
      const auto keys = near(k);
      const MatrixXd want =
          attend(q(Eigen::all, near(q)), k(Eigen::all, keys), v(Eigen::all, keys), inverseRoot(3));
      CHECK(difference(t.matrix("AV", {0, 1, kAll, c, kAll}), want) < kTolerance);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        CHECK(t.at("KI", {0, 1, c, static_cast<std::int64_t>(i)}) == static_cast<double>(keys[i]));
      }
    }
  }
}

TEST_CASE("SEA attends to the best columns of a map that a linear estimate decodes", "[library]") {
  for (const auto& [length, columns] : std::vector<std::pair<int, int>>{{12, 4}, {13, 5}, {5, 8}}) {
    const Twin t(
        "sea",
        {{"L", length}, {"K", columns}, {"JMAX", 2}, {"W", 4}, {"Z", 5}, {"H", 2}, {"D", 3}});
    const Index wide = (length + columns - 1) / columns;
    std::vector<MatrixXd> maps;
    for (std::int64_t h = 0; h < 2; ++h) {
      const MatrixXd features = t.matrix("WF", {h, kAll, kAll});
      const auto positive = [&](const MatrixXd& a) {
        MatrixXd out = inverseRoot(3) * features.transpose() * a;
        out.rowwise() -= a.colwise().squaredNorm() / 6;
        return MatrixXd(out.array().exp());
      };
      const MatrixXd weights = positive(t.matrix("Q", {0, h, kAll, kAll})).transpose() *
                               positive(t.matrix("K", {0, h, kAll, kAll}));
      const MatrixXd context =
          t.matrix("V", {0, h, kAll, kAll}) *
          (weights.array().colwise() / weights.rowwise().sum().array()).matrix().transpose();
      const MatrixXd hidden = (t.matrix("W1", {h, kAll, kAll}).transpose() * context).cwiseMax(0);
      maps.emplace_back(t.matrix("W2", {h, kAll, kAll}).transpose() * hidden);
    }
    MatrixXd estimate = MatrixXd::Zero(maps[0].rows(), length);
    for (Index n = 0; n < estimate.rows(); ++n) {
      for (Index p = 0; p < length; ++p) {
        for (std::int64_t h = 0; h < 2; ++h) {
          for (Index y = 0; y < 3; ++y) {
            for (Index x = 0; x < 3; ++x) {
              const Index row = n + x - 1;
              const Index column = p + y - 1;
              if (row >= 0 && row < estimate.rows() && column >= 0 && column < length) {
                estimate(n, p) +=
                    t.at("WC", {1, h, y, x}) * maps[static_cast<std::size_t>(h)](row, column);
              }
            }
          }
        }
      }
    }
    const MatrixXd want =
        attend(t.matrix("Q", {0, 1, kAll, kAll}), t.matrix("K", {0, 1, kAll, kAll}),
               t.matrix("V", {0, 1, kAll, kAll}), inverseRoot(3), [&](Index i, Index j) {
                 const auto best = ranked(estimate.rows(), [&](Index n) { return estimate(n, i); });
                 return best[0] == j / wide || (best.size() > 1 && best[1] == j / wide);
               });
    CHECK(difference(t.matrix("AV", {0, 1, kAll, kAll}), want) < kTolerance);
  }
}

TEST_CASE("DHSA sees the best tokens by the score of their chunk, the newest and the first",
          "[library]") {
  const std::vector<int> chunks{0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4};
  for (const auto& [length, window, sinks] :
       std::vector<std::tuple<int, int, int>>{{16, 2, 1}, {13, 1, 3}, {13, 40, 2}}) {
    const Twin t("dhsa",
                 {{"L", length},
                  {"CS", 3},
                  {"W", window},
                  {"S", sinks},
                  {"H", 7},
                  {"R", 7},
                  {"D", 3},
                  {"DENSITY", 40}},
                 5, [&](auto& inputs, const auto&) {
                   auto& values = inputs.at("CH").data;
                   std::copy_n(chunks.begin(), values.size(), values.begin());
                 });
    const auto chunk = [&](Index i) { return chunks[static_cast<std::size_t>(i)]; };
    const MatrixXd k = t.matrix("K", {0, 0, kAll, kAll});
    const auto chunked = [&](const MatrixXd& a) {
      MatrixXd out = MatrixXd::Zero(3, 6);
      VectorXd count = VectorXd::Zero(6);
      for (Index i = 0; i < length; ++i) {
        out.col(chunk(i)) += a.col(i);
        count(chunk(i)) += 1;
      }
      return MatrixXd(out.array().rowwise() / count.cwiseMax(1).cwiseSqrt().transpose().array());
    };
    const MatrixXd q = t.matrix("Q", {0, 0, 3, kAll, kAll});
    const MatrixXd scores = chunked(q).transpose() * chunked(k);
    const auto sees = [&, newest = window, first = sinks](Index i, Index j) {
      auto best = ranked(length, [&](Index m) {
        return m < first ? -1e300 : chunk(m) > chunk(i) ? -1e200 : scores(chunk(i), chunk(m));
      });
      best.resize(static_cast<std::size_t>((length * 40 + 99) / 100));
      return j <= i &&
             (j > i - newest || j < first || std::find(best.begin(), best.end(), j) != best.end());
    };
    const MatrixXd want = attend(q, k, t.matrix("V", {0, 0, kAll, kAll}), inverseRoot(3), sees);
    CHECK(difference(t.matrix("AV", {0, 0, 3, kAll, kAll}), want) < kTolerance);
  }
}

TEST_CASE("a new token of routing attention attends to the keys nearest to its centroid",
          "[library]") {
  for (const int length : {16, 13}) {
    const Twin t("routing-decode", {{"B", 2}, {"L", length}, {"C", 4}, {"H", 2}, {"D", 3}});
    for (std::int64_t h = 0; h < 2; ++h) {
      const VectorXd q = t.vector("Q", {1, h, kAll});
      Index centroid = 0;
      (t.matrix("MU", {h, kAll, kAll}).transpose() * q.normalized()).maxCoeff(&centroid);
      const VectorXd near = t.vector("DK", {1, h, centroid, kAll});
      auto keys = ranked(length, [&](Index i) { return near(i); });
      keys.resize(4); // ceil(16 / 4) and ceil(13 / 4)
      const MatrixXd k = t.matrix("K", {1, h, kAll, kAll}), v = t.matrix("V", {1, h, kAll, kAll});
      const MatrixXd want = attend(q, k(Eigen::all, keys), v(Eigen::all, keys), inverseRoot(3));
      CHECK(difference(t.vector("AV", {1, h, kAll}), want) < kTolerance);
    }
  }
}

TEST_CASE("a new token of DHSA sees the best tokens by the score of their chunk, the newest and "
          "the first",
          "[library]") {
  const std::vector<int> chunks{0, 0, 0, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4};
  for (const auto& [length, window, sinks] :
       std::vector<std::tuple<int, int, int>>{{16, 2, 1}, {13, 1, 3}, {13, 10, 1}, {13, 40, 2}}) {
    const Twin t("dhsa-decode",
                 {{"B", 1},
                  {"L", length},
                  {"CS", 3},
                  {"W", window},
                  {"S", sinks},
                  {"H", 4},
                  {"R", 2},
                  {"D", 3},
                  {"DENSITY", 40}},
                 5, [&](auto& inputs, const auto&) {
                   auto& values = inputs.at("CH").data;
                   std::copy_n(chunks.begin(), values.size(), values.begin());
                 });
    const VectorXd q = t.vector("Q", {0, 1, 1, kAll});
    const VectorXd scores = t.matrix("RK", {0, 1, kAll, kAll}).transpose() * q;
    const Index first = sinks, newest = length - window;
    auto best = ranked(length, [&](Index m) {
      return m < first || m >= newest ? -1e300 : scores(chunks[static_cast<std::size_t>(m)]);
    });
    best.resize(static_cast<std::size_t>((length * 40 + 99) / 100));
    const auto sees = [&](Index, Index j) {
      return j >= newest || j < first || std::find(best.begin(), best.end(), j) != best.end();
    };
    const MatrixXd want = attend(q, t.matrix("K", {0, 1, kAll, kAll}),
                                 t.matrix("V", {0, 1, kAll, kAll}), inverseRoot(3), sees);
    CHECK(difference(t.vector("AV", {0, 1, 1, kAll}), want) < kTolerance);
  }
}
