#pragma once
#include "explore/point.hpp"
#include "explore/prices.hpp"
#include "mappings/serving/mapping.hpp"
#include "sim/serving/driver.hpp"
#include "workloads/trace.hpp"
#include "workloads/transformer.hpp"

#include <memory>
#include <variant>

/// A whole model that serves requests on a cluster, from names to numbers.
namespace einsight::explore {

/// Devices that work in step, and the link among them.
struct ServingDevices {
  std::string name;
  const arch::Gpu* gpu = nullptr;
  std::int64_t count = 1;           ///< of one replica
  const arch::Link* link = nullptr; ///< null for one device
};

/// What follows from model, cluster and mapping. Pointers are into the point's cluster.
struct ServingPlan {
  ServingDevices projections, attention;
  std::int64_t replicas = 1;           ///< of the weights
  const arch::Link* network = nullptr; ///< between both, where they differ
  const arch::Cpu* retrieval = nullptr;
  sim::serving::Rules rules;
  [[nodiscard]] bool separate() const { return network != nullptr; }
};

/// So many requests with so many tokens each, again and again, instead of a trace.
struct FixedBatch {
  std::int64_t requests = 1, context = 1;
};

using Load = std::variant<workloads::Trace, FixedBatch>;

struct ServingPoint {
  workloads::Transformer model;
  std::shared_ptr<const arch::Cluster> cluster;
  mappings::serving::Mapping mapping;
  Load load;
  ServingPlan plan;
  std::vector<std::string> notes{};
};

/// The plan of a model on a cluster under a mapping, or by how much it misses what it needs. The
/// plan points into the cluster.
core::Expected<ServingPlan> planServing(const workloads::Transformer& model,
                                        const arch::Cluster& cluster,
                                        const mappings::serving::Mapping& mapping);

/// Whether a cluster has the groups of devices that a mapping names.
bool hasDevices(const workloads::Transformer& model, const arch::Cluster& cluster,
                const mappings::serving::Mapping& mapping);

/// Whether a request is for a whole model: its workload is one, and its mapping is of kind serving,
/// or none is given for a machine of kind cluster, or none for a GPU but what the model serves.
bool isServing(const PointRequest& request, std::string_view machineKind);

/// Reads and checks, a GPU by itself as a cluster of one: that the weights and the keys and values
/// fit, that heads divide, that links are there. Without a mapping, the first of kind serving that
/// the cluster has the groups for. Settings of the workload: `trace` (text; else the model file's
/// key `serving`), `requests`, `rate`, `seed`, `prompt`, `output`, `prefix`, or `batch` and
/// `context`. All problems at once.
/// `prices`: of devices, instead of what their files say.
core::Expected<ServingPoint> prepareServing(const PointRequest& request, const Prices& prices = {});

/// How many times run() with limits serves the load once more.
std::size_t limitsOf(const ServingPoint& point);

/// Serves the load and fills every field of the result but `validated`. `limits` are each part and
/// the memory for keys and values twice as fast or large, served again.
core::Expected<results::Result> run(const ServingPoint& point, const RunOptions& options = {});

} // namespace einsight::explore
