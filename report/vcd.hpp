#pragma once
#include "results/waveform.hpp"

#include <ostream>

namespace einsight::report {

/// Writes a waveform as a value change dump (IEEE 1364-2005, section 18) while it comes in.
///
/// Time: 1 ns of the file is 1 cycle of the machine, so that a viewer's time axis reads in cycles;
/// the unit is 1 ps, a thousandth of a cycle, and ticks are rounded down to it. Bit: wire; Count:
/// integer of 64 bits; Real: real; Text: string (an extension that GTKWave reads, in which every
/// blank and unprintable character is '_'). A value that a signal already has is not written.
class VcdWriter : public results::Waveform {
public:
  struct Options {
    std::int64_t ticksPerCycle = 1;
    double hertz = 0;                 ///< of the machine's clock, for a comment; 0: not told
    std::int64_t changes = 2'000'000; ///< written at most; then the file ends with a comment
  };

  /// `out` must live until close(); whether it could be written is for its owner to ask.
  VcdWriter(std::ostream& out, const Options& options) : out_(out), options_(options) {}

  int declare(const std::vector<std::string>& scopes, const std::string& name, Kind kind) override;
  void change(std::int64_t tick, int signal, double value) override;
  void change(std::int64_t tick, int signal, const std::string& value) override;
  [[nodiscard]] bool open() const override { return open_; }

  /// Writes the time at which everything has ended. Nothing is written after that.
  void close(std::int64_t tick);

private:
  struct Signal {
    std::vector<std::string> scopes;
    std::string name;
    Kind kind = Kind::Bit;
    std::string id;
    std::string last; ///< as it was written, without the identifier
  };

  void writeHeader();
  void writeScope(std::size_t depth, const std::vector<const Signal*>& signals);
  /// Writes a change, unless the signal already has the value.
  void write(std::int64_t tick, Signal& signal, std::string value);
  void stamp(std::int64_t tick);

  std::ostream& out_;
  Options options_;
  std::vector<Signal> signals_;
  bool begun_ = false;
  bool open_ = true;
  std::int64_t written_ = 0;
  std::int64_t tick_ = 0;
  std::int64_t time_ = -1; ///< last time stamp
};

} // namespace einsight::report
