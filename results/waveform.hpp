#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace einsight::results {

/// Receives the signals of a simulated machine as they change. Engines write to it without knowing
/// the format; report/ has a writer for each (VCD).
class Waveform {
public:
  enum class Kind { Bit, Count, Real, Text };

  virtual ~Waveform() = default;
  /// Declares a signal in nested scopes ({"array_2d", "pe_0_3"}) and returns its number. All
  /// signals are declared before the first change.
  virtual int declare(const std::vector<std::string>& scopes, const std::string& name,
                      Kind kind) = 0;
  /// A Bit, Count or Real signal takes a value at `tick`; ticks never go back.
  virtual void change(std::int64_t tick, int signal, double value) = 0;
  /// A Text signal takes a value.
  virtual void change(std::int64_t tick, int signal, const std::string& value) = 0;
  /// False when nothing more will be kept (the size is bounded): engines may stop reporting.
  [[nodiscard]] virtual bool open() const = 0;
  /// The first tick from `tick` on whose changes are kept: engines skip repeated periods up to it.
  [[nodiscard]] virtual std::int64_t keepsFrom(std::int64_t tick) const {
    return open() ? tick : std::numeric_limits<std::int64_t>::max();
  }
};

} // namespace einsight::results
