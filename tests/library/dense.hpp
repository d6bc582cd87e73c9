#pragma once
#include "twin.hpp"

#include <Eigen/Dense>

#include <cmath>
#include <functional>

/// Attention by its definition, in dense matrices: what the cascades of the library are held
/// against.
namespace einsight::library {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Whether query i sees key j.
using Sees = std::function<bool(Index, Index)>;
inline bool seesAll(Index, Index) {
  return true;
}
inline bool seesEarlier(Index i, Index j) {
  return j <= i;
}

/// Weights by softmax of each row of scores (queries x keys); what is not seen weighs nothing.
inline MatrixXd softmaxRows(const MatrixXd& scores, const Sees& sees = seesAll) {
  MatrixXd weights = MatrixXd::Zero(scores.rows(), scores.cols());
  for (Index i = 0; i < scores.rows(); ++i) {
    for (Index j = 0; j < scores.cols(); ++j) {
      weights(i, j) = sees(i, j) ? std::exp(scores(i, j)) : 0.0;
    }
    weights.row(i) /= weights.row(i).sum();
  }
  return weights;
}

/// Softmax attention. q: E x P, k: E x M, v: F x M; the result is F x P.
inline MatrixXd attend(const MatrixXd& q, const MatrixXd& k, const MatrixXd& v, double scale,
                       const Sees& sees = seesAll) {
  return v * softmaxRows(scale * q.transpose() * k, sees).transpose();
}

/// The rows of a above those of b.
inline MatrixXd stacked(const MatrixXd& a, const MatrixXd& b) {
  MatrixXd out(a.rows() + b.rows(), a.cols());
  out << a, b;
  return out;
}

/// 1 / sqrt(n) of a parameter or a sum of them.
inline double inverseRoot(std::int64_t n) {
  return 1 / std::sqrt(static_cast<double>(n));
}

/// Inputs of one evaluation for another: those of the same names replace what was drawn.
inline Twin::Change inputsOf(const Twin& twin) {
  return [&twin](einsum::Environment& inputs, const einsum::Cascade&) {
    for (auto& [name, values] : inputs) {
      const auto found = twin.values().find(name);
      if (found != twin.values().end()) {
        values = found->second;
      }
    }
  };
}

} // namespace einsight::library
