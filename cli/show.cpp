#include "arch/catalogue.hpp"
#include "cli/command.hpp"
#include "cli/loop_nest.hpp"
#include "cli/machine_text.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "config/node.hpp"
#include "core/text.hpp"
#include "explore/point.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

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
    const auto document = config::load(name, {arch::machinesFolder()});
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

/// Machines, those first whose name the mapping's begins with.
std::vector<std::string> machinesFor(const std::string& mapping) {
  std::vector<std::string> names;
  for (const auto& machine : arch::list().value_or(std::vector<arch::Listed>{})) {
    names.push_back(machine.name);
  }
  std::stable_partition(names.begin(), names.end(),
                        [&](const std::string& name) { return mapping.starts_with(name); });
  return names;
}

/// The mapping at the workload and machine that are given; the first ones of the catalogue that it
/// is legal for where they are not.
core::Expected<explore::Point> pointOf(const Options& options, const Settings& settings) {
  std::vector<std::string> workloads{options.workload};
  std::vector<std::string> machines{options.machine};
  if (options.workload.empty()) {
    workloads.clear();
    for (const auto& entry : workloads::list()) {
      workloads.push_back(entry.name);
    }
  }
  if (options.machine.empty()) {
    const auto stem = std::filesystem::path(options.name).stem().string();
    machines = machinesFor(stem);
  }
  core::Problems problems;
  for (const auto& workload : workloads) {
    for (const auto& machine : machines) {
      auto point = explore::prepare(
          {workload, machine, options.name, settings.workload, settings.machine, settings.mapping});
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

core::Expected<std::string> mappingText(const Options& options, const Settings& settings) {
  return pointOf(options, settings).map([&](const explore::Point& point) {
    const auto& mapping = point.mapping;
    auto out =
        report::bold(fmt::format("{}: {}", mapping.mapping().name, mapping.mapping().summary),
                     stdoutStyle()) +
        "\n";
    if (!mapping.mapping().source.empty()) {
      out += fmt::format("source: {}\n", mapping.mapping().source);
    }
    return out +
           fmt::format("for {} on {} (-w and -a give others)\n\n", mapping.cascade().name(),
                       mapping.machine().name()) +
           loopNest(mapping);
  });
}

core::Expected<std::string> textOf(const std::string& kind, const Options& options,
                                   const Settings& settings) {
  if (kind == "workload") {
    return workloads::load(options.name, settings.workload).map([](const auto& cascade) {
      return workloads::describe(cascade);
    });
  }
  if (kind == "machine") {
    return arch::load(options.name, settings.machine).map([](const auto& machine) {
      return describe(machine, stdoutStyle());
    });
  }
  return mappingText(options, settings);
}

core::Expected<Answer> work(const Options& options) {
  const auto settings = readSettings(options.settings);
  if (!settings) {
    return core::failure(settings.error());
  }
  const auto kinds = kindsOf(options.name);
  if (!kinds) {
    return core::failure(kinds.error());
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
