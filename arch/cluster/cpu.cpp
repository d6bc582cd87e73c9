#include "arch/cluster/cpu.hpp"

#include "arch/catalogue.hpp"
#include "arch/cluster/reading.hpp"
#include "arch/kind.hpp"
#include "config/catalogue.hpp"

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

Cpu::Data readData(const Node& node, const core::Settings& settings, core::Problems& problems) {
  Cpu::Data data;
  MapReader reader(node, problems);
  data.name = reader.text("machine").value_or("");
  reader.oneOf("kind", machineKinds());
  data.summary = reader.text("summary").value_or("");
  data.source = reader.text("source").value_or("");
  Scope scope(problems);
  scope.readParameters(reader.mapIf("parameters"), node.where, parametersOf(settings));
  NumberReading reading(problems, scope, settings, data.sources);
  readSections(reader, reading, data);
  reading.finish(node.where);
  reader.finish();
  for (const auto& [name, value] : scope.values()) {
    data.parameters[name] = value.toDouble();
  }
  std::set<std::string> files;
  collectFiles(node, files);
  data.files.assign(files.begin(), files.end());
  return data;
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
  auto folders = catalogue;
  folders.push_back(machinesFolder());
  const auto node = config::load(file, folders);
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  if (!isOfKind(*node, "cpu", problems)) {
    return core::failure(std::move(problems));
  }
  auto data = readData(*node, settings, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  data.file = file.string();
  return check(std::move(data));
}

core::Expected<Cpu> loadCpu(const std::string& nameOrPath, const core::Settings& settings) {
  const auto file = config::find(nameOrPath, {machinesFolder()}, "machine");
  if (!file) {
    return core::failure(file.error());
  }
  return readCpu(*file, settings);
}

} // namespace einsight::arch
