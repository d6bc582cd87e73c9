#pragma once
#include "arch/gpu/gpu.hpp"
#include "arch/machine.hpp"
#include "einsum/cascade.hpp"
#include "mappings/mapping.hpp"
#include "workloads/lengths.hpp"

#include <functional>
#include <memory>

namespace einsight::explore {

/// What was read, or why it could not be.
template <class T>
using Shared = std::shared_ptr<const core::Expected<T>>;

/// Values by key; all are forgotten when they become many, so that memory stays flat.
template <class T>
class Kept {
public:
  explicit Kept(std::size_t most = 256) : most_(most) {}

  template <class Make>
  std::shared_ptr<const T> get(const std::string& key, const Make& make) {
    const auto known = values_.find(key);
    if (known != values_.end()) {
      return known->second;
    }
    if (values_.size() >= most_) {
      values_.clear();
    }
    return values_.emplace(key, std::make_shared<const T>(make())).first->second;
  }

private:
  std::size_t most_;
  std::map<std::string, std::shared_ptr<const T>> values_;
};

/// Reads what points are made of. With `remember`, what was read for one point serves those after
/// it: points of a sweep share most of it. The answers are the same either way, as long as no file
/// changes.
class Inputs {
public:
  explicit Inputs(bool remember = false) : remember_(remember) {}

  /// workloads::load.
  Shared<einsum::Cascade> cascade(const std::string& reference, const core::Settings& settings);
  /// workloads::lengthsOf that cascade.
  Shared<std::optional<workloads::Lengths>> lengths(const std::string& reference,
                                                    const core::Settings& settings);
  /// arch::load and arch::loadGpu.
  Shared<arch::Machine> machine(const std::string& name, const core::Settings& settings);
  Shared<arch::Gpu> gpu(const std::string& name, const core::Settings& settings);
  /// arch::kindOf.
  Shared<std::string> kind(const std::string& machine);
  /// mappings::readMapping of a file, with `extends:` from the catalogue.
  Shared<mappings::Mapping> mapping(const std::filesystem::path& file,
                                    const einsum::Cascade& cascade, const arch::Machine& machine,
                                    const core::Settings& settings);
  /// mappings::candidates for spatial machines.
  std::shared_ptr<const std::vector<std::string>> candidates(const einsum::Cascade& cascade);
  /// What `list` gives; it must give the same every time.
  std::shared_ptr<const std::vector<std::string>>
  gpuCandidates(const std::function<std::vector<std::string>()>& list);

private:
  template <class T, class Make>
  std::shared_ptr<const T> get(Kept<T>& kept, const std::string& key, const Make& make) {
    return remember_ ? kept.get(key, make) : std::make_shared<const T>(make());
  }

  bool remember_;
  Kept<core::Expected<einsum::Cascade>> cascades_;
  Kept<core::Expected<std::optional<workloads::Lengths>>> lengths_;
  Kept<core::Expected<arch::Machine>> machines_{4096}; ///< small; often the inner of two loops
  Kept<core::Expected<arch::Gpu>> gpus_;
  Kept<core::Expected<std::string>> kinds_;
  Kept<core::Expected<mappings::Mapping>> mappings_;
  Kept<bool> decided_; ///< file -> does the mapping say other things for other sizes?
  Kept<std::vector<std::string>> candidates_;
};

} // namespace einsight::explore
