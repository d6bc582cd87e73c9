#pragma once
#include "results/waveform.hpp"
#include "sim/cycle/occupancy.hpp"
#include "sim/totals.hpp"

namespace einsight::sim {

/// A task as waveforms name it: "QK", "load_K", "store_AV".
std::string shownName(const Task& task);

/// Tells a waveform what every resource does: busy, which Einsum or transfer of which tensor, which
/// iteration of its loops (counted from 0), why it waits, and, where `holdings` says what they
/// hold, how many bytes are in every memory.
class Probe {
public:
  /// `holdings` may be null. All must outlive it.
  Probe(const Schedule& schedule, results::Waveform& waveform, const Holdings* holdings);

  /// False when nothing more is kept.
  [[nodiscard]] bool open() const { return waveform_.open(); }
  /// Ticks of the section, from `now` on, until changes are kept again; 0: they are.
  [[nodiscard]] Wide closedFor(Wide now) const {
    return waveform_.keepsFrom(static_cast<std::int64_t>(before_ + now)) - (before_ + now);
  }
  /// The section that begins, by its number, and the ticks before it.
  void section(std::size_t number, Wide before);
  /// … has ended: nothing is kept any more.
  void sectionEnds(Wide now);
  /// Does it want to know of starts, ends and skips?
  [[nodiscard]] bool counts() const { return occupancy_.has_value(); }
  /// The next instance of a task starts.
  void starts(int task, Wide now);
  /// More instances of a task have ended, empty ones too.
  void ends(int task, std::int64_t count, Wide now);
  /// Periods were skipped at `now`: each task has ended so many instances in all.
  void skipped(const std::vector<std::int64_t>& ends, Wide now, Wide ticks);
  void serves(int resource, int task, std::int64_t iteration, Wide now);
  void waits(int resource, Wait why, Wide now);

private:
  struct Signals {
    int busy = 0;
    int task = 0;
    int iteration = 0;
    int waits = 0;
  };
  /// What memories hold at one moment is told once, before anything of a later one.
  void moveTo(Wide now);
  void tellHeld();

  const Schedule& schedule_;
  results::Waveform& waveform_;
  const Holdings* holdings_;
  std::vector<Signals> signals_; ///< per resource
  int section_ = 0;              ///< signal
  const Section* current_ = nullptr;
  Wide before_ = 0;
  std::optional<Occupancy> occupancy_; ///< of the section
  std::vector<int> heldSignals_;       ///< per memory
  std::vector<Wide> told_;             ///< bytes per memory
  Wide now_ = 0;                       ///< of the section, of what is not told yet
};

} // namespace einsight::sim
