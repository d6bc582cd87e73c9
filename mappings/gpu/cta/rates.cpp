#include "mappings/gpu/cta/rates.hpp"

#include "core/text.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace einsight::mappings::gpu {
namespace {

/// Types of the tensor cores by the bits of their operands; no GPU has both that have 4.
constexpr std::array<std::pair<int, std::string_view>, 5> kTypes{
    {{4, "fp4"}, {4, "int4"}, {8, "fp8"}, {16, "fp16"}, {32, "tf32"}}};

constexpr std::string_view kEmulated = "_emulated";

std::vector<std::string> operationsOf(const arch::Gpu& gpu) {
  std::vector<std::string> out;
  for (const auto& each : gpu.data().operations) {
    out.push_back(each.op);
  }
  return out;
}

} // namespace

LaneCost& LaneCost::add(const LaneCost& other, double times) {
  issue += times * other.issue;
  special += times * other.special;
  return *this;
}

Rates::Rates(const KernelPlan& plan, const arch::Gpu& gpu) : plan_(plan), gpu_(gpu) {
  for (const auto& [op, share] : plan.kernel->emulate) {
    for (const auto& needed : {op, op + std::string(kEmulated)}) {
      if (gpu.operation(needed) == nullptr) {
        problems_.push_back({share.where,
                             fmt::format("{} has no cost for '{}'", gpu.name(), needed),
                             core::suggestion(needed, operationsOf(gpu))});
      }
    }
  }
}

const arch::TensorRate* Rates::tensor(const einsum::Einsum& einsum, int bits) {
  const auto& instruction = plan_.kernel->instruction;
  for (const auto& [width, type] : kTypes) {
    const auto* rate = width < bits ? nullptr : gpu_.tensor(instruction, std::string(type));
    if (rate != nullptr) {
      return rate;
    }
  }
  std::vector<std::string> instructions;
  std::vector<std::string> types;
  for (const auto& rate : gpu_.data().tensor) {
    if (!einsum::contains(instructions, rate.instruction)) {
      instructions.push_back(rate.instruction);
    }
    if (rate.instruction == instruction) {
      types.push_back(rate.type);
    }
  }
  const auto& kernel = *plan_.kernel;
  if (types.empty()) {
    report(fmt::format("kernel '{}': {} has no {}", kernel.name, gpu_.name(), instruction),
           fmt::format("its instructions are {}", fmt::join(instructions, ", ")));
  } else {
    report(fmt::format("kernel '{}': {} of {} takes no operands of {} bits ({})", kernel.name,
                       instruction, gpu_.name(), bits, einsum.name),
           fmt::format("its types are {}", fmt::join(types, ", ")));
  }
  return nullptr;
}

LaneCost Rates::lane(const std::string& op, const einsum::Einsum& einsum) {
  const auto emulated = plan_.emulated.find(op);
  const double share = emulated == plan_.emulated.end() ? 0 : emulated->second;
  LaneCost out;
  if (share < 1) {
    out.add(done(op, einsum), 1 - share);
  }
  if (share > 0) {
    out.add(done(op + std::string(kEmulated), einsum), share);
  }
  return out;
}

LaneCost Rates::done(const std::string& op, const einsum::Einsum& einsum) {
  const auto* operation = gpu_.operation(op);
  if (operation == nullptr) {
    if (op == resultOperation(plan_.kernel->instruction) && !hasInstruction()) {
      return {}; // that is the reason, and reported
    }
    report(fmt::format("kernel '{}': {} needs '{}', which {} has no cost for", plan_.kernel->name,
                       einsum.name, op, gpu_.name()),
           core::suggestion(op, operationsOf(gpu_)));
    return {};
  }
  const auto perGroup = [&](double cycles) {
    return cycles / static_cast<double>(gpu_.data().lanes) / plan_.warpgroups;
  };
  const double special = operation->specialCycles;
  return {perGroup(operation->cycles - special + std::min<double>(operation->specials, special)),
          perGroup(special / gpu_.data().specialEfficiency)};
}

bool Rates::hasInstruction() const {
  const auto& rates = gpu_.data().tensor;
  return std::any_of(rates.begin(), rates.end(), [&](const arch::TensorRate& rate) {
    return rate.instruction == plan_.kernel->instruction;
  });
}

void Rates::report(std::string what, std::string help) {
  problems_.push_back({plan_.kernel->where, std::move(what), std::move(help)});
}

} // namespace einsight::mappings::gpu
