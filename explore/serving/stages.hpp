#pragma once
#include "explore/serving/pass.hpp"

namespace einsight::explore {

/// Indices into the parts of a point; -1 for those that it does not have.
struct ServingPlaces {
  int projections = 0, attention = 0, links = -1, out = -1, back = -1, cpu = -1, host = 0;
};

/// The devices and links of a point's passes.
struct ServingParts {
  std::vector<sim::serving::Part> list;
  ServingPlaces places;
};
ServingParts servingParts(const ServingPoint& point);

/// Makes the stages of one list; seconds are divided by the part's speedup.
class ServingStages {
public:
  explicit ServingStages(const Speedups& speedups) : speedups_(speedups) {}

  [[nodiscard]] double faster(int part) const;
  /// The new stage's number. Its seconds and latency are those without speedups.
  int add(std::string name, int part, double seconds, std::vector<int> needs, double latency = 0);
  std::vector<sim::serving::Stage> take() { return std::move(list_); }

private:
  std::vector<sim::serving::Stage> list_;
  const Speedups& speedups_;
};

} // namespace einsight::explore
