#include "arch/catalogue.hpp"
#include "cli/command.hpp"
#include "cli/loop_nest.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "cli/text/cluster.hpp"
#include "cli/text/kernel.hpp"
#include "cli/text/machine.hpp"
#include "cli/text/serving.hpp"
#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "core/text.hpp"
#include "explore/any_point.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/transformer.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

struct Options {
  std::string name, workload, machine;
  std::vector<std::string> settings;
};

/// What `show` prints of one thing.
struct Shown {
  std::string kind, name, text;
};

template <class Things>
bool has(const Things& things, const std::string& name) {
  return std::any_of(things.begin(), things.end(),
                     [&](const auto& thing) { return thing.name == name; });
}

/// The kinds of things that a name of the catalogue, or a file, is.
core::Expected<std::vector<std::string>> kindsOf(const std::string& name) {
  const auto machines = arch::list();
  if (!machines) {
    return core::failure(machines.error());
  }
  std::vector<std::string> kinds;
  const auto workloadsListed = workloads::list();
  const auto mappingsListed = mappings::list();
  if (has(workloadsListed, name.substr(0, name.find(':'))) && name.find('/') == std::string::npos) {
    kinds.emplace_back("workload");
  }
  if (has(*machines, name)) {
    kinds.emplace_back("machine");
  }
  if (has(mappingsListed, name)) {
    kinds.emplace_back("mapping");
  }
  if (!kinds.empty()) {
    return kinds;
  }
  std::error_code error;
  if (std::filesystem::is_regular_file(name, error)) {
    const auto document = config::loadAlone(name); // what it extends is of its kind
    if (!document) {
      return core::failure(document.error());
    }
    for (const auto* kind : {"workload", "machine", "mapping"}) {
      if (document->find(kind) != nullptr) {
        return std::vector<std::string>{kind};
      }
    }
    return std::vector<std::string>{"workload"};
  }
  std::vector<std::string> known;
  for (const auto& entry : workloadsListed) {
    known.push_back(entry.name);
  }
  for (const auto& entry : *machines) {
    known.push_back(entry.name);
  }
  for (const auto& entry : mappingsListed) {
    known.push_back(entry.name);
  }
  return core::failure({{{},
                         fmt::format("there is no workload, machine or mapping '{}'", name),
                         core::suggestion(name, known)}});
}

/// Mappings of kind serving are for clusters.
std::string machineKindOf(const std::string& mappingKind) {
  return mappingKind == "serving" ? "cluster" : mappingKind;
}

/// Is the mapping for machines of this kind? A file that cannot be read is for its reader to
/// report.
bool isFor(const std::string& mapping, const std::string& kind) {
  const auto file = mappings::find(mapping);
  const auto root =
      file ? config::load(*file, {config::catalogueRoot() / "mappings"}) : core::failure({});
  const auto* of = root ? root->find("kind") : nullptr;
  return of == nullptr || machineKindOf(of->scalar) == kind;
}

/// Machines of the mapping's kind, those first whose name the mapping's begins with.
std::vector<std::string> machinesFor(const std::string& mapping) {
  std::vector<std::string> names;
  for (const auto& machine : arch::list().value_or(std::vector<arch::Listed>{})) {
    if (isFor(mapping, machine.kind)) {
      names.push_back(machine.name);
    }
  }
  const auto stem = std::filesystem::path(mapping).stem().string();
  std::stable_partition(names.begin(), names.end(),
                        [&](const std::string& name) { return stem.starts_with(name); });
  return names;
}

/// The mapping at the workload and machine that are given; the first ones of the catalogue that it
/// is legal for where they are not.
core::Expected<explore::AnyPoint> pointOf(const Options& options, const Settings& settings) {
  std::vector<std::string> workloads{options.workload};
  std::vector<std::string> machines{options.machine};
  if (options.workload.empty()) {
    workloads.clear();
    for (const auto& entry : workloads::list()) {
      workloads.push_back(entry.name);
    }
  }
  if (options.machine.empty()) {
    machines = machinesFor(options.name);
  }
  auto load = settings.workload;
  const auto file = mappings::find(options.name);
  if (file && mappings::kindOf(*file) == "serving" && settings.workloadNames.empty() &&
      load.empty()) {
    load = {{"batch", 1}, {"context", 1}}; // a whole model serves something
  }
  core::Problems problems;
  for (const auto& workload : workloads) {
    for (const auto& machine : machines) {
      auto point = explore::prepareAny({workload,
                                        machine,
                                        options.name,
                                        load,
                                        settings.machine,
                                        settings.mapping,
                                        {},
                                        settings.workloadNames});
      if (point) {
        return point;
      }
      problems = workloads.size() * machines.size() == 1 ? point.error() : core::Problems{};
    }
  }
  if (problems.empty()) {
    problems.push_back({{},
                        fmt::format("mapping '{}' is legal for no workload and machine of the "
                                    "catalogue with these settings",
                                    options.name),
                        "give its workload with -w and its machine with -a"});
  }
  return core::failure(std::move(problems));
}

std::string headingOf(const std::string& name, const std::string& summary,
                      const std::string& source, const std::string& workload,
                      const std::string& machine) {
  auto out = report::bold(name + ": " + summary, stdoutStyle()) + "\n";
  if (!source.empty()) {
    out += fmt::format("source: {}\n", source);
  }
  return out + fmt::format("for {} on {} (-w and -a give others)\n\n", workload, machine);
}

std::string mappingOf(const explore::Point& point) {
  const auto& mapping = point.mapping;
  return headingOf(mapping.mapping().name, mapping.mapping().summary, mapping.mapping().source,
                   mapping.cascade().name(), mapping.machine().name()) +
         loopNest(mapping);
}

std::string mappingOf(const explore::GpuPoint& point) {
  const auto& mapping = point.mapping;
  return headingOf(mapping.name, mapping.summary, mapping.source, point.cascade.name(),
                   point.gpu.name()) +
         kernelText(point, stdoutStyle());
}

std::string mappingOf(const explore::ClusterPoint& point) {
  const auto& mapping = point.mapping;
  return headingOf(mapping.name, mapping.summary, mapping.source, point.cascade.name(),
                   point.cluster.name()) +
         clusterPlanText(point, stdoutStyle());
}

std::string mappingOf(const explore::ServingPoint& point) {
  const auto& mapping = point.mapping;
  return headingOf(mapping.name, mapping.summary, mapping.source, point.model.name,
                   point.cluster->name()) +
         servingPlanText(point, stdoutStyle());
}

core::Expected<std::string> mappingText(const Options& options, const Settings& settings) {
  return pointOf(options, settings).map([](const explore::AnyPoint& point) {
    return std::visit([](const auto& known) { return mappingOf(known); }, point);
  });
}

core::Expected<std::string> machineText(const Options& options, const Settings& settings) {
  const auto kind = arch::kindOf(options.name);
  if (!kind) {
    return core::failure(kind.error());
  }
  if (*kind == "gpu") {
    return arch::loadGpu(options.name, settings.machine).map([](const arch::Gpu& gpu) {
      return cli::describe(gpu, stdoutStyle());
    });
  }
  if (*kind == "cluster") {
    return arch::loadCluster(options.name, settings.machine).map([](const arch::Cluster& cluster) {
      return cli::describe(cluster, stdoutStyle());
    });
  }
  if (*kind == "cpu") {
    return arch::loadCpu(options.name, settings.machine).map([](const arch::Cpu& cpu) {
      return cli::describe(cpu, stdoutStyle());
    });
  }
  return arch::load(options.name, settings.machine).map([](const arch::Machine& machine) {
    return cli::describe(machine, stdoutStyle());
  });
}

core::Expected<std::string> textOf(const std::string& kind, const Options& options,
                                   const Settings& settings) {
  if (kind == "workload" && workloads::isTransformer(options.name)) {
    return workloads::loadTransformer(options.name).and_then([&](const auto& model) {
      return workloads::load(options.name, settings.workload).map([&](const auto& cascade) {
        return workloads::describe(model) +
               "\none layer's attention, which runs on a machine by itself; a cluster, or a GPU "
               "that "
               "is given a load, serves the whole model\n" +
               workloads::describe(cascade);
      });
    });
  }
  if (kind == "workload") {
    return workloads::load(options.name, settings.workload).map([](const auto& cascade) {
      return workloads::describe(cascade);
    });
  }
  if (kind == "machine") {
    return machineText(options, settings);
  }
  return mappingText(options, settings);
}

core::Expected<Answer> work(const Options& options) {
  const auto kinds = kindsOf(options.name);
  if (!kinds) {
    return core::failure(kinds.error());
  }
  const bool isMachine = std::find(kinds->begin(), kinds->end(), "machine") != kinds->end();
  const auto settings =
      readSettings(options.settings, {isMachine ? options.name : options.machine});
  if (!settings) {
    return core::failure(settings.error());
  }
  Answer answer;
  auto shown = nlohmann::ordered_json::array();
  for (const auto& kind : *kinds) {
    const auto text = textOf(kind, options, *settings);
    if (!text) {
      return core::failure(text.error());
    }
    answer.text += answer.text.empty() ? "" : "\n";
    answer.text += kinds->size() > 1 ? kind + " " : "";
    answer.text += *text;
    shown.push_back({{"kind", kind}, {"name", options.name}, {"text", *text}});
  }
  answer.json = nlohmann::ordered_json{{"shown", std::move(shown)}}.dump(2) + "\n";
  return answer;
}

} // namespace

Work addShow(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("name", given->name, "name in the catalogue, or a file")->required();
  options.add_option("-w,--workload", given->workload, "for a mapping: the workload it runs");
  options.add_option("-a,--arch", given->machine, "for a mapping: the machine it runs on");
  options.add_option("--set", given->settings, "L=4K arch.PE=64 mapping.p1=4")->delimiter(',');
  return [given] { return work(*given); };
}

} // namespace einsight::cli
