#pragma once
#include "mappings/gpu/cta/transfers.hpp"

#include <map>

/// What the tiles of a kernel take: the iterations of the loop that each goes through.
namespace einsight::mappings::gpu {

/// Iterations [begin, end).
struct Interval {
  std::int64_t begin = 0, end = 0;

  [[nodiscard]] std::int64_t length() const { return end > begin ? end - begin : 0; }
  /// The part of it that lies in another one.
  [[nodiscard]] Interval within(const Interval& other) const;
  auto operator<=>(const Interval&) const = default;
};

/// One tile of a kernel's results.
struct Job {
  Interval visited;       ///< iterations that are gone through
  Interval full;          ///< of them, those that no mask touches
  std::int64_t trips = 0; ///< of the loop that is divided, visited or not
  double rows = 1;        ///< share of the tile's rows that exist
  double filled = 1;      ///< share of the bytes of an iteration's tiles that exist
  int body = 0;           ///< see sim::gpu::Kind

  auto operator<=>(const Job&) const = default;
};

/// All tiles of a kernel in the order of the grid.
struct Jobs {
  std::vector<Job> kinds;
  std::vector<std::int32_t> order;         ///< kind of each
  std::vector<std::int32_t> reuse;         ///< those of a group stream the same bytes
  std::vector<std::int32_t> secondReuse{}; ///< the same of what is streamed besides; empty: nothing
  std::vector<std::int64_t> listed{};      ///< see sim::gpu::Kernel
};

/// Puts the jobs of several grids into one, none of which streams what another does.
class JobLine {
public:
  void append(const Jobs& others);

  Jobs all;

private:
  std::map<Job, std::int32_t> known_;
  std::int32_t groups_ = 0, secondGroups_ = 0;
};

/// The Einsum that decides which iterations are visited: the first of the loop with a mask, else
/// the first whose indices can leave a tensor's shape; null when all iterations are the same.
const einsum::Einsum* maskedEinsum(const KernelPlan& plan);

/// Tiles of the grid, without a split of the loop.
std::int64_t tileCount(const KernelPlan& plan);

/// From the box of rank variables of each tile and the constraints of maskedEinsum: an iteration in
/// whose box some constraint holds nowhere is not visited, one in whose box all hold everywhere is
/// full, any other is partly masked. `streams`: rank variables that decide which bytes a CTA
/// streams; nothing: no two stream the same. `second`: those of what it streams besides. `lists`:
/// what tells those apart that stream the same.
Jobs jobsOf(const KernelPlan& plan, const std::optional<std::vector<std::string>>& streams,
            const std::optional<std::vector<std::string>>& second = {}, const Lists& lists = {});

} // namespace einsight::mappings::gpu
