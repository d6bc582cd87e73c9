#include "validation/measured/calibration.hpp"

#include "validation/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::validation {
namespace {

/// Settings are exact; a measurement is good to far fewer digits.
constexpr double kDigits = 1e9;

core::Rational settingOf(double value) {
  return {static_cast<std::int64_t>(std::llround(value * kDigits)),
          static_cast<std::int64_t>(kDigits)};
}

/// "tensor_cores.wgmma.efficiency" -> "wgmma".
std::string instructionOf(const std::string& setting) {
  const auto first = setting.find('.');
  const auto last = setting.rfind('.');
  return first < last ? setting.substr(first + 1, last - first - 1) : std::string();
}

/// The number of a microbenchmark, or nothing where the record or the machine lacks what it takes.
/// `reading`: the share of the bandwidth at which is read.
std::optional<double> valueOf(const Calibrated& rule, const MeasuredRow& row, double sms,
                              const arch::Gpu& gpu, double reading) {
  const auto positive = [](double value) {
    return std::isfinite(value) && value > 0 ? std::optional(value) : std::nullopt;
  };
  const double cycles = row.seconds * row.hertz;
  if (rule.take == "time") {
    return positive(row.seconds);
  }
  if (rule.take == "cycles each") {
    return positive(cycles / row.loads);
  }
  if (rule.take == "lane cycles") {
    return positive(cycles * sms * static_cast<double>(gpu.data().lanes) / row.operations);
  }
  if (rule.take == "share of the bandwidth") {
    const auto share = positive(row.bytes / row.seconds / gpu.data().dram.bytesPerSecond);
    return share ? std::optional(std::min(1.0, *share)) : share;
  }
  if (rule.take == "share of the bandwidth when writing") { // half of the bytes are read
    const double half = row.bytes / 2 / gpu.data().dram.bytesPerSecond;
    const auto share = positive(half / (row.seconds - half / reading));
    return share ? std::optional(std::min(1.0, *share)) : share;
  }
  const auto instruction = instructionOf(rule.setting);
  const auto* rate = gpu.tensor(instruction, row.type.empty() ? "bf16" : row.type);
  if (rate == nullptr) {
    return std::nullopt;
  }
  const auto share = positive(row.flops / (2 * rate->maccsPerCycle * sms * cycles));
  return share ? std::optional(std::min(1.0, *share)) : share;
}

/// What the machine's file says for a number that is calibrated; empty where it is not plain.
std::string statedOf(const std::string& setting, const arch::Gpu& gpu) {
  const auto& data = gpu.data();
  const auto number = [](double value) { return fmt::format("{:.4g}", value); };
  if (setting == "dram.efficiency") {
    return number(data.dram.efficiency);
  }
  if (setting == "dram.write_efficiency") {
    return number(data.dram.writeEfficiency);
  }
  if (setting == "launch.kernel") {
    return number(data.launch.kernelSeconds);
  }
  if (setting == "l2.latency") {
    return number(data.l2.latencyCycles);
  }
  if (const auto* rate = gpu.tensor(instructionOf(setting), "bf16")) {
    return number(rate->efficiency);
  }
  const auto op = setting.substr(setting.rfind('.') + 1);
  const auto* cost = gpu.operation(op);
  return cost != nullptr ? number(cost->cycles) : "";
}

} // namespace

Calibration calibrate(const std::vector<Calibrated>& rules, const MeasuredFile& micro,
                      const arch::Gpu& gpu) {
  Calibration out;
  double reading = gpu.data().dram.efficiency;
  for (const auto& rule : rules) {
    if (!matches(gpu.data().architecture, rule.when)) {
      continue;
    }
    const MeasuredRow* best = nullptr; // the fastest: what the unit can do at all
    std::optional<double> value;
    for (const auto& row : micro.rows) {
      if (!matches(row.id, rule.id)) {
        continue;
      }
      const auto found = valueOf(rule, row, micro.sms, gpu, reading);
      const bool share = rule.take.starts_with("share");
      if (found && (!value || (share ? *found > *value : *found < *value))) {
        best = &row;
        value = found;
      }
    }
    if (best != nullptr) {
      out.settings[rule.setting] = settingOf(*value);
      reading = rule.setting == "dram.efficiency" ? *value : reading;
      out.rows.push_back(
          {rule.setting, statedOf(rule.setting, gpu), fmt::format("{:.4g}", *value), best->id});
    }
  }
  return out;
}

Exhibit calibrationExhibit(const std::string& device, const Calibration& calibration) {
  return {"Calibration of " + device,
          {"number", "in the machine's file", "measured", "microbenchmark"},
          calibration.rows,
          {"constants come from microbenchmarks alone, none from a kernel that is compared"}};
}

} // namespace einsight::validation
