#include "arch/gpu/reading.hpp"
#include "arch/machine_frame.hpp"

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
  clock.settlingSeconds = reading.numberOr(reader, "settling", 0);
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

} // namespace

core::Expected<Gpu> readGpu(const std::filesystem::path& file, const core::Settings& settings,
                            const std::vector<std::filesystem::path>& catalogue) {
  return readFramed<Gpu>(file, "gpu", settings, catalogue,
                         [&](const MachineFrame<Gpu::Data>& frame) {
                           frame.data.architecture = frame.reader.text("architecture").value_or("");
                           GpuReading reading(frame.problems, frame.scope, settings, frame.data);
                           readSections(frame.reader, reading);
                           reading.finish(frame.reader.node().where);
                         });
}

core::Expected<Gpu> loadGpu(const std::string& nameOrPath, const core::Settings& settings) {
  return loadNamed(nameOrPath, [&](const auto& file) { return readGpu(file, settings); });
}

} // namespace einsight::arch
