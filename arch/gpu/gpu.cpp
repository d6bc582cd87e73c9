#include "arch/gpu/gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::arch {

namespace {

/// Records what does not fit together in a GPU, each at the file with a path.
class Checker {
public:
  explicit Checker(const Gpu::Data& data) : data_(data) {}

  core::Problems run() {
    checkTensorCores();
    checkLanes();
    checkClock();
    checkMemories();
    atLeastZero("launch.kernel", data_.launch.kernelSeconds);
    atLeastZero("launch.cta", data_.launch.ctaCycles);
    atLeastZero("launch.host", data_.launch.hostSeconds);
    if (data_.dollarsPerHour) {
      aboveZero("price.per_hour", *data_.dollarsPerHour);
    }
    return std::move(problems_);
  }

private:
  void add(const std::string& path, std::string what, std::string help = {}) {
    problems_.push_back({{data_.file, 1, 1, path}, std::move(what), std::move(help)});
  }

  template <class Number>
  void aboveZero(const std::string& path, Number value) {
    if (!(value > Number{0})) {
      add(path, "must be above zero");
    }
  }

  void atLeastZero(const std::string& path, double value) {
    if (!(value >= 0)) {
      add(path, "must not be below zero");
    }
  }

  void share(const std::string& path, double value) {
    if (!(value > 0 && value <= 1)) {
      add(path, "must be above 0 and at most 1");
    }
  }

  void shareOrNone(const std::string& path, double value) {
    if (!(value >= 0 && value <= 1)) {
      add(path, "must be from 0 to 1");
    }
  }

  void checkTensorCores() {
    std::set<std::pair<std::string, std::string>> names;
    std::set<std::string> instructions;
    for (const auto& rate : data_.tensor) {
      const auto path = "tensor_cores." + rate.instruction;
      aboveZero(path + ".maccs_per_cycle." + rate.type, rate.maccsPerCycle);
      if (!names.emplace(rate.instruction, rate.type).second) {
        add(path + ".maccs_per_cycle." + rate.type, "given twice");
      }
      if (!instructions.insert(rate.instruction).second) {
        continue; // what follows is of the instruction
      }
      share(path + ".efficiency", rate.efficiency);
      aboveZero(path + ".rows", rate.rows);
      atLeastZero(path + ".start", rate.startCycles);
      atLeastZero(path + ".setup", rate.setupCycles);
      shareOrNone(path + ".issue_share", rate.issueShare);
    }
    if (data_.tensor.empty()) {
      add("tensor_cores", "a GPU has at least one matrix instruction with a type");
    }
  }

  void checkLanes() {
    std::set<std::string> names;
    aboveZero("sm.count", data_.sms);
    aboveZero("sm.threads", data_.threadsPerSm);
    aboveZero("sm.ctas", data_.ctasPerSm);
    aboveZero("lanes.count", data_.lanes);
    atLeastZero("lanes.sync", data_.syncCycles);
    share("lanes.special_efficiency", data_.specialEfficiency);
    for (const auto& operation : data_.operations) {
      aboveZero("lanes.operations." + operation.op, operation.cycles);
      if (!names.insert(operation.op).second) {
        add("lanes.operations." + operation.op, "given twice");
      }
    }
  }

  void checkClock() {
    aboveZero("clock.maximum", data_.clock.maximumHertz);
    aboveZero("clock.stated", data_.clock.statedHertz);
    aboveZero("clock.onset", data_.clock.onset);
    atLeastZero("clock.exponent", data_.clock.exponent);
    atLeastZero("clock.settling", data_.clock.settlingSeconds);
  }

  void checkMemories() {
    const auto& shared = data_.shared;
    aboveZero("shared_memory.capacity", shared.bytesPerSm);
    aboveZero("shared_memory.per_cta", shared.bytesPerCta);
    aboveZero("shared_memory.bytes_per_cycle", shared.bytesPerCycle);
    if (shared.bytesPerCta + shared.reservedPerCta > shared.bytesPerSm) {
      add("shared_memory.per_cta",
          fmt::format("{} B for a CTA and {} B reserved are more than the {} B of an SM",
                      shared.bytesPerCta, shared.reservedPerCta, shared.bytesPerSm));
    }
    if (data_.tensorMemoryBytes < 0) {
      add("tensor_memory.capacity", "must not be below zero");
    }
    aboveZero("registers.words", data_.registers.words);
    aboveZero("registers.per_thread", data_.registers.perThread);
    aboveZero("registers.granularity", data_.registers.granularity);
    aboveZero("l2.capacity", data_.l2.bytes);
    aboveZero("l2.bytes_per_cycle", data_.l2.bytesPerCycle);
    aboveZero("l2.bytes_per_cycle_per_sm", data_.l2.bytesPerCyclePerSm);
    atLeastZero("l2.latency", data_.l2.latencyCycles);
    shareOrNone("l2.dirty", data_.l2.dirtyShare);
    aboveZero("dram.capacity", data_.dram.bytes);
    aboveZero("dram.bandwidth", data_.dram.bytesPerSecond);
    share("dram.efficiency", data_.dram.efficiency);
    share("dram.write_efficiency", data_.dram.writeEfficiency);
    atLeastZero("dram.latency", data_.dram.latencySeconds);
    aboveZero("dram.channels", data_.dram.channels);
    aboveZero("dram.burst", data_.dram.burstBytes);
  }

  const Gpu::Data& data_;
  core::Problems problems_;
};

} // namespace

const TensorRate* Gpu::tensor(std::string_view instruction, std::string_view type) const {
  const auto found =
      std::find_if(data_.tensor.begin(), data_.tensor.end(), [&](const TensorRate& one) {
        return one.instruction == instruction && one.type == type;
      });
  return found == data_.tensor.end() ? nullptr : &*found;
}

const LaneOperation* Gpu::operation(std::string_view op) const {
  const auto found = std::find_if(data_.operations.begin(), data_.operations.end(),
                                  [&](const LaneOperation& one) { return one.op == op; });
  return found == data_.operations.end() ? nullptr : &*found;
}

double Gpu::peakFlops(std::string_view type) const {
  double maccs = 0;
  for (const auto& rate : data_.tensor) {
    maccs = rate.type == type ? std::max(maccs, rate.maccsPerCycle) : maccs;
  }
  return 2 * maccs * static_cast<double>(data_.sms) * data_.clock.statedHertz;
}

core::Expected<Gpu> check(Gpu::Data data) {
  auto problems = Checker(data).run();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Gpu(std::move(data));
}

} // namespace einsight::arch
