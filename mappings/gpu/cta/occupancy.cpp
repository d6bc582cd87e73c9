#include "mappings/gpu/cta/occupancy.hpp"

#include "core/format.hpp"
#include "einsum/walk.hpp"
#include "mappings/gpu/cta/alias.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kThreadsPerWarpgroup = 128;
constexpr std::int64_t kThreadsPerWarp = 32;
constexpr std::int64_t kRegisterUnit = 8; ///< per thread
constexpr double kOtherRegisters = 32;    ///< addresses, row maxima and sums, loop state
constexpr std::int64_t kProducerRegisters =
    24; ///< per thread of a warpgroup that only issues copies (setmaxnreg)
constexpr double kRegisterBits = 32;
constexpr double kBitsPerByte = 8;

std::int64_t roundUp(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

void limit(Occupancy& out, std::int64_t residents, std::string_view what) {
  if (out.limitedBy.empty() || residents < out.residents) {
    out.residents = residents;
    out.limitedBy = what;
  }
}

/// Does a product take the tensor? Then it lies in shared memory, where products find it.
bool isOperand(const Parts& parts, const std::string& tensor, const einsum::Cascade& cascade) {
  return std::any_of(parts.products.begin(), parts.products.end(), [&](const auto& use) {
    return behindViews(cascade, *use.product.left).tensor == tensor ||
           behindViews(cascade, *use.product.right).tensor == tensor;
  });
}

class Fitting {
public:
  Fitting(const KernelPlan& plan, const Parts& parts, const std::vector<Load>& loads,
          const einsum::Cascade& cascade, const arch::Gpu& gpu)
      : plan_(plan), parts_(parts), loads_(loads), cascade_(cascade), gpu_(gpu.data()) {}

  core::Expected<Occupancy> fit() {
    out_.threads = (plan_.warpgroups + (plan_.kernel->producer ? 1 : 0)) * kThreadsPerWarpgroup;
    shared();
    tensorMemory();
    registers();
    residents();
    if (!problems_.empty()) {
      return core::failure(std::move(problems_));
    }
    return out_;
  }

private:
  /// What takes more than there is, both in one unit.
  template <class Number>
  void report(Number takes, Number has, std::string what, std::string help) {
    problems_.push_back({plan_.kernel->where,
                         fmt::format("kernel '{}' {}", plan_.kernel->name, what), std::move(help),
                         static_cast<double>(takes) / static_cast<double>(has)});
  }

  void shared() {
    auto bytes = static_cast<double>(plan_.sharedBytes);
    for (const auto& load : loads_) {
      if (isOperand(parts_, load.tensor, cascade_)) {
        bytes += load.tileBytes * (load.role == Role::Iteration ? plan_.stages : 1);
      }
    }
    std::vector<std::string> made;
    for (const auto& use : parts_.products) {
      for (const auto* access : {use.product.left, use.product.right}) {
        const bool held = access == use.product.left && use.product.rowsDivided;
        const auto* maker = plan_.maker(access->tensor);
        if (maker != nullptr && !held && !einsum::contains(made, access->tensor)) {
          made.push_back(access->tensor);
          bytes += boxElements(cascade_, *access, plan_.extents) * use.bits / kBitsPerByte;
        }
      }
    }
    out_.sharedBytes = static_cast<std::int64_t>(std::ceil(bytes));
    if (out_.sharedBytes > gpu_.shared.bytesPerCta) {
      report(out_.sharedBytes, gpu_.shared.bytesPerCta,
             fmt::format("needs {:.1f} KiB of shared memory per CTA, {} has {:.1f} KiB",
                         static_cast<double>(out_.sharedBytes) / 1024, gpu_.name,
                         static_cast<double>(gpu_.shared.bytesPerCta) / 1024),
             plan_.stages > 1 ? "smaller tiles, or fewer stages" : "smaller tiles");
    }
  }

  /// Results of all products at once: those of the loop stay, and the next tile's are computed
  /// while this one's are read.
  void tensorMemory() {
    if (!resultsInTensorMemory(plan_.kernel->instruction)) {
      return;
    }
    std::map<std::string, double> products;
    for (const auto& use : parts_.products) {
      products[use.product.einsum->name] =
          use.cost.paddedRows * use.product.columns * use.product.batch * kRegisterBytes;
    }
    tensorMemoryBytes_ =
        static_cast<std::int64_t>(std::ceil(tensorMemoryBytes(plan_, products, cascade_)));
    if (tensorMemoryBytes_ > gpu_.tensorMemoryBytes) {
      report(tensorMemoryBytes_, gpu_.tensorMemoryBytes,
             fmt::format("needs {} of tensor memory per CTA, {} has {}",
                         core::formatCapacity(tensorMemoryBytes_), gpu_.name,
                         core::formatCapacity(gpu_.tensorMemoryBytes)),
             mayAlias() ? "smaller tiles, or results that share a place (alias)" : "smaller tiles");
    }
  }

  /// Are there results that could take each other's place, and do none?
  [[nodiscard]] bool mayAlias() const {
    const auto leaves = std::count_if(parts_.products.begin(), parts_.products.end(),
                                      [](const auto& use) { return !use.accumulated; });
    return plan_.kernel->aliases.empty() && leaves > 1;
  }

  /// Registers per thread that the products' results need.
  [[nodiscard]] double accumulators() const {
    double out = 0;
    double largest = 0; // where results lie in a memory of the tensor cores
    for (const auto& use : parts_.products) {
      const auto threads = static_cast<double>(plan_.warpgroups * kThreadsPerWarpgroup);
      const double each = use.cost.paddedRows * use.product.columns * use.product.batch / threads;
      out += each;
      largest = std::max(largest, use.accumulated ? 0 : each);
      if (!use.accumulated && plan_.kernel->overlap) {
        out += each * use.bits / kRegisterBits;
      }
    }
    return resultsInTensorMemory(plan_.kernel->instruction) ? largest : out;
  }

  void registers() {
    const double needed = accumulators();
    const auto derived =
        roundUp(static_cast<std::int64_t>(std::ceil(needed + kOtherRegisters)), kRegisterUnit);
    const auto most = gpu_.registers.perThread;
    out_.registersPerThread =
        plan_.registers.value_or(std::min(derived, roundUp(most, kRegisterUnit)));
    out_.registersPerThread = std::min(out_.registersPerThread, most);
    if (plan_.registers.value_or(0) > most) {
      report(*plan_.registers, most,
             fmt::format("asks for {} registers per thread, {} has {}", *plan_.registers, gpu_.name,
                         most),
             {});
    } else if (plan_.registers && needed > static_cast<double>(*plan_.registers)) {
      report(needed, static_cast<double>(*plan_.registers),
             fmt::format("has {} registers per thread, its products' results alone take {:.0f}",
                         *plan_.registers, needed),
             "smaller tiles, or more warpgroups");
    } else if (!plan_.registers && derived > roundUp(most, kRegisterUnit)) {
      report(derived, most,
             fmt::format("needs {} registers per thread, {} has {}", derived, gpu_.name, most),
             "smaller tiles, or more warpgroups");
    }
  }

  [[nodiscard]] std::int64_t registersPerCta() const {
    const auto ofWarps = [&](std::int64_t warps, std::int64_t perThread) {
      return warps * roundUp(perThread * kThreadsPerWarp, gpu_.registers.granularity);
    };
    constexpr std::int64_t kWarps = kThreadsPerWarpgroup / kThreadsPerWarp;
    return ofWarps(plan_.warpgroups * kWarps, out_.registersPerThread) +
           (plan_.kernel->producer ? ofWarps(kWarps, kProducerRegisters) : 0);
  }

  void residents() {
    limit(out_, gpu_.shared.bytesPerSm / (out_.sharedBytes + gpu_.shared.reservedPerCta),
          "shared memory");
    if (tensorMemoryBytes_ > 0) {
      limit(out_, gpu_.tensorMemoryBytes / tensorMemoryBytes_, "tensor memory");
    }
    limit(out_, gpu_.registers.words / registersPerCta(), "registers");
    out_.registerBytes = registersPerCta() * kRegisterBytes;
    limit(out_, gpu_.threadsPerSm / out_.threads, "threads");
    limit(out_, gpu_.ctasPerSm, "CTAs per SM");
    if (plan_.resident) {
      limit(out_, *plan_.resident, "the mapping");
    }
    if (out_.residents > 0 || !problems_.empty()) {
      return;
    }
    if (out_.limitedBy == "registers") {
      report(registersPerCta(), gpu_.registers.words,
             fmt::format("needs {} registers per CTA, {} has {}", registersPerCta(), gpu_.name,
                         gpu_.registers.words),
             "fewer warpgroups, or fewer registers per thread");
    } else {
      report(out_.threads, gpu_.threadsPerSm,
             fmt::format("needs {} threads per CTA, {} has {} per SM", out_.threads, gpu_.name,
                         gpu_.threadsPerSm),
             "fewer warpgroups");
    }
  }

  const KernelPlan& plan_;
  const Parts& parts_;
  const std::vector<Load>& loads_;
  const einsum::Cascade& cascade_;
  const arch::Gpu::Data& gpu_;
  Occupancy out_;
  std::int64_t tensorMemoryBytes_ = 0;
  core::Problems problems_;
};

} // namespace

core::Expected<Occupancy> occupancyOf(const KernelPlan& plan, const Parts& parts,
                                      const std::vector<Load>& loads,
                                      const einsum::Cascade& cascade, const arch::Gpu& gpu) {
  return Fitting(plan, parts, loads, cascade, gpu).fit();
}

Occupancy occupancyOf(std::int64_t threads, std::int64_t registersPerThread, const arch::Gpu& gpu) {
  Occupancy out;
  out.threads = threads;
  out.registersPerThread = registersPerThread;
  out.registerBytes = threads * registersPerThread * kRegisterBytes;
  limit(out, gpu.data().registers.words / (threads * registersPerThread), "registers");
  limit(out, gpu.data().threadsPerSm / threads, "threads");
  limit(out, gpu.data().ctasPerSm, "CTAs per SM");
  return out;
}

void setOccupancy(sim::gpu::Kernel& kernel, const Occupancy& occupancy) {
  kernel.residents = occupancy.residents;
  kernel.threads = occupancy.threads;
  kernel.registersPerThread = occupancy.registersPerThread;
  kernel.sharedBytes = occupancy.sharedBytes;
  kernel.registerBytes = occupancy.registerBytes;
  kernel.limitedBy = occupancy.limitedBy;
}

void placeInShared(Parts& parts, const std::vector<Load>& loads, const einsum::Cascade& cascade) {
  for (auto* part : {&parts.prologue, &parts.iteration, &parts.epilogue}) {
    for (auto& transfer : part->loads) {
      const auto load = std::find_if(loads.begin(), loads.end(), [&](const Load& each) {
        return each.tensor == transfer.tensor;
      });
      if (load != loads.end() && isOperand(parts, load->tensor, cascade)) {
        transfer.sharedMemoryBytes = load->tileBytes;
      }
    }
  }
}

} // namespace einsight::mappings::gpu
