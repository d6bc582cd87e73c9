#pragma once
#include "mappings/gna/permutation.hpp"
#include "validation/gna/quantities.hpp"
#include "validation/gna/spec.hpp"

#include <map>

namespace einsight::validation {

/// What a published row was measured on.
struct GnaRun {
  std::string hardware; ///< as in the row
  mappings::gna::Shape layout;
  mappings::gna::Heads heads;
};

/// Whether `take` of a rule needs the time on a GPU.
bool isTimeQuantity(const std::string& take);
std::vector<std::string> timeQuantities();

/// A predicted number, and what counting tiles alone says of it: self attention's predicted time
/// over the bound by the worst tile of queries, where the number depends on it.
struct GnaPrediction {
  double value = 0; ///< seconds, or a ratio
  std::optional<double> bound;
};

/// Predicts times, each different mask once.
class GnaTimes {
public:
  explicit GnaTimes(const GnaSpec& spec) : spec_(spec) {}

  /// The quantity, or one sentence on what the row lacks. A row without a mask is one of self
  /// attention.
  tl::expected<GnaPrediction, std::string> quantity(const GnaRun& run, const GnaQuestion& question,
                                                    const std::string& take);

private:
  struct Times {
    double kernel = 0, permute = 0, dense = 0;
  };
  using MaybeTimes = tl::expected<Times, std::string>;
  MaybeTimes times(const GnaRun& run, const GnaQuestion& question);

  const GnaSpec& spec_;
  std::map<std::string, MaybeTimes> known_;
};

} // namespace einsight::validation
