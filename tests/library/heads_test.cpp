#include "dense.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

/// Largest difference of AV[b,g,r,f,p] from softmax attention whose R query heads read key head g.
double fromGrouped(const Twin& t, const Sees& sees) {
  double worst = 0;
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t g = 0; g < t.size("G"); ++g) {
      for (std::int64_t r = 0; r < t.size("R"); ++r) {
        const auto want =
            attend(t.matrix("Q", {b, g, r, kAll, kAll}), t.matrix("K", {b, g, kAll, kAll}),
                   t.matrix("V", {b, g, kAll, kAll}), inverseRoot(t.size("E")), sees);
        worst = std::max(worst, difference(t.matrix("AV", {b, g, r, kAll, kAll}), want));
      }
    }
  }
  return worst;
}

/// q, k and v of a compressed head: a convolution over the tokens of each channel, then one over
/// the channels too. x: E x L; each: E x W; all[w]: E x E.
MatrixXd convolved(const MatrixXd& x, const MatrixXd& each, const std::vector<MatrixXd>& all) {
  MatrixXd first = MatrixXd::Zero(x.rows(), x.cols());
  MatrixXd second = first;
  for (Index t = 0; t < x.cols(); ++t) {
    for (Index w = 0; w < std::min(each.cols(), t + 1); ++w) {
      first.col(t) += x.col(t - w).cwiseProduct(each.col(w));
    }
    for (Index w = 0; w < std::min(each.cols(), t + 1); ++w) {
      second.col(t) += all[static_cast<std::size_t>(w)] * first.col(t - w);
    }
  }
  return second;
}

/// Every column with norm sqrt(E).
MatrixXd normed(const MatrixXd& x) {
  return x.colwise().normalized() * std::sqrt(static_cast<double>(x.rows()));
}

/// The output of one batch of ccgqa by the paper's description.
MatrixXd compressed(const Twin& t, std::int64_t b) {
  const auto x = t.matrix("X", {b, kAll, kAll});
  const auto groups = t.size("G"), shared = t.size("R"), width = t.size("W");
  MatrixXd shifted = MatrixXd::Zero(x.rows(), x.cols());
  shifted.rightCols(x.cols() - 1) = x.leftCols(x.cols() - 1);
  MatrixXd out = MatrixXd::Zero(x.rows(), x.cols());
  for (std::int64_t g = 0; g < groups; ++g) {
    const MatrixXd k0 = t.matrix("WK", {kAll, g, kAll}).transpose() * x;
    const MatrixXd v = t.matrix("WV", {kAll, g, kAll}).transpose() * (2 * g < groups ? x : shifted);
    std::vector<MatrixXd> q0, mixes;
    MatrixXd sum = MatrixXd::Zero(k0.rows(), k0.cols());
    for (std::int64_t r = 0; r < shared; ++r) {
      q0.emplace_back(t.matrix("WQ", {kAll, g, r, kAll}).transpose() * x);
      sum += q0.back();
    }
    for (std::int64_t w = 0; w < width; ++w) {
      mixes.push_back(t.matrix("CK2", {g, kAll, kAll, w}));
    }
    const MatrixXd k =
        t.vector("KT", {kAll})(g) * normed(convolved(k0, t.matrix("CK1", {g, kAll, kAll}), mixes) +
                                           (sum / static_cast<double>(shared) + k0) / 2);
    for (std::int64_t r = 0; r < shared; ++r) {
      mixes.clear();
      for (std::int64_t w = 0; w < width; ++w) {
        mixes.push_back(t.matrix("CQ2", {g, r, kAll, kAll, w}));
      }
      const auto& own = q0[static_cast<std::size_t>(r)];
      const MatrixXd q =
          normed(convolved(own, t.matrix("CQ1", {g, r, kAll, kAll}), mixes) + (own + k0) / 2);
      out += t.matrix("WO", {g, r, kAll, kAll}).transpose() *
             attend(q, k, v, inverseRoot(t.size("E")), seesEarlier);
    }
  }
  return out;
}

} // namespace

TEST_CASE("heads that share keys in groups compute softmax attention with repeated keys",
          "[library]") {
  const std::string name = GENERATE(as<std::string>{}, "mha", "gqa", "gqa8", "sqa");
  const std::int64_t tile = GENERATE(4, 5, 16);
  INFO(name << " M0=" << tile);
  const core::Settings odd{{"B", 2}, {"H", 6}, {"R", 3},    {"L", 13},
                           {"E", 5}, {"F", 3}, {"M0", tile}};
  const core::Settings full{{"B", 1}, {"H", 4}, {"R", 2},    {"L", 16},
                            {"E", 4}, {"F", 4}, {"M0", tile}};
  const core::Settings seven{{"H", 7}, {"R", 7}, {"L", 9}, {"E", 3}, {"F", 6}, {"M0", tile}};
  const core::Settings one{{"H", 1}, {"R", 1}, {"L", 1}, {"E", 2}, {"F", 1}, {"M0", tile}};
  for (const auto& sizes : {odd, full, seven, one}) {
    CHECK(fromGrouped(Twin(name, sizes, 3), seesEarlier) < kClose);
    CHECK(fromGrouped(Twin(name + "-decode", sizes, 4), seesAll) < kClose);
  }
}

TEST_CASE("forms with a fixed number of key heads compute softmax attention", "[library]") {
  const core::Settings sizes{{"L", 11}, {"E", 4}, {"F", 3}, {"M0", 4}};
  const auto with = [&](const char* key, std::int64_t value) {
    auto out = sizes;
    out.emplace(key, value);
    return out;
  };
  const Twin mqa("mqa", with("H", 7));
  CHECK(mqa.size("G") == 1);
  CHECK(mqa.size("R") == 7);
  CHECK(fromGrouped(mqa, seesEarlier) < kClose);
  CHECK(fromGrouped(Twin("mqa-decode", with("H", 7)), seesAll) < kClose);
  const Twin symmetric("ssqa", with("HM", 8)), extreme("xsqa", with("HM", 8));
  CHECK(symmetric.size("G") == 4);
  CHECK(extreme.size("G") == 2);
  CHECK(fromGrouped(symmetric, seesEarlier) < kClose);
  CHECK(fromGrouped(extreme, seesEarlier) < kClose);
  CHECK(fromGrouped(Twin("ssqa-decode", with("HM", 8)), seesAll) < kClose);
  CHECK(fromGrouped(Twin("xsqa-decode", with("HM", 8)), seesAll) < kClose);
  CHECK(fromGrouped(Twin("cca-decode", with("H", 2)), seesAll) < kClose);
  CHECK(fromGrouped(Twin("ccgqa-decode", with("H", 8)), seesAll) < kClose);
}

TEST_CASE("key-driven groups give each query head the key head at its quantile of the norms",
          "[library]") {
  const auto seed = GENERATE(1U, 2U, 3U);
  const Twin t("kdgqa", {{"B", 2}, {"H", 7}, {"G", 3}, {"L", 13}, {"E", 5}, {"F", 4}, {"M0", 4}},
               seed, [](einsum::Environment& inputs, const einsum::Cascade&) {
                 auto& keys = inputs.at("K").data; // unequal norms
                 for (std::size_t i = 0; i < keys.size(); ++i) {
                   keys[i] *= i * 6 / keys.size() % 3 == 1 ? 3.0 : 0.5;
                 }
               });
  VectorXd norms = VectorXd::Zero(t.size("G"));
  for (Index g = 0; g < norms.size(); ++g) {
    norms(g) = std::hypot(t.matrix("K", {0, g, kAll, kAll}).norm(),
                          t.matrix("K", {1, g, kAll, kAll}).norm());
  }
  std::vector<Index> served(3);
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const double quantile = (static_cast<double>(h) + 0.5) / static_cast<double>(t.size("H"));
    Index g = 0;
    while (norms.head(g + 1).sum() / norms.sum() <= quantile) {
      ++g;
    }
    ++served[static_cast<std::size_t>(g)];
    for (std::int64_t b = 0; b < t.size("B"); ++b) {
      const auto want = attend(t.matrix("Q", {b, h, kAll, kAll}), t.matrix("K", {b, g, kAll, kAll}),
                               t.matrix("V", {b, g, kAll, kAll}), inverseRoot(t.size("E")));
      CHECK(difference(t.matrix("AV", {b, h, kAll, kAll}), want) < kClose);
    }
  }
  CHECK(served[1] > served[0]);
  CHECK(served[1] > served[2]);
}

TEST_CASE("several value heads may share a key head", "[library]") {
  const bool decode = GENERATE(false, true);
  const std::int64_t keyHeads = GENERATE(1, 2, 4);
  const Twin t(decode ? "diffqkv-decode" : "diffqkv",
               {{"H", 8}, {"GV", 4}, {"G", keyHeads}, {"L", 13}, {"E", 3}, {"F", 5}, {"M0", 4}});
  for (std::int64_t g = 0; g < keyHeads; ++g) {
    for (std::int64_t j = 0; j < t.size("J"); ++j) {
      for (std::int64_t r = 0; r < t.size("R"); ++r) {
        const auto want =
            attend(t.matrix("Q", {0, g, j, r, kAll, kAll}), t.matrix("K", {0, g, kAll, kAll}),
                   t.matrix("V", {0, g, j, kAll, kAll}), inverseRoot(t.size("E")),
                   decode ? seesAll : seesEarlier);
        CHECK(difference(t.matrix("AV", {0, g, j, r, kAll, kAll}), want) < kClose);
      }
    }
  }
}

TEST_CASE("compressed convolutional attention is what its description says", "[library]") {
  const std::int64_t shared = GENERATE(1, 2, 4);
  const std::int64_t width = GENERATE(1, 2, 3);
  const Twin t("ccgqa", {{"B", 2},
                         {"DM", 9},
                         {"H", 8},
                         {"R", shared},
                         {"L", 11},
                         {"E", 6},
                         {"F", 5},
                         {"W", width},
                         {"M0", 4}});
  CHECK(difference(t.matrix("Y", {0, kAll, kAll}), compressed(t, 0)) < kClose);
  CHECK(difference(t.matrix("Y", {1, kAll, kAll}), compressed(t, 1)) < kClose);
  const Twin one("cca", {{"DM", 4}, {"H", 1}, {"L", 7}, {"E", 3}, {"F", 2}, {"M0", 8}});
  CHECK(difference(one.matrix("Y", {0, kAll, kAll}), compressed(one, 0)) < kClose);
}

TEST_CASE("a gate multiplies every element of the output by a sigmoid of the token", "[library]") {
  const bool decode = GENERATE(false, true);
  const Twin t(decode ? "gated-attention-decode" : "gated-attention",
               {{"DM", 6}, {"H", 6}, {"R", 3}, {"L", 13}, {"E", 3}, {"F", 5}, {"M0", 4}});
  CHECK(fromGrouped(t, decode ? seesAll : seesEarlier) < kClose);
  for (std::int64_t g = 0; g < t.size("G"); ++g) {
    for (std::int64_t r = 0; r < t.size("R"); ++r) {
      const MatrixXd gate =
          t.matrix("WG", {kAll, g, r, kAll}).transpose() * t.matrix("X", {0, kAll, kAll});
      const MatrixXd want =
          t.matrix("AV", {0, g, r, kAll, kAll}).array() / (1 + (-gate.array()).exp());
      CHECK(difference(t.matrix("Y", {0, g, r, kAll, kAll}), want) < kClose);
    }
  }
}
