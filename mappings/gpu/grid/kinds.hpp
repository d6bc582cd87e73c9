#pragma once
#include "mappings/gpu/grid/jobs.hpp"
#include "sim/gpu/kernel.hpp"

#include <map>
#include <tuple>

namespace einsight::mappings::gpu {

/// Kinds of CTAs by what tells them apart.
class Kinds {
public:
  std::int32_t indexOf(const sim::gpu::Kind& kind) {
    const auto [found, added] =
        known_.try_emplace({kind.iterations, kind.masked, kind.rows, kind.body, kind.filled},
                           static_cast<std::int32_t>(all.size()));
    if (added) {
      all.push_back(kind);
    }
    return found->second;
  }

  std::vector<sim::gpu::Kind> all;

private:
  std::map<std::tuple<std::int64_t, std::int64_t, double, int, double>, std::int32_t> known_;
};

/// A CTA that goes through some of a job's iterations.
inline sim::gpu::Kind kindOf(const Job& job, const Interval& range) {
  return {range.length(), range.length() - job.full.within(range).length(), job.rows, job.body,
          job.filled};
}

} // namespace einsight::mappings::gpu
