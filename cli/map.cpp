#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/map_report.hpp"
#include "cli/output_file.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"
#include "mappings/write.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

namespace einsight::cli {
namespace {

void readObjective(const MapOptions& options, explore::MapRequest& request) {
  std::vector<std::string> known;
  for (const auto& each : kObjectives) {
    known.emplace_back(each.name);
    if (options.objective == each.name) {
      request.objective = each.objective;
      return;
    }
  }
  request.mistakes.push_back({{{}, 0, 0, "--objective"},
                              fmt::format("there is no objective '{}'", options.objective),
                              core::suggestion(options.objective, known)});
}

void readRequirements(const MapOptions& options, explore::MapRequest& request) {
  for (const auto& text : options.requirements) {
    auto condition = core::Expression::parse(text);
    if (condition) {
      request.requirements.push_back(std::move(*condition));
    } else {
      request.mistakes.push_back({{{}, 0, 0, "--require"},
                                  fmt::format("'{}': {}", text, condition.error()),
                                  "write for example array_2d.utilization >= 0.8"});
    }
  }
}

/// The request, with every mistake in the options.
explore::MapRequest requestOf(const MapOptions& options, const CLI::App& app) {
  explore::MapRequest request;
  readObjective(options, request);
  auto settings = readSettings(options.settings, request.mistakes, {options.machine});
  if (!settings.mapping.empty()) {
    request.mistakes.push_back(
        {{{}, 0, 0, "--set"},
         fmt::format("mapping.{}: the sizes of the mapping are what is searched",
                     settings.mapping.begin()->first),
         "set parameters of the workload, and arch. of the machine"});
  }
  readRequirements(options, request);
  if (options.seconds < 1) {
    request.mistakes.push_back({{{}, 0, 0, "--time-limit"},
                                fmt::format("'{}' is no time to search", options.seconds),
                                "write whole seconds, 1 or more"});
  }
  const auto unwritable = checkOutputs(app, {"--output", "--json"});
  request.mistakes.insert(request.mistakes.end(), unwritable.begin(), unwritable.end());
  request.workload = options.workload;
  request.machine = options.machine;
  request.workloadSettings = std::move(settings.workload);
  request.machineSettings = std::move(settings.machine);
  request.seconds = options.seconds;
  request.limits = true;
  if (!options.output.empty()) {
    request.name = std::filesystem::path(options.output).stem().string();
  }
  return request;
}

core::Expected<Answer> work(const MapOptions& options, const CLI::App& app) {
  auto request = requestOf(options, app);
  const StopOnInterrupt interrupt;
  ProgressBar bar("searching");
  request.progress = [&](double fraction) {
    return bar.show(fraction) && !StopOnInterrupt::asked();
  };
  const auto found = explore::searchMapping(request);
  if (!found && StopOnInterrupt::asked()) {
    Answer nothing;
    nothing.text = "stopped by Ctrl-C before a legal mapping was found; nothing is written\n";
    nothing.interrupted = true;
    return nothing;
  }
  if (!found) {
    return core::failure(found.error());
  }
  Answer answer;
  answer.text = mapText(options, *found);
  answer.json = withProvenance(mapJson(options, *found), app);
  answer.interrupted = found->stopped || StopOnInterrupt::asked();
  if (!options.output.empty()) {
    answer.files.emplace_back(options.output, mappings::write(found->point.mapping.mapping(),
                                                              mapComment(options, *found)));
  }
  return answer;
}

} // namespace

Work addMap(CLI::App& options) {
  const auto given = std::make_shared<MapOptions>();
  options.add_option("-w,--workload", given->workload, "name, CASCADE:MODEL or file")->required();
  options.add_option("-a,--arch", given->machine, "machine: name or file")->required();
  options.add_option("--objective", given->objective,
                     "what to make small: latency (default), energy or edp");
  options.add_option("-o,--output", given->output, "write the mapping to this file")
      ->type_name("FILE");
  options.add_option("--set", given->settings, "L=4K arch.PE=64")->delimiter(',');
  options.add_option("--require", given->requirements,
                     "a condition such as 'array_2d.utilization >= 0.8'; may be repeated");
  options.add_option("--time-limit", given->seconds,
                     "seconds after which the best so far is the answer (60)");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
