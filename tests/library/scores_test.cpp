#include "dense.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// What head h of batch b has of a tensor whose last two ranks are rows and columns.
MatrixXd head(const Twin& t, const char* name, std::int64_t b, std::int64_t h) {
  return t.matrix(name, {b, h, kAll, kAll});
}

/// Local linear attention of one query by solving its regression exactly.
VectorXd localLinear(const VectorXd& q, const MatrixXd& k, const MatrixXd& v, double scale) {
  const VectorXd w = (scale * (k.transpose() * q).array()).exp().matrix();
  const double largest = w.maxCoeff(); // the ridge of 1 is relative to the largest weight
  const MatrixXd z = k.colwise() - q;
  const MatrixXd a =
      z * (w / largest).asDiagonal() * z.transpose() + MatrixXd::Identity(q.size(), q.size());
  const VectorXd rho = a.ldlt().solve(z * w / largest);
  const VectorXd weight = w.cwiseProduct(VectorXd::Ones(w.size()) - z.transpose() * rho);
  return v * weight / weight.sum();
}

} // namespace

TEST_CASE("softmax attention has rows of weights that sum to one, also over another sequence",
          "[library]") {
  const core::Settings sizes{{"B", 2}, {"H", 2}, {"L", 11}, {"E", 5}, {"F", 3}};
  const Twin own("softmax", sizes);
  auto other = sizes;
  other.insert({{"M", 7}, {"M0", 3}});
  const Twin cross("cross", other);
  const Twin step("cross-decode", other);
  CHECK(step.size("P") == 1);
  for (const Twin* t : {&own, &cross, &step}) {
    for (std::int64_t h = 0; h < 2; ++h) {
      const auto want =
          attend(t->matrix("Q", {1, h, 0, kAll, kAll}), t->matrix("K", {1, h, kAll, kAll}),
                 t->matrix("V", {1, h, kAll, kAll}), inverseRoot(t->size("E")));
      CHECK(difference(t->matrix("AV", {1, h, 0, kAll, kAll}), want) < kClose);
    }
  }
}

TEST_CASE("sigmoid attention weighs every key by itself", "[library]") {
  const bool decode = GENERATE(false, true);
  const Twin t(decode ? "sigmoid-decode" : "sigmoid",
               {{"B", 2}, {"H", 7}, {"R", 7}, {"L", 13}, {"E", 5}, {"F", 3}, {"M0", 4}});
  for (std::int64_t r = 0; r < t.size("R"); ++r) {
    const MatrixXd k = t.matrix("K", {1, 0, kAll, kAll});
    const MatrixXd scores =
        t.matrix("Q", {1, 0, r, kAll, kAll}).transpose() * k * inverseRoot(t.size("E"));
    const MatrixXd weights = scores.unaryExpr(
        [&](double s) { return sigmoid(s - std::log(static_cast<double>(k.cols()))); });
    CHECK(difference(t.matrix("AV", {1, 0, r, kAll, kAll}),
                     t.matrix("V", {1, 0, kAll, kAll}) * weights.transpose()) < kClose);
  }
}

TEST_CASE("selective attention scales queries by token and position, and values by token",
          "[library]") {
  const Twin t("selective",
               {{"B", 2}, {"DM", 6}, {"H", 3}, {"L", 13}, {"E", 5}, {"F", 4}, {"M0", 4}});
  const MatrixXd x = t.matrix("X", {1, kAll, kAll});
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    MatrixXd q = head(t, "Q", 1, h), v = head(t, "V", 1, h);
    for (Index i = 0; i < x.cols(); ++i) {
      const double position =
          sigmoid(t.vector("PA", {kAll})(h)) * std::log(static_cast<double>(i + 1));
      q.col(i) *= std::tanh(x.col(i).dot(t.vector("WQ", {kAll, h}))) + 1 + position;
      v.col(i) *= std::tanh(x.col(i).dot(t.vector("WV", {kAll, h}))) + 1;
    }
    const auto want = attend(q, head(t, "K", 1, h), v, inverseRoot(t.size("E")), seesEarlier);
    CHECK(difference(head(t, "AV", 1, h), want) < kClose);
  }
}

TEST_CASE("a step of selective attention has the temperature of its position", "[library]") {
  const Twin t("selective-decode",
               {{"B", 2}, {"DM", 6}, {"H", 3}, {"L", 13}, {"E", 5}, {"F", 4}, {"M0", 4}});
  const VectorXd x = t.vector("X", {1, kAll, 0});
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const double temperature = std::tanh(x.dot(t.vector("WQ", {kAll, h}))) + 1 +
                               sigmoid(t.vector("PA", {kAll})(h)) * std::log(13);
    const auto want = attend(temperature * head(t, "Q", 1, h), head(t, "K", 1, h),
                             head(t, "V", 1, h), inverseRoot(t.size("E")));
    CHECK(difference(head(t, "AV", 1, h), want) < kClose);
  }
}

TEST_CASE("third-order attention is attention to all pairs of tokens", "[library]") {
  const bool decode = GENERATE(false, true);
  const Twin t(decode ? "kronecker-decode" : "kronecker",
               {{"B", 2}, {"H", 2}, {"L", 7}, {"E", 5}, {"F", 3}});
  const auto pairs = [](const MatrixXd& a, const MatrixXd& b) { // columnwise Kronecker product
    MatrixXd out(a.rows(), a.cols() * b.cols());
    for (Index i = 0; i < out.cols(); ++i) {
      out.col(i) = a.col(i / b.cols()).cwiseProduct(b.col(i % b.cols()));
    }
    return out;
  };
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const auto want = attend(head(t, "Q", 1, h), pairs(head(t, "K1", 1, h), head(t, "K2", 1, h)),
                             pairs(head(t, "V1", 1, h), head(t, "V2", 1, h)),
                             1 / static_cast<double>(t.size("E")));
    CHECK(difference(head(t, "AV", 1, h), want) < kClose);
  }
}

TEST_CASE("Gaussian adaptive attention weighs by a product of Gaussians around the mean",
          "[library]") {
  const Twin t("gaussian-adaptive", {{"B", 2}, {"H", 3}, {"J", 3}, {"L", 13}, {"D", 5}});
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const MatrixXd x = head(t, "X", 1, h);
    MatrixXd want = x;
    for (Index d = 0; d < x.rows(); ++d) {
      const VectorXd row = x.row(d);
      const double mean = row.mean();
      const double deviation = std::sqrt(
          (row.array() - mean).square().sum() / static_cast<double>(row.size() - 1) + 1e-8);
      VectorXd density = VectorXd::Ones(row.size());
      for (Index j = 0; j < t.size("J"); ++j) {
        const double c = t.matrix("SC", {kAll, kAll})(h, j);
        const double center = mean + t.matrix("MO", {kAll, kAll})(h, j);
        const VectorXd y = ((row.array() - center) / deviation).matrix();
        density = density.cwiseProduct(
            ((-y.array().square() / (2 * c * c)).exp() / std::sqrt(2 * M_PI * c * c)).matrix());
      }
      want.row(d) = row.cwiseProduct(density / std::max(density.sum(), 1e-8));
    }
    CHECK(difference(head(t, "Y", 1, h), want) < kClose);
  }
}

TEST_CASE("local linear attention solves every query's regression, when it takes as many steps as "
          "there are dimensions",
          "[library]") {
  const bool decode = GENERATE(false, true);
  const Twin t(decode ? "local-linear-decode" : "local-linear",
               {{"B", 2}, {"H", 2}, {"N", 8}, {"L", 11}, {"E", 4}, {"F", 3}});
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const MatrixXd q = head(t, "Q", 1, h), k = head(t, "K", 1, h), v = head(t, "V", 1, h);
    const MatrixXd got = head(t, "AV", 1, h);
    for (Index p = 0; p < q.cols(); ++p) {
      const Index seen = decode ? k.cols() : p + 1;
      const VectorXd want =
          localLinear(q.col(p), k.leftCols(seen), v.leftCols(seen), inverseRoot(t.size("E")));
      CHECK(difference(got.col(p), want) < kClose);
    }
  }
}

TEST_CASE("attention as an RNN equals attention of one query to every prefix, and the recurrence",
          "[library]") {
  const std::int64_t tile = GENERATE(1, 4, 16);
  const Twin t("aaren", {{"B", 2}, {"H", 3}, {"L", 13}, {"E", 5}, {"F", 3}, {"M0", tile}});
  const double scale = inverseRoot(t.size("E"));
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const VectorXd q = t.vector("Q", {h, kAll});
    const MatrixXd k = head(t, "K", 1, h), v = head(t, "V", 1, h);
    const MatrixXd got = head(t, "AV", 1, h);
    const auto want = attend(q.replicate(1, k.cols()), k, v, scale, seesEarlier);
    CHECK(difference(got.leftCols(k.cols()), want) < kClose);
    double largest = -1e300, sum = 0; // the recurrence over tokens
    VectorXd value = VectorXd::Zero(v.rows());
    for (Index i = 0; i < k.cols(); ++i) {
      const double score = scale * q.dot(k.col(i)), next = std::max(largest, score);
      sum = sum * std::exp(largest - next) + std::exp(score - next);
      value = value * std::exp(largest - next) + v.col(i) * std::exp(score - next);
      largest = next;
      CHECK(difference(got.col(i), value / sum) < kClose);
    }
    for (Index i = k.cols(); i < got.cols(); ++i) {
      CHECK_FALSE(t.present("AV", {1, h, 0, i}));
    }
  }
}

TEST_CASE("a step of attention as an RNN takes one token into the state", "[library]") {
  const Twin t("aaren-decode", {{"B", 2}, {"H", 3}, {"E", 5}, {"F", 3}}, 1,
               [](einsum::Environment& inputs, const einsum::Cascade&) {
                 for (double& sum : inputs.at("XD").data) {
                   sum = 1 + std::abs(sum);
                 }
               });
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const double before = t.at("XM", {1, h});
    const double score =
        t.vector("Q", {h, kAll}).dot(t.vector("K", {1, h, kAll})) * inverseRoot(t.size("E"));
    const double sum = t.at("XD", {1, h}) * std::exp(before) + std::exp(score);
    const VectorXd want = (t.vector("XNV", {1, h, kAll}) * std::exp(before) +
                           t.vector("V", {1, h, kAll}) * std::exp(score)) /
                          sum;
    CHECK(difference(t.vector("AV", {1, h, kAll}), want) < kClose);
    CHECK(t.at("RM", {1, h}) == Approx(std::max(before, score)));
    CHECK(t.at("RD", {1, h}) * std::exp(t.at("RM", {1, h})) == Approx(sum));
  }
}
