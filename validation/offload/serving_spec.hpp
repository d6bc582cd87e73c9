#pragma once
#include "config/node.hpp"
#include "core/expected.hpp"
#include "core/expression.hpp"
#include "explore/point.hpp"

#include <map>

namespace einsight::validation::offload {

/// A number made of results of runs and of other values before it.
struct ServingValue {
  std::string name;
  core::Expression expression;
};

struct ServingRow {
  enum class Judged { Compared, AtMost, Informative };
  std::string id, group, metric;
  double reference = 0;
  core::Expression simulated;
  Judged judged = Judged::Compared;
  double tolerance = 0;
  std::string reason;
};

/// Values beside each other, for people.
struct ServingTable {
  struct Line {
    std::string name;
    std::vector<core::Expression> values;
  };
  std::string title;
  std::vector<std::string> columns; ///< of the values
  std::vector<Line> lines;
};

struct ServingSpec {
  std::map<std::string, explore::PointRequest> runs; ///< files as seen from the specification
  std::vector<ServingValue> values;
  std::vector<ServingRow> rows;
  std::vector<ServingTable> tables;
};

/// All problems at once.
core::Expected<ServingSpec> readServingSpec(const std::filesystem::path& file);

} // namespace einsight::validation::offload
