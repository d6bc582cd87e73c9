#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "cli/terminal.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>

namespace {

using einsight::cli::Answer;
using einsight::cli::checkValues;
using einsight::cli::Command;
using einsight::cli::kInterrupted;
using einsight::cli::Work;
namespace core = einsight::core;

constexpr int kDone = 0;
constexpr int kOutside = 1;
constexpr int kInputWrong = 2;
constexpr int kOurFault = 3;

constexpr std::array kCommands{
    Command{"run", "simulate one workload on one machine", einsight::cli::addRun},
    Command{"map", "search for a mapping of a workload on a machine", einsight::cli::addMap},
    Command{"analyze", "operations, tensors, passes and intensity of a workload",
            einsight::cli::addAnalyze},
    Command{"compare", "workloads side by side over a range, and where they change places",
            einsight::cli::addCompare},
    Command{"gna", "tiles that neighborhood attention visits, and the speedups that they bound",
            einsight::cli::addGna},
    Command{"plan", "the cluster that serves a model's requests for the least money",
            einsight::cli::addPlan},
    Command{"import", "a model of another format as a workload", einsight::cli::addImport},
    Command{"validate", "simulations against published numbers", einsight::cli::addValidate},
    Command{"measure", "kernels and microbenchmarks on the GPU at hand", einsight::cli::addMeasure},
    Command{"sweep", "many points from one file, into a database", einsight::cli::addSweep},
    Command{"merge", "the databases of the parts of a sweep, as one", einsight::cli::addMerge},
    Command{"report", "a page with pictures of answers and sweeps", einsight::cli::addReport},
    Command{"list", "what the catalogue has: workloads, mechanisms, machines, mappings, suites",
            einsight::cli::addList},
    Command{"show", "a workload, machine or mapping in full", einsight::cli::addShow},
    Command{"schema", "the JSON Schema of a file: workload, machine, mapping, sweep or plan",
            einsight::cli::addSchema},
};

struct Ready {
  CLI::App* app = nullptr;
  Work work;
};

/// A command that does not exist, as the first word: answered with the nearest name.
core::Problems checkCommand(const std::vector<std::string>& words) {
  if (words.empty() || words.front().starts_with('-')) {
    return {};
  }
  std::vector<std::string> known;
  for (const auto& command : kCommands) {
    if (command.name == words.front()) {
      return {};
    }
    known.emplace_back(command.name);
  }
  return {{{},
           fmt::format("there is no command '{}'", words.front()),
           core::suggestion(words.front(), known)}};
}

/// The arguments without the program's name; "help run" is "run --help".
std::vector<std::string> argumentsOf(int count, char** arguments) {
  std::vector<std::string> words(arguments + std::min(count, 1), arguments + count);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
}

int fail(const core::Problems& problems) {
  std::cerr << core::render(problems);
  return kInputWrong;
}

/// Writes everything, the files first; an unwritable file is the user's problem.
int write(const Answer& answer, const std::string& jsonFile) {
  auto files = answer.files;
  if (!jsonFile.empty() && jsonFile != "-") {
    files.emplace_back(jsonFile, answer.json);
  }
  core::Problems problems;
  for (const auto& [path, content] : files) {
    std::ofstream file(path, std::ios::binary);
    file << content;
    file.close();
    if (!file) {
      problems.push_back({{path.string(), 0, 0, {}}, "cannot write the file", {}});
    }
  }
  if (!problems.empty()) {
    return fail(problems);
  }
  std::cout << (jsonFile == "-" ? answer.json : answer.text) << std::flush;
  if (!std::cout) {
    return fail({{{}, "cannot write to standard output", "is the disk full?"}});
  }
  return answer.interrupted ? kInterrupted : answer.outside ? kOutside : kDone;
}

int parseFailed(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) { // --help, --version
    return app.exit(error);
  }
  const auto subcommands = app.get_subcommands();
  const auto command = subcommands.empty() ? std::string() : " " + subcommands[0]->get_name();
  return fail({{{}, error.what(), fmt::format("einsight{} --help lists the options", command)}});
}

int run(int count, char** arguments) {
  CLI::App app{"What will this attention do on that machine, and is the answer true?", "einsight"};
  app.set_version_flag("--version", "einsight " EINSIGHT_VERSION);
  app.require_subcommand(1);
  std::string jsonFile;
  std::vector<Ready> ready;
  for (const auto& command : kCommands) {
    auto* options = app.add_subcommand(command.name, command.summary);
    ready.push_back({options, command.add(*options)});
    options->add_option("--json", jsonFile, "write the answer as JSON to FILE (- for stdout)")
        ->type_name("FILE");
  }
  auto words = argumentsOf(count, arguments);
  if (const auto problems = checkCommand(words); !problems.empty()) {
    return fail(problems);
  }
  try {
    std::reverse(words.begin(), words.end()); // which CLI11 takes from the back
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) { return parseFailed(app, error); }
  for (const auto& [options, work] : ready) {
    if (options->parsed()) {
      if (const auto problems = checkValues(*options); !problems.empty()) {
        return fail(problems);
      }
      const auto answer = work();
      return answer ? write(*answer, jsonFile) : fail(answer.error());
    }
  }
  return kOurFault;
}

} // namespace

int main(int count, char** arguments) {
  einsight::cli::exitOnInterrupt();
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::cerr << "internal error: " << error.what() << "\n";
    return kOurFault;
  }
}
