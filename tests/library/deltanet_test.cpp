#include "dense.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

MatrixXd sigmoid(const MatrixXd& x) {
  return (1 + (-x.array()).exp()).inverse().matrix();
}

/// What one head of a DeltaNet is given, with unit queries and keys, strengths and gates per
/// channel and token (all 1 without any).
struct Head {
  MatrixXd q, k, v;
  VectorXd strength;
  MatrixXd gate;
};

Head headOf(const Twin& t, std::int64_t b, std::int64_t h) {
  Head out{t.matrix("Q", {b, h, kAll, kAll}).colwise().normalized(),
           t.matrix("K", {b, h, kAll, kAll}).colwise().normalized(),
           t.matrix("V", {b, h, kAll, kAll}),
           sigmoid(t.vector("X", {b, h, kAll})),
           {}};
  out.gate = MatrixXd::Ones(out.k.rows(), out.k.cols());
  if (t.values().count("XA") == 1) {
    const bool channels = t.values().at("XA").shape.size() == 4;
    out.gate = channels
                   ? sigmoid(-t.matrix("XA", {b, h, kAll, kAll}))
                   : sigmoid(-t.vector("XA", {b, h, kAll})).transpose().replicate(out.k.rows(), 1);
  }
  return out;
}

/// S_t = S_{t-1} diag(g_t) (I - b k k') + b v k', o = S q, token after token.
MatrixXd recurrence(const Head& in) {
  MatrixXd state = MatrixXd::Zero(in.v.rows(), in.k.rows());
  MatrixXd out(in.v.rows(), in.v.cols());
  const MatrixXd identity = MatrixXd::Identity(in.k.rows(), in.k.rows());
  for (Index t = 0; t < in.v.cols(); ++t) {
    const VectorXd k = in.k.col(t);
    state = state * in.gate.col(t).asDiagonal() * (identity - in.strength(t) * k * k.transpose()) +
            in.strength(t) * in.v.col(t) * k.transpose();
    out.col(t) = state * in.q.col(t);
  }
  return out;
}

/// The same from one triangular system over the whole sequence.
MatrixXd wholeSystem(const Head& in) {
  const Index length = in.v.cols();
  // Products with each key of what is left of it later, channel by channel.
  const auto decayed = [&](const MatrixXd& rows) {
    MatrixXd out = MatrixXd::Zero(length, length);
    for (Index i = 0; i < length; ++i) {
      VectorXd left = VectorXd::Ones(in.k.rows());
      for (Index j = i; j >= 0; --j) {
        out(i, j) = rows.col(i).cwiseProduct(left).dot(in.k.col(j));
        left = left.cwiseProduct(in.gate.col(j));
      }
    }
    return out;
  };
  const MatrixXd below =
      (in.strength.asDiagonal() * decayed(in.k)).triangularView<Eigen::StrictlyLower>();
  const MatrixXd system = MatrixXd::Identity(length, length) + below;
  const MatrixXd right = in.strength.asDiagonal() * in.v.transpose();
  const MatrixXd updates = system.triangularView<Eigen::UnitLower>().solve(right);
  const MatrixXd weights = decayed(in.q);
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
  const std::string name = GENERATE(as<std::string>{}, "deltanet", "gated-deltanet", "kda");
  for (const auto& sizes : kSizes) {
    const Twin recurrent(name + "-recurrent", sizes);
    CHECK(fromBoth(recurrent) < kClose);
    for (const std::int64_t chunk : {1, 4, 5, 16}) {
      auto chunked = sizes;
      if (name == "kda") { // blocks of one token and of two
        chunked.insert({{"U", chunk}, {"S", chunk % 2 == 0 ? 2 : 1}});
      } else {
        chunked.emplace("C", chunk);
      }
      CHECK(fromBoth(Twin(name, chunked, 2, inputsOf(recurrent))) < kClose);
    }
  }
}
