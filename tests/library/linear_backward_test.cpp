#include "dense.hpp"
#include "linear_sizes.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

/// One head of a recurrence S_t = D + k e', D = diag(decay_t) S_{t-1}, o_t = S_t' q_t, where e is
/// v, or, with strengths b, b (v - D' k).
struct Head {
  MatrixXd q, k, v, decay; ///< E x L, E x L, F x L, E x L
  VectorXd strength;       ///< L, or nothing
  MatrixXd outer;          ///< the gradient of the outputs, F x L
};

/// As Head; decay: of the logarithm of each decay.
struct Gradients {
  MatrixXd q, k, v, decay;
  VectorXd strength;
};

/// What a token finds, changed by its decay, and what it writes.
struct Step {
  MatrixXd before, decayed, after;
  VectorXd error, written;
};

std::vector<Step> stepsOf(const Head& in) {
  std::vector<Step> out;
  MatrixXd state = MatrixXd::Zero(in.k.rows(), in.v.rows());
  for (Index t = 0; t < in.k.cols(); ++t) {
    Step step;
    step.before = state;
    step.decayed = in.decay.col(t).asDiagonal() * state;
    step.error = in.v.col(t);
    step.written = step.error;
    if (in.strength.size() > 0) {
      step.error -= step.decayed.transpose() * in.k.col(t);
      step.written = in.strength(t) * step.error;
    }
    state = step.decayed + in.k.col(t) * step.written.transpose();
    step.after = state;
    out.push_back(step);
  }
  return out;
}

double lossOf(const Head& in) {
  double out = 0;
  Index t = 0;
  for (const auto& step : stepsOf(in)) {
    out += (step.after.transpose() * in.q.col(t)).dot(in.outer.col(t));
    ++t;
  }
  return out;
}

/// The adjoint of the recurrence, token after token from the last.
Gradients adjoint(const Head& in) {
  const auto steps = stepsOf(in);
  Gradients out{MatrixXd(in.q), MatrixXd(in.k), MatrixXd(in.v), MatrixXd(in.decay),
                VectorXd::Zero(in.strength.size())};
  MatrixXd state = MatrixXd::Zero(in.k.rows(), in.v.rows()); // its gradient
  for (Index t = in.k.cols() - 1; t >= 0; --t) {
    const auto& step = steps.at(static_cast<std::size_t>(t));
    out.q.col(t) = step.after * in.outer.col(t);
    state += in.q.col(t) * in.outer.col(t).transpose();
    VectorXd written = state.transpose() * in.k.col(t);
    out.k.col(t) = state * step.written;
    if (in.strength.size() > 0) {
      out.strength(t) = step.error.dot(written);
      written *= in.strength(t);
      out.k.col(t) -= step.decayed * written;
      state -= in.k.col(t) * written.transpose();
    }
    out.v.col(t) = written;
    out.decay.col(t) =
        in.decay.col(t).cwiseProduct(state.cwiseProduct(step.before).rowwise().sum());
    state = in.decay.col(t).asDiagonal() * state;
  }
  return out;
}

/// Slopes of the loss along every element of one of the inputs.
MatrixXd slopes(const Head& in, const std::function<double&(Head&, Index)>& element, Index rows,
                Index columns) {
  constexpr double kStep = 1e-5;
  MatrixXd out(rows, columns);
  for (Index i = 0; i < out.size(); ++i) {
    Head up = in, down = in;
    element(up, i) += kStep;
    element(down, i) -= kStep;
    out(i) = (lossOf(up) - lossOf(down)) / (2 * kStep);
  }
  return out;
}

MatrixXd head(const Twin& t, const char* name, std::int64_t b, std::int64_t h) {
  return t.matrix(name, {b, h, kAll, kAll});
}

/// The largest difference over L tokens; what lies beyond them must be absent.
double apart(const MatrixXd& got, const MatrixXd& want) {
  CHECK(got.rightCols(got.cols() - want.cols()).array().isNaN().all());
  return difference(got.leftCols(want.cols()), want);
}

Head plainHead(const Twin& t, std::int64_t b, std::int64_t h) {
  Head out{head(t, "Q", b, h), head(t, "K", b, h), head(t, "V", b, h), {}, {}, head(t, "DO", b, h)};
  out.decay = MatrixXd::Ones(out.k.rows(), out.k.cols());
  return out;
}

void forEachHead(const Twin& t, const std::function<void(std::int64_t, std::int64_t)>& check) {
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t h = 0; h < t.size("H"); ++h) {
      check(b, h);
    }
  }
}

} // namespace

TEST_CASE("the adjoint recurrence is the slope of the loss", "[library]") {
  std::mt19937_64 random(3); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same numbers every time
  std::normal_distribution<double> normal;
  const auto drawn = [&](Index rows, Index columns) {
    return MatrixXd(MatrixXd::NullaryExpr(rows, columns, [&] { return normal(random); }));
  };
  Head in{drawn(4, 6), drawn(4, 6), drawn(3, 6), drawn(4, 6).array().abs(), {}, drawn(3, 6)};
  for (const bool strengths : {false, true}) {
    if (strengths) {
      in.strength = drawn(6, 1);
    }
    const auto got = adjoint(in);
    constexpr double kNear = 1e-6;
    CHECK(difference(got.q, slopes(
                                in, [](Head& x, Index i) -> double& { return x.q(i); }, 4, 6)) <
          kNear);
    CHECK(difference(got.k, slopes(
                                in, [](Head& x, Index i) -> double& { return x.k(i); }, 4, 6)) <
          kNear);
    CHECK(difference(got.v, slopes(
                                in, [](Head& x, Index i) -> double& { return x.v(i); }, 3, 6)) <
          kNear);
    const MatrixXd decays = slopes(
        in, [](Head& x, Index i) -> double& { return x.decay(i); }, 4, 6);
    CHECK(difference(got.decay, decays.cwiseProduct(in.decay)) < kNear);
    if (strengths) {
      CHECK(difference(got.strength,
                       slopes(
                           in, [](Head& x, Index i) -> double& { return x.strength(i); }, 6, 1)) <
            kNear);
    }
  }
}

TEST_CASE("gradients of lightning attention equal those of weights that decay with distance, "
          "whatever the chunk",
          "[library]") {
  for (const auto& sizes : kSizes) {
    for (const std::int64_t chunk : {1, 4, 5, 16, 64}) {
      const Twin t("lightning-backward", with(sizes, "C", chunk));
      forEachHead(t, [&](std::int64_t b, std::int64_t h) {
        auto in = plainHead(t, b, h);
        const auto heads = static_cast<double>(t.size("H"));
        const double decay = std::exp(-std::pow(2, -8 * (static_cast<double>(h) + 1) / heads));
        MatrixXd decays = MatrixXd::Zero(in.k.cols(), in.k.cols()); // queries x keys
        for (Index i = 0; i < decays.rows(); ++i) {
          for (Index j = 0; j <= i; ++j) {
            decays(i, j) = std::pow(decay, static_cast<double>(i - j));
          }
        }
        const MatrixXd weights = (in.q.transpose() * in.k).cwiseProduct(decays);
        const MatrixXd outer = (in.outer.transpose() * in.v).cwiseProduct(decays);
        CHECK(apart(head(t, "DQ", b, h), in.k * outer.transpose()) < kClose);
        CHECK(apart(head(t, "DK", b, h), in.q * outer) < kClose);
        CHECK(apart(head(t, "DV", b, h), in.outer * weights) < kClose);
        in.decay *= decay;
        CHECK(apart(head(t, "DQ", b, h), adjoint(in).q) < kClose);
      });
    }
  }
}

TEST_CASE("gradients of gated linear attention equal the adjoint recurrence, whatever the chunk "
          "and its blocks",
          "[library]") {
  for (const auto& sizes : kSizes) {
    for (const auto& [blocks, block] :
         std::vector<std::pair<int, int>>{{1, 1}, {2, 2}, {3, 2}, {4, 4}, {1, 7}, {4, 16}}) {
      const auto settings = with(with(sizes, "U", blocks), "S", block);
      const Twin forward("gla", settings);
      const Twin t("gla-backward", settings, 2, inputsOf(forward));
      forEachHead(t, [&](std::int64_t b, std::int64_t h) {
        auto in = plainHead(t, b, h);
        in.decay = head(t, "LG", b, h).array().exp();
        const auto want = adjoint(in);
        CHECK(apart(head(t, "DQ", b, h), want.q) < kClose);
        CHECK(apart(head(t, "DK", b, h), want.k) < kClose);
        CHECK(apart(head(t, "DV", b, h), want.v) < kClose);
        CHECK(apart(head(t, "DG", b, h), want.decay) < kClose);
      });
    }
  }
}

TEST_CASE("gradients of gated DeltaNet equal the adjoint recurrence, whatever the chunk",
          "[library]") {
  for (const auto& sizes : kSizes) {
    for (const std::int64_t chunk : {1, 4, 5, 16}) {
      const auto settings = with(sizes, "C", chunk);
      const Twin forward("gated-deltanet", settings);
      const Twin t("gated-deltanet-backward", settings, 2, inputsOf(forward));
      forEachHead(t, [&](std::int64_t b, std::int64_t h) {
        const MatrixXd q = head(forward, "Q", b, h), k = head(forward, "K", b, h);
        Head in{q.colwise().normalized(),     k.colwise().normalized(), head(t, "V", b, h), {},
                t.vector("BT", {b, h, kAll}), head(t, "DO", b, h)};
        const VectorXd gates = t.vector("LA", {b, h, kAll}).array().exp();
        in.decay = VectorXd::Ones(k.rows()) * gates.transpose();
        const auto want = adjoint(in);
        const auto throughNorm = [](const MatrixXd& raw, const MatrixXd& unit, MatrixXd gradient) {
          const VectorXd along = unit.cwiseProduct(gradient).colwise().sum();
          gradient -= unit * along.asDiagonal();
          return MatrixXd(gradient * raw.colwise().norm().cwiseInverse().asDiagonal());
        };
        CHECK(apart(head(t, "DQ", b, h), throughNorm(q, in.q, want.q)) < kClose);
        CHECK(apart(head(t, "DK", b, h), throughNorm(k, in.k, want.k)) < kClose);
        CHECK(apart(head(t, "DV", b, h), want.v) < kClose);
        CHECK(apart(t.vector("DB", {b, h, kAll}).transpose(), want.strength.transpose()) < kClose);
        CHECK(apart(t.vector("DG", {b, h, kAll}).transpose(), want.decay.colwise().sum()) < kClose);
      });
    }
  }
}
