#pragma once
#include "mappings/gpu/grid/trips.hpp"

/// Stream-K: the iterations of all jobs stand in one line, and every CTA takes an equal piece of
/// it, whatever the jobs. What is cut is put together again.
/// Source: Osama et al., Stream-K (arXiv 2301.03598) section 4; Sanovar et al., LeanAttention
/// (arXiv 2405.10480).
namespace einsight::mappings::gpu {

/// What a place of a work list is, beside all of a job: n more than the bodies of jobs, three for
/// each of them (see sim::gpu::Kind).
enum class Piece : int {
  Part = 0,  ///< later iterations of a job: leaves what the loop carries in memory
  First = 1, ///< its first ones, up to the end of the CTA's piece of the line
  Merge = 2  ///< puts what the others left to what the first ones made, and ends the job
};

struct WorkList {
  Trips trips;
  std::vector<std::int64_t> parts; ///< CTAs per job
};

/// The jobs in the order of the line: those that stream the same bytes as far from each other as
/// those of any other group are, so that CTAs come to the same place of the stream at the same time
/// and L2 serves all but one of them.
Jobs lineOf(const Jobs& jobs);

/// Shares the jobs out to `ctas` CTAs, or to as many as there are iterations. CTA c of n begins
/// with iteration floor(c * all / n) of the line. `owner`: the CTA with the first iterations of a
/// job waits for the others and merges, as a place of its own in its list; else nobody merges.
/// `bodies`: those that jobs have.
WorkList shareOut(const Jobs& jobs, std::int64_t ctas, bool owner, int bodies = 1);

/// The number of a piece's body, of jobs with body `of`.
int bodyOf(Piece piece, int of, int bodies);

} // namespace einsight::mappings::gpu
