#include "einsum/analysis.hpp"
#include "einsum/passes.hpp"
#include "einsum/walk.hpp"

#include <algorithm>
#include <set>

namespace einsight::einsum {
namespace {

using Names = std::vector<std::string>;

class Footprints {
public:
  explicit Footprints(const Cascade& cascade) : cascade_(cascade), targets_(rankTargets(cascade)) {}

  Footprint of(const Tensor& tensor) {
    const Users users = usersOf(tensor);
    std::vector<bool> whole;
    for (std::size_t place = 0; place < tensor.shape.size(); ++place) {
      whole.push_back(isRevisited(users, place));
    }
    Footprint out{1, 1};
    for (std::size_t place = 0; place < tensor.shape.size(); ++place) {
      const bool live = whole[place] || outerPartIsWhole(users, whole, place);
      out.elements *= tensor.shape[place];
      out.liveElements *= live ? tensor.shape[place] : 1;
    }
    return out;
  }

private:
  using Users = std::vector<std::pair<const Einsum*, const Access*>>;

  /// Everyone who writes or reads the tensor.
  [[nodiscard]] Users usersOf(const Tensor& tensor) const {
    Users out;
    for (const Einsum& einsum : cascade_.einsums()) {
      if (einsum.name == tensor.name) {
        out.emplace_back(&einsum, &einsum.output);
      }
      for (const Access* access : accesses(einsum.expression)) {
        if (access->tensor == tensor.name) {
          out.emplace_back(&einsum, access);
        }
      }
    }
    return out;
  }

  /// Whether the fiber of a rank is read in more than one pass over it. When the tensor is written
  /// does not count: that can wait until it is first read.
  [[nodiscard]] bool isRevisited(const Users& users, std::size_t place) const {
    RankTarget target;
    for (const auto& [einsum, access] : users) {
      const Names way = outermostFirst(access->indices[place], cascade_);
      if (!way.empty() && !contains(target.ways, way)) {
        target.ways.push_back(way);
      }
    }
    if (target.ways.empty()) {
      return false;
    }
    const auto passes = passNumbers(cascade_, target);
    std::set<int> used;
    for (const auto& [einsum, access] : users) {
      const auto found = passes.find(einsum->name);
      if (access != &einsum->output && found != passes.end()) {
        used.insert(found->second);
      }
    }
    return used.size() > 1;
  }

  /// A fiber of an outer part that must be there as a whole holds all of its inner parts.
  [[nodiscard]] bool outerPartIsWhole(const Users& users, const std::vector<bool>& whole,
                                      std::size_t place) const {
    for (const auto& [einsum, access] : users) {
      for (std::size_t other = 0; other < whole.size(); ++other) {
        const std::string inner = access->indices[place].plainVariable();
        const std::string outer = access->indices[other].plainVariable();
        if (whole[other] && isPartOf(inner, outer)) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] bool isPartOf(const std::string& inner, const std::string& outer) const {
    for (const RankTarget& target : targets_) {
      for (const Names& way : target.ways) {
        const auto first = std::find(way.begin(), way.end(), outer);
        if (first != way.end() && std::find(first + 1, way.end(), inner) != way.end()) {
          return true;
        }
      }
    }
    return false;
  }

  const Cascade& cascade_;
  std::vector<RankTarget> targets_;
};

} // namespace

std::map<std::string, Footprint> footprints(const Cascade& cascade) {
  std::map<std::string, Footprint> out;
  Footprints footprints(cascade);
  for (const Tensor& tensor : cascade.tensors()) {
    out.emplace(tensor.name, footprints.of(tensor));
  }
  return out;
}

} // namespace einsight::einsum
