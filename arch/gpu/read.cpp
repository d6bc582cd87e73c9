#include "arch/catalogue.hpp"
#include "arch/gpu/reading.hpp"
#include "arch/kind.hpp"
#include "config/catalogue.hpp"

namespace einsight::arch {

namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr std::int64_t kMostSms = 65536;
constexpr std::int64_t kMostThreads = 65536;

void readClock(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& clock = reading.data().clock;
  reading.source(reader, "clock");
  clock.maximumHertz = reading.quantity(reader, "maximum", Dimension::Hertz);
  clock.statedHertz = reading.quantity(reader, "stated", Dimension::Hertz);
  clock.onset = reading.number(reader, "onset");
  clock.exponent = reading.numberOr(reader, "exponent", 0);
  reader.finish();
}

void readSms(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& data = reading.data();
  reading.source(reader, "sm");
  data.sms = reading.count(reader, "count", kMostSms);
  data.threadsPerSm = reading.count(reader, "threads", kMostThreads);
  data.ctasPerSm = reading.count(reader, "ctas", kMostThreads);
  reader.finish();
}

void readLaunch(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& launch = reading.data().launch;
  reading.source(reader, "launch");
  launch.kernelSeconds = reading.quantity(reader, "kernel", Dimension::Seconds);
  launch.ctaCycles = reading.numberOr(reader, "cta", 0);
  launch.hostSeconds = reading.quantityIf(reader, "host", Dimension::Seconds).value_or(0);
  reader.finish();
}

void readPrice(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "price");
  reading.data().dollarsPerHour = reading.quantity(reader, "per_hour", Dimension::Dollars);
  reader.finish();
}

void readSections(MapReader& reader, GpuReading& reading) {
  if (const auto* node = reader.map("clock")) {
    readClock(*node, reading);
  }
  if (const auto* node = reader.map("sm")) {
    readSms(*node, reading);
  }
  if (const auto* node = reader.map("tensor_cores")) {
    readTensorCores(*node, reading);
  }
  if (const auto* node = reader.map("lanes")) {
    readLanes(*node, reading);
  }
  readGpuMemories(reader, reading);
  if (const auto* node = reader.map("launch")) {
    readLaunch(*node, reading);
  }
  if (const auto* node = reader.mapIf("price")) {
    readPrice(*node, reading);
  }
  if (const auto* node = reader.mapIf("calibration")) {
    reading.data().calibrations = reading.calibrations(*node);
  }
}

Gpu::Data readData(const Node& node, const core::Settings& settings, core::Problems& problems) {
  Gpu::Data data;
  MapReader reader(node, problems);
  data.name = reader.text("machine").value_or("");
  reader.oneOf("kind", machineKinds());
  data.summary = reader.text("summary").value_or("");
  data.source = reader.text("source").value_or("");
  data.architecture = reader.text("architecture").value_or("");
  core::Settings parameters;
  for (const auto& [name, value] : settings) {
    if (name.find('.') == std::string::npos) {
      parameters.emplace(name, value);
    }
  }
  Scope scope(problems);
  scope.readParameters(reader.mapIf("parameters"), node.where, parameters);
  GpuReading reading(problems, scope, settings, data);
  readSections(reader, reading);
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

core::Expected<Gpu> readGpu(const std::filesystem::path& file, const core::Settings& settings,
                            const std::vector<std::filesystem::path>& catalogue) {
  auto folders = catalogue;
  folders.push_back(machinesFolder());
  const auto node = config::load(file, folders);
  if (!node) {
    return core::failure(node.error());
  }
  core::Problems problems;
  if (!isOfKind(*node, "gpu", problems)) {
    return core::failure(std::move(problems));
  }
  auto data = readData(*node, settings, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  data.file = file.string();
  return check(std::move(data));
}

core::Expected<Gpu> loadGpu(const std::string& nameOrPath, const core::Settings& settings) {
  const auto file = config::find(nameOrPath, {machinesFolder()}, "machine");
  if (!file) {
    return core::failure(file.error());
  }
  return readGpu(*file, settings);
}

} // namespace einsight::arch
