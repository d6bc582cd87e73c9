#pragma once
#include "core/expected.hpp"
#include "core/expression.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What offload/distributed.yaml says.
namespace einsight::validation::offload {

/// A simulation, on a GPU or a cluster.
struct DistributedRun {
  std::string workload, machine, mapping;
  std::map<std::string, core::Expression> set; ///< parameters; arch.* and mapping.* for the others
  std::optional<std::int64_t> step; ///< of a rotation: from its first work to the next one's
};

/// How closely rows of a class must agree.
struct DistributedClass {
  std::optional<double> tolerance; ///< relative; without it rows are shown, never judged
  std::string reason;
};

/// What a published row is here.
struct DistributedPoint {
  std::optional<core::Expression> value; ///< over seconds of runs, by their names
  std::string rowClass;
  std::string reason;     ///< what was assumed, or what a difference comes from
  std::string notCovered; ///< why there is no value
};

struct DistributedSpec {
  std::filesystem::path published;
  std::map<std::string, DistributedRun> runs;
  std::map<std::string, DistributedClass> classes;
  std::map<std::string, DistributedPoint> points; ///< by the row's id
};

/// Reads the file; mappings with a '/' are paths from its folder. All problems at once.
core::Expected<DistributedSpec> readDistributedSpec(const std::filesystem::path& file);

} // namespace einsight::validation::offload
