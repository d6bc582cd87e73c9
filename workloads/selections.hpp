#pragma once
#include "einsum/evaluate.hpp"

namespace einsight::workloads {

/// Random inputs for the cascade of a reference (see workloads/catalogue.hpp): normal numbers, and
/// for index tensors named under `selections:` positions as real selectors choose them: along one
/// rank, ascending and each once; the first `sink` of all, the last `local` up to the query's own,
/// the others drawn from what is left, and with `causal` none behind the query. Where fewer can be
/// chosen than the rank is long, the rest is absent. The same seed gives the same numbers.
/// Fails when the file's `selections:` are wrong. All problems at once.
core::Expected<einsum::Environment> drawInputs(const std::string& reference,
                                               const einsum::Cascade& cascade, std::uint64_t seed);

} // namespace einsight::workloads
