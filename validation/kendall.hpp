#pragma once
#include <cstdint>
#include <optional>

namespace einsight::validation {

/// Kendall's tau: (concordant - discordant) / pairs, pairs with equal references left out.
class KendallTau {
public:
  /// A pair, by how much its references and its simulated values differ.
  void add(double references, double simulated) {
    if (references == 0) {
      return;
    }
    const double agreement = references * simulated;
    score_ += agreement > 0 ? 1 : agreement < 0 ? -1 : 0;
    ++pairs_;
  }
  /// Nothing where there are no pairs.
  [[nodiscard]] std::optional<double> value() const {
    return pairs_ == 0 ? std::nullopt
                       : std::optional(static_cast<double>(score_) / static_cast<double>(pairs_));
  }

private:
  std::int64_t score_ = 0, pairs_ = 0;
};

} // namespace einsight::validation
