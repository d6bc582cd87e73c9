#pragma once
#include "sim/schedule.hpp"

/// What memories hold while a schedule runs: for traces. Engines need nothing of it.
namespace einsight::sim {

/// A place of a memory that tiles of a tensor come to, one after another. The tile with the
/// counters of `loops` is there from the first start of an instance of a filler that works on it,
/// until every instance that `users` ask of it has ended; tiles go in the order in which they came.
struct Hold {
  int memory = 0; ///< index into Holdings::memories
  std::string tensor;
  std::vector<int> loops;   ///< outermost first: their iterations number the tiles
  Amount bytes;             ///< of a tile, in 1/parts of one
  std::vector<int> fillers; ///< tasks, each of which has all of `loops`
  std::vector<Edge> users;  ///< as needs of the tile; without lag
  std::int64_t parts = 1;   ///< above 1 where tiles are such parts of what has whole bytes
};

struct Holdings {
  struct Memory {
    std::vector<std::string> scopes;      ///< {"global_buffer"}
    std::optional<std::int64_t> capacity; ///< bytes
    bool perElement = false;              ///< all numbers are of one PE
  };
  std::vector<Memory> memories;
  std::vector<std::vector<Hold>> sections; ///< as the sections of the schedule
};

} // namespace einsight::sim
