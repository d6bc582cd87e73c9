#pragma once
#include "sim/cycle/program.hpp"

namespace einsight::sim {

/// A stream's issue program laid out for walking: every loop counter that an expression of a line
/// reads has a place in one list, and what never changes is folded into constants. There is one
/// set of counters per block and stage, moved on by one when an epoch ends, so nothing is divided
/// or looked up while the stream walks.
struct Route {
  /// Counters of one stream by place.
  using Counters = std::vector<std::int64_t>;

  /// constant + sum of coefficient * counter
  struct Linear {
    struct Term {
      std::size_t place = 0;
      std::int64_t coefficient = 0;
    };
    std::int64_t constant = 0;
    std::vector<Term> terms;

    std::int64_t operator()(const Counters& counters) const {
      std::int64_t sum = constant;
      for (const auto& [place, coefficient] : terms) {
        sum += coefficient * counters[place];
      }
      return sum;
    }
  };

  /// An extent that is not the same everywhere.
  struct Size {
    Linear left;
    std::int64_t tile = 1;
    std::int64_t operator()(const Counters& counters) const {
      const auto value = left(counters);
      return value < 0 ? 0 : value < tile ? value : tile;
    }
  };

  /// When a task runs and for how long.
  struct Work {
    struct Condition {
      struct Span {
        std::size_t size = 0;
        std::int64_t coefficient = 0;
      };
      Linear sum;
      std::vector<Span> spans;
    };
    struct Factor {
      std::size_t size = 0;
      std::int64_t divisor = 1;
    };
    std::vector<Size> sizes;
    std::vector<std::size_t> present; ///< sizes that must not be 0
    std::vector<Condition> conditions;
    std::int64_t scale = 1; ///< all of the duration before rounding if there are no factors
    std::vector<Factor> factors;
    std::int64_t unit = 1;
    core::Rational speedup{1};
    std::int64_t fixed = 0; ///< the duration if there are no factors
    bool never = false;

    [[nodiscard]] bool always() const { return !never && present.empty() && conditions.empty(); }
    [[nodiscard]] bool runs(const Counters& counters) const;
    [[nodiscard]] std::int64_t ticks(const Counters& counters) const {
      return factors.empty() ? fixed : duration(counters);
    }
    [[nodiscard]] std::int64_t duration(const Counters& counters) const;
  };

  /// An edge as the number of ends that a port must show: `number` where all conditions are at
  /// least 0, else none. Edges that are not linear are left to needed().
  struct Need {
    int port = 0;
    Wait why = Wait::Data;
    const Edge* edge = nullptr; ///< not linear
    Linear number;
    std::vector<Linear> conditions;
  };

  struct Pin {
    std::size_t place = 0;
    std::int64_t value = 0;
  };

  /// A line of a block.
  struct Step {
    Item::Kind kind = Item::Kind::Task;
    int index = 0;
    std::int64_t stage = 0;
    int node = -1; ///< of a block
    std::vector<Pin> pins;
    Work work;
    std::vector<Need> needs;
    std::vector<int> places;   ///< per loop of the section: its counter for the needs, or -1
    std::size_t innermost = 0; ///< counter of the block's innermost loop
    bool pinsInnermost = false;
    bool hasInnermost = false; ///< the task has that loop too
    std::vector<int> ports;    ///< that show the task's ends
    std::size_t part = 0;      ///< of a critical path

    [[nodiscard]] bool pinned(const Counters& counters) const {
      for (const auto& [place, value] : pins) {
        if (counters[place] != value) {
          return false;
        }
      }
      return true;
    }
  };

  /// A block where it stands.
  struct Node {
    struct Stage {
      std::int64_t stage = 0;
      std::size_t place = 0; ///< of the outermost loop; the others follow
    };
    int block = 0;
    std::int64_t iterations = 1;
    std::int64_t epochs = 1;
    bool dispatched = false;
    std::vector<std::int64_t> trips; ///< of its loops
    std::vector<Stage> stages;
    /// Dispatched: where the counters of its loops stand over all slots; those of the stages count
    /// the slot's own iterations.
    std::vector<std::size_t> actual;
    std::vector<Step> steps;
  };

  Route(const Program& program, const Schedule& schedule, const Stream& stream);

  /// The counters of a frame's block for its epoch, by division.
  void place(const Frame& frame, Counters& counters) const;
  /// The counters for the epoch after the one they stand for; `epoch` is the new one.
  static void next(const Node& node, std::int64_t epoch, Counters& counters);
  /// Ends that must be visible; `scratch` has one entry per loop of the section.
  std::int64_t required(const Step& step, const Need& need, const Counters& counters,
                        Digits& scratch) const;
  /// False when idleEpochs() of the frame is certainly less than 2.
  [[nodiscard]] bool mayIdle(const Frame& frame, const Counters& counters) const;

  const Section* section;
  std::vector<Node> nodes; ///< the first one is the stream's root
  std::size_t places = 0;
};

} // namespace einsight::sim
