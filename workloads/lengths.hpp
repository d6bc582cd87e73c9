#pragma once
#include "einsum/cascade.hpp"

namespace einsight::workloads {

/// Sequences of a batch that differ in length (key `lengths:`): the workload is then the sum, over
/// the sequences, of its cascade with one sequence of that length.
struct Lengths {
  std::string of;                   ///< parameter that is the length of a sequence
  std::string each;                 ///< parameter that counts the sequences
  std::vector<std::int64_t> values; ///< one for each sequence, in the order of the batch

  /// The settings of the cascade of one sequence.
  [[nodiscard]] core::Settings settingsOf(std::int64_t value) const;
};

/// The lengths that the file of a reference (see workloads/catalogue.hpp) gives or draws for its
/// cascade as read; nothing where all sequences are alike. The same seed draws the same.
/// Fails when the file's `lengths:` are wrong, with all problems at once.
core::Expected<std::optional<Lengths>> lengthsOf(const std::string& reference,
                                                 const einsum::Cascade& cascade);

} // namespace einsight::workloads
