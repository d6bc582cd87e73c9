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

/// A number as it was calibrated, or as the machine states it.
double calibrated(const core::Settings& settings, const std::string& name, double stated) {
  const auto found = settings.find(name);
  return found == settings.end() ? stated : found->second.toDouble();
}

/// The number of a microbenchmark, or nothing where the record or the machine lacks what it takes.
/// `before`: what was calibrated before it.
std::optional<double> valueOf(const Calibrated& rule, const MeasuredRow& row, double sms,
                              const arch::Gpu& gpu, const core::Settings& before) {
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
  if (rule.take == "share of the special functions") { // of exp2, beside other arithmetic
    const auto* exp2 = gpu.operation("exp2");
    const double alone =
        exp2 == nullptr ? 0 : calibrated(before, "lanes.operations.exp2", exp2->cycles);
    const auto share =
        positive(alone * row.operations / (cycles * sms * static_cast<double>(gpu.data().lanes)));
    return share ? std::optional(std::min(1.0, *share)) : share;
  }
  if (rule.take == "share of the bandwidth") {
    const auto share = positive(row.bytes / row.seconds / gpu.data().dram.bytesPerSecond);
    return share ? std::optional(std::min(1.0, *share)) : share;
  }
  if (rule.take == "share of the bandwidth when writing") { // half of the bytes are read
    const double half = row.bytes / 2 / gpu.data().dram.bytesPerSecond;
    const double reading = calibrated(before, "dram.efficiency", gpu.data().dram.efficiency);
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
  if (setting == "lanes.special_efficiency") {
    return number(data.specialEfficiency);
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
      const auto found = valueOf(rule, row, micro.sms, gpu, out.settings);
      const bool share = rule.take.starts_with("share");
      if (found && (!value || (share ? *found > *value : *found < *value))) {
        best = &row;
        value = found;
      }
    }
    if (best != nullptr) {
      out.settings[rule.setting] = settingOf(*value);
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
