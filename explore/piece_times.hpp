#pragma once
#include "mappings/cluster/plan.hpp"

#include <map>
#include <string>
#include <tuple>

namespace einsight::explore {

/// What pieces of a cluster's work cost on one GPU: each shape is simulated once, with engine
/// `cycle`, and remembered.
class PieceTimes {
public:
  /// All problems of the piece's workload, its kernel and their sizes.
  core::Expected<mappings::cluster::Cost> of(const mappings::cluster::Call& call);

private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, mappings::cluster::Cost> known_; ///< machine, workload, kernel, sizes
};

} // namespace einsight::explore
