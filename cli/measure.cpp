#include "validation/measure/measure.hpp"

#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/measure_plan.hpp"
#include "cli/output_file.hpp"
#include "cli/terminal.hpp"
#include "validation/cuda/gpu/gpu.hpp"
#include "validation/measure/plan.hpp"
#include "validation/measure/watchdog.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iostream>

namespace einsight::cli {
namespace {

constexpr int kHung = 1; // exit status, as of a device that was lost

struct Options {
  std::vector<std::string> suites, kernels;
  std::string file, seconds = "540", patience = "60";
  std::string machine = "h200";
  bool resume = false, check = false, dryRun = false;
};

core::Problem optionProblem(const std::string& option, std::string what, std::string help) {
  return {{{}, 0, 0, option}, std::move(what), std::move(help)};
}

/// What an option says in seconds; 0 and problems where it does not.
double secondsOf(const std::string& option, const std::string& text, const std::string& usual,
                 core::Problems& problems) {
  std::istringstream stream(text);
  double seconds = 0;
  if (!(stream >> seconds) || !stream.eof() || !std::isfinite(seconds) || seconds <= 0) {
    problems.push_back(optionProblem(option, fmt::format("'{}' is not a number of seconds", text),
                                     "write a number above 0, such as " + usual));
  }
  return seconds;
}

/// Must a file be named, and is none?
bool lacksFile(const Options& options) {
  return options.file.empty() && !options.check && !options.dryRun;
}

/// What can be said about the options without a device.
core::Problems checkOptions(const Options& options) {
  auto problems = validation::checkSuites(options.suites);
  const auto unknown = validation::checkKernelNames(options.kernels);
  problems.insert(problems.end(), unknown.begin(), unknown.end());
  if (options.check) {
    if (!options.file.empty() || options.resume || !options.suites.empty()) {
      problems.push_back(optionProblem("--check", "measures nothing and takes no suites",
                                       "leave out the suites, -o and --resume"));
    }
    return problems;
  }
  if (options.dryRun) {
    if (!options.file.empty() || options.resume || !options.kernels.empty()) {
      problems.push_back(optionProblem("--dry-run", "plans whole suites and writes no file",
                                       "leave out -o, --resume and --kernel"));
    }
    return problems;
  }
  if (lacksFile(options)) {
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
  for (const auto& kernel : options.kernels) {
    provenance.command += " --kernel " + kernel;
  }
  provenance.command += " -o " + options.file + " --seconds " + options.seconds;
  return provenance;
}

void tell(const std::string& line) {
  std::cerr << line << "\n" << std::flush;
}

/// Ends the program: a thread that waits for a kernel that hangs cannot be told to stop.
void endHung(const std::string& id, const Options& options) {
  tell(fmt::format("{}: did not end within {} s; {}", id, options.patience,
                   options.check ? "--kernel checks the other kernels"
                                 : "go on with --resume, which runs it last"));
  std::_Exit(kHung);
}

Answer checkAnswer(validation::cuda::Gpu& gpu, const Options& options, double patience) {
  validation::Watchdog dog(std::chrono::duration<double>(patience),
                           [&](const std::string& id) { endHung(id, options); });
  const auto all = validation::checkKernels(
      gpu, {options.kernels, tell, [&](const std::string& id) { dog.watch(id); }});
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
                                     double seconds, double patience) {
  const auto provenance = provenanceOf(gpu.facts(), options);
  auto file = options.resume ? validation::MeasureFile::resume(options.file, provenance)
                             : core::Expected<validation::MeasureFile>(
                                   validation::MeasureFile(options.file, provenance));
  if (!file) {
    return core::failure(file.error());
  }
  const auto begin = std::chrono::steady_clock::now();
  const StopOnInterrupt stop;
  validation::Watchdog dog(std::chrono::duration<double>(patience),
                           [&](const std::string& id) { endHung(id, options); });
  validation::MeasureRequest request;
  request.watch = [&](const std::string& id) { dog.watch(id); };
  request.suites = options.suites;
  request.kernels = options.kernels;
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
    if (tally.lost) {
      answer.text += "the last case took the device along: go on with --resume, which runs what "
                     "failed last\n";
    }
    answer.outside = tally.lost;
    answer.json = file->text();
    answer.interrupted = StopOnInterrupt::asked();
    return answer;
  });
}

core::Expected<Answer> planAnswer(const Options& options, double seconds, const CLI::App& app) {
  ProgressBar bar("plan");
  return validation::planMeasure(options.suites, options.machine, "cycle",
                                 [&](double done) { return bar.show(done); })
      .map([&](const validation::MeasurePlan& plan) {
        Answer answer;
        answer.text = planText(plan, seconds);
        answer.json = withProvenance(planJson(plan), app);
        return answer;
      });
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  auto problems = checkOptions(options);
  const double seconds = secondsOf("--seconds", options.seconds, "540", problems);
  const double patience = secondsOf("--patience", options.patience, "60", problems);
  if (!problems.empty() && !(problems.size() == 1 && lacksFile(options))) {
    return core::failure(std::move(problems));
  }
  if (options.dryRun) {
    return planAnswer(options, seconds, app);
  }
  const auto gpu = validation::cuda::Gpu::find();
  if (!gpu) { // before a file is asked for that could not be written
    return core::failure(gpu.error());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  if (options.check) {
    return checkAnswer(**gpu, options, patience);
  }
  return measureAnswer(**gpu, options, seconds, patience);
}

} // namespace

Work addMeasure(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option(
      "suites", given->suites,
      fmt::format("what to measure (all): {}", fmt::join(validation::measureSuites(), ", ")));
  options.add_option("-o,--output", given->file, "the file of measurements, JSON")
      ->type_name("FILE");
  options
      .add_option("--kernel", given->kernels,
                  fmt::format("only these kernels (all, and the microbenchmarks): {}",
                              fmt::join(validation::measureKernels(), ", ")))
      ->allow_extra_args(false);
  options.add_option("--seconds", given->seconds, "no case is started after so many (540)");
  options.add_option("--patience", given->patience,
                     "a case that takes longer has hung: the program ends (60)");
  options.add_flag("--resume", given->resume, "go on with the file: what it has is not run again");
  options.add_flag("--check", given->check,
                   "run small odd cases against a double-precision reference instead");
  options.add_flag("--dry-run", given->dryRun,
                   "say how long it would take, by simulation; needs no device");
  options.add_option("-a,--arch", given->machine, "with --dry-run: the GPU (h200)")
      ->type_name("MACHINE");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
