#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "cli/sweep_progress.hpp"
#include "cli/sweep_report.hpp"
#include "cli/terminal.hpp"
#include "explore/sweep/run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <thread>

namespace einsight::cli {
namespace {

namespace sweep = explore::sweep;

constexpr int kMostJobs = 1024;

struct Options {
  std::string file, output, csv, shard;
  std::vector<std::string> settings;
  int jobs = 0; ///< 0: as many as there are cores
  std::optional<std::int64_t> points;
  bool resume = false, overwrite = false;
};

bool wholeNumber(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// "2/4" as the second of four.
sweep::Shard shardOf(const std::string& text, core::Problems& problems) {
  sweep::Shard shard;
  const auto slash = text.find('/');
  if (text.empty()) {
    return shard;
  }
  if (slash == std::string::npos || !wholeNumber(text.substr(0, slash), shard.number) ||
      !wholeNumber(text.substr(slash + 1), shard.of) || shard.number < 1 ||
      shard.number > shard.of) {
    problems.push_back({{{}, 0, 0, "--shard"},
                        fmt::format("'{}' is not a part of a sweep", text),
                        "write I/N with I from 1 to N, such as 1/4"});
    return {};
  }
  return shard;
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  auto problems = checkOutputs(app, {"--output", "--csv", "--json"});
  sweep::SweepOptions how;
  how.database = options.output;
  how.resume = options.resume;
  how.overwrite = options.overwrite;
  how.shard = shardOf(options.shard, problems);
  how.jobs = options.jobs > 0 ? options.jobs
                              : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (options.resume && options.overwrite) {
    problems.push_back({{{}, 0, 0, "--overwrite"},
                        "--resume goes on with what --overwrite removes",
                        "give one of them"});
  }
  if (options.jobs < 0 || options.jobs > kMostJobs) {
    problems.push_back({{{}, 0, 0, "--jobs"},
                        fmt::format("'{}' is no number of processes", options.jobs),
                        fmt::format("write a number from 1 to {}", kMostJobs)});
  }
  const auto read = sweep::readSweep(options.file, {options.settings, options.points});
  if (!read) {
    problems.insert(problems.end(), read.error().begin(), read.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const StopOnInterrupt interrupt;
  std::signal(SIGXFSZ, SIG_IGN); // a limit on files is told like a full disk
  core::Expected<sweep::SweepAnswer> ran = core::failure({});
  {
    SweepProgress progress;
    how.progress = [&](const sweep::Progress& now) {
      progress.show(now);
      return !StopOnInterrupt::asked();
    };
    ran = sweep::runSweep(*read, how);
  }
  if (!ran) {
    return core::failure(std::move(ran.error()));
  }
  auto answer = sweepAnswer(ran->store, options.output, app);
  if (answer && ran->stopped) {
    answer->text += "\nstopped by Ctrl-C; the same command with --resume goes on\n";
    answer->interrupted = true;
  }
  return answer;
}

} // namespace

Work addSweep(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("sweep", given->file, "file of the sweep")->required();
  options.add_option("-o,--output", given->output, "database of the results (SQLite)")
      ->required()
      ->type_name("FILE");
  options.add_option("--jobs", given->jobs, "worker processes (as many as there are cores)");
  options.add_flag("--resume", given->resume, "go on with a database that is there");
  options.add_flag("--overwrite", given->overwrite, "replace a database that is there");
  options.add_option("--shard", given->shard, "run only part I of N, as in 1/4");
  options
      .add_option("--set", given->settings,
                  "L=1K..16K arch.PE=64: instead of what the file varies, or besides")
      ->delimiter(',');
  options.add_option("--points", given->points,
                     "at most so many: drawn from the grid, or evaluations of a search");
  options.add_option("--csv", given->csv, "write every point to FILE")->type_name("FILE");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
