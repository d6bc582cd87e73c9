#pragma once
#include "validation/cuda/decode_arguments.hpp"
#include "validation/cuda/fused_arguments.hpp"
#include "validation/cuda/linear_arguments.hpp"
#include "validation/cuda/permute_arguments.hpp"

#include <cstdint>
#include <random>
#include <vector>

/// What kernels are checked against: attention in double precision on the CPU.
namespace einsight::validation::cuda {

/// Normal random numbers in a 16-bit type.
template <class Type>
std::vector<std::uint16_t> randomNumbers(std::size_t count, std::mt19937_64& random);

/// Queries and keys of a tile of a block-sparse list.
struct TileSizes {
  int queries = 64;
  int keys = 64;
};

/// The output (batch, headsQ, seqQ, head) that `given` asks for. `onlyRows`: rows of each head that
/// are computed, spread evenly over it; 0 means all. The others are NaN.
template <class Type>
std::vector<double> attentionReference(const FusedArguments& given, int head, Weights weights,
                                       const TileSizes& tiles, int onlyRows = 0);

/// The output (batch, headsQ, headV) of decoding; latent: values are the first columns of the keys.
/// `onlyHeads`: so many rows of (batch, headsQ) are computed, the others are NaN; 0 means all.
template <class Type>
std::vector<double> decodeReference(const DecodeArguments& given, int headQk, int headV,
                                    bool latent, int onlyHeads = 0);

/// The output (batch, heads, seq, head) of causal linear attention; the first `onlyHeads` of
/// (batch, heads), 0 means all.
template <class Type>
std::vector<double> linearReference(const LinearArguments& given, int head, int onlyHeads = 0);

/// The tokens (rows, tokens, head) in the order of the tiles, padding as 0, or back in that of the
/// layout.
template <class Type>
std::vector<double> permuteReference(const PermuteArguments& given, bool back);

/// ‖out − reference‖ / ‖reference‖ over the rows that the reference has; NaN where a number of them
/// is missing or not finite.
template <class Type>
double relativeError(const std::vector<std::uint16_t>& out, const std::vector<double>& reference);

} // namespace einsight::validation::cuda
