#include "dense.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::library;

namespace {

constexpr double kClose = 1e-9;
const core::Settings kSizes{{"B", 2}, {"H", 6}, {"R", 3}, {"L", 7}};

/// One query head and the key head it shares.
struct Head {
  MatrixXd q, k, v, outer;
};

Head headOf(const Twin& t, std::int64_t b, std::int64_t g, std::int64_t r) {
  return {t.matrix("Q", {b, g, r, kAll, kAll}), t.matrix("K", {b, g, kAll, kAll}),
          t.matrix("V", {b, g, kAll, kAll}), t.matrix("DO", {b, g, r, kAll, kAll})};
}

void forEachHead(const Twin& t,
                 const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& visit) {
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t g = 0; g < t.size("G"); ++g) {
      for (std::int64_t r = 0; r < t.size("R"); ++r) {
        visit(b, g, r);
      }
    }
  }
}

/// Writes the elements of a tensor [b, g, r, rows, p], rows in front of columns, or [b, g, r, p].
void put(einsum::Values& values, std::size_t at, const MatrixXd& matrix) {
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j) {
      values.data[at * static_cast<std::size_t>(matrix.size()) +
                  static_cast<std::size_t>(i * matrix.cols() + j)] = matrix(i, j);
    }
  }
}

/// What the forward pass leaves for the backward one: outputs and logarithms of the sums.
Twin::Change afterForward(const Twin& drawn, const Sees& sees) {
  return [&drawn, sees](einsum::Environment& inputs, const einsum::Cascade& cascade) {
    inputsOf(drawn)(inputs, cascade);
    std::size_t at = 0;
    forEachHead(drawn, [&](std::int64_t b, std::int64_t g, std::int64_t r) {
      const auto in = headOf(drawn, b, g, r);
      const double scale = inverseRoot(in.q.rows());
      put(inputs.at("O"), at, attend(in.q, in.k, in.v, scale, sees));
      MatrixXd sums = MatrixXd::Zero(1, in.q.cols());
      for (Index i = 0; i < in.q.cols(); ++i) {
        for (Index j = 0; j < in.k.cols(); ++j) {
          sums(i) += sees(i, j) ? std::exp(scale * in.q.col(i).dot(in.k.col(j))) : 0.0;
        }
      }
      put(inputs.at("LS"), at, sums.array().log());
      ++at;
    });
  };
}

/// Holds DQ, DK and DV against gradients through weights (queries x keys) and what a change of
/// them makes of the scores.
void check(const Twin& t, const std::function<MatrixXd(const Head&)>& weightsOf,
           const std::function<MatrixXd(const MatrixXd&, const MatrixXd&)>& scoresOf) {
  for (std::int64_t b = 0; b < t.size("B"); ++b) {
    for (std::int64_t g = 0; g < t.size("G"); ++g) {
      MatrixXd keys = MatrixXd::Zero(t.size("E"), 7), values = MatrixXd::Zero(t.size("F"), 7);
      for (std::int64_t r = 0; r < t.size("R"); ++r) {
        const auto in = headOf(t, b, g, r);
        const auto weights = weightsOf(in);
        const MatrixXd scores = inverseRoot(5) * scoresOf(weights, in.outer.transpose() * in.v);
        CHECK(difference(t.matrix("DQ", {b, g, r, kAll, kAll}), in.k * scores.transpose()) <
              kClose);
        keys += in.q * scores;
        values += in.outer * weights;
      }
      CHECK(difference(t.matrix("DK", {b, g, kAll, kAll}), keys) < kClose);
      CHECK(difference(t.matrix("DV", {b, g, kAll, kAll}), values) < kClose);
    }
  }
}

MatrixXd throughSoftmax(const MatrixXd& weights, const MatrixXd& outer) {
  const VectorXd along = weights.cwiseProduct(outer).rowwise().sum();
  return weights.cwiseProduct(outer.colwise() - along);
}

} // namespace

TEST_CASE("gradients of attention are those of softmax by its definition, whatever a query sees",
          "[library]") {
  struct Case {
    std::string name;
    Sees sees;
    core::Settings sizes;
  };
  const Sees seesThree = [](Index i, Index j) { return j <= i && j > i - 3; };
  const core::Settings widths{{"E", 5}, {"F", 4}};
  for (const auto& [name, sees, own] :
       std::vector<Case>{{"attention-backward", seesAll, {{"D", 5}}},
                         {"attention-backward-causal", seesEarlier, {{"D", 5}}},
                         {"gqa-backward", seesEarlier, widths},
                         {"attention-window-backward", seesThree, {{"D", 5}, {"W", 3}}},
                         {EINSIGHT_SOURCE_DIR "/validation/headlines/nsa-selected-backward.yaml",
                          seesThree,
                          {{"E", 5}, {"F", 4}, {"W", 3}}}}) {
    auto sizes = own;
    sizes.insert(kSizes.begin(), kSizes.end());
    const Twin drawn(name, sizes);
    check(
        Twin(name, sizes, 2, afterForward(drawn, sees)),
        [&look = sees](const Head& in) {
          return softmaxRows(inverseRoot(5) * in.q.transpose() * in.k, look);
        },
        throughSoftmax);
  }
}

TEST_CASE("gradients of sigmoid attention are those of sigmoids shifted by the logarithm of the "
          "length",
          "[library]") {
  for (const auto& [name, sees] : std::vector<std::pair<std::string, Sees>>{
           {"attention-sigmoid-backward", seesAll},
           {"attention-sigmoid-backward-causal", seesEarlier}}) {
    auto sizes = kSizes;
    sizes.emplace("D", 5);
    check(
        Twin(name, sizes),
        [&look = sees](const Head& in) {
          MatrixXd out = inverseRoot(5) * in.q.transpose() * in.k;
          for (Index i = 0; i < out.rows(); ++i) {
            for (Index j = 0; j < out.cols(); ++j) {
              out(i, j) = look(i, j) ? 1 / (1 + 7 * std::exp(-out(i, j))) : 0;
            }
          }
          return out;
        },
        [](const MatrixXd& weights, const MatrixXd& outer) {
          return MatrixXd(outer.array() * weights.array() * (1 - weights.array()));
        });
  }
}
