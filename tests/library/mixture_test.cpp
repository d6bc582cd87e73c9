#include "dense.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

/// The softmax of each column.
MatrixXd softmaxColumns(const MatrixXd& scores) {
  return softmaxRows(scores.transpose()).transpose();
}

/// The output of one batch of moh: every head for every token, times a gate that is 0 for heads
/// that the token did not choose, or that served `capacity` tokens before it.
MatrixXd mixture(const Twin& t, std::int64_t b, Index capacity) {
  const auto x = t.matrix("X", {b, kAll, kAll});
  const auto of = [&](const char* name, std::int64_t h) {
    return t.matrix(name, {b, h, kAll, kAll});
  };
  const MatrixXd part = softmaxColumns(t.matrix("WA", {kAll, kAll}).transpose() * x);
  const MatrixXd always = softmaxColumns(t.matrix("WS", {kAll, kAll}).transpose() * x);
  MatrixXd gate = softmaxColumns(t.matrix("WR", {kAll, kAll}).transpose() * x);
  for (Index p = 0; p < x.cols(); ++p) {
    std::vector<Index> heads(static_cast<std::size_t>(gate.rows()));
    std::iota(heads.begin(), heads.end(), 0);
    std::sort(heads.begin(), heads.end(),
              [&](Index a, Index c) { return gate(a, p) > gate(c, p); });
    for (auto h = static_cast<std::size_t>(t.size("K")); h < heads.size(); ++h) {
      gate(heads[h], p) = 0;
    }
  }
  for (Index h = 0; h < gate.rows(); ++h) {
    Index served = 0;
    for (Index p = 0; p < x.cols(); ++p) {
      served += gate(h, p) > 0 ? 1 : 0;
      gate(h, p) = served > capacity ? 0 : gate(h, p);
    }
  }
  const double scale = inverseRoot(t.size("E"));
  MatrixXd out = MatrixXd::Zero(t.size("DM"), x.cols());
  for (std::int64_t s = 0; s < t.size("HS"); ++s) {
    const VectorXd weight = always.row(s).cwiseProduct(part.row(0));
    out += t.matrix("WOS", {s, kAll, kAll}).transpose() *
           attend(of("QS", s), of("KS", s), of("VS", s), scale) * weight.asDiagonal();
  }
  for (std::int64_t h = 0; h < t.size("HR"); ++h) {
    const VectorXd weight = gate.row(h).cwiseProduct(part.row(1));
    out += t.matrix("WOR", {h, kAll, kAll}).transpose() *
           attend(of("QR", h), of("KR", h), of("VR", h), scale) * weight.asDiagonal();
  }
  return out;
}

} // namespace

TEST_CASE("a mixture of heads equals all heads with gates of 0 where they were not chosen",
          "[library]") {
  const std::int64_t chosen = GENERATE(1, 2, 5);
  const std::int64_t factor = GENERATE(1000, 60);
  const Twin t("moh", {{"B", 2},
                       {"DM", 6},
                       {"HS", 2},
                       {"HR", 5},
                       {"K", chosen},
                       {"L", 11},
                       {"E", 3},
                       {"F", 4},
                       {"CF", factor}});
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    CHECK(difference(t.matrix("Y", {b, kAll, kAll}), mixture(t, b, t.size("CAP"))) < kClose);
  }
}

TEST_CASE("a step of a mixture of heads reads only the heads that its token chose", "[library]") {
  const std::int64_t chosen = GENERATE(1, 3, 5);
  const Twin t(
      "moh-decode",
      {{"B", 2}, {"DM", 6}, {"HS", 2}, {"HR", 5}, {"K", chosen}, {"L", 11}, {"E", 3}, {"F", 4}});
  const VectorXd x = t.vector("X", {1, kAll});
  const auto softmax = [](const VectorXd& scores) {
    return VectorXd(scores.array().exp() / scores.array().exp().sum());
  };
  const VectorXd part = softmax(t.matrix("WA", {kAll, kAll}).transpose() * x);
  const VectorXd always = softmax(t.matrix("WS", {kAll, kAll}).transpose() * x);
  const VectorXd gate = softmax(t.matrix("WR", {kAll, kAll}).transpose() * x);
  const auto output = [&](const std::string& kind, std::int64_t h) {
    const MatrixXd attended =
        attend(t.vector("Q" + kind, {1, h, kAll}), t.matrix("K" + kind, {1, h, kAll, kAll}),
               t.matrix("V" + kind, {1, h, kAll, kAll}), inverseRoot(t.size("E")));
    return VectorXd(t.matrix("WO" + kind, {h, kAll, kAll}).transpose() * attended);
  };
  VectorXd want = VectorXd::Zero(x.size());
  for (Index s = 0; s < always.size(); ++s) {
    want += part(0) * always(s) * output("S", s);
  }
  for (Index h = 0; h < gate.size(); ++h) {
    const bool best = (gate.array() > gate(h)).count() < chosen;
    want += best ? VectorXd(part(1) * gate(h) * output("R", h)) : VectorXd::Zero(x.size());
  }
  CHECK(difference(t.vector("Y", {1, kAll}), want) < kClose);
}
