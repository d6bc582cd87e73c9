#pragma once
#include "results/waveform.hpp"
#include "sim/pe/job.hpp"

#include <deque>

namespace einsight::sim::cells {

/// Told by an array what its control may know: marks that travelled with the words.
class Listener {
public:
  virtual ~Listener() = default;
  /// An instance's last words of an exit lane are at the edge from `tick` on.
  /// Of so many instances: more than one where they had nothing to do.
  virtual void left(const Job& job, int lane, std::int64_t tick, std::int64_t count) = 0;
  /// The last feeder along the columns (or rows) has read its last word of so many instances.
  virtual void fed(const Job& job, bool columns, std::int64_t count) = 0;
};

/// The PEs of an array with their registers, the links to their neighbours and the feeders at the
/// edges. A command enters at the origin (row 0, column 0) and goes along row 0 and down the
/// columns, a hop a cycle; operands follow it; results go down (or right, where columns are summed)
/// and leave at the far edge. What is put on a link at `t` can be taken at `t + hop`, and only
/// then.
class Array {
public:
  Array(const arch::Unit& unit, int firstCell, std::int64_t hopTicks, Memory& memory,
        Listener& listener);

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] int firstCell() const { return firstCell_; }
  [[nodiscard]] int cells() const { return rows_ * columns_; }
  /// Lanes at which a job's results leave.
  [[nodiscard]] int exits(const Job& job) const;
  /// Words on the busiest link in one tick.
  [[nodiscard]] std::int64_t widestLink() const { return widest_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// The last tick at which a value arrived anywhere.
  [[nodiscard]] std::int64_t lastArrival() const { return lastArrival_; }

  void declare(results::Waveform& waveform);
  /// Signals are reported this much later.
  void beginSection(std::int64_t offset);

  /// Starts an instance at the origin, in this moment; those with nothing to do go together.
  void issue(CommandPointer command);
  /// One PE in one moment: takes what has come, ends a step, begins the next. False when all it did
  /// was to pass on that there is nothing to do, or what is for others.
  bool act(int cell, std::int64_t now);
  /// Nothing is on a link or in a PE.
  [[nodiscard]] bool quiet() const;

private:
  struct Word {
    einsum::Point point;
    std::int64_t at = -1;
  };
  using Words = std::vector<Word>;
  struct Parcel {
    enum class Kind { Command, Operands, Result };
    Kind kind = Kind::Command;
    std::int64_t tick = 0;
    CommandPointer command;
    Words words;
  };
  struct Link {
    std::deque<Parcel> parcels;
    std::int64_t tick = -1; ///< of the last ones sent
    std::int64_t words = 0; ///< sent in it
  };
  struct Cell {
    int row = 0;
    int column = 0;
    CommandPointer command; ///< works on it
    std::deque<CommandPointer> waiting;
    std::int64_t begun = 0;
    std::int64_t step = 0;
    std::int64_t stepEnd = 0;
    Spot spot;
    std::vector<einsum::Point> operands;
    einsum::Point sum;
    Link north, west; ///< what comes from the neighbours
  };
  struct Signals {
    int busy = 0;
    int einsum = 0;
    int value = 0;
  };

  Cell& cellAt(int row, int column) {
    return cells_[static_cast<std::size_t>(row * columns_ + column)];
  }
  [[nodiscard]] bool last(const Cell& cell, int axis) const {
    return axis == 0 ? cell.row + 1 == rows_ : cell.column + 1 == columns_;
  }
  void receive(Cell& cell, std::int64_t now);
  void begin(Cell& cell, std::int64_t now);
  void startStep(Cell& cell, std::int64_t now);
  void endStep(Cell& cell, std::int64_t now);
  void emit(Cell& cell, std::int64_t now);
  void end(Cell& cell, std::int64_t now);
  void takeOperands(Cell& cell, Operand::Way way, std::int64_t now);
  Word fetch(const Cell& cell, const Operand& operand, int row, std::int64_t now);
  void leave(const Job& job, const Words& words, std::int64_t now);
  void sendDown(Cell& cell, Parcel parcel, std::int64_t now);
  void sendRight(Cell& cell, Parcel parcel, std::int64_t now);
  void send(Cell& to, Link& link, Parcel parcel, std::int64_t now);
  static Words take(Link& link, Parcel::Kind kind, std::int64_t now);
  [[nodiscard]] int number(const Cell& cell) const {
    return firstCell_ + cell.row * columns_ + cell.column;
  }
  void report(const Cell& cell, std::int64_t now, bool busy, const einsum::Point* value);

  std::string name_;
  int rows_ = 1;
  int columns_ = 1;
  int firstCell_;
  std::int64_t hop_;
  Memory& memory_;
  Listener& listener_;
  std::vector<Cell> cells_;
  std::int64_t widest_ = 0;
  std::int64_t lastArrival_ = 0;
  results::Waveform* waveform_ = nullptr;
  std::vector<Signals> signals_;
  std::int64_t offset_ = 0;
};

} // namespace einsight::sim::cells
