#pragma once
#include "validation/cuda/gpu/gpu.hpp"

#include <optional>

namespace einsight::validation::test {

/// A device on which every run takes 2, 3 and 4 microseconds.
class FakeGpu : public cuda::Gpu {
public:
  FakeGpu() {
    facts_.name = "fake";
    facts_.major = 9;
    facts_.multiprocessors = 2;
  }

  [[nodiscard]] const cuda::GpuFacts& facts() const override { return facts_; }
  [[nodiscard]] bool supports(const cuda::KernelCase& which) const override {
    return which.kind != unsupported;
  }
  core::Expected<cuda::Timing> time(const cuda::KernelCase& which) override {
    ran.push_back(cuda::idOf(which));
    if (lost_) {
      return core::failure({{{}, "an earlier kernel crashed", {}}});
    }
    if (has(which, crashing)) {
      lost_ = true;
      return core::failure({{{}, "it crashed", {}}});
    }
    if (has(which, failing)) {
      return core::failure({{{}, "it does not fit", {}}});
    }
    return timing();
  }
  core::Expected<double> check(const cuda::KernelCase& which) override {
    return time(which).map([this](const cuda::Timing&) { return difference; });
  }
  [[nodiscard]] bool lost() const override { return lost_; }
  [[nodiscard]] cuda::KernelTile tileOf(const cuda::KernelCase&) const override {
    return {128, 64};
  }
  [[nodiscard]] std::vector<cuda::MicroCase> microCases() const override {
    cuda::MicroCase rate;
    rate.id = "rate of nothing";
    rate.flops = 6e6;
    return {rate};
  }
  core::Expected<cuda::Timing> timeMicro(const std::string&) override { return timing(); }

  std::string failing;  ///< part of the names of cases that fail
  std::string crashing; ///< of those after which nothing runs any more
  std::vector<std::string> ran;
  std::optional<cuda::KernelKind> unsupported;
  double difference = 0;

private:
  static bool has(const cuda::KernelCase& which, const std::string& part) {
    return !part.empty() && cuda::idOf(which).find(part) != std::string::npos;
  }
  static cuda::Timing timing() { return {{2, 3, 4}, "events", {}}; }
  cuda::GpuFacts facts_;
  bool lost_ = false;
};

} // namespace einsight::validation::test
