#include "mappings/gpu/memory_need.hpp"

#include "core/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

constexpr double kBitsPerByte = 8;
constexpr std::size_t kNamed = 3; ///< tensors in a message

/// A tensor in memory while some kernels run, by their numbers.
struct Lying {
  std::size_t first = 0, last = 0;
  double bytes = 0;
};

/// By name: those of one cascade, or of all sequences.
using Memory = std::map<std::string, Lying>;

class Looking {
public:
  Looking(const std::vector<KernelPlan>& kernels, const einsum::Cascade& cascade)
      : kernels_(kernels), cascade_(cascade) {
    for (const auto& [variable, size] : cascade.sizes()) {
      whole_.of[variable] = size;
    }
  }

  Memory memory() {
    for (std::size_t k = 0; k < kernels_.size(); ++k) {
      for (const auto* each : kernels_[k].einsums) {
        const auto* einsum = cascade_.einsum(each->name);
        made(k, *einsum);
        for (const auto& access : sourcesOf(cascade_, *einsum)) {
          read(k, access);
        }
      }
    }
    return std::move(out_);
  }

private:
  [[nodiscard]] double bytes(double elements, const einsum::Tensor& tensor) const {
    return elements * tensor.bits / kBitsPerByte;
  }

  void made(std::size_t k, const einsum::Einsum& einsum) {
    const auto* tensor = cascade_.tensor(einsum.name);
    if (tensor->result) {
      lie(einsum.name,
          {k, kernels_.size() - 1, bytes(boxElements(cascade_, einsum.output, whole_), *tensor)});
    }
  }

  void read(std::size_t k, const einsum::Access& access) {
    const auto* tensor = cascade_.tensor(access.tensor);
    if (tensor->input) {
      double elements = 1;
      for (const auto size : tensor->shape) {
        elements *= static_cast<double>(size);
      }
      lie(access.tensor, {0, kernels_.size() - 1, bytes(elements, *tensor)});
      return;
    }
    const auto maker = std::find_if(kernels_.begin(), kernels_.end(), [&](const auto& each) {
      return each.maker(access.tensor) != nullptr;
    });
    const auto place = static_cast<std::size_t>(maker - kernels_.begin());
    // Kernels that are launched for each iteration hold what one iteration leaves.
    const bool again = maker == kernels_.end() || maker->launches > 1;
    if (!again && place != k) {
      lie(access.tensor, {std::min(place, k), std::max(place, k),
                          bytes(boxElements(cascade_, access, whole_), *tensor)});
    }
  }

  void lie(const std::string& name, const Lying& lying) {
    const auto [found, added] = out_.try_emplace(name, lying);
    if (!added) {
      found->second.first = std::min(found->second.first, lying.first);
      found->second.last = std::max(found->second.last, lying.last);
      found->second.bytes = std::max(found->second.bytes, lying.bytes);
    }
  }

  const std::vector<KernelPlan>& kernels_;
  const einsum::Cascade& cascade_;
  Extents whole_; ///< all values of every rank variable
  Memory out_;
};

Memory memoryOf(const std::vector<KernelPlan>& kernels, const Batch& batch) {
  Memory out;
  for (std::size_t l = 0; l < batch.lengths.size(); ++l) {
    const auto times = static_cast<double>(
        std::count(batch.sequences.begin(), batch.sequences.end(), static_cast<std::int32_t>(l)));
    for (const auto& [name, lying] : Looking(kernels, batch.lengths[l]).memory()) {
      auto& all = out.try_emplace(name, Lying{lying.first, lying.last, 0}).first->second;
      all.bytes += times * lying.bytes;
    }
  }
  return out;
}

/// The largest of what lies there: "BQK 1.1 TB, SN 549.8 GB".
std::string largest(const Memory& memory, std::size_t kernel) {
  std::vector<std::pair<double, std::string>> all;
  for (const auto& [name, lying] : memory) {
    if (lying.first <= kernel && kernel <= lying.last) {
      all.emplace_back(-lying.bytes, name);
    }
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> out;
  for (std::size_t i = 0; i < std::min(kNamed, all.size()); ++i) {
    out.push_back(fmt::format("{} {}", all[i].second, core::formatBytes(-all[i].first)));
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

} // namespace

core::Problems memoryProblems(const std::vector<KernelPlan>& kernels,
                              const einsum::Cascade& cascade, const arch::Gpu& gpu,
                              const Batch* batch) {
  const auto memory =
      batch == nullptr ? Looking(kernels, cascade).memory() : memoryOf(kernels, *batch);
  std::size_t worst = 0;
  double most = 0;
  for (std::size_t k = 0; k < kernels.size(); ++k) {
    double bytes = 0;
    for (const auto& [name, lying] : memory) {
      bytes += lying.first <= k && k <= lying.last ? lying.bytes : 0;
    }
    if (bytes > most) {
      worst = k;
      most = bytes;
    }
  }
  if (most <= static_cast<double>(gpu.data().dram.bytes)) {
    return {};
  }
  return {{kernels[worst].kernel->where,
           fmt::format("kernel '{}' runs with {} of tensors in memory ({}), {} has {}",
                       kernels[worst].kernel->name, core::formatBytes(most), largest(memory, worst),
                       gpu.data().name, core::formatCapacity(gpu.data().dram.bytes)),
           "smaller sizes, fewer sequences or heads at a time, or a GPU with more memory",
           most / static_cast<double>(gpu.data().dram.bytes)}};
}

} // namespace einsight::mappings::gpu
