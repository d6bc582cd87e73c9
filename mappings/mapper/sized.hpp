#pragma once
#include "mappings/mapping.hpp"

#include <memory>
#include <span>

namespace einsight::mappings {

/// What a mapping with given sizes costs: the numbers of sim::analytic and of verify's capacities.
struct Evaluation {
  bool fits = false;    ///< everything kept fits its memory
  bool ordered = false; ///< no Einsum needs what is made after it (pipelines over few iterations),
                        ///< and none wait for each other in a circle
  std::vector<std::int64_t> used; ///< bytes held at once, per memory of the machine (of one PE for
                                  ///< registers)
  // The rest is found only when both hold:
  double cycles = 0; ///< as sim::analytic says, never above the truth
  std::optional<double>
      picojoules;                  ///< null where a table lacks (SizedMapping::uncovered says what)
  std::vector<double> moved;       ///< bytes read and written, per memory of the machine
  std::vector<double> busy;        ///< cycles, per unit of the machine
  std::vector<double> utilization; ///< busy PE-cycles / (PEs * cycles), per unit of the machine

  [[nodiscard]] bool legal() const { return fits && ordered; }
};

/// A mapping whose structure is fixed and whose sizes of parts are open: compiled once, evaluated
/// in a few microseconds for each choice of sizes. Not safe for two threads at once.
/// The structure of a schedule depends on the sizes only through which parts have one trip; each
/// such pattern is lowered when it is first met.
class SizedMapping {
public:
  /// Checks everything that does not depend on sizes (all problems at once). The mapping's own
  /// sizes are only where it starts: they need not fit. The cascade and the machine must outlive
  /// the result.
  static core::Expected<SizedMapping> compile(Mapping mapping, const einsum::Cascade& cascade,
                                              const arch::Machine& machine);
  SizedMapping(SizedMapping&&) noexcept;
  SizedMapping& operator=(SizedMapping&&) noexcept;
  ~SizedMapping();

  /// The parts whose sizes are chosen, that is all but the outermost of every partition of a rank
  /// variable of the cascade, in the order of the mapping (of one variable outer parts first).
  [[nodiscard]] const std::vector<std::string>& parts() const;
  /// The mapping's own sizes, one per part.
  [[nodiscard]] const std::vector<std::int64_t>& sizes() const;

  /// The costs with these sizes (one per part, all at least 1). Valid until the next call.
  const Evaluation& evaluate(std::span<const std::int64_t> sizes);
  /// Only `used`, `fits` and `ordered`: a few hundred nanoseconds (more for mappings that some
  /// sizes give circles of waiting lines). Larger tiles never take less room.
  const Evaluation& room(std::span<const std::int64_t> sizes);

  /// The mapping with these sizes written out: legal for verify() exactly when evaluate() says so.
  [[nodiscard]] Mapping resized(std::span<const std::int64_t> sizes) const;
  [[nodiscard]] const Mapping& mapping() const;
  /// What no energy table covers ("div of array_1d"), empty when picojoules is never null.
  [[nodiscard]] const std::string& uncovered() const;

private:
  struct Content;
  explicit SizedMapping(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

} // namespace einsight::mappings
