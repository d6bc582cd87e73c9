#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/device_peaks.hpp"
#include "cli/output_file.hpp"
#include "config/catalogue.hpp"
#include "core/text.hpp"
#include "report/markdown.hpp"
#include "report/pictures.hpp"
#include "report/read_document.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>

namespace einsight::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array kFormats{"html", "md", "csv", "svg"};

struct Options {
  std::vector<std::string> inputs;
  std::string output, format, baseline, only;
};

/// One file for each chart or table, instead of one for all.
bool manyFiles(const std::string& format) {
  return format == "csv" || format == "svg";
}

std::string formatOf(const Options& options, core::Problems& problems) {
  const std::vector<std::string> known(kFormats.begin(), kFormats.end());
  if (options.format.empty()) {
    const auto ending = fs::path(options.output).extension().string();
    if (!ending.empty() && ending != ".md" && ending != ".html") {
      problems.push_back({{{}, 0, 0, "--output"},
                          fmt::format("'{}' says no format: one file is .html or .md", ending),
                          "--format says which it is: html, md, csv or svg"});
    }
    return ending == ".md" ? "md" : "html";
  }
  if (std::find(known.begin(), known.end(), options.format) == known.end()) {
    problems.push_back({{{}, 0, 0, "--format"},
                        fmt::format("there is no format '{}'", options.format),
                        core::suggestion(options.format, known)});
  }
  return options.format;
}

void checkOutput(const Options& options, const std::string& format, core::Problems& problems) {
  core::Problems found;
  std::error_code none;
  if (!manyFiles(format) || !fs::exists(options.output, none)) {
    found = checkWritable("--output", options.output);
  } else if (!fs::is_directory(options.output, none)) {
    found = {{{{}, 0, 0, "--output"},
              fmt::format("'{}' is no folder; {} is one file for each {}", options.output, format,
                          format == "csv" ? "table" : "picture"),
              "give the name of a folder"}};
  } else {
    found = checkWritable("--output", (fs::path(options.output) / ("a." + format)).string());
  }
  problems.insert(problems.end(), found.begin(), found.end());
}

/// Why no answer can be in the file at all; empty: it has text.
core::Problems mistakeIn(const std::string& file) {
  std::error_code none; // what cannot be looked at counts as absent
  const std::string what = fs::is_directory(file, none) ? "is a folder"
                           : !fs::exists(file, none)    ? "there is no such file"
                           : !std::ifstream(file)       ? "may not be read"
                           : fs::is_regular_file(file, none) && fs::file_size(file, none) == 0
                               ? "is empty"
                               : "";
  return what.empty() ? core::Problems{}
                      : core::Problems{{{file, 0, 0, {}}, what, "give the file of an answer"}};
}

std::optional<report::Baseline> baselineOf(const std::string& text, core::Problems& problems) {
  const auto equals = text.find('=');
  if (text.empty()) {
    return std::nullopt;
  }
  if (equals == std::string::npos || equals == 0) {
    problems.push_back({{{}, 0, 0, "--baseline"},
                        fmt::format("'{}' names no points", text),
                        "write COLUMN=VALUE, such as mapping=unfused or run=NAME"});
    return std::nullopt;
  }
  return report::Baseline{text.substr(0, equals), text.substr(equals + 1)};
}

using Files = std::vector<std::pair<fs::path, std::string>>;

core::Expected<Files> filesOf(const report::Document& document, const Options& options,
                              const std::string& format) {
  if (format == "md") {
    return Files{{options.output, report::markdown(document)}};
  }
  if (format == "html") {
    return report::htmlPage(document, report::webFolders(config::catalogueRoot()))
        .map([&](std::string page) {
          return Files{{options.output, std::move(page)}};
        });
  }
  Files files;
  if (format == "csv") {
    for (const auto& table : document.tables) {
      files.emplace_back(table.id(), report::toCsv(table));
    }
  } else {
    const auto drawn = report::pictures(document, report::webFolders(config::catalogueRoot()));
    if (!drawn) {
      return core::failure(drawn.error());
    }
    files.assign(drawn->begin(), drawn->end());
  }
  if (files.empty()) {
    return core::failure({{{},
                           fmt::format("nothing to write as {}: no point was simulated", format),
                           "--format md says why"}});
  }
  if (!options.only.empty()) {
    std::vector<std::string> known;
    std::transform(files.begin(), files.end(), std::back_inserter(known),
                   [](const auto& file) { return file.first.string(); });
    std::erase_if(files, [&](const auto& file) { return file.first != options.only; });
    if (files.empty()) {
      return core::failure({{{{}, 0, 0, "--only"},
                             fmt::format("there is no '{}'", options.only),
                             core::suggestion(options.only, known)}});
    }
  }
  for (auto& [name, content] : files) {
    name = fs::path(options.output) / (name.string() + "." + format);
  }
  return files;
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  core::Problems problems;
  const auto format = formatOf(options, problems);
  checkOutput(options, format, problems);
  if (!options.only.empty() && !manyFiles(format)) {
    problems.push_back({{{}, 0, 0, "--only"},
                        fmt::format("{} is one file with everything", format),
                        "goes with --format svg and --format csv"});
  }
  const DevicePeaks peaks;
  const report::DocumentOptions how{commandLine(app), EINSIGHT_VERSION,
                                    baselineOf(options.baseline, problems), peaks.function()};
  std::vector<report::Input> inputs;
  for (const auto& file : options.inputs) {
    auto mistakes = mistakeIn(file);
    if (mistakes.empty()) {
      inputs.push_back({file, config::hashOfFile(file), {}, {}});
    }
    problems.insert(problems.end(), mistakes.begin(), mistakes.end());
  }
  if (inputs.empty()) {
    return core::failure(std::move(problems));
  }
  const auto document = report::readDocument(inputs, how);
  problems.insert(problems.end(), peaks.problems().begin(), peaks.problems().end());
  if (!document) {
    problems.insert(problems.end(), document.error().begin(), document.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return filesOf(*document, options, format).map([&](Files files) {
    Answer answer;
    answer.json = report::toJson(*document) + "\n";
    for (const auto& [file, content] : files) {
      answer.text += file.string() + "\n";
    }
    answer.files = std::move(files);
    std::error_code refused; // where it cannot be made, its files cannot be written
    if (manyFiles(format)) {
      fs::create_directory(options.output, refused);
    }
    return answer;
  });
}

} // namespace

Work addReport(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options
      .add_option(
          "inputs", given->inputs,
          "JSON of run, compare, plan, validate, gna or measure, or the database of a sweep")
      ->required();
  options
      .add_option("-o,--output", given->output,
                  "file, or folder for csv and svg (made where there is none)")
      ->required()
      ->type_name("FILE");
  options.add_option("--format", given->format, "html (default), md, csv or svg");
  options.add_option("--baseline", given->baseline,
                     "COLUMN=VALUE of the points that speedups are over: mapping=unfused");
  options.add_option("--only", given->only, "csv and svg: only the table or picture of this name");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
