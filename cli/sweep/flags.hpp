#pragma once
#include "explore/sweep/run.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): its own name
class App;
class Option;
} // namespace CLI

namespace einsight::cli {

/// What a command that runs a sweep is asked for.
struct SweepFlags {
  std::string output; ///< database; empty: in memory
  std::string csv, shard;
  int jobs = 0; ///< 0: as many as there are cores
  bool resume = false, overwrite = false;
};

/// Declares --output, --jobs, --resume, --overwrite, --shard and --csv. The option of the database.
CLI::Option* addSweepFlags(CLI::App& options, SweepFlags& flags);

/// How the sweep is to run; every mistake in the flags is recorded.
explore::sweep::SweepOptions sweepOptions(const SweepFlags& flags, core::Problems& problems);

/// Runs a sweep with its progress on stderr. The first Ctrl-C stops it, with what is done.
core::Expected<explore::sweep::SweepAnswer> runShown(const explore::sweep::Sweep& sweep,
                                                     explore::sweep::SweepOptions how);

/// Said below an answer that Ctrl-C stopped.
inline constexpr const char* kStoppedText =
    "\nstopped by Ctrl-C; the same command with --resume goes on\n";

} // namespace einsight::cli
