#include "explore/serving_point.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"
#include "explore/serving_pass.hpp"
#include "mappings/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::explore {
namespace {

namespace serving = mappings::serving;

constexpr std::array<std::string_view, 8> kSettings{"requests", "rate",   "seed",  "prompt",
                                                    "output",   "prefix", "batch", "context"};

std::vector<std::filesystem::path> mappingFolders() {
  return {config::catalogueRoot() / "mappings"};
}

template <class T>
void collect(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
}

/// Names of mappings of kind serving, the best first (key `preference`).
std::vector<std::string> candidates() {
  std::vector<std::pair<std::string, std::string>> ranked;
  for (const auto& entry : mappings::list()) {
    if (entry.kind != "serving") {
      continue;
    }
    const auto file = mappings::find(entry.name);
    const auto root = file ? config::load(*file, mappingFolders()) : core::failure({});
    const auto* preference = root ? root->find("preference") : nullptr;
    ranked.emplace_back(preference == nullptr ? "~" : preference->scalar, entry.name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) {
    names.push_back(std::move(name));
  }
  return names;
}

core::Expected<serving::Mapping> readNamed(const std::string& name,
                                           const core::Settings& settings) {
  return mappings::find(name).and_then([&](const std::filesystem::path& file) {
    return serving::readMapping(file, settings, mappingFolders());
  });
}

/// What `--set` and the model file's key `serving` say about the load.
struct LoadSettings {
  std::map<std::string, double> numbers;
  std::string trace;
};

void readFile(const std::string& model, LoadSettings& out, core::Problems& problems) {
  const auto file = config::find(model, {config::catalogueRoot() / "workloads"}, "model");
  const auto document =
      file ? config::load(*file, {config::catalogueRoot() / "workloads"}) : core::failure({});
  const auto* map = document ? document->find("serving") : nullptr;
  if (map == nullptr) {
    return;
  }
  config::MapReader reader(*map, problems);
  out.trace = reader.textOr("trace", "").value_or("");
  if (!out.trace.empty()) { // a file beside the model's
    std::error_code error;
    const auto beside = file->parent_path() / out.trace;
    out.trace = std::filesystem::is_regular_file(beside, error) ? beside.string() : out.trace;
  }
  for (const auto name : kSettings) {
    if (reader.has(name)) {
      out.numbers[std::string(name)] = reader.realOr(name, 1).value_or(1);
    }
  }
  reader.finish();
}

LoadSettings loadSettings(const PointRequest& request, core::Problems& problems) {
  LoadSettings out;
  readFile(request.workload, out, problems);
  std::vector<std::string> known{"trace"};
  known.insert(known.end(), kSettings.begin(), kSettings.end());
  for (const auto& [name, value] : request.workloadSettings) {
    if (std::find(known.begin() + 1, known.end(), name) == known.end()) {
      problems.push_back({{{}, 0, 0, "--set " + name},
                          fmt::format("a model that serves has no number '{}'", name),
                          core::suggestion(name, known)});
    } else if (value <= core::Rational(0) && name != "seed" && name != "prefix") {
      problems.push_back({{{}, 0, 0, "--set " + name}, "must be above zero", {}});
    } else {
      out.numbers[name] = value.toDouble();
    }
  }
  if (const auto trace = request.workloadNames.find("trace");
      trace != request.workloadNames.end()) {
    out.trace = trace->second;
  }
  return out;
}

using Load = std::variant<workloads::Trace, FixedBatch>;

core::Expected<Load> loadOf(const LoadSettings& settings) {
  const auto whole = [&](const char* name) -> std::optional<std::int64_t> {
    const auto found = settings.numbers.find(name);
    return found == settings.numbers.end()
               ? std::nullopt
               : std::optional(static_cast<std::int64_t>(found->second));
  };
  const auto batch = whole("batch");
  const auto context = whole("context");
  if (batch || context) {
    if (!batch || !context) {
      return core::failure({{{{}, 0, 0, "--set"},
                             "a fixed batch has a number of requests and of tokens of each",
                             "batch=16,context=4K"}});
    }
    return Load(FixedBatch{*batch, *context});
  }
  if (settings.trace.empty()) {
    return core::failure({{{{}, 0, 0, "--set"},
                           "what the model serves is missing",
                           "trace=azure-conv, trace=FILE.csv, or batch=16,context=4K"}});
  }
  workloads::TraceChanges changes;
  changes.requests = whole("requests");
  changes.sharedPrefix = whole("prefix");
  changes.prompt = whole("prompt");
  changes.output = whole("output");
  if (const auto rate = settings.numbers.find("rate"); rate != settings.numbers.end()) {
    changes.perSecond = rate->second;
  }
  if (const auto seed = whole("seed")) {
    changes.seed = static_cast<std::uint64_t>(*seed);
  }
  return workloads::loadTrace(settings.trace).map([&](workloads::Trace trace) {
    return Load(workloads::changed(std::move(trace), changes));
  });
}

/// A batch that stays must fit by itself.
core::Expected<void> checkFixed(const ServingPoint& point) {
  const auto* fixed = std::get_if<FixedBatch>(&point.load);
  if (fixed == nullptr) {
    return {};
  }
  const auto& rules = point.plan.rules;
  const double needed =
      static_cast<double>(fixed->requests) * sim::serving::residentTokens(rules, fixed->context);
  if (needed > rules.capacityTokens) {
    return core::failure(
        {{{point.mapping.file, 0, 0, "attention"},
          fmt::format(
              "{} requests of {} tokens need room for the keys and values of {:.0f} tokens, "
              "and there is room for {:.0f}: {:.0f} too few",
              fixed->requests, fixed->context, needed, rules.capacityTokens,
              needed - rules.capacityTokens),
          "fewer or shorter requests, or more devices for attention"}});
  }
  return {};
}

/// The machine; a GPU by itself is a cluster of one.
core::Expected<arch::Cluster> clusterAsWritten(const PointRequest& request) {
  const auto kind = arch::kindOf(request.machine);
  if (!kind || *kind != "gpu") {
    return arch::loadCluster(request.machine, request.machineSettings);
  }
  return arch::loadGpu(request.machine, request.machineSettings).and_then([](arch::Gpu gpu) {
    const auto facts = gpu.data();
    arch::Cluster::Data data;
    data.name = facts.name;
    data.summary = facts.summary;
    data.source = facts.source;
    data.file = facts.file;
    data.files = facts.files;
    data.groups.push_back({"gpu", facts.name, 1, std::move(gpu), facts.dollarsPerHour});
    return arch::check(std::move(data));
  });
}

core::Expected<arch::Cluster> clusterOf(const PointRequest& request, const Prices& prices) {
  return clusterAsWritten(request).and_then([&](const arch::Cluster& cluster) {
    auto data = cluster.data();
    for (auto& group : data.groups) {
      if (const auto price = prices.find(group.machine); price != prices.end()) {
        group.dollarsPerHour = price->second;
        data.dollarsPerHour.reset(); // the sum of the devices
      }
    }
    return arch::check(std::move(data));
  });
}

core::Expected<ServingPoint> assemble(const workloads::Transformer& model,
                                      const std::shared_ptr<const arch::Cluster>& cluster,
                                      const serving::Mapping& mapping, const Load& load) {
  auto plan = planServing(model, *cluster, mapping);
  if (!plan) {
    return core::failure(std::move(plan.error()));
  }
  ServingPoint point{model, cluster, mapping, load, std::move(*plan), {}};
  if (const auto* trace = std::get_if<workloads::Trace>(&load)) {
    point.plan.rules.sharedPrefix = trace->sharedPrefix;
  }
  if (auto fits = checkFixed(point); !fits) {
    return core::failure(std::move(fits.error()));
  }
  sim::serving::Shape one; // the devices can do what every iteration asks for
  one.requests = 1;
  one.tokens = 1;
  if (auto pass = passOf(point, one); !pass) {
    return core::failure(std::move(pass.error()));
  }
  return point;
}

} // namespace

bool isServing(const PointRequest& request, std::string_view machineKind) {
  if (machineKind != "cluster" && (machineKind != "gpu" || request.mapping.empty())) {
    return false;
  }
  if (!workloads::isTransformer(request.workload)) {
    return false;
  }
  if (request.mapping.empty()) {
    return true;
  }
  const auto kind = mappings::find(request.mapping).and_then(mappings::kindOf);
  return kind && *kind == "serving";
}

core::Expected<ServingPoint> prepareServing(const PointRequest& request, const Prices& prices) {
  auto problems = request.mistakes;
  const auto model = workloads::loadTransformer(request.workload);
  auto cluster = clusterOf(request, prices);
  collect(model, problems);
  collect(cluster, problems);
  const auto settings = loadSettings(request, problems);
  const auto load = loadOf(settings);
  collect(load, problems);
  auto mapping = request.mapping.empty() ? core::Expected<serving::Mapping>(serving::Mapping{})
                                         : readNamed(request.mapping, request.mappingSettings);
  collect(mapping, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto shared = std::make_shared<const arch::Cluster>(std::move(*cluster));
  if (!request.mapping.empty()) {
    return assemble(*model, shared, *mapping, *load);
  }
  for (const auto& name : candidates()) {
    auto point = readNamed(name, request.mappingSettings).and_then([&](const auto& candidate) {
      return assemble(*model, shared, candidate, *load);
    });
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    problems.insert(problems.end(), point.error().begin(), point.error().end());
  }
  return core::failure(std::move(problems));
}

} // namespace einsight::explore
