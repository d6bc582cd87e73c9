#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): its own name
class App;
}

namespace einsight::cli {

/// What a command found. Nothing is written before it is complete.
struct Answer {
  std::string text;     ///< for people, on stdout
  std::string json;     ///< for `--json`
  bool outside = false; ///< a comparison fell outside its tolerance: exit status 1
  std::vector<std::pair<std::filesystem::path, std::string>> files; ///< further files to write
  bool interrupted = false; ///< the best up to Ctrl-C: exit status 130
};
using Work = std::function<core::Expected<Answer>()>;

/// A command of the program: `add` declares its options on a subcommand and returns what to do
/// once they are parsed. Adding a command is one file and one row of the table in main.cpp.
struct Command {
  const char* name;
  const char* summary;
  Work (*add)(CLI::App& options);
};

Work addRun(CLI::App& options);
Work addMap(CLI::App& options);
Work addAnalyze(CLI::App& options);
Work addCompare(CLI::App& options);
Work addGna(CLI::App& options);
Work addImport(CLI::App& options);
Work addPlan(CLI::App& options);
Work addValidate(CLI::App& options);
Work addMeasure(CLI::App& options);
Work addSweep(CLI::App& options);
Work addMerge(CLI::App& options);
Work addReport(CLI::App& options);
Work addList(CLI::App& options);
Work addShow(CLI::App& options);
Work addSchema(CLI::App& options);

} // namespace einsight::cli
