#include "cli/output_file.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <unistd.h>

namespace einsight::cli {
namespace {

constexpr const char* kAnswer = "--json"; ///< the one output that may be stdout
constexpr std::array kOutputs{kAnswer, "--csv", "--vcd", "--trace", "--svg", "--output"};

/// The files that a value may name: itself, and what follows "NAME=" or stands beside ":".
std::vector<std::string> namedBy(const std::string& value) {
  std::vector<std::string> names{value};
  for (const char mark : {'=', ':'}) {
    if (const auto at = value.find(mark); at != std::string::npos) {
      names.push_back(value.substr(0, at));
      names.push_back(value.substr(at + 1));
    }
  }
  return names;
}

bool isSameFile(const std::string& one, const std::string& other) {
  std::error_code none; // what is not there is no file
  return std::filesystem::is_regular_file(one, none) &&
         std::filesystem::equivalent(one, other, none);
}

/// The option by which the command reads this file; "" for none.
std::string readerOf(const std::string& file, const std::vector<const CLI::Option*>& inputs) {
  for (const auto* input : inputs) {
    for (const auto& value : input->results()) {
      const auto names = namedBy(value);
      if (std::any_of(names.begin(), names.end(),
                      [&](const auto& name) { return isSameFile(file, name); })) {
        return input->get_name();
      }
    }
  }
  return {};
}

} // namespace

core::Problems checkWritable(const std::string& option, const std::string& file) {
  const std::filesystem::path path(file);
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto problem = [&](std::string what, std::string help) {
    return core::Problems{{{{}, 0, 0, option}, std::move(what), std::move(help)}};
  };
  std::error_code none; // what cannot be looked at counts as absent
  if (std::filesystem::is_directory(path, none)) {
    return problem(fmt::format("'{}' is a folder", file), "give the name of a file in it");
  }
  if (!std::filesystem::is_directory(folder, none)) {
    return problem(fmt::format("cannot write '{}': there is no folder '{}'", file, folder.string()),
                   "make the folder first, or give another file");
  }
  const bool there = std::filesystem::exists(path, none);
  if (access(there ? path.c_str() : folder.c_str(), W_OK) != 0) {
    return problem(fmt::format("cannot write '{}': '{}' may not be changed", file,
                               there ? file : folder.string()),
                   "give another file");
  }
  return {};
}

core::Problems checkOutputs(const CLI::App& options, const std::vector<std::string>& names) {
  core::Problems problems;
  std::map<std::filesystem::path, std::string> taken;
  for (const auto& name : names) {
    const auto* option = options.get_option_no_throw(name);
    const auto file = option == nullptr || option->empty() ? "-" : option->as<std::string>();
    if (file == "-") {
      continue;
    }
    const auto found = checkWritable(name, file);
    problems.insert(problems.end(), found.begin(), found.end());
    const auto [other, first] =
        taken.emplace(std::filesystem::absolute(file).lexically_normal(), name);
    if (!first) {
      problems.push_back({{{}, 0, 0, name},
                          fmt::format("'{}' is the file of {} too", file, other->second),
                          "give another file"});
    }
  }
  return problems;
}

core::Problems checkValues(const CLI::App& options) {
  core::Problems problems;
  std::vector<const CLI::Option*> inputs;
  std::vector<const CLI::Option*> outputs;
  for (const auto* option : options.get_options()) {
    const bool output =
        std::find(kOutputs.begin(), kOutputs.end(), option->get_name()) != kOutputs.end();
    (output ? outputs : inputs).push_back(option);
    const auto& values = option->results();
    if (option->get_items_expected_max() > 0 &&
        std::find(values.begin(), values.end(), "") != values.end()) {
      problems.push_back({{{}, 0, 0, option->get_name()}, "the value is empty", "give one"});
    }
  }
  for (const auto* output : outputs) {
    for (const auto& file : output->results()) {
      const auto name = output->get_name();
      if (const auto reader = readerOf(file, inputs); !reader.empty()) {
        problems.push_back({{{}, 0, 0, name},
                            fmt::format("'{}' is an input too ({})", file, reader),
                            "give another file: it would be written over"});
      } else if (file == "-" && name != kAnswer) {
        problems.push_back({{{}, 0, 0, name},
                            "'-' is no file",
                            "give the name of a file; only --json - goes to stdout"});
      }
    }
  }
  return problems;
}

} // namespace einsight::cli
