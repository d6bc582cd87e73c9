#include "validation/cuda/reference.hpp"

#include "validation/cuda/types.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace einsight::validation::cuda {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Which keys a query attends, block-sparse lists included.
std::vector<int> keysOf(const FusedArguments& given, int query, const TileSizes& tiles) {
  std::vector<int> keys;
  const auto& shape = given.shape;
  if (shape.list.offsets != nullptr) {
    const int row = query / tiles.queries;
    for (int i = shape.list.offsets[row]; i < shape.list.offsets[row + 1]; ++i) {
      const int begin = shape.list.tiles[i] * tiles.keys;
      for (int key = begin; key < std::min(begin + tiles.keys, shape.seqKv); ++key) {
        keys.push_back(key);
      }
    }
    return keys;
  }
  for (int key = 0; key < shape.seqKv; ++key) {
    if (attends(shape.mask, shape.seqQ, shape.seqKv, query, key)) {
      keys.push_back(key);
    }
  }
  return keys;
}

/// Weights of one row, in place of its scores.
void weigh(std::vector<double>& scores, Weights weights, double bias) {
  if (weights == Weights::Sigmoid) {
    for (double& score : scores) {
      score = 1 / (1 + std::exp(-score - bias));
    }
    return;
  }
  const double top = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) {
    score = std::exp(score - top);
    sum += score;
  }
  for (double& score : scores) {
    score /= sum;
  }
}

} // namespace

template <class Type>
std::vector<std::uint16_t> randomNumbers(std::size_t count, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  std::vector<std::uint16_t> numbers(count);
  for (auto& number : numbers) {
    number = fromFloat<Type>(normal(random));
  }
  return numbers;
}

template <class Type>
std::vector<double> attentionReference(const FusedArguments& given, int head, Weights weights,
                                       const TileSizes& tiles, int onlyRows) {
  const auto& shape = given.shape;
  const auto width = static_cast<std::size_t>(head);
  const auto rows = static_cast<std::size_t>(shape.seqQ);
  const auto headRows =
      static_cast<std::size_t>(given.batch) * static_cast<std::size_t>(given.headsQ);
  std::vector<double> out(headRows * rows * width, kNaN);
  const int step = onlyRows == 0 ? 1 : std::max(1, shape.seqQ / onlyRows);
  for (int query = 0; query < shape.seqQ; query += step) {
    if (shape.mask.kind == MaskKind::Neighborhood &&
        isPadding(shape.mask, placeOf(shape.mask, shape.mask.qTile, query))) {
      continue; // computed, and never read
    }
    const auto keys = keysOf(given, query, tiles);
    for (std::size_t headRow = 0; headRow < headRows; ++headRow) {
      const auto batch = headRow / static_cast<std::size_t>(given.headsQ);
      const auto headQ = headRow % static_cast<std::size_t>(given.headsQ);
      const auto headKv = headQ / static_cast<std::size_t>(given.headsQ / given.headsKv);
      const auto kv = (batch * static_cast<std::size_t>(given.headsKv) + headKv) *
                      static_cast<std::size_t>(shape.seqKv) * width;
      const auto q = (headRow * rows + static_cast<std::size_t>(query)) * width;
      std::vector<double> scores;
      for (const int key : keys) {
        double score = 0;
        for (std::size_t i = 0; i < width; ++i) {
          const auto at = kv + static_cast<std::size_t>(key) * width + i;
          score += double(toFloat<Type>(given.q[q + i])) * double(toFloat<Type>(given.k[at]));
        }
        scores.push_back(score * double(given.scale));
      }
      weigh(scores, weights, double(given.bias));
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(q), width, 0.0);
      for (std::size_t j = 0; j < keys.size(); ++j) {
        for (std::size_t i = 0; i < width; ++i) {
          const auto at = kv + static_cast<std::size_t>(keys[j]) * width + i;
          out[q + i] += scores[j] * double(toFloat<Type>(given.v[at]));
        }
      }
    }
  }
  return out;
}

template <class Type>
double relativeError(const std::vector<std::uint16_t>& out, const std::vector<double>& reference) {
  if (out.size() != reference.size()) {
    return kNaN;
  }
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::isnan(reference[i])) {
      continue;
    }
    const double delta = double(toFloat<Type>(out[i])) - reference[i];
    difference += delta * delta; // NaN or infinity stays
    norm += reference[i] * reference[i];
  }
  return norm > 0 ? std::sqrt(difference / norm) : kNaN;
}

template std::vector<std::uint16_t> randomNumbers<Bf16>(std::size_t, std::mt19937_64&);
template std::vector<std::uint16_t> randomNumbers<Fp16>(std::size_t, std::mt19937_64&);
template std::vector<double> attentionReference<Bf16>(const FusedArguments&, int, Weights,
                                                      const TileSizes&, int);
template std::vector<double> attentionReference<Fp16>(const FusedArguments&, int, Weights,
                                                      const TileSizes&, int);
template double relativeError<Bf16>(const std::vector<std::uint16_t>&, const std::vector<double>&);
template double relativeError<Fp16>(const std::vector<std::uint16_t>&, const std::vector<double>&);

} // namespace einsight::validation::cuda
