#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/engines.hpp"
#include "cli/loop_nest.hpp"
#include "cli/output_file.hpp"
#include "cli/recording.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "config/catalogue.hpp"
#include "explore/any_point.hpp"
#include "report/serving.hpp"
#include "report/text.hpp"
#include "report/vcd.hpp"
#include "results/json.hpp"
#include "validation/accuracy.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace einsight::cli {
namespace {

struct Options {
  std::string workload, machine, mapping;
  std::string engine = "cycle";
  std::vector<std::string> settings;
  std::string vcd, trace;
  std::int64_t traceCycles = TraceOptions().windowCycles;
  bool noSkip = false;
};

/// Does the file lie in the catalogue that comes with the program?
bool shipped(const std::string& file) {
  const auto relative =
      std::filesystem::weakly_canonical(file).lexically_relative(config::catalogueRoot());
  return !relative.empty() && *relative.begin() != "..";
}

/// Where the parts of a point are from, and the kind of its machine.
struct Origin {
  std::vector<std::string> files;
  std::string kind;
};

Origin originOf(const explore::Point& point) {
  const auto& mapping = point.mapping;
  return {{mapping.cascade().file(), mapping.machine().file(), mapping.mapping().file},
          mapping.machine().kind()};
}

Origin originOf(const explore::GpuPoint& point) {
  return {{point.cascade.file(), point.gpu.data().file, point.mapping.file}, "gpu"};
}

Origin originOf(const explore::ClusterPoint& point) {
  return {{point.cascade.file(), point.cluster.data().file, point.mapping.file}, "cluster"};
}

Origin originOf(const explore::ServingPoint& point) {
  return {{point.model.file, point.cluster->data().file, point.mapping.file}, "cluster"};
}

/// Adds what only the command knows: the workload as it was asked for, the model's file, and how
/// well such answers are validated.
core::Expected<void> complete(const Options& options, const Settings& settings,
                              const Origin& origin, results::Result& result) {
  const auto known = validation::accuracies();
  if (!known) {
    return core::failure(known.error());
  }
  const bool unchanged = settings.machine.empty() && settings.mapping.empty();
  const bool ours = std::all_of(origin.files.begin(), origin.files.end(), shipped);
  result.validated = validation::validationOf(*known, result, origin.kind, unchanged && ours);
  result.workload = options.workload;
  if (const auto files = workloads::filesOf(options.workload); files && files->model) {
    result.inputs[files->model->string()] = config::hashOfFile(*files->model);
  }
  return {};
}

/// Progress over the run itself and the runs with one unit or port twice as fast.
class Rounds {
public:
  Rounds(ProgressBar& bar, std::size_t rounds) : bar_(bar), rounds_(static_cast<double>(rounds)) {}
  bool operator()(double fraction) {
    round_ += fraction < last_ ? 1 : 0;
    last_ = fraction;
    return bar_.show((round_ + fraction) / rounds_);
  }

private:
  ProgressBar& bar_;
  double rounds_;
  double round_ = 0;
  double last_ = 0;
};

/// The file of `--vcd`, written while the point is simulated.
class Dump {
public:
  Dump(const std::string& file, const explore::Point& point)
      : file_(file), ticksPerCycle_(point.schedule.ticksPerCycle),
        writer_(file_.out, {ticksPerCycle_, point.mapping.machine().clockHertz().toDouble()}) {}

  results::Waveform& waveform() { return writer_; }
  core::Expected<void> close(results::Result& result) {
    if (!writer_.open()) {
      result.notes.push_back(fmt::format(
          "{} holds the beginning of the run, up to its limit of changes", file_.name()));
    }
    const auto ticks = result.cycles.value_or(0) * static_cast<double>(ticksPerCycle_);
    writer_.close(static_cast<std::int64_t>(ticks));
    return file_.keep();
  }

private:
  RecordingFile file_;
  std::int64_t ticksPerCycle_;
  report::VcdWriter writer_;
};

/// Every mistake in the options that needs no input file to be seen; fills `settings`.
core::Problems mistakesIn(const Options& options, const CLI::App& app, Settings& settings) {
  auto problems = checkEngine(options.engine, runEngineNames());
  settings = readSettings(options.settings, problems, {options.machine});
  if (!options.vcd.empty() && options.engine == "analytic") {
    problems.push_back({{{}, 0, 0, "--vcd"},
                        "the analytic engine has no signals that change",
                        "--engine cycle or --engine pe"});
  }
  if (!options.trace.empty() && options.engine == "analytic") {
    problems.push_back({{{}, 0, 0, "--trace"},
                        "the analytic engine has no tasks that begin and end",
                        "--engine cycle or --engine pe"});
  }
  if (options.traceCycles < 1) {
    problems.push_back({{{}, 0, 0, "--trace-cycles"}, "must be at least 1", {}});
  }
  if (app.count("--trace-cycles") > 0 && options.trace.empty()) {
    problems.push_back(
        {{{}, 0, 0, "--trace-cycles"}, "there is no trace", "goes with --trace FILE"});
  }
  const auto unwritable = checkOutputs(app, {"--vcd", "--trace", "--json"});
  problems.insert(problems.end(), unwritable.begin(), unwritable.end());
  return problems;
}

/// How the engine is run, with a progress bar over the run and so many runs with something faster.
explore::RunOptions runOptions(const Options& options, ProgressBar& bar, std::size_t limits) {
  explore::RunOptions how;
  how.engine = options.engine;
  how.skip = !options.noSkip;
  how.limits = true;
  how.progress = Rounds(bar, limits + 1);
  return how;
}

TraceOptions traceOf(const Options& options, const results::Result& result) {
  return {options.trace, options.traceCycles,
          fmt::format("{} on {}", options.workload, result.machine)};
}

core::Expected<Answer> answerOf(const Options& options, const Settings& settings,
                                const explore::Point& point) {
  ProgressBar bar("simulating");
  const bool alone = options.engine == "pe"; // nothing is made faster
  auto how = runOptions(options, bar, alone ? 0 : point.schedule.resources.size());
  std::optional<Dump> dump;
  if (!options.vcd.empty()) {
    how.waveform = &dump.emplace(options.vcd, point).waveform();
  }
  auto result = explore::run(point, how);
  if (!result) {
    return core::failure(std::move(result.error()));
  }
  if (dump) {
    if (auto closed = dump->close(*result); !closed) {
      return core::failure(std::move(closed.error()));
    }
  }
  if (!options.trace.empty()) {
    how.waveform = nullptr;
    if (auto written = writeTrace(traceOf(options, *result), point, how, *result); !written) {
      return core::failure(std::move(written.error()));
    }
  }
  if (const auto done = complete(options, settings, originOf(point), *result); !done) {
    return core::failure(done.error());
  }
  const auto nest = point.searched ? loopNest(point.mapping) + "\n" : std::string();
  return Answer{nest + report::text(*result, stdoutStyle()), results::toJson(*result), false, {}};
}

core::Expected<Answer> answerOf(const Options& options, const Settings& settings,
                                const explore::GpuPoint& point) {
  if (!options.vcd.empty()) {
    return core::failure(
        {{{{}, 0, 0, "--vcd"},
          fmt::format("'{}' is a GPU, whose signals are not written", point.gpu.name()),
          "--vcd goes with spatial machines; --trace shows an SM"}});
  }
  ProgressBar bar("simulating");
  auto result = explore::run(point, runOptions(options, bar, explore::kGpuLimits));
  if (!result) {
    return core::failure(std::move(result.error()));
  }
  if (!options.trace.empty()) {
    if (auto written = writeTrace(traceOf(options, *result), point, *result); !written) {
      return core::failure(std::move(written.error()));
    }
  }
  if (const auto done = complete(options, settings, originOf(point), *result); !done) {
    return core::failure(done.error());
  }
  return Answer{report::text(*result, stdoutStyle()), results::toJson(*result), false, {}};
}

core::Expected<Answer> answerOf(const Options& options, const Settings& settings,
                                const explore::ClusterPoint& point) {
  if (auto problems = refusedOfCluster(point.cluster.name(), options.vcd, options.trace);
      !problems.empty()) {
    return core::failure(std::move(problems));
  }
  ProgressBar bar("simulating");
  auto result =
      explore::run(point, runOptions(options, bar, point.cluster.data().links.size() + 1));
  if (!result) {
    return core::failure(std::move(result.error()));
  }
  if (const auto done = complete(options, settings, originOf(point), *result); !done) {
    return core::failure(done.error());
  }
  return Answer{report::text(*result, stdoutStyle()), results::toJson(*result), false, {}};
}

core::Expected<Answer> answerOf(const Options& options, const Settings& settings,
                                const explore::ServingPoint& point) {
  if (auto problems = refusedOfCluster(point.cluster->name(), options.vcd, options.trace);
      !problems.empty()) {
    return core::failure(std::move(problems));
  }
  ProgressBar bar("serving");
  auto result = explore::run(point, runOptions(options, bar, explore::limitsOf(point)));
  if (!result) {
    return core::failure(std::move(result.error()));
  }
  if (const auto done = complete(options, settings, originOf(point), *result); !done) {
    return core::failure(done.error());
  }
  return Answer{report::servingText(*result, stdoutStyle()), results::toJson(*result), false, {}};
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  Settings settings;
  auto mistakes = mistakesIn(options, app, settings);
  const auto point = explore::prepareAny(
      {options.workload, options.machine, options.mapping, settings.workload, settings.machine,
       settings.mapping, std::move(mistakes), settings.workloadNames, options.engine});
  if (!point) {
    return core::failure(point.error());
  }
  auto answer =
      std::visit([&](const auto& known) { return answerOf(options, settings, known); }, *point);
  if (answer && app.count("--json") > 0) {
    answer->json = withProvenance(answer->json, app);
  }
  return answer;
}

} // namespace

Work addRun(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("-w,--workload", given->workload, "name, CASCADE:MODEL or file")->required();
  options.add_option("-a,--arch", given->machine, "machine: name or file")->required();
  options.add_option("-m,--mapping", given->mapping,
                     "name or file; without it the catalogue's for that workload and machine");
  options.add_option("--set", given->settings, "L=4K arch.PE=64 mapping.p1=4")->delimiter(',');
  options.add_option("--engine", given->engine,
                     "analytic, cycle (default) or pe (small arrays, every PE)");
  options
      .add_option("--vcd", given->vcd,
                  "write what every unit, port or PE does to FILE, for GTKWave")
      ->type_name("FILE");
  options
      .add_option("--trace", given->trace,
                  "write the tasks of every unit to FILE, for ui.perfetto.dev")
      ->type_name("FILE");
  options.add_option("--trace-cycles", given->traceCycles,
                     "of a trace: cycles of the start, the middle and the end that it keeps");
  options.add_flag("--no-skip", given->noSkip, "simulate every period, also repeated ones");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
