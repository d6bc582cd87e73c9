#pragma once
#include "sim/pe/memory.hpp"
#include "sim/schedule.hpp"

namespace einsight::sim::cells {

/// A transfer of a section: which words it moves, and where to.
class Transfer {
public:
  /// `dram`: its port is that of the DRAM, not of a buffer.
  Transfer(const Section& section, const Task& task, bool dram, const Memory& memory);

  /// It starts: a store takes what must be there by now, a load what is in DRAM.
  void begin(const Digits& digits, std::int64_t now, const Memory& memory);
  /// It has ended: what it moved is there.
  void end(const Digits& digits, std::int64_t now, Memory& memory);

private:
  template <class Visit>
  void visit(const Digits& digits, const Visit& each) const;

  const Section& section_;
  const Task& task_;
  bool dram_;
  int tensor_;
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> coming_; ///< words under way
};

} // namespace einsight::sim::cells
