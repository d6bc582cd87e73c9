#pragma once
#include "core/expected.hpp"
#include "sim/gpu/kernel.hpp"
#include "sim/totals.hpp"

#include <array>
#include <map>
#include <utility>

namespace einsight::sim::gpu {

/// How fast CTAs of a kind go when a number of them is resident on every SM.
struct Pace {
  double cycles = 0; ///< of one CTA after many others, with `residents` of them side by side
  double start = 0;  ///< more of the first one in a slot
  /// Per CTA and unit: cycles of the SM in which the unit stood still, by
  /// Wait; with its occupancy they add up to cycles / residents.
  std::array<std::array<double, kWaits>, kUnits> waits{};

  bool operator==(const Pace&) const = default;
};

/// Paces of a kernel's kinds, from simulations of one SM.
///
/// The time of a CTA grows with its iterations by a fixed amount for every `period` of them, once
/// its pipeline is full. Where many kinds differ in their iterations only, times on that line are
/// taken from it: if the differences over two periods of neighbours agree to the tick, and the
/// longest kind lies on the line to the tick. Else every kind is simulated.
class Paces {
public:
  /// `skip`: repeated periods are left out and lines are used; else everything is simulated.
  Paces(const Kernel& kernel, const Device& device, bool skip);

  /// Fails when the kernel's steps and loads wait for each other for ever.
  core::Expected<Pace> of(std::int32_t kind, std::int64_t residents);
  /// Cycles of occupancy of the units by one CTA of a kind, all warpgroups.
  [[nodiscard]] std::array<double, kUnits> busy(std::int32_t kind) const;
  /// Simulations that were run.
  [[nodiscard]] std::int64_t simulations() const { return simulations_; }

private:
  /// An SM after some rounds, in ticks.
  struct Run {
    Wide ticks = 0;
    std::array<std::array<Wide, kWaits>, kUnits> waits{};
  };
  /// After one round, some, and some more.
  using Runs = std::array<Run, 3>;
  struct Line {
    std::int64_t period = 0; ///< 0: there is none
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Class { ///< kinds of a body with as many masked iterations
    std::int64_t kinds = 0;
    std::int64_t longest = 0;
  };
  using Family = std::array<std::int64_t, 3>;  ///< body, residents, masked
  using Key = std::pair<Family, std::int64_t>; ///< iterations

  [[nodiscard]] std::array<std::int64_t, 3> rounds(std::int64_t residents) const;
  core::Expected<Run> simulate(const Kind& kind, std::int64_t residents, std::int64_t rounds);
  core::Expected<Runs> simulated(const Key& key);
  core::Expected<Runs> runs(const Key& key);
  core::Expected<Line> line(const Family& family);
  core::Expected<Line> findLine(const Family& family);
  [[nodiscard]] const Class& classOf(const Family& family) const;
  [[nodiscard]] Pace pace(const Runs& runs, std::int32_t kind, std::int64_t residents) const;

  const Kernel& kernel_;
  const Device& device_;
  bool skip_;
  std::map<std::pair<std::int64_t, std::int64_t>, Class> classes_; ///< by body and masked
  std::map<Key, Runs> known_;
  std::map<Family, Line> lines_;
  std::map<std::pair<std::int32_t, std::int64_t>, Pace> paces_;
  std::int64_t simulations_ = 0;
};

} // namespace einsight::sim::gpu
