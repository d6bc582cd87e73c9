#include "mappings/mapper/stages.hpp"

#include "mappings/mapper/options.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

constexpr int kDeepest = 8;

class Pipeline {
public:
  Pipeline(const Nested& nested, const std::vector<Bound>& bounds)
      : nested_(nested), bounds_(bounds) {
    stages_.leaf.assign(nested.leaves.size(), 0);
    stages_.node.assign(nested.nodes.size(), 0);
  }

  std::optional<Stages> find() {
    for (int round = 0; changed_; ++round) {
      changed_ = false;
      for (std::size_t r = 0; r < nested_.leaves.size(); ++r) {
        for (const auto& read : nested_.einsum(nested_.leaves[r]).reads) {
          if (const int maker = nested_.makerOf(read.tensor); maker >= 0) {
            need(maker, static_cast<int>(r), read);
          }
        }
      }
      if (round > kDeepest * static_cast<int>(nested_.leaves.size())) {
        return std::nullopt;
      }
    }
    const auto deepest = std::max(*std::max_element(stages_.leaf.begin(), stages_.leaf.end()),
                                  *std::max_element(stages_.node.begin(), stages_.node.end()));
    if (deepest == 0 || deepest > kDeepest) {
      return std::nullopt;
    }
    stages_.sharing = sharingOf(nested_);
    return stages_;
  }

private:
  [[nodiscard]] const Leaf& leaf(int number) const {
    return nested_.leaves[static_cast<std::size_t>(number)];
  }
  /// The line of a node that a leaf is, or is inside.
  int& stage(int number, int node) {
    const int own = leaf(number).node;
    return own == node ? stages_.leaf[static_cast<std::size_t>(number)]
                       : stages_.node[static_cast<std::size_t>(own)];
  }

  /// Iterations of the common node's loops between the making of a value and this reading of it.
  [[nodiscard]] std::int64_t distance(int maker, const AccessFact& read, int node) const {
    if (read.shift == 0) {
      return 0;
    }
    const auto& path = nested_.nodes[static_cast<std::size_t>(node)].path;
    const auto outside = node == 0 ? 0 : nested_.nodes.front().path.size();
    std::int64_t stride = 1;
    for (auto i = path.size(); i-- > outside;) {
      const auto& loop = nested_.loop(path[i]);
      if (loop.variable == nested_.einsum(leaf(maker)).iterative) {
        return read.shift * stride;
      }
      stride *= loop.trips;
    }
    return 1 << 20; // a loop further out separates them
  }

  void need(int maker, int reader, const AccessFact& read) {
    const int node = leaf(maker).node == leaf(reader).node ? leaf(maker).node : 0;
    auto& made = stage(maker, node);
    auto& user = stage(reader, node);
    if (&made == &user && maker != reader) {
      return; // the same nest
    }
    const bool crosses = bounds_[static_cast<std::size_t>(maker)].unit !=
                         bounds_[static_cast<std::size_t>(reader)].unit;
    const auto least = made - std::min<std::int64_t>(distance(maker, read, node), kDeepest + 1) +
                       (read.shift == 0               ? (crosses ? 1 : 0)
                        : !crosses && reader <= maker ? 1
                                                      : 0);
    if (maker != reader && user < least) {
      user = static_cast<int>(least);
      changed_ = true;
    }
  }

  const Nested& nested_;
  const std::vector<Bound>& bounds_;
  Stages stages_;
  bool changed_ = true;
};

} // namespace

std::optional<Stages> pipeline(const Nested& nested, const std::vector<Bound>& bounds) {
  return Pipeline(nested, bounds).find();
}

std::vector<std::pair<int, int>> sharingOf(const Nested& nested) {
  std::vector<std::pair<int, int>> list;
  for (std::size_t t = 0; t < nested.facts->tensors.size(); ++t) {
    const int place = placeOf(nested, static_cast<int>(t));
    for (std::size_t l = 0; place >= 0 && l < nested.leaves.size(); ++l) {
      for (const auto& read : nested.einsum(nested.leaves[l]).reads) {
        if (read.tensor == static_cast<int>(t)) {
          list.emplace_back(place, static_cast<int>(l));
        }
      }
    }
  }
  return list;
}

} // namespace einsight::mappings::mapper
