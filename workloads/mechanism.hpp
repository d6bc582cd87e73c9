#pragma once
#include "einsum/cascade.hpp"

namespace einsight::workloads {

/// What a workload file says about itself beyond its Einsums, under `mechanism:`.
struct Mechanism {
  std::string name;   ///< of the workload
  std::string family; ///< the folder below workloads/library; empty for files elsewhere
  std::string title, idea, source;
  /// Elements per layer that decoding must keep: of each token of context, and of a sequence
  /// whatever its length. Expressions over parameters, as written and with the cascade's values.
  std::string cacheText, stateText;
  double cachePerToken = 0;
  double state = 0;
  int cacheBits = 16;
};

/// The mechanism of the file behind a reference (see workloads/catalogue.hpp), with the parameters
/// of the cascade that it made; nothing when the file says none.
core::Expected<std::optional<Mechanism>> mechanismOf(const std::string& reference,
                                                     const einsum::Cascade& cascade);

/// Names of the workloads of the library, sorted by family and name.
std::vector<std::string> library();

} // namespace einsight::workloads
