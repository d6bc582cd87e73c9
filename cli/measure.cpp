#include "validation/measure.hpp"

#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "cli/terminal.hpp"
#include "validation/cuda/gpu/gpu.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

namespace einsight::cli {
namespace {

struct Options {
  std::vector<std::string> suites;
  std::string file, seconds = "540";
  bool resume = false, check = false;
};

core::Problem optionProblem(const std::string& option, std::string what, std::string help) {
  return {{{}, 0, 0, option}, std::move(what), std::move(help)};
}

/// Seconds of the budget; 0 and problems where they are none.
double secondsOf(const Options& options, core::Problems& problems) {
  std::istringstream stream(options.seconds);
  double seconds = 0;
  if (!(stream >> seconds) || !stream.eof() || !std::isfinite(seconds) || seconds <= 0) {
    problems.push_back(
        optionProblem("--seconds", fmt::format("'{}' is not a number of seconds", options.seconds),
                      "write a number above 0, such as 540"));
  }
  return seconds;
}

/// What can be said about the options without a device.
core::Problems checkOptions(const Options& options) {
  auto problems = validation::checkSuites(options.suites);
  if (options.check) {
    if (!options.file.empty() || options.resume || !options.suites.empty()) {
      problems.push_back(optionProblem("--check", "measures nothing and takes no suites",
                                       "leave out the suites, -o and --resume"));
    }
    return problems;
  }
  if (options.file.empty()) {
    problems.push_back(
        optionProblem("-o", "is required", "name the file that the measurements go to"));
    return problems;
  }
  const auto unwritable = checkWritable("-o", options.file);
  problems.insert(problems.end(), unwritable.begin(), unwritable.end());
  std::error_code none; // what cannot be looked at counts as absent
  const bool exists = std::filesystem::exists(options.file, none);
  if (exists && !options.resume) {
    problems.push_back(optionProblem("-o", fmt::format("'{}' exists", options.file),
                                     "go on with it by --resume, or name another file"));
  } else if (!exists && options.resume) {
    problems.push_back(optionProblem("--resume",
                                     fmt::format("there is no '{}' to go on with", options.file),
                                     "leave out --resume"));
  }
  return problems;
}

validation::Provenance provenanceOf(const validation::cuda::GpuFacts& facts,
                                    const Options& options) {
  validation::Provenance provenance;
  provenance.device = facts;
  provenance.einsight = EINSIGHT_VERSION;
  provenance.date = fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr)));
  provenance.command = "einsight measure";
  for (const auto& suite : options.suites) {
    provenance.command += " " + suite;
  }
  provenance.command += " -o " + options.file + " --seconds " + options.seconds;
  return provenance;
}

void tell(const std::string& line) {
  std::cerr << line << "\n" << std::flush;
}

Answer checkAnswer(validation::cuda::Gpu& gpu) {
  const auto all = validation::checkKernels(gpu, tell);
  const auto right =
      std::count_if(all.begin(), all.end(), [](const auto& checked) { return checked.right(); });
  double worst = 0;
  for (const auto& checked : all) {
    worst = checked.right() ? std::max(worst, checked.difference) : worst;
  }
  Answer answer;
  answer.text = fmt::format("{} of {} kernels agree with the double-precision reference within "
                            "{:.0e} (largest error {:.1e})\n",
                            right, all.size(), validation::kLargestError, worst);
  answer.outside = all.empty() || static_cast<std::size_t>(right) != all.size();
  return answer;
}

core::Expected<Answer> measureAnswer(validation::cuda::Gpu& gpu, const Options& options,
                                     double seconds) {
  const auto provenance = provenanceOf(gpu.facts(), options);
  auto file = options.resume ? validation::MeasureFile::resume(options.file, provenance)
                             : core::Expected<validation::MeasureFile>(
                                   validation::MeasureFile(options.file, provenance));
  if (!file) {
    return core::failure(file.error());
  }
  const auto begin = std::chrono::steady_clock::now();
  const StopOnInterrupt stop;
  validation::MeasureRequest request;
  request.suites = options.suites;
  request.seconds = seconds;
  request.elapsed = [begin] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  request.stop = StopOnInterrupt::asked;
  request.tell = tell;
  return validation::measure(gpu, request, *file).map([&](const validation::MeasureTally& tally) {
    Answer answer;
    answer.text = fmt::format("{}: {} measured, {} earlier, {} failed, {} not run, {} that this "
                              "device has no kernel for -> {}\n",
                              gpu.facts().name, tally.measured, tally.earlier, tally.failed,
                              tally.notRun, tally.unsupported, options.file);
    answer.json = file->text();
    answer.interrupted = StopOnInterrupt::asked();
    return answer;
  });
}

core::Expected<Answer> work(const Options& options) {
  auto problems = checkOptions(options);
  const double seconds = secondsOf(options, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto gpu = validation::cuda::Gpu::find();
  if (!gpu) {
    return core::failure(gpu.error());
  }
  if (options.check) {
    return checkAnswer(**gpu);
  }
  return measureAnswer(**gpu, options, seconds);
}

} // namespace

Work addMeasure(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option(
      "suites", given->suites,
      fmt::format("what to measure (all): {}", fmt::join(validation::measureSuites(), ", ")));
  options.add_option("-o,--output", given->file, "the file of measurements, JSON")
      ->type_name("FILE");
  options.add_option("--seconds", given->seconds, "no case is started after so many (540)");
  options.add_flag("--resume", given->resume, "go on with the file: what it has is not run again");
  options.add_flag("--check", given->check,
                   "run small odd cases against a double-precision reference instead");
  return [given] { return work(*given); };
}

} // namespace einsight::cli
