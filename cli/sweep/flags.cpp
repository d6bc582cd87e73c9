#include "cli/sweep/flags.hpp"

#include "cli/sweep/progress.hpp"
#include "cli/terminal.hpp"
#include "results/store.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <thread>

namespace einsight::cli {
namespace {

namespace sweep = explore::sweep;

constexpr int kMostJobs = 1024;

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

} // namespace

CLI::Option* addSweepFlags(CLI::App& options, SweepFlags& flags) {
  auto* output =
      options.add_option("-o,--output", flags.output, "database of the results (SQLite)")
          ->type_name("FILE");
  options.add_option("--jobs", flags.jobs, "worker processes (as many as there are cores)");
  options.add_flag("--resume", flags.resume, "go on with a database that is there");
  options.add_flag("--overwrite", flags.overwrite, "replace a database that is there");
  options.add_option("--shard", flags.shard, "run only part I of N, as in 1/4");
  options.add_option("--csv", flags.csv, "write every point to FILE")->type_name("FILE");
  return output;
}

sweep::SweepOptions sweepOptions(const SweepFlags& flags, core::Problems& problems) {
  sweep::SweepOptions how;
  how.database = flags.output.empty() ? results::kInMemory : flags.output;
  how.resume = flags.resume;
  how.overwrite = flags.overwrite;
  how.shard = shardOf(flags.shard, problems);
  how.jobs = flags.jobs > 0 ? flags.jobs
                            : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (flags.resume && flags.overwrite) {
    problems.push_back({{{}, 0, 0, "--overwrite"},
                        "--resume goes on with what --overwrite removes",
                        "give one of them"});
  }
  if (flags.jobs < 0 || flags.jobs > kMostJobs) {
    problems.push_back({{{}, 0, 0, "--jobs"},
                        fmt::format("'{}' is no number of processes", flags.jobs),
                        fmt::format("write a number from 1 to {}", kMostJobs)});
  }
  for (const auto& [name, given] : {std::pair{"--resume", flags.resume},
                                    {"--overwrite", flags.overwrite},
                                    {"--shard", !flags.shard.empty()}}) {
    if (given && flags.output.empty()) {
      problems.push_back({{{}, 0, 0, name}, "goes with a database", "name one: -o FILE"});
    }
  }
  return how;
}

core::Expected<sweep::SweepAnswer> runShown(const sweep::Sweep& asked, sweep::SweepOptions how) {
  const StopOnInterrupt interrupt;
  std::signal(SIGXFSZ, SIG_IGN); // a limit on files is told like a full disk
  SweepProgress progress;
  how.progress = [&](const sweep::Progress& now) {
    progress.show(now);
    return !StopOnInterrupt::asked();
  };
  return sweep::runSweep(asked, how);
}

} // namespace einsight::cli
