#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/compare/points.hpp"
#include "cli/compare/text.hpp"
#include "cli/engines.hpp"
#include "cli/output_file.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "config/catalogue.hpp"
#include "explore/sweep/values.hpp"
#include "report/pictures.hpp"
#include "report/read_document.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace einsight::cli {
namespace {

struct Options {
  std::vector<std::string> workloads, machines, settings;
  std::string mapping, engine = "cycle", svg;
};

/// The texts that hold a piece, taken out of the others.
std::vector<std::string> takeWith(std::vector<std::string>& texts,
                                  bool (*wanted)(const std::string&)) {
  std::vector<std::string> out;
  std::erase_if(texts, [&](const std::string& text) {
    if (wanted(text)) {
      out.push_back(text);
      return true;
    }
    return false;
  });
  return out;
}

/// Takes the one setting with several values out of the texts; without one, the length: its only
/// value, or a range of our own.
void readRange(Options& options, CompareRequest& request, core::Problems& problems) {
  auto ranges = takeWith(options.settings, [](const std::string& text) {
    return text.find("..") != std::string::npos;
  });
  if (ranges.empty()) {
    ranges =
        takeWith(options.settings, [](const std::string& text) { return text.starts_with("L="); });
  }
  if (ranges.empty()) {
    ranges.emplace_back("L=1K..64K");
  }
  const auto equals = ranges.front().find('=');
  if (ranges.size() > 1 || equals == std::string::npos || equals == 0) {
    problems.push_back({{{}, 0, 0, "--set"},
                        fmt::format("{} ranges: a comparison runs along one", ranges.size()),
                        "give one range, such as L=4K..1M, and one value of everything else"});
    return;
  }
  request.parameter = ranges.front().substr(0, equals);
  const auto values = explore::sweep::parseValues(ranges.front().substr(equals + 1));
  if (!values) {
    problems.push_back(
        {{{}, 0, 0, "--set " + ranges.front()}, values.error().what, values.error().help});
  } else if (request.parameter.find('.') != std::string::npos) {
    problems.push_back({{{}, 0, 0, "--set " + ranges.front()},
                        "a comparison runs along a parameter of the workloads",
                        "einsight sweep varies machines and mappings"});
  } else {
    request.values = *values;
  }
}

/// Draws the pictures of an answer, one for each machine, below each other.
core::Expected<std::string> pictureOf(const std::string& json, const CLI::App& app,
                                      const report::WebFolders& folders) {
  return report::readAnswer({"compare", {}, {}, {}}, json,
                            {commandLine(app), EINSIGHT_VERSION, {}, {}})
      .and_then(
          [&](const report::Document& document) { return report::pictures(document, folders); })
      .map([](const auto& drawn) {
        std::vector<std::string> svgs;
        for (const auto& [name, svg] : drawn) {
          svgs.push_back(svg);
        }
        return report::stacked(svgs);
      });
}

core::Expected<Answer> work(Options options, const CLI::App& app) {
  core::Problems problems;
  CompareRequest request;
  readRange(options, request, problems);
  auto settings = readSettings(options.settings, problems, options.machines);
  const auto engine = checkEngine(options.engine);
  problems.insert(problems.end(), engine.begin(), engine.end());
  const auto folders = report::webFolders(config::catalogueRoot());
  if (!options.svg.empty()) {
    for (const auto& found :
         {checkWritable("--svg", options.svg), report::missingForPictures(folders)}) {
      problems.insert(problems.end(), found.begin(), found.end());
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  request.workloads = options.workloads;
  request.machines = options.machines;
  request.mapping = options.mapping;
  request.engine = options.engine;
  request.workload = std::move(settings.workload);
  request.machine = std::move(settings.machine);
  request.mappingSettings = std::move(settings.mapping);
  ProgressBar bar("comparing");
  const auto found = compare(request, [&](double part) { bar.show(part); });
  if (!found) {
    return core::failure(found.error());
  }
  Answer answer{toText(request, *found, stdoutStyle()),
                withProvenance(toJson(request, *found, options.settings), app),
                false,
                {}};
  if (!options.svg.empty()) {
    auto picture = pictureOf(answer.json, app, folders);
    if (!picture) {
      return core::failure(picture.error());
    }
    answer.files.emplace_back(options.svg, std::move(*picture));
  }
  return answer;
}

} // namespace

Work addCompare(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("-w,--workload", given->workloads, "names or files: mha,mla,nsa")
      ->delimiter(',')
      ->required();
  options.add_option("-a,--arch", given->machines, "names or files: h100,fusemax")
      ->delimiter(',')
      ->required();
  options.add_option("-m,--mapping", given->mapping, "one mapping for all; default: each its own");
  options.add_option("--set", given->settings, "L=4K..1M,H=16: one range, any values")
      ->delimiter(',');
  options.add_option("--engine", given->engine, "analytic or cycle");
  options
      .add_option("--svg", given->svg,
                  "draw time, operations and cache over the range into FILE, for each machine")
      ->type_name("FILE");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
