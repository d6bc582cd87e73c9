#pragma once
#include "dense.hpp"

#include <algorithm>
#include <numeric>

/// Tensors that a cascade keeps tile by tile, as matrices over tokens.
namespace einsight::library {

/// Tokens of an image or a video: sizes of its axes, slowest first.
using Axes = std::vector<std::int64_t>;

inline std::int64_t tokensOf(const Axes& axes) {
  std::int64_t out = 1;
  for (const std::int64_t size : axes) {
    out *= size;
  }
  return out;
}

/// The place of a token along each axis.
inline Axes placeOf(std::int64_t token, const Axes& axes) {
  Axes out(axes.size());
  for (std::size_t i = axes.size(); i-- > 0;) {
    out[i] = token % axes[i];
    token /= axes[i];
  }
  return out;
}

inline std::vector<std::int64_t> joined(std::vector<std::int64_t> a,
                                        const std::vector<std::int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Index indexOf(std::int64_t i) {
  return static_cast<Index>(i);
}

/// tensor[lead, e, axes...] as a matrix of e x tokens.
inline MatrixXd flat(const Twin& t, const std::string& tensor,
                     const std::vector<std::int64_t>& lead, const Axes& axes) {
  const auto& shape = t.values().at(tensor).shape;
  MatrixXd out(indexOf(shape[lead.size()]), indexOf(tokensOf(axes)));
  for (Index e = 0; e < out.rows(); ++e) {
    for (Index token = 0; token < out.cols(); ++token) {
      out(e, token) = t.at(tensor, joined(joined(lead, {e}), placeOf(token, axes)));
    }
  }
  return out;
}

/// tensor[lead, f, tile along each axis..., token in the tile] as a matrix of f x tokens.
inline MatrixXd untiled(const Twin& t, const std::string& tensor,
                        const std::vector<std::int64_t>& lead, const Axes& axes, const Axes& tile) {
  const auto& shape = t.values().at(tensor).shape;
  MatrixXd out(indexOf(shape[lead.size()]), indexOf(tokensOf(axes)));
  for (Index f = 0; f < out.rows(); ++f) {
    for (Index token = 0; token < out.cols(); ++token) {
      auto point = joined(lead, {f});
      std::int64_t inside = 0;
      const Axes place = placeOf(token, axes);
      for (std::size_t i = 0; i < axes.size(); ++i) {
        point.push_back(place[i] / tile[i]);
        inside = inside * tile[i] + place[i] % tile[i];
      }
      point.push_back(inside);
      out(f, token) = t.at(tensor, point);
    }
  }
  return out;
}

/// tensor[lead, f, block, token in the block] as a matrix of f x tokens.
inline MatrixXd unblocked(const Twin& t, const std::string& tensor,
                          const std::vector<std::int64_t>& lead, std::int64_t tokens) {
  return untiled(t, tensor, lead, {tokens}, {t.values().at(tensor).shape.back()});
}

/// 0 .. count-1 by falling value, the first of equals first.
inline std::vector<Index> ranked(Index count, const std::function<double(Index)>& value) {
  std::vector<Index> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), Index{0});
  std::stable_sort(out.begin(), out.end(), [&](Index a, Index b) { return value(a) > value(b); });
  return out;
}

} // namespace einsight::library
