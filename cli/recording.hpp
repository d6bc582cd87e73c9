#pragma once
#include "explore/any_point.hpp"
#include "results/waveform.hpp"

#include <fstream>
#include <functional>
#include <string>

namespace einsight::cli {

/// A file that is written while something is simulated; removed unless it is kept.
class RecordingFile {
public:
  explicit RecordingFile(std::string file) : file_(std::move(file)), out(file_, std::ios::binary) {}
  RecordingFile(const RecordingFile&) = delete;
  RecordingFile& operator=(const RecordingFile&) = delete;
  ~RecordingFile();
  /// Fails where something could not be written.
  core::Expected<void> keep();
  [[nodiscard]] const std::string& name() const { return file_; }

private:
  std::string file_;
  bool kept_ = false;

public:
  std::ofstream out; ///< after file_, whose name it takes
};

/// How much of a run a trace keeps.
struct TraceOptions {
  std::string file;
  std::int64_t windowCycles = 200'000; ///< at the start, in the middle and at the end
  std::string title;
};

/// Runs the point once more and writes what every unit does to a trace. `cycles`: of the run; notes
/// what is left out. Fails where the file cannot be written.
core::Expected<void> writeTrace(const TraceOptions& options, const explore::Point& point,
                                const explore::RunOptions& how, results::Result& result);
/// The same of what one SM does in each kernel.
core::Expected<void> writeTrace(const TraceOptions& options, const explore::GpuPoint& point,
                                results::Result& result);

/// Of a cluster neither a waveform nor a trace is written: a problem for each file that is asked
/// for.
core::Problems refusedOfCluster(const std::string& cluster, const std::string& vcd,
                                const std::string& trace);

} // namespace einsight::cli
