#include "arch/gpu/reading.hpp"

namespace einsight::arch {

namespace {

using config::Dimension;
using config::MapReader;
using config::Node;

constexpr std::int64_t kMostWords = 1048576;
constexpr std::int64_t kMostChannels = 4096;

void readShared(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& shared = reading.data().shared;
  reading.source(reader, "shared_memory");
  shared.bytesPerSm = reading.bytes(reader, "capacity");
  shared.bytesPerCta = reading.bytes(reader, "per_cta");
  shared.reservedPerCta = reading.bytes(reader, "reserved_per_cta");
  shared.bytesPerCycle = reading.number(reader, "bytes_per_cycle");
  reader.finish();
}

void readTensorMemory(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  reading.source(reader, "tensor_memory");
  reading.data().tensorMemoryBytes = reading.bytes(reader, "capacity");
  reader.finish();
}

void readRegisters(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& registers = reading.data().registers;
  reading.source(reader, "registers");
  registers.words = reading.count(reader, "words", kMostWords);
  registers.perThread = reading.count(reader, "per_thread", kMostWords);
  registers.granularity = reading.count(reader, "granularity", kMostWords);
  reader.finish();
}

void readL2(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& cache = reading.data().l2;
  reading.source(reader, "l2");
  cache.bytes = reading.bytes(reader, "capacity");
  cache.bytesPerCycle = reading.number(reader, "bytes_per_cycle");
  cache.bytesPerCyclePerSm = reading.number(reader, "bytes_per_cycle_per_sm");
  cache.latencyCycles = reading.number(reader, "latency");
  cache.dirtyShare = reading.numberOr(reader, "dirty", 0);
  reader.finish();
}

void readDram(const Node& node, GpuReading& reading) {
  MapReader reader(node, reading.problems());
  auto& dram = reading.data().dram;
  reading.source(reader, "dram");
  dram.bytes = reading.bytes(reader, "capacity");
  dram.bytesPerSecond = reading.quantity(reader, "bandwidth", Dimension::BytesPerSecond);
  dram.efficiency = reading.share(reader, "efficiency");
  dram.writeEfficiency =
      reader.has("write_efficiency") ? reading.share(reader, "write_efficiency") : dram.efficiency;
  dram.latencySeconds = reading.quantity(reader, "latency", Dimension::Seconds);
  dram.channels = reading.count(reader, "channels", kMostChannels);
  dram.burstBytes = reading.bytes(reader, "burst");
  reader.finish();
}

} // namespace

void readGpuMemories(MapReader& gpu, GpuReading& reading) {
  if (const auto* node = gpu.map("shared_memory")) {
    readShared(*node, reading);
  }
  if (const auto* node = gpu.mapIf("tensor_memory")) {
    readTensorMemory(*node, reading);
  }
  if (const auto* node = gpu.map("registers")) {
    readRegisters(*node, reading);
  }
  if (const auto* node = gpu.map("l2")) {
    readL2(*node, reading);
  }
  if (const auto* node = gpu.map("dram")) {
    readDram(*node, reading);
  }
}

} // namespace einsight::arch
