#pragma once
#include "core/rational.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The symbolic schedule: where spatial arrays, GPUs and clusters meet. Its size grows with the
/// number of tasks and loops, never with the number of tiles. Built by lowering a mapping (or by
/// hand, in tests) and run by every engine.
namespace einsight::sim {

/// Loop counters of one moment, indexed by loop number of the section.
using Digits = std::vector<std::int64_t>;

/// A loop of a section. `dispatched`: the next iteration goes to the slot that frees first
/// (CTAs on SMs, stream-K); else iterations follow each other in order. The dispatched loops of a
/// section are those of the root block of every stream of a slot, all of them as one, in order.
/// Extents and guards see their counters; needs count the slot's own iterations.
struct Loop {
  std::string variable; ///< rank variable, or part of one: "b", "p2", "m1"
  std::int64_t trips = 1;
  bool dispatched = false;
};

/// coefficient * counter of a loop
struct LoopTerm {
  int loop = 0;
  std::int64_t coefficient = 0;
};

/// How many values a rank variable takes inside a tile: tile, or fewer in a last short tile,
/// = clamp(total - sum of strides * counters, 0, tile).
struct Extent {
  std::int64_t total = 1;
  std::int64_t tile = 1;
  std::vector<LoopTerm> terms;
};

/// scale * product over factors of ceil(extent / divisor), then ceil(… / unit).
struct Amount {
  struct Factor {
    int extent = 0; ///< index into Section::extents
    std::int64_t divisor = 1;
  };
  std::int64_t scale = 1;
  std::vector<Factor> factors;
  std::int64_t unit = 1;
};

/// The tile holds a point that attends iff
///   constant + sum terms * counters + sum coefficient * (extent - 1) >= 0.
struct Guard {
  struct Span {
    int extent = 0;
    std::int64_t coefficient = 0;
  };
  std::int64_t constant = 0;
  std::vector<LoopTerm> terms;
  std::vector<Span> spans;
};

/// Something that is counted: operations, bytes, actions with an energy, busy PE-cycles.
struct Counter {
  enum class Kind { Operation, BusyLanes, Read, Write, Action };
  Kind kind = Kind::Operation;
  std::string component;            ///< unit or memory
  std::string what;                 ///< operator or action
  int einsum = -1;                  ///< index into Schedule::einsums, -1 for none
  std::optional<double> picojoules; ///< of one action
  std::int64_t parts = 1; ///< counted in 1/parts of a whole (a fraction of a tile that is spilled)
};

/// amount of a counter for each instance of a task
struct Count {
  int counter = 0;
  Amount amount;
};

/// A consumer's instance may start only when an instance of a producer has ended.
/// The producer's instance: take the consumer's counters; if `lag` > 0, step back `lag` iterations
/// in the loops `lagLoops` (before the first: nothing to wait for); subtract `shift`s (before the
/// first: nothing to wait for); loops the consumer does not have stand at their first or last trip.
struct Edge {
  enum class Kind { Data, Bandwidth, Space };
  /// What tells that the producer has ended. Engines take `latency`; `pe` finds it by moving words.
  enum class Route {
    Ended,       ///< its end, where it started: values stay in the PE, transfers are at the edge
    Lane,        ///< its last word of the first lane has left the array; other lanes follow in step
    Gathered,    ///< its last word of every lane has left the array
    ReadColumns, ///< the feeders of all columns have read their last word
    ReadRows     ///< the feeders of all rows have read their last word
  };
  struct Source {
    enum class At { Same, First, Last };
    At at = At::Same;
    int loop = 0;           ///< At::Same: the consumer's loop that gives the counter
    std::int64_t shift = 0; ///< At::Same: iterations before
  };
  Kind kind = Kind::Data;
  int producer = 0;            ///< task number
  std::vector<Source> sources; ///< one per loop of the producer
  std::vector<int> lagLoops;   ///< loops of the consumer, outermost first
  std::int64_t lag = 0;
  std::int64_t latency = 0; ///< ticks between the producer's end and the earliest start
  Route route = Route::Ended;
  int operand = -1; ///< Data of an Einsum: which access of its expression, left to right
};

/// The values of rank variables that an instance of a task works on, and where they are: for `pe`,
/// which moves them. The value of a variable is the sum of stride * digit over its parts.
struct Tile {
  struct Part {
    std::int64_t trips = 1;
    std::int64_t stride = 1;
    int loop = -1;            ///< digit = counter / divisor % trips; -1: every digit, in the tile
    std::int64_t divisor = 1; ///< above 1 for a loop that was merged with those inside it
  };
  struct Range {
    std::string variable;
    std::int64_t size = 0;   ///< values that the variable has at all; larger ones do not exist
    int extent = -1;         ///< values inside the tile, of compute tasks
    std::vector<Part> parts; ///< outermost first
  };
  /// A part that is spread over an axis of the array.
  struct Spread {
    int range = 0;
    int part = 0;
  };
  struct Index {
    std::int64_t constant = 0;
    std::vector<std::pair<int, std::int64_t>> terms; ///< range, coefficient
  };
  std::vector<Range> ranges;
  std::vector<std::vector<Spread>> axes; ///< compute tasks: per axis of the array, outermost first
  std::string tensor;                    ///< transfers: what is moved
  std::vector<Index> indices;            ///< transfers: one per rank of the tensor
  int pieces = -1; ///< transfers: loop of which every trip moves another piece of the same box
};

/// A piece of work of one Einsum on one unit, or a transfer on one port, for each iteration of its
/// loops in order. An instance whose guard fails or whose extent is empty takes no time, does no
/// work.
struct Task {
  enum class Kind { Compute, Load, Store };
  std::string name; ///< Einsum, or tensor moved
  Kind kind = Kind::Compute;
  int einsum = -1;          ///< index into Schedule::einsums; loads and stores: -1
  int resource = -1;        ///< -1: crosses a port that never limits: counted, not simulated
  std::vector<int> loops;   ///< outermost first
  std::vector<int> extents; ///< extents that must not be empty
  std::vector<Guard> guards;
  Amount ticks; ///< occupancy
  std::vector<Count> counts;
  std::vector<Edge> needs;
  Tile tile{}; ///< empty where nobody said: then `pe` cannot run it
};

/// One line of an issue program.
struct Item {
  enum class Kind { Task, Block, Barrier };
  struct Pin {
    int loop = 0;
    bool last = true; ///< runs at the last trip of the loop, else at the first
  };
  Kind kind = Kind::Task;
  int index = 0;         ///< task, block or barrier number
  int stage = 0;         ///< works on the iteration of `stage` epochs before (modulo schedule)
  std::vector<Pin> pins; ///< enclosing loops that the task does not have
};

/// Loops around a list of items: for epoch e, each item runs iteration e - stage if there is one.
/// Epochs go on for `lastStage` more than there are iterations, so that streams which share
/// barriers go through the same epochs.
struct Block {
  std::vector<int> loops; ///< outermost first, run as one loop
  std::vector<Item> items;
  int lastStage = 0; ///< largest stage of any item, also of other streams
};

/// An in-order issue program on a resource. `slot` >= 0: takes its iterations of dispatched loops
/// together with the other streams of that slot. Every slot has copies of its own of the tasks, all
/// slots the same ones in the same order, of the same loops.
struct Stream {
  int resource = 0;
  int root = 0; ///< block number
  int slot = -1;
};

/// Streams pass when all participants have arrived in this epoch and `latency` ticks went by.
struct Barrier {
  int participants = 0;
  std::int64_t latency = 0;
  int block = 0; ///< the loops it belongs to (any of the participants' blocks)
};

/// Phases of a block between barriers, for the bound: tasks[phase] run side by side.
struct PhaseChain {
  std::vector<std::vector<int>> tasks;
  std::int64_t waitTicks = 0; ///< barrier latencies of one epoch
  int block = 0;
};

/// A part of the schedule that starts when everything before it has ended.
struct Section {
  std::string name;
  std::vector<Loop> loops;
  std::vector<Extent> extents;
  std::vector<Task> tasks;
  std::vector<Block> blocks;
  std::vector<Stream> streams;
  std::vector<Barrier> barriers;
  std::vector<PhaseChain> chains;
};

/// A unit or a port. Streams are served oldest request first; with a quantum, a long request makes
/// way for the others after that many ticks and goes on behind them.
struct Resource {
  std::string name;
  bool port = false;
  std::int64_t units = 1;    ///< PEs (ports: 1), for utilisation
  core::Rational speedup{1}; ///< for "what if it were twice as fast"
  std::int64_t quantum = 0;  ///< ticks served without a break, 0: to the end
};

struct Schedule {
  std::int64_t ticksPerCycle = 1; ///< all durations are whole ticks
  std::vector<Resource> resources;
  std::vector<Counter> counters;
  std::vector<std::string> einsums;
  std::vector<Section> sections;
};

/// Trips of all loops of a list: the number of iterations.
std::int64_t iterations(const Section& section, const std::vector<int>& loops);
/// Counters of the iteration with that number; loops not in the list keep their value in `digits`.
void decode(const Section& section, const std::vector<int>& loops, std::int64_t number,
            Digits& digits);
/// The number of the iteration with those counters.
std::int64_t encode(const Section& section, const std::vector<int>& loops, const Digits& digits);

std::int64_t value(const Extent& extent, const Digits& digits);
std::int64_t value(const Section& section, const Amount& amount, const Digits& digits);
/// False when the tile is empty: no point, or wholly masked.
bool runs(const Section& section, const Task& task, const Digits& digits);

/// Number of producer instances that must have ended before the consumer's instance at `digits`
/// may start; 0 for none.
std::int64_t needed(const Section& section, const Edge& edge, const Digits& digits);

} // namespace einsight::sim
