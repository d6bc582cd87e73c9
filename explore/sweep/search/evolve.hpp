#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Evolutionary search over whole numbers. The only place that knows pagmo (Biscani, Izzo: A
/// parallel global multiobjective framework for optimization, JOSS 2020).
namespace einsight::explore::sweep {

/// One number for each axis, from 0 to below its size.
using Genome = std::vector<std::int64_t>;

struct Evolution {
  std::string method = "nsga2"; ///< "nsga2", "maco" (two values or more), "gaco" (one)
  std::uint64_t seed = 1;
  std::vector<std::int64_t> sizes; ///< of the axes, 2 or more each
  std::size_t objectives = 2;
  std::vector<Genome> first; ///< the first generation: a multiple of 4, 8 or more
};

/// The values of genomes, small is good; empty ends the search.
using Judge =
    std::function<std::optional<std::vector<std::vector<double>>>(const std::vector<Genome>&)>;

/// Asks for the values of one generation after the other until there are none. The same seed and
/// values give the same generations. Why it broke off; empty where it did not.
std::string evolve(const Evolution& evolution, const Judge& judge);

/// The volume between points and a reference that is worse than all of them in every value: what
/// they are worth together.
double hypervolume(const std::vector<std::vector<double>>& points,
                   const std::vector<double>& reference);

} // namespace einsight::explore::sweep
