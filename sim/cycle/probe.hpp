#pragma once
#include "results/waveform.hpp"
#include "sim/totals.hpp"

namespace einsight::sim {

/// Tells a waveform what every resource does: busy, which Einsum or transfer of which tensor, which
/// iteration of its loops (counted from 0), and why it waits.
class Probe {
public:
  Probe(const Schedule& schedule, results::Waveform& waveform);

  /// False when nothing more is kept.
  [[nodiscard]] bool open() const { return waveform_.open(); }
  /// Ticks of the section, from `now` on, until changes are kept again; 0: they are.
  [[nodiscard]] Wide closedFor(Wide now) const {
    return waveform_.keepsFrom(static_cast<std::int64_t>(before_ + now)) - (before_ + now);
  }
  /// The section that begins, by its number, and the ticks before it.
  void section(std::size_t number, Wide before);
  void serves(int resource, int task, std::int64_t iteration, Wide now);
  void waits(int resource, Wait why, Wide now);

private:
  struct Signals {
    int busy = 0;
    int task = 0;
    int iteration = 0;
    int waits = 0;
  };
  const Schedule& schedule_;
  results::Waveform& waveform_;
  std::vector<Signals> signals_; ///< per resource
  int section_ = 0;              ///< signal
  const Section* current_ = nullptr;
  Wide before_ = 0;
};

} // namespace einsight::sim
