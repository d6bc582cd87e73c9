#include "tiles.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace einsight::library;

namespace {

constexpr double kTolerance = 1e-9;

/// The tile of a token along each axis, and the number of tiles.
Axes tileOf(const Axes& place, const Axes& tile) {
  Axes out = place;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] /= tile[i];
  }
  return out;
}

Index numberOf(const Axes& place, const Axes& axes) {
  std::int64_t out = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    out = out * axes[i] + place[i];
  }
  return indexOf(out);
}

Axes tilesOf(const Axes& axes, const Axes& tile) {
  Axes out = axes;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = (axes[i] + tile[i] - 1) / tile[i];
  }
  return out;
}

/// For each token the number of its block, and of the token in blocks of equal size.
struct Layout {
  Axes axes, tile, tiles = tilesOf(axes, tile);

  [[nodiscard]] Index block(Index token) const {
    return numberOf(tileOf(placeOf(token, axes), tile), tiles);
  }
  [[nodiscard]] Index inside(Index token) const {
    Axes place = placeOf(token, axes);
    for (std::size_t i = 0; i < place.size(); ++i) {
      place[i] %= tile[i];
    }
    return numberOf(place, tile);
  }
};

/// The sums of the columns of each block.
MatrixXd pooled(const MatrixXd& a, const Layout& layout) {
  MatrixXd out = MatrixXd::Zero(a.rows(), indexOf(tokensOf(layout.tiles)));
  for (Index i = 0; i < a.cols(); ++i) {
    out.col(layout.block(i)) += a.col(i);
  }
  return out;
}

/// VMoBA's choice: for each token the blocks it sees.
std::vector<std::set<Index>> byCommonThreshold(const MatrixXd& q, const MatrixXd& k,
                                               const Layout& layout, Index pairs, Index most) {
  const MatrixXd sums = pooled(k, layout);
  const auto size = static_cast<double>(tokensOf(layout.tile));
  MatrixXd shares = (inverseRoot(q.rows()) / size * q.transpose() * sums).array().exp();
  shares /= shares.sum();
  const Index blocks = shares.cols();
  auto order = ranked(shares.size(), [&](Index i) { return shares(i / blocks, i % blocks); });
  order.resize(static_cast<std::size_t>(std::min<Index>(pairs, shares.size())));
  double mass = 0;
  double threshold = 1;
  for (const Index i : order) {
    if (mass < 0.25) {
      threshold = shares(i / blocks, i % blocks);
    }
    mass += shares(i / blocks, i % blocks);
  }
  std::vector<std::set<Index>> out;
  for (Index i = 0; i < shares.rows(); ++i) {
    const Index own = layout.block(i);
    auto best = ranked(blocks, [&](Index n) { return shares(i, n) + (n == own ? 1 : 0); });
    best.resize(static_cast<std::size_t>(most));
    std::set<Index> row{own};
    for (const Index n : best) {
      if (shares(i, n) >= threshold) {
        row.insert(n);
      }
    }
    out.push_back(row);
  }
  return out;
}

} // namespace

TEST_CASE("VMoBA computes the pairs of query and block above a threshold for all queries",
          "[library]") {
  for (const auto& [axes, tile] : std::vector<std::pair<Axes, Axes>>{{{4, 4, 4}, {2, 2, 2}},
                                                                     {{5, 3, 4}, {2, 2, 3}},
                                                                     {{6, 2, 2}, {1, 2, 2}},
                                                                     {{3, 2, 3}, {3, 2, 3}}}) {
    for (const int density : {100, 50}) {
      const Twin t("vmoba", {{"L", tokensOf(axes)},
                             {"Y", axes[1]},
                             {"X", axes[2]},
                             {"BLOCKT", tile[0]},
                             {"BLOCKY", tile[1]},
                             {"BLOCKX", tile[2]},
                             {"H", 2},
                             {"D", 3},
                             {"DENSITY", density}});
      const Layout layout{axes, tile};
      const MatrixXd q = flat(t, "Q", {0, 1}, axes);
      const MatrixXd k = flat(t, "K", {0, 1}, axes);
      const auto chosen =
          byCommonThreshold(q, k, layout, indexOf(t.size("PAIRS")), indexOf(t.size("JB")));
      const MatrixXd want =
          attend(q, k, flat(t, "V", {0, 1}, axes), inverseRoot(3), [&](Index i, Index j) {
            return chosen[static_cast<std::size_t>(i)].count(layout.block(j)) > 0;
          });
      for (Index i = 0; i < want.cols(); ++i) {
        const Index at = layout.block(i) * indexOf(tokensOf(tile)) + layout.inside(i);
        CHECK(difference(t.vector("AV", {0, 1, kAll, at}), want.col(i)) < kTolerance);
      }
    }
  }
}

TEST_CASE("a block of VMoBA that too many queries choose serves its own and the first of them",
          "[library]") {
  const Axes axes{4, 4, 4};
  const Layout layout{axes, {2, 2, 2}};
  const Twin t("vmoba", {{"L", 64},
                         {"Y", 4},
                         {"X", 4},
                         {"BLOCKT", 2},
                         {"BLOCKY", 2},
                         {"BLOCKX", 2},
                         {"H", 1},
                         {"D", 3},
                         {"DENSITY", 13}});
  const Index places = indexOf(t.size("CAP") - t.size("Z"));
  REQUIRE(places < 56);
  const MatrixXd q = flat(t, "Q", {0, 0}, axes);
  const MatrixXd k = flat(t, "K", {0, 0}, axes);
  auto chosen = byCommonThreshold(q, k, layout, indexOf(t.size("PAIRS")), indexOf(t.size("JB")));
  // in the order of the blocks, each block goes to the first that are not its own
  const auto order = ranked(
      64, [&](Index i) { return -static_cast<double>(layout.block(i) * 8 + layout.inside(i)); });
  for (Index n = 0; n < 8; ++n) {
    Index served = 0;
    for (const Index i : order) {
      auto& row = chosen[static_cast<std::size_t>(i)];
      if (layout.block(i) != n && row.count(n) > 0 && ++served > places) {
        row.erase(n);
      }
    }
  }
  const MatrixXd want =
      attend(q, k, flat(t, "V", {0, 0}, axes), inverseRoot(3), [&](Index i, Index j) {
        return chosen[static_cast<std::size_t>(i)].count(layout.block(j)) > 0;
      });
  for (Index i = 0; i < 64; ++i) {
    CHECK(difference(t.vector("AV", {0, 0, kAll, layout.block(i) * 8 + layout.inside(i)}),
                     want.col(i)) < kTolerance);
  }
}

TEST_CASE("scaled tiles of FPSAttention see the tiles around them", "[library]") {
  for (const auto& axes : std::vector<Axes>{{8, 6, 8}, {7, 5, 3}, {2, 2, 9}}) {
    const Twin t("fpsattention", {{"L", tokensOf(axes)},
                                  {"Y", axes[1]},
                                  {"X", axes[2]},
                                  {"TILET", 2},
                                  {"TILEY", 2},
                                  {"TILEX", 2},
                                  {"KT", 3},
                                  {"KY", 1},
                                  {"KX", 2},
                                  {"H", 2},
                                  {"D", 3}});
    const Axes tile{2, 2, 2};
    const Axes tiles = tilesOf(axes, tile);
    const Axes window{std::min<std::int64_t>(3, tiles[0]), 1, std::min<std::int64_t>(2, tiles[2])};
    const auto sees = [&](Index i, Index j) {
      const Axes from = tileOf(placeOf(i, axes), tile);
      const Axes to = tileOf(placeOf(j, axes), tile);
      for (std::size_t a = 0; a < 3; ++a) {
        const auto start =
            std::clamp<std::int64_t>(from[a] - window[a] / 2, 0, tiles[a] - window[a]);
        if (to[a] < start || to[a] >= start + window[a]) {
          return false;
        }
      }
      return true;
    };
    const MatrixXd want = attend(flat(t, "Q", {0, 1}, axes), flat(t, "K", {0, 1}, axes),
                                 flat(t, "V", {0, 1}, axes), inverseRoot(3), sees);
    CHECK(difference(untiled(t, "AV", {0, 1}, axes, tile), want) < kTolerance);
    CHECK(t.cascade().tensor("K8")->bits == 8);
  }
}

TEST_CASE("BiFormer's regions choose regions, and a convolution is added", "[library]") {
  for (const auto& axes : std::vector<Axes>{{8, 8}, {7, 5}, {1, 6}}) {
    const Twin t("biformer", {{"B", 1},
                              {"L", tokensOf(axes)},
                              {"WIDTH", axes[1]},
                              {"S", 4},
                              {"TOPK", 3},
                              {"H", 2},
                              {"D", 3}});
    const Layout layout{axes, {(axes[0] + 3) / 4, (axes[1] + 3) / 4}};
    MatrixXd affinity =
        MatrixXd::Zero(indexOf(tokensOf(layout.tiles)), indexOf(tokensOf(layout.tiles)));
    for (std::int64_t h = 0; h < 2; ++h) {
      affinity += pooled(flat(t, "Q", {0, h}, axes), layout).transpose() *
                  pooled(flat(t, "K", {0, h}, axes), layout);
    }
    const auto sees = [&](Index i, Index j) {
      const Index c = layout.block(i);
      auto best = ranked(affinity.cols(), [&](Index n) { return affinity(c, n); });
      best.resize(std::min<std::size_t>(best.size(), 3));
      return std::find(best.begin(), best.end(), layout.block(j)) != best.end();
    };
    const MatrixXd v = flat(t, "V", {0, 1}, axes);
    MatrixXd want =
        attend(flat(t, "Q", {0, 1}, axes), flat(t, "K", {0, 1}, axes), v, inverseRoot(3), sees);
    for (Index i = 0; i < want.cols(); ++i) {
      const Axes to = placeOf(i, axes);
      for (Index j = 0; j < want.cols(); ++j) {
        const Axes from = placeOf(j, axes);
        const auto down = from[0] - to[0] + 2;
        const auto right = from[1] - to[1] + 2;
        if (down >= 0 && down < 5 && right >= 0 && right < 5) {
          want.col(i) += t.vector("WD", {1, kAll, down, right}).cwiseProduct(v.col(j));
        }
      }
    }
    CHECK(difference(untiled(t, "O", {0, 1}, axes, layout.tile), want) < kTolerance);
  }
}
