#pragma once
#include "explore/mapper/requirements.hpp"

#include <map>

namespace einsight::explore {

/// What mappings came to that do not meet every requirement, for one refusal of all of them.
class Shortfall {
public:
  /// The requirements must outlive it.
  explicit Shortfall(const Requirements& requirements) : requirements_(&requirements) {}

  /// A mapping as the bound has it, or as it was simulated. Mappings of both kinds are told apart:
  /// once one was simulated, those on the bound count no more.
  void add(const mappings::Evaluation& evaluation, const results::Result* simulated = nullptr);

  /// One problem for each requirement that none of them meets, with the best value that was
  /// reached; where each is met by some of them, one that says so. None where nothing was added.
  [[nodiscard]] core::Problems problems() const;

private:
  enum class Better { More, Less, Unknown };
  struct Range {
    double least = 0, most = 0;
    Better better = Better::Unknown;
  };
  struct Reached {
    int meets = 0;
    std::map<std::string, Range> names; ///< in the condition
  };
  void addTo(Reached& reached, const core::Expression& condition,
             const core::Expression::Lookup& look) const;

  const Requirements* requirements_;
  std::vector<Reached> reached_; ///< per condition
  int mappings_ = 0;
  bool simulated_ = false;
};

} // namespace einsight::explore
