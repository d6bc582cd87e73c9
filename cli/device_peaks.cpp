#include "cli/device_peaks.hpp"

#include "arch/gpu/gpu.hpp"
#include "validation/measured/spec.hpp"
#include "validation/pattern.hpp"
#include "validation/suite.hpp"

#include <map>
#include <optional>

namespace einsight::cli {
namespace {

using report::MeasuredCase;
using report::Peak;
using validation::Calibrated;

/// The last word of "lanes.operations.exp2".
std::string lastWord(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

std::optional<Peak> matrixPeak(const arch::Gpu& gpu, const std::string& type) {
  const auto operands = type.empty() ? std::string("bf16") : type;
  const double flops = gpu.peakFlops(operands);
  return flops > 0 ? std::optional(Peak{operands + " products", flops}) : std::nullopt;
}

/// Of a number of the machine that a microbenchmark is about.
std::optional<Peak> peakOf(const Calibrated& rule, const arch::Gpu& gpu, const MeasuredCase& one) {
  const auto& data = gpu.data();
  if (rule.take.starts_with("share of the bandwidth")) {
    const bool cached = one.bytes <= static_cast<double>(data.l2.bytes);
    return cached ? std::nullopt : std::optional(Peak{"DRAM", data.dram.bytesPerSecond});
  }
  const double hertz = one.hertz > 0 ? one.hertz : data.clock.maximumHertz;
  if (rule.take == "lane cycles") {
    const auto op = lastWord(rule.setting);
    const auto* cost = gpu.operation(op);
    return cost == nullptr ? std::nullopt
                           : std::optional(Peak{op + " on the lanes",
                                                static_cast<double>(data.sms * data.lanes) * hertz /
                                                    cost->cycles});
  }
  if (rule.take == "share of the matrix rate") {
    const auto first = rule.setting.find('.');
    const auto last = rule.setting.rfind('.');
    const auto instruction = rule.setting.substr(first + 1, last - first - 1);
    const auto type = one.type.empty() ? std::string("bf16") : one.type;
    const auto* rate = gpu.tensor(instruction, type);
    return rate == nullptr ? std::nullopt
                           : std::optional(Peak{type + " products by " + instruction,
                                                2 * rate->maccsPerCycle *
                                                    static_cast<double>(data.sms) * hertz});
  }
  return std::nullopt;
}

} // namespace

/// The suite, and machines that were looked up.
struct DevicePeaks::Inside {
  std::optional<validation::MeasuredSpec> spec;
  std::map<std::string, std::optional<arch::Gpu>> gpus;
  core::Problems problems;

  void read() {
    auto found =
        validation::readMeasuredSpec(validation::validationFolder() / "suites" / "measured.yaml");
    if (found) {
      spec = std::move(*found);
    } else {
      problems = found.error();
    }
  }

  const arch::Gpu* gpuOf(const std::string& device) {
    const auto [place, added] = gpus.try_emplace(device);
    const auto machine = added ? spec->kernels.systems.machineOf(device) : std::nullopt;
    if (machine) {
      if (auto gpu = arch::loadGpu(*machine)) {
        place->second = std::move(*gpu);
      } else {
        problems.insert(problems.end(), gpu.error().begin(), gpu.error().end());
      }
    }
    return place->second ? &*place->second : nullptr;
  }

  std::optional<Peak> find(const MeasuredCase& one) {
    if (!spec && problems.empty()) {
      read();
    }
    const auto* gpu = spec ? gpuOf(one.device) : nullptr;
    if (gpu == nullptr) {
      return std::nullopt;
    }
    if (one.kernel) {
      return matrixPeak(*gpu, one.type);
    }
    for (const auto& rule : spec->calibration) {
      if (validation::matches(gpu->data().architecture, rule.when) &&
          validation::matches(one.id, rule.id)) {
        return peakOf(rule, *gpu, one);
      }
    }
    return std::nullopt;
  }
};

DevicePeaks::DevicePeaks() : inside_(std::make_shared<Inside>()) {}

report::PeakOf DevicePeaks::function() const {
  return [inside = inside_](const MeasuredCase& one) { return inside->find(one); };
}

const core::Problems& DevicePeaks::problems() const {
  return inside_->problems;
}

} // namespace einsight::cli
