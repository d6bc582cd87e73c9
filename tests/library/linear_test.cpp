#include "dense.hpp"
#include "linear_sizes.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;

MatrixXd head(const Twin& t, const char* name, std::int64_t b, std::int64_t h) {
  return t.matrix(name, {b, h, kAll, kAll});
}

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// elu(x) + 1 of every element.
MatrixXd positive(const MatrixXd& x) {
  return x.unaryExpr([](double each) { return each > 0 ? each + 1 : std::exp(each); });
}

/// The scores of keys that a query may see, the others 0.
MatrixXd lower(const MatrixXd& scores) {
  return scores.triangularView<Eigen::Lower>();
}

/// v under weights (queries x keys) whose rows are divided by their sums.
MatrixXd normalised(const MatrixXd& weights, const MatrixXd& v) {
  const VectorXd sums = weights.rowwise().sum();
  return v * weights.transpose() * sums.cwiseInverse().asDiagonal();
}

/// Largest difference of AV[b,h,f,p] from `want(b, h)`, which is F x L; what a cascade has beyond
/// L, in its last short chunk, must be absent.
double fromDense(const Twin& t, const std::function<MatrixXd(std::int64_t, std::int64_t)>& want) {
  double worst = 0;
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t h = 0; h < t.size("H"); ++h) {
      const auto got = head(t, "AV", b, h);
      const auto length = t.size("L");
      worst = std::max(worst, difference(got.leftCols(length), want(b, h)));
      CHECK(got.rightCols(got.cols() - length).array().isNaN().all());
    }
  }
  return worst;
}

} // namespace

TEST_CASE("linear attention equals its weights written out", "[library]") {
  for (const auto& sizes : kSizes) {
    const Twin t("linear", sizes);
    CHECK(fromDense(t, [&](auto b, auto h) {
            const MatrixXd q = positive(head(t, "Q", b, h)), k = positive(head(t, "K", b, h));
            return normalised(q.transpose() * k, head(t, "V", b, h));
          }) < kClose);
  }
}

TEST_CASE("chunked and recurrent linear attention equal masked weights, whatever the chunk",
          "[library]") {
  for (const auto& sizes : kSizes) {
    const Twin recurrent("linear-recurrent", sizes);
    const auto dense = [&](auto b, auto h) {
      const MatrixXd q = positive(head(recurrent, "Q", b, h)),
                     k = positive(head(recurrent, "K", b, h));
      return normalised(lower(q.transpose() * k), head(recurrent, "V", b, h));
    };
    CHECK(fromDense(recurrent, dense) < kClose);
    for (const std::int64_t chunk : {1, 4, 5, 16, 64}) {
      const Twin chunked("linear-chunked", with(sizes, "C", chunk), 2, inputsOf(recurrent));
      CHECK(fromDense(chunked, dense) < kClose);
    }
  }
}

TEST_CASE("lightning attention equals weights that decay with distance, whatever the chunk",
          "[library]") {
  for (const auto& sizes : kSizes) {
    const Twin recurrent("lightning-recurrent", sizes);
    const auto dense = [&](auto b, auto h) {
      const auto heads = static_cast<double>(recurrent.size("H"));
      const double decay = std::exp(-std::pow(2, -8 * (static_cast<double>(h) + 1) / heads));
      MatrixXd weights = lower(head(recurrent, "Q", b, h).transpose() * head(recurrent, "K", b, h));
      for (Index i = 0; i < weights.rows(); ++i) {
        for (Index j = 0; j < i; ++j) {
          weights(i, j) *= std::pow(decay, static_cast<double>(i - j));
        }
      }
      return MatrixXd(head(recurrent, "V", b, h) * weights.transpose());
    };
    CHECK(fromDense(recurrent, dense) < kClose);
    for (const std::int64_t chunk : {1, 4, 5, 16, 64}) {
      const Twin chunked("lightning", with(sizes, "C", chunk), 2, inputsOf(recurrent));
      CHECK(fromDense(chunked, dense) < kClose);
    }
  }
}

TEST_CASE("gated linear attention equals channels that decay by every gate between two tokens, "
          "whatever the chunk and its blocks",
          "[library]") {
  for (const auto& sizes : kSizes) {
    const Twin recurrent("gla-recurrent", sizes);
    const auto dense = [&](auto b, auto h) {
      const MatrixXd q = head(recurrent, "Q", b, h), k = head(recurrent, "K", b, h),
                     gates = head(recurrent, "LG", b, h);
      MatrixXd weights = MatrixXd::Zero(q.cols(), q.cols());
      for (Index i = 0; i < q.cols(); ++i) {
        VectorXd decay = VectorXd::Zero(q.rows()); // its logarithm, from token j to token i
        for (Index j = i; j >= 0; --j) {
          weights(i, j) = (q.col(i).array() * k.col(j).array() * decay.array().exp()).sum();
          decay += gates.col(j);
        }
      }
      return MatrixXd(head(recurrent, "V", b, h) * weights.transpose());
    };
    CHECK(fromDense(recurrent, dense) < kClose);
    for (const auto& [blocks, block] :
         std::vector<std::pair<int, int>>{{1, 1}, {2, 2}, {3, 2}, {4, 4}, {1, 7}, {4, 16}}) {
      const Twin chunked("gla", with(with(sizes, "U", blocks), "S", block), 2, inputsOf(recurrent));
      CHECK(fromDense(chunked, dense) < kClose);
    }
  }
}

TEST_CASE("BASED equals the Taylor series of exp as weights, whatever the chunk", "[library]") {
  for (const auto& sizes : kSizes) {
    for (const std::int64_t chunk : {1, 5, 16}) {
      const Twin t("based", with(sizes, "C", chunk));
      CHECK(fromDense(t, [&](auto b, auto h) {
              const MatrixXd s =
                  head(t, "Q", b, h).transpose() * head(t, "K", b, h) * inverseRoot(t.size("E"));
              return normalised(lower((1 + s.array() + s.array().square() / 2).matrix()),
                                head(t, "V", b, h));
            }) < kClose);
    }
  }
}

TEST_CASE("Hedgehog equals weights of exponentials of both signs, whatever the chunk",
          "[library]") {
  for (const auto& sizes : kSizes) {
    for (const std::int64_t chunk : {1, 5, 16}) {
      const Twin t("hedgehog", with(sizes, "C", chunk));
      CHECK(fromDense(t, [&](auto b, auto h) {
              const auto features = [&](const char* x, const char* w, const char* bias) {
                const VectorXd shift = t.vector(bias, {h, kAll});
                const MatrixXd y =
                    (t.matrix(w, {h, kAll, kAll}).transpose() * head(t, x, b, h)).colwise() + shift;
                return stacked(y.array().exp(), (-y).array().exp());
              };
              return normalised(
                  lower(features("Q", "WQ", "BIQ").transpose() * features("K", "WK", "BIK")),
                  head(t, "V", b, h));
            }) < kClose);
    }
  }
}

TEST_CASE("magnitude-aware weights are scaled and shifted, and sum to one", "[library]") {
  for (const auto& sizes : kSizes) {
    const Twin t("mala", sizes);
    CHECK(fromDense(t, [&](auto b, auto h) {
            MatrixXd w = positive(head(t, "Q", b, h)).transpose() * positive(head(t, "K", b, h));
            for (Index i = 0; i < w.rows(); ++i) {
              const double sum = w.row(i).sum();
              w.row(i) = ((1 + 1 / sum) * w.row(i)).array() - sum / static_cast<double>(w.cols());
              CHECK(w.row(i).sum() == Approx(1));
            }
            return MatrixXd(head(t, "V", b, h) * w.transpose());
          }) < kClose);
  }
}

TEST_CASE("Flowformer lets keys compete and gates queries by conserved flows", "[library]") {
  for (const auto& sizes : kSizes) {
    const Twin t("flowformer", sizes);
    CHECK(fromDense(t, [&](auto b, auto h) {
            const MatrixXd q = head(t, "Q", b, h).unaryExpr(&sigmoid),
                           k = head(t, "K", b, h).unaryExpr(&sigmoid);
            const MatrixXd flow = q.transpose() * k; // from every key to every query
            const VectorXd in = flow.rowwise().sum(), out = flow.colwise().sum();
            const MatrixXd fromKeys = flow * out.cwiseInverse().asDiagonal();
            const MatrixXd toQueries = in.cwiseInverse().asDiagonal() * flow;
            const MatrixXd share = softmaxRows(toQueries.colwise().sum());
            const VectorXd gate = fromKeys.rowwise().sum().unaryExpr(&sigmoid);
            return MatrixXd(head(t, "V", b, h) * share.row(0).asDiagonal() * toQueries.transpose() *
                            gate.asDiagonal());
          }) < kClose);
  }
}

TEST_CASE("agent attention is two softmax attentions through pooled queries", "[library]") {
  const std::int64_t width = GENERATE(5, 4);
  const Twin t("agent",
               {{"B", 2}, {"H", 2}, {"L", 4 * width - 1}, {"W", width}, {"E", 5}, {"F", 3}});
  const Index rows = t.size("Y"), tokens = rows * width, across = (width + 1) / 2,
              agents = (rows + 1) / 2 * across;
  const auto flat = [&](const char* name, std::int64_t h, Index channels) {
    MatrixXd out(channels, tokens);
    for (Index p = 0; p < tokens; ++p) {
      out.col(p) = t.vector(name, {1, h, kAll, p / width, p % width});
    }
    return out;
  };
  for (std::int64_t h = 0; h < t.size("H"); ++h) {
    const MatrixXd q = flat("Q", h, 5), k = flat("K", h, 5), v = flat("V", h, 3);
    MatrixXd pool = MatrixXd::Zero(tokens, agents), toAgents(agents, tokens),
             toQueries(tokens, agents);
    for (Index p = 0; p < tokens; ++p) {
      const Index y = p / width, x = p % width;
      pool(p, y / 2 * across + x / 2) = 1;
      for (Index a = 0; a < agents; ++a) {
        toAgents(a, p) = t.at("BA", {h, a / across, a % across, y, x});
        toQueries(p, a) = t.at("BQ", {h, y, x, a / across, a % across});
      }
    }
    const MatrixXd agent = q * pool * pool.colwise().sum().cwiseInverse().asDiagonal();
    const double scale = inverseRoot(5);
    const MatrixXd values = v * softmaxRows(scale * agent.transpose() * k + toAgents).transpose();
    MatrixXd want = values * softmaxRows(scale * q.transpose() * agent + toQueries).transpose();
    for (Index p = 0; p < tokens; ++p) {
      for (Index n = 0; n < tokens; ++n) {
        const Index i = n / width - p / width + 1, j = n % width - p % width + 1;
        if (i >= 0 && i < 3 && j >= 0 && j < 3) {
          want.col(p) += v.col(n).cwiseProduct(t.vector("CW", {h, kAll, i, j}));
        }
      }
    }
    CHECK(difference(flat("AO", h, 3), want) < kClose);
  }
}
