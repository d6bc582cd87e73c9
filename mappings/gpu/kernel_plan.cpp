#include "mappings/gpu/kernel_plan.hpp"

#include "core/text.hpp"
#include "einsum/walk.hpp"
#include "mappings/gpu/copies.hpp"
#include "mappings/gpu/names.hpp"
#include "mappings/gpu/read_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kMostWarpgroups = 8; ///< 1024 threads
constexpr std::int64_t kMostStages = 64;
constexpr std::int64_t kMergingWarps = 4;
constexpr std::int64_t kMostStreamCtas = 65536;
constexpr std::int64_t kMostMaskOperations = 256;

class Resolving {
public:
  Resolving(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Gpu& gpu,
            core::Problems& problems)
      : mapping_(mapping), cascade_(cascade), gpu_(gpu), lookup_(names(mapping, cascade, gpu)),
        problems_(problems) {}

  std::vector<KernelPlan> all() {
    std::vector<KernelPlan> out;
    for (const auto& kernel : mapping_.kernels) {
      out.push_back(one(kernel));
    }
    checkCover(out);
    return out;
  }

private:
  KernelPlan one(const Kernel& kernel) {
    KernelPlan plan;
    plan.kernel = &kernel;
    plan.einsums = einsumsOf(kernel);
    checkTensors(kernel);
    tiles(kernel, plan);
    plan.warpgroups =
        static_cast<int>(number(kernel.warpgroups, "warpgroups", 1, 1, kMostWarpgroups));
    plan.stages = static_cast<int>(number(kernel.stages, "stages", 1, 1, kMostStages));
    plan.split = number(kernel.split, "split", 1, 1, INT32_MAX);
    plan.sharedBytes = number(kernel.sharedBytes, "shared_bytes", 0, 0, INT32_MAX);
    plan.registers = numberIf(kernel.registers, "registers");
    plan.resident = numberIf(kernel.resident, "resident");
    plan.section = numberIf(kernel.section, "section");
    const auto& ctas = kernel.streamK ? kernel.streamK->ctas : std::nullopt;
    plan.streamCtas = numberIf(ctas, "stream_k", kMostStreamCtas);
    if (kernel.merge) {
      merge(*kernel.merge, plan);
    }
    plan.pageTokens = kernel.paged ? number(kernel.paged->tokens, "tokens", 1, 1, INT32_MAX) : 0;
    checkDivision(kernel, problems_);
    for (const auto& [op, count] : kernel.mask) {
      plan.mask[op] = number(count, "mask", 1, 0, kMostMaskOperations);
    }
    for (const auto& [op, share] : kernel.emulate) {
      plan.emulated[op] = shareOf(share, "emulate");
    }
    if (kernel.rescale) {
      plan.rescaled = shareOf(*kernel.rescale, "rescale");
    }
    return plan;
  }

  void merge(const Merge& given, KernelPlan& plan) {
    plan.mergeRows = number(given.rows, "rows", kMergingWarps, 1, kMergingWarps);
    plan.mergeStages = static_cast<int>(number(given.stages, "stages", 2, 1, kMostStages));
    if (kMergingWarps % plan.mergeRows != 0) {
      problems_.push_back(
          {given.rows->where, "rows is 3, which four warps cannot share", "write 1, 2 or 4"});
    }
  }

  /// What an expression gives where that is allowed; else a problem.
  template <typename Allowed>
  std::optional<core::Rational> valueOf(const Number& given, std::string_view what,
                                        const Allowed& allowed, const std::string& expected) {
    const auto value = given.value.evaluate(lookup_);
    if (!value) {
      problems_.push_back(noValue(given, mapping_, cascade_, gpu_));
    } else if (!allowed(*value)) {
      problems_.push_back(
          {given.where, fmt::format("{} is {}, not {}", what, value->toString(), expected), {}});
    } else {
      return *value;
    }
    return std::nullopt;
  }

  /// The whole number that an expression gives, or the least above 0 with a problem.
  std::int64_t number(const std::optional<Number>& given, std::string_view what,
                      std::int64_t fallback, std::int64_t low, std::int64_t high) {
    if (!given) {
      return fallback;
    }
    const auto value = valueOf(
        *given, what,
        [&](const core::Rational& each) {
          return each.denominator() == 1 && each.numerator() >= low && each.numerator() <= high;
        },
        fmt::format("a whole number from {} to {}", low, high));
    return value ? value->numerator() : std::max<std::int64_t>(low, 1);
  }

  std::optional<std::int64_t> numberIf(const std::optional<Number>& given, std::string_view what,
                                       std::int64_t high = INT32_MAX) {
    return given ? std::optional(number(given, what, 1, 1, high)) : std::nullopt;
  }

  double shareOf(const Number& given, std::string_view what) {
    const auto isShare = [](const core::Rational& each) {
      return each.toDouble() >= 0 && each.toDouble() <= 1;
    };
    const auto value = valueOf(given, what, isShare, "a share from 0 to 1");
    return value ? value->toDouble() : 1;
  }

  std::vector<const einsum::Einsum*> einsumsOf(const Kernel& kernel) {
    std::vector<const einsum::Einsum*> out;
    if (kernel.movesOnly) {
      return out;
    }
    for (const auto& einsum : cascade_.einsums()) {
      const bool named = kernel.einsums.empty() ? !namedElsewhere(einsum.name)
                                                : einsum::contains(kernel.einsums, einsum.name);
      if (named && !einsum.view && !isGatherCopy(cascade_, einsum)) {
        out.push_back(&einsum);
      }
    }
    for (const auto& name : kernel.einsums) {
      if (cascade_.einsum(name) == nullptr) {
        std::vector<std::string> known;
        for (const auto& einsum : cascade_.einsums()) {
          known.push_back(einsum.name);
        }
        problems_.push_back({kernel.where, fmt::format("the workload has no Einsum '{}'", name),
                             core::suggestion(name, known)});
      }
    }
    return out;
  }

  [[nodiscard]] bool namedElsewhere(const std::string& einsum) const {
    return std::any_of(mapping_.kernels.begin(), mapping_.kernels.end(), [&](const Kernel& kernel) {
      return einsum::contains(kernel.einsums, einsum);
    });
  }

  void checkTensors(const Kernel& kernel) {
    auto names = kernel.copies;
    names.insert(names.end(), kernel.clears.begin(), kernel.clears.end());
    for (const auto& name : names) {
      if (name != kAdded && cascade_.tensor(name) == nullptr) {
        std::vector<std::string> known;
        for (const auto& tensor : cascade_.tensors()) {
          known.push_back(tensor.name);
        }
        problems_.push_back({kernel.where, fmt::format("the workload has no tensor '{}'", name),
                             core::suggestion(name, known)});
      }
    }
  }

  bool known(const Tile& tile) {
    if (cascade_.size(tile.variable) > 0) {
      return true;
    }
    std::vector<std::string> variables;
    for (const auto& [variable, size] : cascade_.sizes()) {
      variables.push_back(variable);
    }
    problems_.push_back({tile.where,
                         fmt::format("the workload has no rank variable '{}'", tile.variable),
                         core::suggestion(tile.variable, variables)});
    return false;
  }

  Axis axis(const Tile& tile) {
    const auto size = cascade_.size(tile.variable);
    const std::optional<Number> given =
        tile.size ? std::optional(Number{*tile.size, tile.where}) : std::nullopt;
    return {tile.variable, size, number(given, "the tile", size, 1, INT32_MAX)};
  }

  /// Grid, loop and extents: what is in every Einsum's result has one value per CTA unless the
  /// mapping says otherwise; what is left lies wholly inside a tile.
  void tiles(const Kernel& kernel, KernelPlan& plan) {
    std::vector<Axis> cut;
    for (const auto& tile : kernel.cta) {
      if (known(tile)) {
        cut.push_back(axis(tile));
      }
    }
    if (kernel.loop && known(*kernel.loop)) {
      plan.loop = axis(*kernel.loop);
    }
    for (const auto& [variable, size] : cascade_.sizes()) {
      const auto same = [&name = variable](const Axis& each) { return each.variable == name; };
      if (variable == kernel.each) {
        plan.launches = size;
        continue;
      }
      if ((plan.loop && plan.loop->variable == variable) ||
          std::any_of(cut.begin(), cut.end(), same)) {
        continue;
      }
      if (inEveryResult(plan, variable)) {
        plan.grid.push_back({variable, size, 1});
      } else {
        plan.extents.of[variable] = size;
      }
    }
    for (const auto& each : std::views::reverse(cut)) {
      plan.grid.push_back(each);
      plan.extents.of[each.variable] = each.tile;
    }
    if (plan.loop) {
      plan.extents.of[plan.loop->variable] = plan.loop->tile;
    }
  }

  static bool inEveryResult(const KernelPlan& plan, const std::string& variable) {
    return !plan.einsums.empty() &&
           std::all_of(plan.einsums.begin(), plan.einsums.end(), [&](const auto* einsum) {
             return einsum::contains(einsum::variablesOf(einsum->output), variable);
           });
  }

  void checkCover(const std::vector<KernelPlan>& kernels) {
    for (const auto& einsum : cascade_.einsums()) {
      const auto times = std::count_if(kernels.begin(), kernels.end(), [&](const KernelPlan& plan) {
        return einsum::contains(plan.einsums, &einsum);
      });
      if (einsum.view || isGatherCopy(cascade_, einsum) || times == 1) {
        continue;
      }
      problems_.push_back(
          {{mapping_.file, 1, 1, "kernels"},
           fmt::format("Einsum {} is in {} kernel{}", einsum.name,
                       times == 0 ? "no" : std::to_string(times), times > 1 ? "s" : ""),
           "every Einsum belongs to one kernel; `einsums: all` takes what no other "
           "kernel names"});
    }
  }

  const Mapping& mapping_;
  const einsum::Cascade& cascade_;
  const arch::Gpu& gpu_;
  core::Expression::Lookup lookup_;
  core::Problems& problems_;
};

} // namespace

const einsum::Einsum* KernelPlan::maker(std::string_view tensor) const {
  const auto found = std::find_if(einsums.begin(), einsums.end(),
                                  [&](const auto* einsum) { return einsum->name == tensor; });
  return found == einsums.end() ? nullptr : *found;
}

std::string KernelPlan::rowVariable() const {
  return kernel->cta.empty() ? "" : kernel->cta.front().variable;
}

bool isAdded(const KernelPlan& plan, const einsum::Einsum& einsum) {
  const auto reduced = einsum::reducedVariables(einsum);
  return std::any_of(plan.grid.begin(), plan.grid.end(), [&](const Axis& axis) {
    return axis.tiles() > 1 && einsum::contains(reduced, axis.variable);
  });
}

core::Expected<std::vector<KernelPlan>>
resolve(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Gpu& gpu) {
  core::Problems problems;
  auto kernels = Resolving(mapping, cascade, gpu, problems).all();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  resolveCopies(kernels, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return kernels;
}

} // namespace einsight::mappings::gpu
