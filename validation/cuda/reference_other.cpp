#include "validation/cuda/reference.hpp"
#include "validation/cuda/types.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace einsight::validation::cuda {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

template <class Type>
double number(const std::uint16_t* from, std::size_t at) {
  return double(toFloat<Type>(from[at]));
}

/// Every how many-th of `all` to compute, so that about `only` are.
std::size_t stepOf(std::size_t all, int only) {
  return only == 0 ? 1 : std::max<std::size_t>(1, all / static_cast<std::size_t>(only));
}

} // namespace

template <class Type>
std::vector<double> decodeReference(const DecodeArguments& given, int headQk, int headV,
                                    bool latent, int onlyHeads) {
  const auto widthQk = static_cast<std::size_t>(headQk);
  const auto widthV = static_cast<std::size_t>(headV);
  const auto length = static_cast<std::size_t>(given.seqKv);
  const auto heads = static_cast<std::size_t>(given.batch) * static_cast<std::size_t>(given.headsQ);
  const auto group = static_cast<std::size_t>(given.headsQ / given.headsKv);
  std::vector<double> out(heads * widthV, kNaN);
  for (std::size_t head = 0; head < heads; head += stepOf(heads, onlyHeads)) {
    const auto cache = head / group * length; // (batch, headsKv) have the order of (batch, headsQ)
    std::vector<double> scores(length, 0);
    for (std::size_t key = 0; key < length; ++key) {
      for (std::size_t i = 0; i < widthQk; ++i) {
        scores[key] += number<Type>(given.q, head * widthQk + i) *
                       number<Type>(given.k, (cache + key) * widthQk + i);
      }
      scores[key] *= double(given.scale);
    }
    const double top = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    std::vector<double> row(widthV, 0);
    for (std::size_t key = 0; key < length; ++key) {
      const double weight = std::exp(scores[key] - top);
      sum += weight;
      for (std::size_t i = 0; i < widthV; ++i) {
        row[i] += weight * (latent ? number<Type>(given.k, (cache + key) * widthQk + i)
                                   : number<Type>(given.v, (cache + key) * widthV + i));
      }
    }
    for (std::size_t i = 0; i < widthV; ++i) {
      out[head * widthV + i] = row[i] / sum;
    }
  }
  return out;
}

template <class Type>
std::vector<double> linearReference(const LinearArguments& given, int head, int onlyHeads) {
  const auto width = static_cast<std::size_t>(head);
  const auto length = static_cast<std::size_t>(given.seq);
  const auto heads = static_cast<std::size_t>(given.batch) * static_cast<std::size_t>(given.heads);
  std::vector<double> out(heads * length * width, kNaN);
  for (std::size_t which = 0; which < heads; which += stepOf(heads, onlyHeads)) {
    std::vector<double> state(width * width, 0); // (k, v)
    for (std::size_t t = 0; t < length; ++t) {
      const auto row = (which * length + t) * width;
      std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(row), width, 0.0);
      for (std::size_t i = 0; i < width; ++i) {
        const double key = number<Type>(given.k, row + i);
        const double query = number<Type>(given.q, row + i) * double(given.scale);
        for (std::size_t j = 0; j < width; ++j) {
          state[i * width + j] += key * number<Type>(given.v, row + j);
          out[row + j] += query * state[i * width + j];
        }
      }
    }
  }
  return out;
}

template <class Type>
std::vector<double> permuteReference(const PermuteArguments& given, bool back) {
  const auto head = static_cast<std::size_t>(given.head);
  const auto inLayout = static_cast<std::size_t>(tokensOf(given.mask));
  const auto inTiles = static_cast<std::size_t>(paddedTokens(given.mask, given.mask.qTile));
  const auto read = back ? inTiles : inLayout;
  const auto written = back ? inLayout : inTiles;
  const auto rows = static_cast<std::size_t>(given.rows);
  std::vector<double> out(rows * written * head, 0);
  for (std::size_t position = 0; position < inTiles; ++position) {
    const Place place = placeOf(given.mask, given.mask.qTile, static_cast<int>(position));
    if (isPadding(given.mask, place)) {
      continue;
    }
    const auto token = static_cast<std::size_t>(tokenOf(given.mask, place));
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < head; ++i) {
        out[(row * written + (back ? token : position)) * head + i] =
            number<Type>(given.from, (row * read + (back ? position : token)) * head + i);
      }
    }
  }
  return out;
}

template std::vector<double> decodeReference<Bf16>(const DecodeArguments&, int, int, bool, int);
template std::vector<double> decodeReference<Fp16>(const DecodeArguments&, int, int, bool, int);
template std::vector<double> linearReference<Bf16>(const LinearArguments&, int, int);
template std::vector<double> linearReference<Fp16>(const LinearArguments&, int, int);
template std::vector<double> permuteReference<Bf16>(const PermuteArguments&, bool);
template std::vector<double> permuteReference<Fp16>(const PermuteArguments&, bool);

} // namespace einsight::validation::cuda
