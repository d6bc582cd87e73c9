#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "cli/sweep/flags.hpp"
#include "cli/sweep/report.hpp"

#include <CLI/CLI.hpp>

namespace einsight::cli {
namespace {

namespace sweep = explore::sweep;

struct Options {
  std::string file;
  SweepFlags flags;
  std::vector<std::string> settings;
  std::optional<std::int64_t> points;
};

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  auto problems = checkOutputs(app, {"--output", "--csv", "--json"});
  const auto how = sweepOptions(options.flags, problems);
  const auto read = sweep::readSweep(options.file, {options.settings, options.points});
  if (!read) {
    problems.insert(problems.end(), read.error().begin(), read.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  auto ran = runShown(*read, how);
  if (!ran) {
    return core::failure(std::move(ran.error()));
  }
  auto answer = sweepAnswer(ran->store, options.flags.output, app);
  if (answer && ran->stopped) {
    answer->text += kStoppedText;
    answer->interrupted = true;
  }
  return answer;
}

} // namespace

Work addSweep(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("sweep", given->file, "file of the sweep")->required();
  addSweepFlags(options, given->flags)->required();
  options
      .add_option("--set", given->settings,
                  "L=1K..16K arch.PE=64: instead of what the file varies, or besides")
      ->delimiter(',');
  options.add_option("--points", given->points,
                     "at most so many: drawn from the grid, or evaluations of a search");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
