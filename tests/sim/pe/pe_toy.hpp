#pragma once
#include "arch/machine.hpp"
#include "einsum/cascade.hpp"
#include "sim/schedule.hpp"

/// A machine, a cascade and its schedule that are small enough to follow by hand.
namespace einsight::sim::toy {

/// One row of PEs ("lanes") and an array of rows and columns; a cycle for an operation and a hop.
arch::Machine machine(std::int64_t rows, std::int64_t columns, std::int64_t hop = 1);

/// A sum over the rows of the first array, then an addition in the lanes of the second.
einsum::Cascade cascade(std::int64_t k, std::int64_t n, const std::string& x = "A[k,n] * A[k,n]");

Edge need(int producer, Edge::Kind kind, Edge::Route route, std::int64_t latency, int operand = -1);

enum Numbers { kLoadA, kLoadC, kX, kY, kStore, kTasks };

/// Loads of 4 and 1 cycles, X on the array "two" (a cycle), Y on "one" (a cycle), a store of 2.
/// `drain` and `gather` are the latencies that are said to lie between.
Schedule schedule(std::int64_t k, std::int64_t n, std::int64_t drain, std::int64_t gather);

} // namespace einsight::sim::toy
