#pragma once
#include "arch/gpu/gpu.hpp"

/// CPUs as devices of a cluster: cores that compute and a DRAM that they read.
namespace einsight::arch {

class Cpu {
public:
  struct Data {
    std::string name, summary, file, source;
    std::int64_t cores = 1;
    double clockHertz = 0;    ///< that all cores sustain together
    double flopsPerCycle = 0; ///< of one core, fp32; a multiply-accumulate is two
    std::int64_t dramBytes = 0;
    double dramBytesPerSecond = 0; ///< peak of all channels
    double dramEfficiency = 1;     ///< share that a scan sustains: a calibration constant
    double dramLatencySeconds = 0; ///< of one dependent access
    std::optional<double> dollarsPerHour;
    std::vector<Calibration> calibrations;
    std::map<std::string, double> parameters;
    std::map<std::string, std::string> sources; ///< section -> where its numbers come from
    std::vector<std::string> files;
  };
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] const std::string& name() const { return data_.name; }
  [[nodiscard]] double peakFlops() const;
  /// Bytes per second that a scan of the memory sustains.
  [[nodiscard]] double scanBytesPerSecond() const;

private:
  friend core::Expected<Cpu> check(Data data);
  explicit Cpu(Data data) : data_(std::move(data)) {}
  Data data_;
};

/// The CPU, if its numbers are above zero and its efficiency is at most one.
core::Expected<Cpu> check(Cpu::Data data);

/// Reads a machine file of kind cpu and checks it; settings and `catalogue` as in readGpu.
core::Expected<Cpu> readCpu(const std::filesystem::path& file, const core::Settings& settings = {},
                            const std::vector<std::filesystem::path>& catalogue = {});

/// A CPU by its name in the catalogue or the path of its file.
core::Expected<Cpu> loadCpu(const std::string& nameOrPath, const core::Settings& settings = {});

} // namespace einsight::arch
