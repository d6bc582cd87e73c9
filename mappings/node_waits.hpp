#pragma once
#include "mappings/plan.hpp"

#include <optional>
#include <set>

namespace einsight::mappings {

/// How the lines of one nest wait for each other within an epoch of its loops. A line that is a
/// nest counts once for each unit that runs something of it.
class NodeWaits {
public:
  /// Which waits there are: those of the plan's trip counts, those whatever the trip counts are, or
  /// those that there are with any.
  enum class Trips { Known, Whatever, Any };
  NodeWaits(const SectionPlan& section, int node, Trips trips);

  /// An Einsum, or what a nest runs on one unit (on several that wait for each other inside it).
  struct Group {
    int line = 0; ///< as written in NodePlan::phases
    std::size_t phase = 0;
    int stage = 0;
    std::vector<const arch::Unit*> units;
    std::vector<int> leaves;
  };
  /// For a value, or for the line before it on its unit. Lines of other phases are never part of a
  /// circle: verifyOrder() refuses whatever waits for a later phase.
  enum class Wait { No, Reads, Unit };
  struct Circle {
    std::vector<Group> groups; ///< each waits for the next, the last for the first
    std::vector<Wait> waits;   ///< how; the last one for its unit, where any does
  };

  /// A shortest circle of any epoch.
  [[nodiscard]] std::optional<Circle> circle() const;
  /// Is there one as if all Einsums ran in one epoch? Without it there is none in any.
  [[nodiscard]] bool mayCircle() const { return circleIn(everything()).has_value(); }
  /// Leaves the Einsums of a circle out from now on.
  void remove(const Circle& circle);

private:
  /// A value that is read in the epoch in which it is made, or inside the same nest.
  struct Reading {
    int maker = 0;
    int reader = 0;
    int loop = -1; ///< of the iterative rank when it comes from an iteration before
    std::int64_t shift = 0;
  };
  struct Loop {
    int number = 0;
    std::int64_t trips = 1;
    std::int64_t stride = 1; ///< iterations of the node per trip
    bool pinned = false;     ///< some Einsum runs only at its first or last trip
  };

  void addGroups();
  void addReadings();
  void addReading(int maker, int reader, const einsum::Access& access);
  void addLoops();

  /// Each pinned loop, and all others together, stand at their start, middle or end.
  [[nodiscard]] std::int64_t iterationAt(std::int64_t moment) const;
  /// Which Einsums run in the epoch, then which readings are of a value of the same epoch.
  [[nodiscard]] std::vector<bool> running(std::int64_t epoch, int stage) const;
  /// As if all Einsums ran in one epoch.
  [[nodiscard]] std::vector<bool> everything() const;
  /// Do two units meet at barriers inside the nest?
  [[nodiscard]] bool meet(const Group& a, const Group& b) const;
  /// Per group the first group of the same nest that it waits for and that waits for it.
  [[nodiscard]] std::vector<std::size_t> merged(const std::vector<bool>& runs) const;
  /// Is `then` listed after `first` on a unit of both?
  [[nodiscard]] bool follows(const Group& then, const Group& first) const;
  [[nodiscard]] std::optional<Circle> circleIn(const std::vector<bool>& runs) const;

  const SectionPlan& section_;
  int node_;
  const NodePlan& plan_;
  Trips trips_;
  std::vector<int> groupOf_; ///< per leaf
  std::vector<bool> removed_;
  std::vector<Group> groups_;
  std::set<int> stages_;
  std::vector<Reading> readings_;
  std::vector<Loop> loops_; ///< innermost first
  std::int64_t iterations_ = 1;
  std::int64_t moments_ = 3; ///< of iterationAt()
};

} // namespace einsight::mappings
