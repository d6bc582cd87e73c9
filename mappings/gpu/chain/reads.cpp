#include "mappings/gpu/chain/reads.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {

ChainReads::ChainReads(const einsum::Cascade& cascade) {
  for (const auto& einsum : cascade.einsums()) {
    if (!einsum.view && !isGatherCopy(cascade, einsum)) {
      work.push_back(&einsum);
    }
  }
  for (const auto* einsum : work) {
    sources.push_back(sourcesOf(cascade, *einsum));
    reads.emplace_back(work.size(), false);
    for (const auto& access : sources.back()) {
      if (const int maker = indexOf(access.tensor); maker >= 0) {
        reads.back()[static_cast<std::size_t>(maker)] = true;
      }
    }
  }
}

int ChainReads::indexOf(const std::string& tensor) const {
  const auto found = std::find_if(work.begin(), work.end(),
                                  [&](const auto* each) { return each->name == tensor; });
  return found == work.end() ? -1 : static_cast<int>(found - work.begin());
}

std::optional<std::vector<int>> orderOf(const std::vector<std::set<int>>& needs) {
  std::vector<int> out;
  std::set<int> done;
  for (bool found = true; found;) {
    found = false;
    for (std::size_t i = 0; i < needs.size() && !found; ++i) {
      const int index = static_cast<int>(i);
      if (!done.contains(index) &&
          std::includes(done.begin(), done.end(), needs[i].begin(), needs[i].end())) {
        done.insert(index);
        out.push_back(index);
        found = true;
      }
    }
  }
  return out.size() == needs.size() ? std::optional(out) : std::nullopt;
}

} // namespace einsight::mappings::gpu
