#pragma once
#include "arch/gpu/gpu.hpp"
#include "arch/number_reading.hpp"

namespace einsight::arch {

/// What the functions that read one section of a GPU's file share: its numbers, and the GPU so far.
class GpuReading : public NumberReading {
public:
  GpuReading(core::Problems& problems, Scope& scope, const core::Settings& settings,
             Gpu::Data& data)
      : NumberReading(problems, scope, settings, data.sources), data_(data) {}
  [[nodiscard]] Gpu::Data& data() const { return data_; }

private:
  Gpu::Data& data_;
};

/// `tensor_cores:` instruction -> shape, types with their rates, efficiency.
void readTensorCores(const config::Node& node, GpuReading& reading);
/// `lanes:` how many, what an operation costs on them, and what a hand-over costs.
void readLanes(const config::Node& node, GpuReading& reading);
/// `shared_memory:`, `tensor_memory:`, `registers:`, `l2:` and `dram:`.
void readGpuMemories(config::MapReader& gpu, GpuReading& reading);

} // namespace einsight::arch
