#pragma once
#include "mappings/lower.hpp"
#include "results/result.hpp"
#include "results/waveform.hpp"
#include "sim/totals.hpp"

/// One point: a workload on a machine under a mapping, from names to numbers. Every command that
/// simulates goes through here.
namespace einsight::explore {

class Inputs;

struct PointRequest {
  std::string workload; ///< name, CASCADE:MODEL or file
  std::string machine;  ///< name or file
  std::string mapping;  ///< name or file; empty: the catalogue's default for the machine's kind
  core::Settings workloadSettings, machineSettings, mappingSettings;
  core::Problems mistakes{}; ///< known already: reported with all others, and nothing is prepared
  std::map<std::string, std::string> workloadNames{}; ///< settings that are no numbers: trace
  /// That the point is for, where it is known. On GPUs the times of another than `cycle` choose a
  /// mapping without simulations.
  std::string engine = "cycle";
};

/// Everything that is known before an engine runs.
struct Point {
  mappings::VerifiedMapping mapping; ///< with its cascade and machine
  sim::Schedule schedule;
  std::string mappingName;        ///< as it was found
  std::vector<std::string> notes; ///< e.g. which mapping was chosen, and why
  bool searched = false;          ///< the mapping is from no file: a search found it
};

/// Reads, checks, verifies and lowers. All problems at once.
core::Expected<Point> prepare(const PointRequest& request);
/// The same with what `inputs` remembers of points before it.
core::Expected<Point> prepare(const PointRequest& request, Inputs& inputs);
/// The same from what was read or found already; `name` is how the mapping was found.
core::Expected<Point> prepare(mappings::Mapping mapping, einsum::Cascade cascade,
                              arch::Machine machine, const std::string& name);

struct RunOptions {
  std::string engine = "cycle"; ///< "analytic", "cycle" or "pe"
  bool skip = true;
  bool limits = false; ///< also simulate with each unit and port twice as fast
  std::function<bool(double)> progress{};
  std::uint64_t seed = 1;                ///< of the numbers that `pe` computes with
  results::Waveform* waveform = nullptr; ///< is told what every unit, port or PE does
};

/// Runs an engine on a prepared point and fills every field of the result but `validated`.
/// `pe` tells no critical path and no limits.
core::Expected<results::Result> run(const Point& point, const RunOptions& options = {});

} // namespace einsight::explore
