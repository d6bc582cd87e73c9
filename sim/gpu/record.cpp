#include "sim/cycle/at.hpp"
#include "sim/cycle/held.hpp"
#include "sim/gpu/check.hpp"
#include "sim/gpu/gpu.hpp"
#include "sim/gpu/multiprocessor.hpp"
#include "sim/totals.hpp"

#include <algorithm>
#include <map>

namespace einsight::sim::gpu {
namespace {

/// Rounds of CTAs: the first fills the SM, the second shows how one follows another.
constexpr std::int64_t kRounds = 2;

/// A waveform that begins later and whose scopes lie in another.
class Later : public results::Waveform {
public:
  Later(results::Waveform& waveform, std::string scope, std::int64_t ticks)
      : waveform_(waveform), scope_(std::move(scope)), ticks_(ticks) {}

  int declare(const std::vector<std::string>& scopes, const std::string& name, Kind kind) override {
    std::vector<std::string> inside{scope_};
    inside.insert(inside.end(), scopes.begin(), scopes.end());
    return waveform_.declare(inside, name, kind);
  }
  void change(std::int64_t tick, int signal, double value) override {
    waveform_.change(tick + ticks_, signal, value);
  }
  void change(std::int64_t tick, int signal, const std::string& value) override {
    waveform_.change(tick + ticks_, signal, value);
  }
  [[nodiscard]] bool open() const override { return waveform_.open(); }
  [[nodiscard]] std::int64_t keepsFrom(std::int64_t tick) const override {
    const auto from = waveform_.keepsFrom(tick + ticks_);
    return from == std::numeric_limits<std::int64_t>::max() ? from : from - ticks_;
  }

private:
  results::Waveform& waveform_;
  std::string scope_;
  std::int64_t ticks_;
};

/// The kind of which there are most CTAs.
const Kind& mostFrequent(const Kernel& kernel) {
  std::map<std::int32_t, std::int64_t> counts;
  for (const auto kind : kernel.order) {
    ++counts[kind];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return at(kernel.kinds, most->first);
}

} // namespace

core::Expected<std::int64_t> record(const Chain& chain, const Device& device,
                                    results::Waveform* waveform) {
  if (auto problems = check(chain); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  std::int64_t ticks = 0;
  for (const auto& kernel : chain.kernels) {
    CycleOptions options;
    std::optional<Later> later;
    if (waveform != nullptr) {
      options.waveform = &later.emplace(*waveform, kernel.name, ticks);
    }
    Holdings holdings;
    const auto schedule =
        smSchedule(kernel, device, mostFrequent(kernel), kernel.residents, kRounds, &holdings);
    const auto totals = sim::cycle(schedule, options, holdings);
    if (!totals) {
      return core::failure(totals.error());
    }
    ticks += static_cast<std::int64_t>(totals->ticks);
  }
  return ticks;
}

std::int64_t recordedTicksPerCycle() {
  return kTicksPerCycle;
}

} // namespace einsight::sim::gpu
