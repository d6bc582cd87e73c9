#include "dense.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

VectorXd sigmoid(const VectorXd& x) {
  return (1 + (-x.array()).exp()).inverse().matrix();
}

/// What one head of a DeltaNet is given, with unit queries and keys, strengths and gates (all 1
/// without any).
struct Head {
  MatrixXd q, k, v;
  VectorXd strength, gate;
};

Head headOf(const Twin& t, std::int64_t b, std::int64_t h) {
  Head out{t.matrix("Q", {b, h, kAll, kAll}).colwise().normalized(),
           t.matrix("K", {b, h, kAll, kAll}).colwise().normalized(),
           t.matrix("V", {b, h, kAll, kAll}),
           sigmoid(t.vector("X", {b, h, kAll})),
           {}};
  out.gate = VectorXd::Ones(out.strength.size());
  if (t.values().count("XA") == 1) {
    out.gate = sigmoid(-t.vector("XA", {b, h, kAll}));
  }
  return out;
}

/// S_t = g_t S_{t-1} (I - b k k') + b v k', o = S q, token after token.
MatrixXd recurrence(const Head& in) {
  MatrixXd state = MatrixXd::Zero(in.v.rows(), in.k.rows());
  MatrixXd out(in.v.rows(), in.v.cols());
  const MatrixXd identity = MatrixXd::Identity(in.k.rows(), in.k.rows());
  for (Index t = 0; t < in.v.cols(); ++t) {
    const VectorXd k = in.k.col(t);
    state = in.gate(t) * state * (identity - in.strength(t) * k * k.transpose()) +
            in.strength(t) * in.v.col(t) * k.transpose();
    out.col(t) = state * in.q.col(t);
  }
  return out;
}

/// The same from one triangular system over the whole sequence.
MatrixXd wholeSystem(const Head& in) {
  const Index length = in.v.cols();
  MatrixXd decay = MatrixXd::Zero(length, length);
  for (Index i = 0; i < length; ++i) {
    double product = 1;
    for (Index j = i; j >= 0; --j) {
      decay(i, j) = product;
      product *= in.gate(j);
    }
  }
  const MatrixXd keys = (in.k.transpose() * in.k).cwiseProduct(decay);
  const MatrixXd below = (in.strength.asDiagonal() * keys).triangularView<Eigen::StrictlyLower>();
  const MatrixXd system = MatrixXd::Identity(length, length) + below;
  const MatrixXd right = in.strength.asDiagonal() * in.v.transpose();
  const MatrixXd updates = system.triangularView<Eigen::UnitLower>().solve(right);
  const MatrixXd weights =
      (in.q.transpose() * in.k).cwiseProduct(decay).triangularView<Eigen::Lower>();
  return (weights * updates).transpose();
}

/// Largest difference of AV[b,h,f,p] from both; beyond L everything must be absent.
double fromBoth(const Twin& t) {
  double worst = 0;
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t h = 0; h < t.size("H"); ++h) {
      const auto in = headOf(t, b, h);
      const auto got = t.matrix("AV", {b, h, kAll, kAll});
      const auto length = t.size("L");
      worst = std::max(worst, difference(got.leftCols(length), recurrence(in)));
      worst = std::max(worst, difference(got.leftCols(length), wholeSystem(in)));
      CHECK(got.rightCols(got.cols() - length).array().isNaN().all());
    }
  }
  return worst;
}

const std::vector<core::Settings> kSizes{{{"B", 2}, {"H", 2}, {"L", 13}, {"E", 5}, {"F", 3}},
                                         {{"B", 1}, {"H", 1}, {"L", 16}, {"E", 4}, {"F", 4}},
                                         {{"B", 1}, {"H", 3}, {"L", 1}, {"E", 2}, {"F", 3}}};

} // namespace

TEST_CASE(
    "DeltaNet with and without gates equals its recurrence and one triangular system, whatever "
    "the chunk",
    "[library]") {
  const std::string name = GENERATE(as<std::string>{}, "deltanet", "gated-deltanet");
  for (const auto& sizes : kSizes) {
    const Twin recurrent(name + "-recurrent", sizes);
    CHECK(fromBoth(recurrent) < kClose);
    for (const std::int64_t chunk : {1, 4, 5, 16}) {
      auto chunked = sizes;
      chunked.emplace("C", chunk);
      CHECK(fromBoth(Twin(name, chunked, 2, inputsOf(recurrent))) < kClose);
    }
  }
}
