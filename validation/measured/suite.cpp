#include "validation/measured/suite.hpp"

#include "validation/compare.hpp"
#include "validation/kernels/exhibits.hpp"
#include "validation/measured/calibration.hpp"
#include "validation/measured/runs.hpp"
#include "validation/measured/speedups.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::validation {
namespace {

/// A file of kernels and the microbenchmarks that go with it.
struct Source {
  std::filesystem::path kernels, microbenchmarks;
};

std::vector<Source> sourcesOf(const MeasuredSpec& spec, const SuiteOptions& options) {
  if (options.points) {
    return {{*options.points, *options.points}};
  }
  std::vector<Source> sources;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(spec.folder, none)) {
    const auto kernels = entry.path() / spec.file;
    if (std::filesystem::exists(kernels)) {
      const auto micro = entry.path() / spec.calibrationFile;
      sources.push_back({kernels, std::filesystem::exists(micro) ? micro : kernels});
    }
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.kernels < b.kernels; });
  return sources;
}

class SuiteRun {
public:
  SuiteRun(const MeasuredSpec& spec, const SuiteOptions& options) : spec_(spec), options_(options) {
    const auto& engines = options.engines;
    const bool cycle = std::find(engines.begin(), engines.end(), "cycle") != engines.end();
    engine_ = cycle ? "cycle" : "analytic";
    result_.name = spec.name;
  }

  core::Expected<SuiteResult> run() {
    const auto sources = sourcesOf(spec_, options_);
    for (const auto& source : sources) {
      if (auto problems = add(source); !problems.empty()) {
        return core::failure(std::move(problems));
      }
    }
    result_.summary = summarize(result_.points);
    result_.exhibits.push_back(familyExhibit(families_));
    result_.exhibits.push_back(systemExhibit(families_));
    if (sources.empty()) {
      result_.exhibits.push_back(nothingMeasured());
    }
    const bool judged = engine_ == "cycle" && spec_.reason.empty() && !options_.tolerance;
    result_.passed = result_.summary.outside == 0 &&
                     (!judged || std::all_of(families_.begin(), families_.end(), passes));
    return std::move(result_);
  }

private:
  static Exhibit nothingMeasured() {
    return {"Nothing is measured yet",
            {},
            {},
            {"validation/measured has no device: measure one with 'einsight measure -o FILE.json' "
             "and compare it with --points FILE.json"}};
  }

  core::Problems add(const Source& source) {
    const auto kernels = readMeasured(source.kernels);
    if (!kernels) {
      return kernels.error();
    }
    const auto micro = readMeasured(source.microbenchmarks);
    if (!micro) {
      return micro.error();
    }
    core::Settings settings;
    if (const auto machine = spec_.kernels.systems.machineOf(kernels->device)) {
      const auto gpu = arch::loadGpu(*machine);
      if (!gpu) {
        return gpu.error();
      }
      const auto calibration = calibrate(spec_.calibration, *micro, *gpu);
      settings = calibration.settings;
      result_.exhibits.push_back(calibrationExhibit(kernels->device, calibration));
    }
    for (const auto& [name, value] : options_.machineSettings) {
      settings[name] = value;
    }
    MeasuredRuns runs(spec_, kernels->device, std::move(settings), engine_);
    return addRows(*kernels, runs);
  }

  core::Problems addRows(const MeasuredFile& file, MeasuredRuns& runs) {
    std::vector<TimedCase> cases;
    for (std::size_t i = 0; i < file.rows.size(); ++i) {
      const auto& row = file.rows[i];
      if (!row.shape.contains("heads_q")) {
        continue; // a microbenchmark, or another operator
      }
      auto out = outcomeOf(file, row);
      if (const auto seconds = runs.seconds(row)) {
        out.simulated = *seconds;
        judge(spec_.times, out);
        addToFamily(out, spec_.times);
        cases.push_back({&row, row.seconds, *seconds});
      } else {
        out.reason = seconds.error();
      }
      result_.points.push_back(std::move(out));
      if (options_.progress &&
          !options_.progress(static_cast<double>(i) / static_cast<double>(file.rows.size()))) {
        return {{{}, "stopped", {}}};
      }
    }
    for (auto& out : speedupsOf(spec_.variants, file.device, cases)) {
      out.engine = engine_;
      judge(spec_.speedups, out);
      addToFamily(out, spec_.speedups);
      result_.points.push_back(std::move(out));
    }
    addFailures(file);
    return {};
  }

  [[nodiscard]] Outcome outcomeOf(const MeasuredFile& file, const MeasuredRow& row) const {
    Outcome out;
    out.id = file.device + "/" + row.id;
    out.group = fmt::format("{}, {}, {}", row.system, file.device, row.mask);
    out.metric = "seconds";
    out.engine = engine_;
    out.reference = row.seconds;
    return out;
  }

  void judge(const KernelClass& rules, Outcome& out) const {
    out.relativeError = relativeError(*out.simulated, *out.reference);
    out.verdict = Verdict::Informative;
    if (engine_ != "cycle") {
      out.reason = "a bound: work over rates, without waiting";
      return;
    }
    if (!spec_.reason.empty() && !options_.tolerance) {
      out.reason = spec_.reason;
      return;
    }
    out.tolerance = options_.tolerance.value_or(rules.tolerance.value_or(0));
    out.verdict =
        std::abs(*out.relativeError) <= out.tolerance ? Verdict::Within : Verdict::Outside;
  }

  void addToFamily(const Outcome& out, const KernelClass& rules) {
    const auto name = fmt::format("{}, {}", out.group, out.metric);
    auto found = std::find_if(families_.begin(), families_.end(),
                              [&](const auto& family) { return family.name == name; });
    if (found == families_.end()) {
      const auto system = out.metric + ", " + out.group.substr(0, out.group.rfind(','));
      families_.push_back({name, system, &rules, {}, {}, {}});
      found = families_.end() - 1;
    }
    found->outcomes.push_back(out);
    found->published.push_back(*out.reference);
    found->simulated.push_back(*out.simulated);
  }

  void addFailures(const MeasuredFile& file) {
    Exhibit exhibit{file.device + ": measured " + file.date, {}, {}, {file.command}};
    for (const auto& failure : file.failed) {
      exhibit.sentences.push_back("failed: " + failure);
    }
    for (const auto& id : file.notRun) {
      exhibit.sentences.push_back("not run: " + id);
    }
    result_.exhibits.push_back(std::move(exhibit));
  }

  const MeasuredSpec& spec_;
  const SuiteOptions& options_;
  std::string engine_;
  SuiteResult result_;
  std::vector<KernelFamily> families_;
};

} // namespace

core::Expected<SuiteResult> runMeasuredSuite(const std::filesystem::path& specification,
                                             const SuiteOptions& options) {
  const auto spec = readMeasuredSpec(specification);
  if (!spec) {
    return core::failure(spec.error());
  }
  return SuiteRun(*spec, options).run();
}

} // namespace einsight::validation
