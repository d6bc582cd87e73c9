#pragma once
#include "results/waveform.hpp"

#include <map>
#include <ostream>
#include <utility>

namespace einsight::report {

/// Writes a waveform as a trace of the Trace Event Format (Chrome's JSON), which ui.perfetto.dev
/// opens, while it comes in.
///
/// Every scope with a signal `task` or `einsum` is a track; its slices are the tasks, with their
/// `iteration` (and `tile`, where the loops of a task are known) and the cycle at which they start,
/// and, where `waits_for` tells, what it waits for.
/// A counter per track is its use over a hundredth of each window: in GB/s where the rate of the
/// track is known, else in percent. A signal `held_bytes` is a counter of its scope, exact, with a
/// value for each change. Counters stand at 0 between windows. Times are those of the machine's
/// clock.
class TraceWriter : public results::Waveform {
public:
  using Window = std::pair<std::int64_t, std::int64_t>; ///< ticks [first, second)

  struct Options {
    std::string title;
    std::int64_t ticksPerCycle = 1;
    double hertz = 1e9;
    std::vector<Window> windows;                  ///< kept, in order, without overlap; none: all is
    std::map<std::string, double> bytesPerSecond; ///< of a track that is busy
    std::int64_t slices = 1'000'000; ///< and values of what is held, at most; then no more are kept
    /// What to say of a scope's held bytes: "capacity 16 MiB".
    std::map<std::string, std::string> held{};
    /// Of a task of a track, outermost first: names and trips of the loops that its iterations
    /// number.
    std::map<std::pair<std::string, std::string>, std::vector<std::pair<std::string, std::int64_t>>>
        loops{};
  };

  /// `out` must live until close(); whether it could be written is for its owner to ask.
  TraceWriter(std::ostream& out, Options options);

  int declare(const std::vector<std::string>& scopes, const std::string& name, Kind kind) override;
  void change(std::int64_t tick, int signal, double value) override;
  void change(std::int64_t tick, int signal, const std::string& value) override;
  [[nodiscard]] bool open() const override { return written_ < options_.slices; }
  [[nodiscard]] std::int64_t keepsFrom(std::int64_t tick) const override;

  /// Ends what is going on at `tick` and the file.
  void close(std::int64_t tick);

private:
  enum class Role { None, Task, Iteration, Wait, Held };
  struct Signal {
    std::size_t track = 0; ///< or number of what is held
    Role role = Role::None;
  };
  struct Track {
    std::string name;
    std::string task;  ///< as last told
    std::string shown; ///< name of the slice that is open, or empty
    double iteration = -1;
    double shownIteration = -1;
    bool counts = false;  ///< iterations are told, after their task
    bool waiting = false; ///< the open slice is a wait
    std::int64_t since = 0;
    std::vector<double> use; ///< busy ticks per part of the window
  };

  struct Held {
    std::string name;
    double bytes = 0; ///< as last told, in a window or not
    double shown = 0;
  };

  [[nodiscard]] const Window* windowAt(std::int64_t tick) const;
  void enter(std::int64_t tick);
  void leave(std::int64_t tick);
  void begin(Track& track, std::int64_t tick, const std::string& name, bool waiting);
  void end(Track& track, std::int64_t tick);
  void addUse(Track& track, std::int64_t from, std::int64_t to);
  [[nodiscard]] std::string tileOf(const Track& track) const;
  void writeCounters();
  void writeHeld(Held& held, std::int64_t tick, double bytes);
  void write(const std::string& event);
  [[nodiscard]] double microseconds(std::int64_t tick) const;

  std::ostream& out_;
  Options options_;
  std::vector<Signal> signals_;
  std::vector<Track> tracks_;
  std::vector<Held> held_;
  const Window* window_ = nullptr; ///< that is open
  Window whole_;
  std::int64_t written_ = 0;
  bool any_ = false;
};

} // namespace einsight::report
