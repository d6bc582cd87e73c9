#include "core/format.hpp"
#include "core/text.hpp"
#include "explore/serving/point.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

namespace serving = mappings::serving;

double real(std::int64_t value) {
  return static_cast<double>(value);
}

/// Finds the devices of every role and records what is missing, each with the amount.
class Planner {
public:
  Planner(const workloads::Transformer& model, const arch::Cluster& cluster,
          const serving::Mapping& mapping)
      : model_(model), cluster_(cluster), mapping_(mapping) {}

  core::Expected<ServingPlan> plan() {
    findDevices();
    if (problems_.empty()) {
      divide();
      findLinks();
      findMemory();
    }
    if (!problems_.empty()) {
      return core::failure(std::move(problems_));
    }
    return plan_;
  }

  bool hasDevices() {
    findDevices();
    return problems_.empty();
  }

private:
  void problem(std::string path, std::string what, std::string help) {
    auto where = mapping_.where;
    where.file = mapping_.file;
    where.path = std::move(path);
    problems_.push_back({std::move(where), std::move(what), std::move(help)});
  }

  /// Names of the groups of GPUs (or of CPUs).
  [[nodiscard]] std::vector<std::string> groups(bool gpus) const {
    std::vector<std::string> names;
    for (const auto& group : cluster_.data().groups) {
      if ((group.gpu() != nullptr) == gpus) {
        names.push_back(group.name);
      }
    }
    return names;
  }

  [[nodiscard]] const arch::DeviceGroup* groupOf(const std::string& name) const {
    for (const auto& group : cluster_.data().groups) {
      if (group.name == name) {
        return &group;
      }
    }
    return nullptr;
  }

  /// The group of GPUs for a role, or a problem.
  std::optional<ServingDevices> gpusOf(const char* role, const std::string& name) {
    const auto known = groups(true);
    if (name.empty() && known.size() != 1) {
      problem(role,
              fmt::format("machine '{}' has {} groups of GPUs", cluster_.name(), known.size()),
              known.empty() ? "a machine with GPUs" : "name " + core::suggestion("", known));
      return std::nullopt;
    }
    const auto& wanted = name.empty() ? known.front() : name;
    const auto* group = groupOf(wanted);
    if (group == nullptr || group->gpu() == nullptr) {
      problem(role, fmt::format("machine '{}' has no group of GPUs '{}'", cluster_.name(), wanted),
              core::suggestion(wanted, known));
      return std::nullopt;
    }
    return ServingDevices{group->name, group->gpu(), group->count, nullptr};
  }

  void findDevices() {
    const auto projections = gpusOf("projections", mapping_.projections);
    const auto attention =
        mapping_.attention.empty() ? projections : gpusOf("attention", mapping_.attention);
    if (const auto& retrieval = mapping_.retrieval) {
      const auto* group = groupOf(retrieval->on);
      plan_.retrieval = group == nullptr ? nullptr : group->cpu();
      if (plan_.retrieval == nullptr) {
        problem(
            "retrieval.on",
            fmt::format("machine '{}' has no group of CPUs '{}'", cluster_.name(), retrieval->on),
            groups(false).empty() ? "a machine with a group of CPUs"
                                  : core::suggestion(retrieval->on, groups(false)));
      }
    }
    if (projections && attention) {
      plan_.projections = *projections;
      plan_.attention = *attention;
    }
  }

  [[nodiscard]] bool separate() const { return plan_.attention.name != plan_.projections.name; }

  void divide() {
    auto& devices = plan_.projections.count;
    if (separate()) {
      plan_.replicas = std::max<std::int64_t>(1, mapping_.batches - 1);
      if (devices % plan_.replicas != 0) {
        problem("batches",
                fmt::format("{} batches in flight need {} replicas of the weights, and {} devices "
                            "cannot be divided among them: {} are left over",
                            mapping_.batches, plan_.replicas, devices, devices % plan_.replicas),
                "a multiple of the replicas");
      }
      devices = std::max<std::int64_t>(1, devices / plan_.replicas);
    }
    divideHeads();
    if ((separate() || mapping_.retrieval) && !mapping_.decodeOnly) {
      problem("decode_only", "prompts cannot be computed where keys and values lie elsewhere",
              "`decode_only: true`: prompts come with their keys and values");
    }
    if (!separate()) {
      plan_.attention.count = devices;
    }
  }

  void divideHeads() {
    const auto& heads = model_.attention;
    const auto check = [&](const char* path, std::int64_t number, std::int64_t devices,
                           const char* what, const char* help) {
      if (number % devices != 0) {
        problem(path,
                fmt::format("{} {} cannot be divided over {} devices: {} are left over", number,
                            what, devices, number % devices),
                help);
      }
    };
    constexpr const char* kFewer = "a number of devices that divides them";
    constexpr const char* kSplit = "a number of devices that divides them, or `split: requests`";
    check("projections", heads.heads, plan_.projections.count, "query heads", kFewer);
    if (mapping_.split == serving::Split::Heads) {
      const auto devices = separate() ? plan_.attention.count : plan_.projections.count;
      if (heads.latent) {
        check("attention", heads.heads, devices, "query heads", kSplit);
      } else {
        check("attention", heads.keyHeads, devices, "key heads", kSplit);
      }
    }
  }

  /// The link from the first device of one group to another device; a problem where there is none.
  const arch::Link* linkOf(const std::string& from, const std::string& to, const char* path) {
    const auto sources = cluster_.members(from);
    const auto targets = cluster_.members(to);
    for (const auto source : sources) {
      for (const auto target : targets) {
        if (source != target && cluster_.link(source, target) == nullptr) {
          problem(path,
                  fmt::format("machine '{}' has no link from '{}' to '{}'", cluster_.name(),
                              cluster_.deviceName(source), cluster_.deviceName(target)),
                  "a link in the machine's `links` that joins them");
          return nullptr;
        }
      }
    }
    return cluster_.link(sources.front(), targets.back());
  }

  void findLinks() {
    auto& devices = plan_.projections;
    if (devices.count > 1) {
      devices.link = linkOf(devices.name, devices.name, "projections");
    }
    if (separate()) {
      plan_.network = linkOf(devices.name, plan_.attention.name, "attention");
    }
    if (mapping_.retrieval) {
      linkOf(devices.name, mapping_.retrieval->on, "retrieval.on");
    }
  }

  /// Bytes of a group's device that weights and keys may take.
  [[nodiscard]] double usable(const ServingDevices& devices) const {
    return real(groupOf(devices.name)->memoryBytes()) * mapping_.memoryShare -
           mapping_.reservedBytes;
  }

  void findMemory() {
    const auto& devices = plan_.projections;
    const double weights = workloads::weightBytes(model_);
    const double room = usable(devices) * real(devices.count);
    if (weights > room) {
      problem(
          "projections",
          fmt::format("the weights of '{}' need {}, and {} x {} have room for {}: {} too little",
                      model_.name, core::formatBytes(weights), devices.count, devices.gpu->name(),
                      core::formatBytes(std::max(0.0, room)),
                      core::formatBytes(weights - std::max(0.0, room))),
          "more devices, or weights of fewer bytes");
      return;
    }
    double keys =
        separate() ? usable(plan_.attention) * real(plan_.attention.count) : room - weights;
    const bool copied = model_.attention.latent && mapping_.split == serving::Split::Heads;
    keys /= copied ? real(plan_.attention.count) : 1;
    if (mapping_.retrieval) {
      keys = real(plan_.retrieval->data().dramBytes) * mapping_.memoryShare;
    }
    auto& rules = plan_.rules;
    rules.capacityTokens = std::max(0.0, keys) / workloads::keyBytesPerToken(model_);
    rules.mostRequests = mapping_.mostRequests;
    rules.chunkTokens = mapping_.chunkTokens;
    rules.decodeOnly = mapping_.decodeOnly;
    rules.batches = static_cast<int>(mapping_.batches);
    if (const auto& streaming = mapping_.streaming) {
      rules.fullShare = 1 - streaming->share;
      rules.window = streaming->first + streaming->last;
    }
    if (rules.capacityTokens < 1) {
      problem("attention",
              fmt::format("no memory is left for keys and values: a token needs {}",
                          core::formatBytes(workloads::keyBytesPerToken(model_))),
              "more devices for attention");
    }
  }

  const workloads::Transformer& model_;
  const arch::Cluster& cluster_;
  const serving::Mapping& mapping_;
  ServingPlan plan_;
  core::Problems problems_;
};

} // namespace

bool hasDevices(const workloads::Transformer& model, const arch::Cluster& cluster,
                const serving::Mapping& mapping) {
  return Planner(model, cluster, mapping).hasDevices();
}

core::Expected<ServingPlan> planServing(const workloads::Transformer& model,
                                        const arch::Cluster& cluster,
                                        const serving::Mapping& mapping) {
  return Planner(model, cluster, mapping).plan();
}

} // namespace einsight::explore
