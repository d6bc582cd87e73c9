#pragma once
#include "explore/point.hpp"

#include <string>

namespace einsight::explore::test {

/// The point, or a test failure with the problems as the user sees them.
Point prepared(const PointRequest& request);

/// Which laws are looked at.
struct Laws {
  bool unskipped = true;  ///< also simulate every task instance, without skipping repeated periods
  bool exact = true;      ///< exactly the operations of the cascade are executed; else, of Einsums
                          ///< with a mask, at least those
  bool compulsory = true; ///< every element of every input is needed, and every result computed
};

/// What holds for every point, whatever runs where. The first law that it violates, as text; empty
/// when all hold:
/// the bound is not above the simulation; skipping changes nothing; busy and stalls of a unit add
/// up to the run; no unit is busier than it has PEs; the Einsums execute their operations; DRAM
/// moves every input and result at least once; every byte read from a memory was put there before;
/// no run is faster than its multiply-accumulates over the PEs, or its bytes over the bandwidth.
std::string violation(const Point& point, const Laws& laws = {});

/// A request as a person would write it.
std::string describe(const PointRequest& request);

} // namespace einsight::explore::test
