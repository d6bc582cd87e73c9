#include "arch/cluster/cpu.hpp"

#include "arch/machine_frame.hpp"
#include "arch/number_reading.hpp"

namespace einsight::arch {
namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr std::int64_t kMostCores = 65536;

void readCores(const Node& node, NumberReading& reading, Cpu::Data& data) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "cores");
  data.cores = reading.count(reader, "count", kMostCores);
  data.clockHertz = reading.quantity(reader, "clock", Dimension::Hertz);
  data.flopsPerCycle = reading.number(reader, "flops_per_cycle");
  reader.finish();
}

void readCpuDram(const Node& node, NumberReading& reading, Cpu::Data& data) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "dram");
  data.dramBytes = reading.bytes(reader, "capacity");
  data.dramBytesPerSecond = reading.quantity(reader, "bandwidth", Dimension::BytesPerSecond);
  data.dramEfficiency = reading.share(reader, "efficiency");
  data.dramLatencySeconds = reading.quantity(reader, "latency", Dimension::Seconds);
  reader.finish();
}

void readSections(MapReader& reader, NumberReading& reading, Cpu::Data& data) {
  if (const auto* node = reader.map("cores")) {
    readCores(*node, reading, data);
  }
  if (const auto* node = reader.map("dram")) {
    readCpuDram(*node, reading, data);
  }
  if (const auto* node = reader.mapIf("price")) {
    MapReader price(*node, reading.problems());
    reading.source(price, "price");
    data.dollarsPerHour = reading.quantity(price, "per_hour", Dimension::Dollars);
    price.finish();
  }
  if (const auto* node = reader.mapIf("calibration")) {
    data.calibrations = reading.calibrations(*node);
  }
}

} // namespace

double Cpu::peakFlops() const {
  return static_cast<double>(data_.cores) * data_.clockHertz * data_.flopsPerCycle;
}

double Cpu::scanBytesPerSecond() const {
  return data_.dramBytesPerSecond * data_.dramEfficiency;
}

core::Expected<Cpu> check(Cpu::Data data) {
  core::Problems problems;
  const auto aboveZero = [&](const char* path, double value) {
    if (!(value > 0)) {
      problems.push_back({{data.file, 1, 1, path}, "must be above zero", {}});
    }
  };
  aboveZero("cores.count", static_cast<double>(data.cores));
  aboveZero("cores.clock", data.clockHertz);
  aboveZero("cores.flops_per_cycle", data.flopsPerCycle);
  aboveZero("dram.capacity", static_cast<double>(data.dramBytes));
  aboveZero("dram.bandwidth", data.dramBytesPerSecond);
  aboveZero("dram.efficiency", data.dramEfficiency);
  if (data.dramEfficiency > 1) {
    problems.push_back({{data.file, 1, 1, "dram.efficiency"}, "must be at most 1", {}});
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Cpu(std::move(data));
}

core::Expected<Cpu> readCpu(const std::filesystem::path& file, const core::Settings& settings,
                            const std::vector<std::filesystem::path>& catalogue) {
  return readFramed<Cpu>(
      file, "cpu", settings, catalogue, [&](const MachineFrame<Cpu::Data>& frame) {
        NumberReading reading(frame.problems, frame.scope, settings, frame.data.sources);
        readSections(frame.reader, reading, frame.data);
        reading.finish(frame.reader.node().where);
      });
}

core::Expected<Cpu> loadCpu(const std::string& nameOrPath, const core::Settings& settings) {
  return loadNamed(nameOrPath, [&](const auto& file) { return readCpu(file, settings); });
}

} // namespace einsight::arch
