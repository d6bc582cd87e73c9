#include "tiles.hpp"

#include <catch2/catch.hpp>

using namespace einsight::library;
using einsight::core::Settings;

namespace {

constexpr double kTolerance = 1e-9;

/// Softmax attention among the tokens of Q[b,h,e,axes], K[b,h,e,axes], V[b,h,f,axes], by the
/// places of query and key along the axes.
using SeesPlaces = std::function<bool(const Axes& query, const Axes& key)>;
MatrixXd attendPlaces(const Twin& t, std::int64_t h, const Axes& axes, const SeesPlaces& sees) {
  return attend(flat(t, "Q", {0, h}, axes), flat(t, "K", {0, h}, axes), flat(t, "V", {0, h}, axes),
                inverseRoot(t.size("E")),
                [&](Index i, Index j) { return sees(placeOf(i, axes), placeOf(j, axes)); });
}

/// Rows and columns of a tile of an image.
Axes tileOf(const Twin& t) {
  return {t.size("TY"), t.size("TX")};
}

/// First key of the window of a query: its middle is the query but at borders, where it is moved
/// inwards.
std::int64_t windowStart(std::int64_t query, std::int64_t size, std::int64_t window) {
  return std::max<std::int64_t>(std::min(query - window / 2, size - window), 0);
}

SeesPlaces neighbors(const Axes& axes, const Axes& windows) {
  return [=](const Axes& query, const Axes& key) {
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const auto window = std::min(windows[i], axes[i]);
      const auto start = windowStart(query[i], axes[i], window);
      if (key[i] < start || key[i] >= start + window) {
        return false;
      }
    }
    return true;
  };
}

} // namespace

TEST_CASE("groups of image tokens see the groups around them", "[library]") {
  for (const auto& [rows, columns] : std::vector<std::pair<int, int>>{{12, 12}, {11, 7}, {2, 5}}) {
    for (const int reach : {1, 2}) {
      const Axes axes{rows, columns};
      const Twin t(
          "grat-surround",
          {{"L", rows * columns}, {"WIDTH", columns}, {"T", 3}, {"R", reach}, {"H", 2}, {"D", 3}});
      const MatrixXd want = attendPlaces(t, 1, axes, [&](const Axes& q, const Axes& k) {
        return std::abs(q[0] / 3 - k[0] / 3) <= reach && std::abs(q[1] / 3 - k[1] / 3) <= reach;
      });
      CHECK(difference(untiled(t, "AV", {0, 1}, axes, tileOf(t)), want) < kTolerance);
    }
  }
}

TEST_CASE("groups of image tokens see those of their row and column", "[library]") {
  for (const auto& [rows, columns] : std::vector<std::pair<int, int>>{{12, 12}, {11, 7}, {2, 5}}) {
    const Axes axes{rows, columns};
    const Twin t("grat-criss-cross",
                 {{"L", rows * columns}, {"WIDTH", columns}, {"T", 3}, {"H", 2}, {"D", 3}});
    const MatrixXd want = attendPlaces(t, 1, axes, [](const Axes& q, const Axes& k) {
      return q[0] / 3 == k[0] / 3 || q[1] / 3 == k[1] / 3;
    });
    CHECK(difference(untiled(t, "AV", {0, 1}, axes, tileOf(t)), want) < kTolerance);
  }
}

TEST_CASE("CLEAR sees a circle of the image and all of the text", "[library]") {
  for (const auto& [rows, columns, radius] :
       std::vector<std::tuple<int, int, int>>{{12, 12, 4}, {11, 7, 3}, {5, 9, 1}, {4, 4, 9}}) {
    const Axes axes{rows, columns};
    const Twin t("clear", {{"L", rows * columns},
                           {"WIDTH", columns},
                           {"T", 3},
                           {"RA", radius},
                           {"S", 5},
                           {"H", 2},
                           {"D", 3}});
    // keys: 5 text tokens, then the image
    const MatrixXd want = attend(flat(t, "Q", {0, 1}, axes), t.matrix("K", {0, 1, kAll, kAll}),
                                 t.matrix("V", {0, 1, kAll, kAll}), inverseRoot(3),
                                 [&, limit = radius * radius](Index i, Index j) {
                                   if (j < 5) {
                                     return true;
                                   }
                                   const auto q = placeOf(i, axes);
                                   const auto k = placeOf(j - 5, axes);
                                   const auto down = q[0] - k[0];
                                   const auto right = q[1] - k[1];
                                   return down * down + right * right < limit;
                                 });
    CHECK(difference(untiled(t, "AV", {0, 1}, axes, tileOf(t)), want) < kTolerance);
  }
}

TEST_CASE("neighborhood attention sees a window along each axis", "[library]") {
  for (const auto& [length, window] :
       std::vector<std::pair<int, int>>{{24, 5}, {23, 4}, {23, 1}, {7, 40}, {23, 12}}) {
    const Twin t("neighborhood-attention-1d",
                 {{"L", length}, {"KX", window}, {"TILEX", 4}, {"H", 1}, {"D", 3}});
    const Axes axes{length};
    CHECK(difference(untiled(t, "AV", {0, 0}, axes, {4}),
                     attendPlaces(t, 0, axes, neighbors(axes, {window}))) < kTolerance);
  }
  for (const auto& [rows, columns] : std::vector<std::pair<int, int>>{{12, 12}, {11, 7}, {2, 5}}) {
    const Twin t("neighborhood-attention-2d", {{"L", rows * columns},
                                               {"WIDTH", columns},
                                               {"KY", 5},
                                               {"KX", 4},
                                               {"TILEY", 2},
                                               {"TILEX", 3},
                                               {"H", 2},
                                               {"D", 3}});
    const Axes axes{rows, columns};
    CHECK(difference(untiled(t, "AV", {0, 1}, axes, {2, 3}),
                     attendPlaces(t, 1, axes, neighbors(axes, {5, 4}))) < kTolerance);
  }
  const Axes axes{5, 6, 7};
  const Twin t("neighborhood-attention-3d", {{"L", 5 * 6 * 7},
                                             {"Y", 6},
                                             {"X", 7},
                                             {"KT", 3},
                                             {"KY", 1},
                                             {"KX", 4},
                                             {"TILET", 2},
                                             {"TILEY", 2},
                                             {"TILEX", 3},
                                             {"H", 1},
                                             {"D", 3}});
  CHECK(difference(untiled(t, "AV", {0, 0}, axes, {2, 2, 3}),
                   attendPlaces(t, 0, axes, neighbors(axes, {3, 1, 4}))) < kTolerance);
}

TEST_CASE("HaloNet sees a block with a halo, biased by the place of a key", "[library]") {
  for (const auto& [rows, columns, halo] :
       std::vector<std::tuple<int, int, int>>{{9, 9, 1}, {8, 7, 2}, {2, 4, 3}}) {
    const Axes axes{rows, columns};
    const Twin t("halonet", {{"B", 1},
                             {"L", rows * columns},
                             {"WIDTH", columns},
                             {"T", 3},
                             {"HA", halo},
                             {"H", 2},
                             {"D", 3}});
    const MatrixXd q = flat(t, "Q", {0, 1}, axes);
    MatrixXd scores = inverseRoot(3) * q.transpose() * flat(t, "K", {0, 1}, axes);
    const auto near = [&, reach = halo](std::int64_t query, std::int64_t key) {
      const auto begin = query / 3 * 3;
      return key >= begin - reach && key < begin + 3 + reach;
    };
    const auto sees = [&](Index i, Index j) {
      const auto from = placeOf(i, axes);
      const auto to = placeOf(j, axes);
      return near(from[0], to[0]) && near(from[1], to[1]);
    };
    for (Index i = 0; i < scores.rows(); ++i) {
      for (Index j = 0; j < scores.cols(); ++j) {
        if (sees(i, j)) {
          const auto from = placeOf(i, axes);
          const auto to = placeOf(j, axes);
          // the entry of a key in the query's own place
          const std::int64_t down = halo + t.size("TY") - 1;
          const std::int64_t right = halo + t.size("TX") - 1;
          scores(i, j) += t.at("BI", {1, to[0] - from[0] + down, to[1] - from[1] + right});
        }
      }
    }
    const MatrixXd want = flat(t, "V", {0, 1}, axes) * softmaxRows(scores, sees).transpose();
    CHECK(difference(untiled(t, "AV", {0, 1}, axes, tileOf(t)), want) < kTolerance);
  }
}

TEST_CASE("HiLo attends within windows with some heads and to averages with the others",
          "[library]") {
  for (const auto& [rows, columns] : std::vector<std::pair<int, int>>{{6, 6}, {5, 3}}) {
    const Axes axes{rows, columns};
    const Twin t("hilo",
                 {{"B", 1}, {"L", rows * columns}, {"WIDTH", columns}, {"HL", 2}, {"D", 3}});
    const MatrixXd high =
        attend(flat(t, "QH", {0, 0}, axes), flat(t, "KH", {0, 0}, axes),
               flat(t, "VH", {0, 0}, axes), inverseRoot(3), [&](Index i, Index j) {
                 const auto from = placeOf(i, axes);
                 const auto to = placeOf(j, axes);
                 return from[0] / 2 == to[0] / 2 && from[1] / 2 == to[1] / 2;
               });
    CHECK(difference(untiled(t, "HV", {0, 0}, axes, {2, 2}), high) < kTolerance);
    const Index wide = (columns + 1) / 2;
    MatrixXd pool = MatrixXd::Zero(rows * columns, (rows + 1) / 2 * wide);
    for (Index i = 0; i < pool.rows(); ++i) {
      const auto at = placeOf(i, axes);
      pool(i, at[0] / 2 * wide + at[1] / 2) = 0.25;
    }
    const MatrixXd low = attend(flat(t, "QL", {0, 1}, axes), flat(t, "KL", {0, 1}, axes) * pool,
                                flat(t, "VL", {0, 1}, axes) * pool, inverseRoot(3));
    CHECK(difference(flat(t, "LV", {0, 1}, axes), low) < kTolerance);
  }
}

TEST_CASE("TNT folds what the pixels of a patch say into it before patches attend", "[library]") {
  for (const int patches : {6, 5}) {
    const Twin t("tnt",
                 {{"B", 1}, {"L", patches}, {"HI", 2}, {"DI", 3}, {"I", 4}, {"H", 2}, {"D", 5}});
    MatrixXd embedding = t.matrix("X", {0, kAll, kAll});
    for (std::int64_t p = 0; p < patches; ++p) {
      for (std::int64_t k = 0; k < 2; ++k) {
        const MatrixXd pixels =
            attend(t.matrix("QI", {0, k, kAll, p, kAll}), t.matrix("KI", {0, k, kAll, p, kAll}),
                   t.matrix("VI", {0, k, kAll, p, kAll}), inverseRoot(3));
        for (std::int64_t i = 0; i < 4; ++i) {
          embedding.col(indexOf(p)) +=
              t.matrix("WP", {k, kAll, i, kAll}).transpose() * pixels.col(indexOf(i));
        }
      }
    }
    for (std::int64_t h = 0; h < 2; ++h) {
      const MatrixXd want =
          attend(t.matrix("WQ", {kAll, h, kAll}).transpose() * embedding,
                 t.matrix("WK", {kAll, h, kAll}).transpose() * embedding,
                 t.matrix("WV", {kAll, h, kAll}).transpose() * embedding, inverseRoot(5));
      CHECK(difference(t.matrix("AV", {0, h, kAll, kAll}), want) < kTolerance);
    }
  }
}

TEST_CASE("LookupViT reads with scores and writes back with the same, transposed", "[library]") {
  const Twin t("lookupvit", {{"B", 1}, {"L", 13}, {"N", 4}, {"H", 2}, {"D", 3}});
  const auto project = [&](const std::string& weight, const MatrixXd& a) {
    return MatrixXd(t.matrix(weight, {1, kAll, kAll}).transpose() * a);
  };
  const MatrixXd scores = t.matrix("Q", {0, 1, kAll, kAll}).transpose() *
                          t.matrix("K", {0, 1, kAll, kAll}) * inverseRoot(3);
  const MatrixXd read = t.matrix("V", {0, 1, kAll, kAll}) * softmaxRows(scores).transpose();
  const MatrixXd lookup =
      attend(project("WQ", read), project("WK", read), project("WV", read), inverseRoot(3));
  CHECK(difference(t.matrix("LV", {0, 1, kAll, kAll}), lookup) < kTolerance);
  const MatrixXd back = project("WB", lookup) * softmaxRows(scores.transpose()).transpose();
  CHECK(difference(t.matrix("IV", {0, 1, kAll, kAll}), back) < kTolerance);
}

TEST_CASE("FIT passes what groups of tokens know through their latents", "[library]") {
  for (const int length : {12, 10}) {
    const Twin t("fit", {{"L", length}, {"T", 4}, {"R", 2}, {"H", 2}, {"D", 3}});
    const auto project = [&](const std::string& weight, const MatrixXd& a) {
      return MatrixXd(t.matrix(weight, {1, kAll, kAll}).transpose() * a);
    };
    const MatrixXd tokens =
        attend(t.matrix("Q", {0, 1, kAll, kAll}), t.matrix("K", {0, 1, kAll, kAll}),
               t.matrix("V", {0, 1, kAll, kAll}), inverseRoot(3),
               [](Index i, Index j) { return i / 4 == j / 4; });
    MatrixXd reading(3, 6);
    for (std::int64_t c = 0; c < 3; ++c) {
      reading.middleCols(indexOf(2 * c), 2) = t.matrix("QL", {0, 1, kAll, c, kAll});
    }
    const MatrixXd latents =
        attend(reading, project("WKR", tokens), project("WVR", tokens), inverseRoot(3),
               [](Index i, Index j) { return i / 2 == j / 4; });
    const MatrixXd global = attend(project("WQG", latents), project("WKG", latents),
                                   project("WVG", latents), inverseRoot(3));
    const MatrixXd want =
        attend(project("WQW", tokens), project("WKW", global), project("WVW", global),
               inverseRoot(3), [](Index i, Index j) { return i / 4 == j / 2; });
    CHECK(difference(unblocked(t, "WV", {0, 1}, length), want) < kTolerance);
  }
}
