#include "mappings/mapper/shapes.hpp"

#include <algorithm>
#include <numeric>

/// The orders of the loops of a section, and its groups.
namespace einsight::mappings::mapper {
namespace {

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

bool contains(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

} // namespace

/// Builds the nests for one choice of tiles.
class NestBuilder {
public:
  NestBuilder(const Shapes& shapes, const Cuts& cuts, Places& places,
              const std::function<bool(const Nested&)>& use)
      : shapes_(shapes), facts_(shapes.facts_), cuts_(cuts), places_(places), use_(use),
        blocks_(shapes.blocks(cuts)) {
    for (int v = 0; v < static_cast<int>(cuts.size()); ++v) {
      const auto& cut = cuts[static_cast<std::size_t>(v)];
      if (cut.tile.values >= facts_.sizes[static_cast<std::size_t>(v)]) {
        continue;
      }
      if (cut.role == Role::Inner) {
        inner_.push_back(v);
      } else if (cut.role == Role::Batch) {
        batch_.push_back(v);
      }
    }
  }

  void all() {
    std::vector<std::size_t> order(blocks_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
      if (!emit(order, {})) {
        return;
      }
      for (std::size_t at = 0; at < order.size(); ++at) {
        if (!cutBlock(order, at)) {
          return;
        }
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }

private:
  /// A rank variable of a block is cut once more: its inner part, and the rest of the block, go
  /// behind the block at `to` (or into the groups).
  struct Again {
    bool used = false;
    std::size_t at = 0;       ///< block, by place in the order
    std::size_t variable = 0; ///< of the block
    std::int64_t tiles = 1;   ///< per chunk
    std::size_t to = 0;       ///< place in the order; the number of blocks: the groups
  };

  [[nodiscard]] std::int64_t tiles(int v) const {
    return ceilDiv(facts_.sizes[static_cast<std::size_t>(v)], values(v));
  }
  [[nodiscard]] std::int64_t values(int v) const {
    return cuts_[static_cast<std::size_t>(v)].tile.values;
  }

  bool cutBlock(const std::vector<std::size_t>& order, std::size_t at) {
    const auto& block = blocks_[order[at]];
    const auto last = inner_.empty() ? order.size() - 1 : order.size();
    for (std::size_t j = 0; j < block.size(); ++j) {
      for (std::size_t to = at + 1; to <= last; ++to) {
        std::vector<std::int64_t> sizes;
        if (j > 0 || to == order.size()) {
          sizes.push_back(tiles(block[j])); // all of it further inside
        }
        if (!shapes_.iterates(block[j])) {
          const auto some = chunks(tiles(block[j]), shapes_.anySize_);
          sizes.insert(sizes.end(), some.begin(), some.end());
        }
        for (const auto size : sizes) {
          if (!emit(order, {true, at, j, size, to})) {
            return false;
          }
        }
      }
    }
    return true;
  }

  void add(Nested& nested, std::vector<int>& path, int v, std::int64_t trips,
           std::int64_t stride) const {
    if (trips > 1 || shapes_.iterates(v)) {
      path.push_back(static_cast<int>(nested.loops.size()));
      nested.loops.push_back({v, trips, stride});
    }
  }

  /// The inner rest of the block that is cut again.
  void addRest(Nested& nested, std::vector<int>& path, const std::vector<std::size_t>& order,
               const Again& again) const {
    const auto& block = blocks_[order[again.at]];
    for (std::size_t j = again.variable; j < block.size(); ++j) {
      const int v = block[j];
      add(nested, path, v, j == again.variable ? again.tiles : tiles(v), values(v));
    }
  }

  bool emit(const std::vector<std::size_t>& order, const Again& again) {
    Nested nested;
    nested.facts = &facts_;
    nested.smooth = shapes_.smooth_;
    for (const auto& cut : cuts_) {
      nested.tiles.push_back(cut.tile);
    }
    std::vector<int> common;
    for (const int v : batch_) {
      add(nested, common, v, tiles(v), values(v));
    }
    for (std::size_t at = 0; at < order.size(); ++at) {
      const auto& block = blocks_[order[at]];
      for (std::size_t j = 0; j < block.size(); ++j) {
        const int v = block[j];
        if (!again.used || at != again.at || j < again.variable) {
          add(nested, common, v, tiles(v), values(v));
        } else if (j == again.variable && !shapes_.iterates(v)) {
          add(nested, common, v, ceilDiv(tiles(v), again.tiles), values(v) * again.tiles);
        }
      }
      if (again.used && again.to == at) {
        addRest(nested, common, order, again);
      }
    }
    nested.nodes.push_back({common, {}});
    const bool grouped = again.used && again.to == order.size();
    addLeaves(nested, order, again, grouped);
    if (!legal(nested)) {
      return true;
    }
    for (auto& node : nested.nodes) {
      skip(nested, node);
    }
    return use_(nested);
  }

  /// Tiles in which nothing attends are left out wherever that changes no value and saves work.
  void skip(Nested& nested, Node& node) const {
    if (!facts_.masked) {
      return;
    }
    Variables looped = 0;
    for (const int loop : node.path) {
      looped |= only(nested.loop(loop).variable);
    }
    std::vector<int> einsums;
    for (const int number : node.leaves) {
      einsums.push_back(nested.leaves[static_cast<std::size_t>(number)].einsum);
    }
    const auto& possible = shapes_.skips_->of(einsums, looped);
    for (std::size_t i = 0; possible.harmless && i < einsums.size(); ++i) {
      const int own = facts_.einsums[static_cast<std::size_t>(einsums[i])].domain;
      const auto& bounds = places_.of(einsums[i], possible.masks[i]);
      node.skips =
          node.skips ||
          (!bounds.empty() && bounds.front().points < places_.of(einsums[i], own).front().points);
    }
    for (std::size_t i = 0; node.skips && i < einsums.size(); ++i) {
      auto& leaf = nested.leaves[static_cast<std::size_t>(node.leaves[i])];
      leaf.visits = possible.masks[i];
      leaf.bounds = &places_.of(einsums[i], possible.masks[i]);
    }
  }

  void addLeaves(Nested& nested, const std::vector<std::size_t>& order, const Again& again,
                 bool grouped) const {
    std::vector<int> group; // members of the inner nest at hand
    std::vector<int> loops; // and what they loop over
    int node = 0;
    for (const int e : shapes_.members_) {
      const auto& fact = shapes_.einsum(e);
      std::vector<int> own; // loops of its inner nest
      for (const int v : inner_) {
        if (has(fact.variables, v)) {
          own.push_back(v);
        }
      }
      const bool nests = !own.empty();
      auto together = group;
      together.push_back(e);
      const bool apart = group.empty() || own != loops ||
                         std::any_of(inner_.begin(), inner_.end(),
                                     [&](int v) { return needsWhole(facts_, together, v); });
      if (apart) {
        group.clear();
        loops = own;
        node = 0;
      }
      if (nests && group.empty()) {
        node = static_cast<int>(nested.nodes.size());
        auto path = nested.nodes.front().path;
        for (const int v : own) {
          add(nested, path, v, tiles(v), values(v));
        }
        if (grouped) {
          addRest(nested, path, order, again);
        }
        nested.nodes.push_back({path, {}});
      }
      if (nests) {
        group.push_back(e);
      }
      addLeaf(nested, e, node);
    }
  }

  void addLeaf(Nested& nested, int e, int node) const {
    Leaf leaf;
    leaf.einsum = e;
    leaf.node = node;
    leaf.path = nested.nodes[static_cast<std::size_t>(node)].path;
    for (const int loop : leaf.path) {
      if (has(shapes_.einsum(e).variables, nested.loop(loop).variable)) {
        leaf.loops.push_back(loop);
      }
    }
    leaf.visits = shapes_.einsum(e).domain;
    leaf.bounds = &places_.of(e, leaf.visits);
    nested.nodes[static_cast<std::size_t>(node)].leaves.push_back(
        static_cast<int>(nested.leaves.size()));
    nested.leaves.push_back(std::move(leaf));
  }

  /// Does nobody need a whole sum over a loop that both run inside?
  [[nodiscard]] bool legal(const Nested& nested) const {
    for (const auto& reader : nested.leaves) {
      for (const auto& read : nested.einsum(reader).reads) {
        const int maker = nested.makerOf(read.tensor);
        if (maker < 0) {
          continue;
        }
        const auto& made = nested.leaves[static_cast<std::size_t>(maker)];
        for (const int loop : made.loops) {
          if (!has(nested.einsum(made).output.variables, nested.loop(loop).variable) &&
              contains(reader.loops, loop)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  const Shapes& shapes_;
  const Facts& facts_;
  const Cuts& cuts_;
  Places& places_;
  const std::function<bool(const Nested&)>& use_;
  std::vector<std::vector<int>> blocks_;
  std::vector<int> batch_, inner_;
};

void Shapes::nests(const Cuts& cuts, Places& places,
                   const std::function<bool(const Nested&)>& use) const {
  NestBuilder(*this, cuts, places, use).all();
}

} // namespace einsight::mappings::mapper
