#pragma once
#include "mappings/gna/question.hpp"

#include <string>

namespace einsight::mappings::gna::test {

/// The question of shapes as written on the command line; the test fails where they make none.
Question ask(const std::string& layout, const std::string& window, const std::string& stride,
             const std::string& dilation, const std::string& causal, const std::string& qTile,
             const std::string& kvTile, KvTiling kvTiling = KvTiling::Static,
             bool flattened = false);

/// Whether query q attends key k along an axis, both tokens: by the words of the definition.
bool attends(const AxisMask& mask, std::int64_t q, std::int64_t k);

/// Counts over all pairs of tokens.
struct BruteForce {
  std::int64_t pairs = 0;      ///< unmasked
  std::int64_t needed = 0;     ///< pairs of tiles with an unmasked pair of tokens
  std::int64_t neededMost = 0; ///< of one tile of queries
  std::int64_t full = 0;       ///< pairs of tiles without a masked pair of real tokens
};
BruteForce bruteForce(const Question& question);

/// A random question of few tokens, for RapidCheck.
Question randomQuestion(KvTiling kvTiling, bool flattened);

} // namespace einsight::mappings::gna::test
