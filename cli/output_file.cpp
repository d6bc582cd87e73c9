#include "cli/output_file.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <unistd.h>

namespace einsight::cli {

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

} // namespace einsight::cli
