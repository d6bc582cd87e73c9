#pragma once
#include "explore/point.hpp"
#include "validation/arrays/spec.hpp"

#include <memory>

namespace einsight::validation {

/// One simulation of a published configuration.
struct Simulation {
  std::shared_ptr<const explore::Point> point;
  results::Result result;
};

/// Simulates designs, each point and engine once.
class ArrayRuns {
public:
  explicit ArrayRuns(std::function<bool()> goOn) : goOn_(std::move(goOn)) {}

  /// The design with the sizes of a model at a sequence length; the same reference for the same
  /// question. Fails with the problems of the point.
  const core::Expected<Simulation>& get(const Design& design, const std::string& model,
                                        std::int64_t length, const std::string& engine);

private:
  using PreparedPoint = core::Expected<std::shared_ptr<const explore::Point>>;
  const PreparedPoint& prepared(const Design& design, const std::string& model, std::int64_t length,
                                const std::string& key);
  std::function<bool()> goOn_; ///< asked now and then; false stops the run
  std::map<std::string, PreparedPoint> points_;
  std::map<std::string, core::Expected<Simulation>> simulations_;
};

} // namespace einsight::validation
