#include "mappings/mapper/compose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::mappings::mapper {
namespace {

/// The parts of every rank variable, from all that the sections cut.
class Parts {
public:
  explicit Parts(const Facts& facts) : facts_(facts), breaks_(facts.sizes.size()) {}

  void add(const Solution& section) {
    for (const auto& loop : section.nested.loops) {
      cut(loop.variable, loop.stride);
    }
    for (const auto& bound : section.bounds) {
      for (int v = 0; v < static_cast<int>(breaks_.size()); ++v) {
        if (bound.spreads(v)) {
          cut(v, section.nested.tiles[static_cast<std::size_t>(v)].spatial);
        }
      }
    }
  }

  /// Names and trips, innermost first. False when one cut does not go into the next.
  bool name() {
    std::set<std::string> taken(facts_.names.begin(), facts_.names.end());
    for (std::size_t v = 0; v < breaks_.size(); ++v) {
      parts_.emplace_back();
      if (breaks_[v].empty()) {
        parts_.back().push_back({facts_.names[v], facts_.sizes[v], 1});
        continue;
      }
      std::int64_t stride = 1;
      auto edges = std::vector<std::int64_t>(breaks_[v].begin(), breaks_[v].end());
      edges.push_back(0);
      for (std::size_t i = 0; i < edges.size(); ++i) {
        if (edges[i] % stride != 0) {
          return false;
        }
        auto name = fmt::format("{}{}", facts_.names[v], i);
        for (; taken.count(name) > 0; name = fmt::format("{}_{}", facts_.names[v], i)) {
          if (taken.count(fmt::format("{}_{}", facts_.names[v], i)) > 0) {
            return false;
          }
        }
        taken.insert(name);
        parts_.back().push_back({name, edges[i] / stride, stride});
        stride = edges[i];
      }
    }
    return true;
  }

  void write(Mapping& mapping) const {
    for (std::size_t v = 0; v < parts_.size(); ++v) {
      if (parts_[v].size() == 1) {
        continue;
      }
      Partition partition{facts_.names[v], {}, {}};
      for (auto part = parts_[v].rbegin(); part != parts_[v].rend(); ++part) {
        partition.parts.push_back(part->name);
        if (part != parts_[v].rbegin()) {
          mapping.sizes[part->name] = {
              core::Expression::constant(core::Rational(part->trips)), {}, {}};
        }
      }
      mapping.partitions.push_back(std::move(partition));
    }
  }

  /// Parts of a rank variable from one stride up to another, outermost first.
  [[nodiscard]] std::vector<std::string> between(int v, std::int64_t low, std::int64_t high) const {
    std::vector<std::string> names;
    for (const auto& part : parts_[static_cast<std::size_t>(v)]) {
      if (part.stride >= low && part.stride < high) {
        names.insert(names.begin(), part.name);
      }
    }
    return names;
  }
  [[nodiscard]] std::vector<std::string> of(const Loop& loop) const {
    return between(loop.variable, loop.stride, loop.stride * std::max<std::int64_t>(loop.trips, 2));
  }

private:
  struct Part {
    std::string name;
    std::int64_t trips = 1;
    std::int64_t stride = 1;
  };
  void cut(int v, std::int64_t stride) {
    if (stride > 1 && stride < facts_.sizes[static_cast<std::size_t>(v)]) {
      breaks_[static_cast<std::size_t>(v)].insert(stride);
    }
  }

  const Facts& facts_;
  std::vector<std::set<std::int64_t>> breaks_;
  std::vector<std::vector<Part>> parts_;
};

class Composer {
public:
  Composer(const Facts& facts, const Parts& parts, const Solution& section, Mapping& mapping)
      : facts_(facts), parts_(parts), section_(section), nested_(section.nested),
        mapping_(mapping) {}

  void add() {
    for (std::size_t l = 0; l < nested_.leaves.size(); ++l) {
      bind(nested_.leaves[l], section_.bounds[l]);
    }
    const auto& first = name(nested_.leaves.front());
    const auto& last = name(nested_.leaves.back());
    mapping_.sections.push_back({first == last ? first : first + "-" + last, root()});
  }

private:
  [[nodiscard]] const std::string& name(const Leaf& leaf) const {
    return nested_.einsum(leaf).einsum->name;
  }

  void bind(const Leaf& leaf, const Bound& bound) {
    const auto& unit = facts_.machine.units()[static_cast<std::size_t>(bound.unit)];
    Binding binding{name(leaf), unit.name, {}, {}};
    for (std::size_t a = 0; a < bound.axes.size(); ++a) {
      for (int v = 0; v < static_cast<int>(nested_.tiles.size()); ++v) {
        if (has(bound.axes[a], v)) {
          const auto spatial = nested_.tiles[static_cast<std::size_t>(v)].spatial;
          const auto parts = parts_.between(v, 1, spatial);
          auto& names = binding.spatial[unit.axes[a].name];
          names.insert(names.end(), parts.begin(), parts.end());
        }
      }
    }
    mapping_.bindings.push_back(std::move(binding));
  }

  Nest root() {
    auto nest = nestOf(0);
    int open = 0; // the inner nest that the lines at hand belong to
    for (std::size_t l = 0; l < nested_.leaves.size(); ++l) {
      const auto& leaf = nested_.leaves[l];
      auto& lines = nest.phases.front().lines;
      if (leaf.node == 0) {
        lines.push_back(line(l));
      } else if (leaf.node != open) {
        const int stage = section_.stages.node.empty()
                              ? 0
                              : section_.stages.node[static_cast<std::size_t>(leaf.node)];
        lines.push_back({{}, {nestOf(leaf.node)}, stage, {}});
      }
      open = leaf.node;
      if (leaf.node != 0) {
        lines.back().nest.front().phases.front().lines.push_back(line(l));
      }
    }
    return nest;
  }

  [[nodiscard]] Line line(std::size_t leaf) const {
    return {name(nested_.leaves[leaf]),
            {},
            section_.stages.leaf.empty() ? 0 : section_.stages.leaf[leaf],
            {}};
  }

  Nest nestOf(int number) {
    Nest nest;
    nest.phases.emplace_back();
    nest.skipMasked = nested_.nodes[static_cast<std::size_t>(number)].skips;
    const auto& path = nested_.nodes[static_cast<std::size_t>(number)].path;
    const auto outside = number == 0 ? 0 : nested_.nodes.front().path.size();
    for (auto i = outside; i < path.size(); ++i) {
      const auto names = parts_.of(nested_.loop(path[i]));
      nest.loops.insert(nest.loops.end(), names.begin(), names.end());
    }
    for (std::size_t t = 0; t < section_.tensors.size(); ++t) {
      for (const auto& kept : section_.options[t].keeps) {
        if (kept.node == number) {
          nest.keeps.push_back(keepOf(kept, section_.tensors[t], path));
        }
      }
    }
    std::stable_sort(nest.keeps.begin(), nest.keeps.end(),
                     [&](const auto& a, const auto& b) { return a.memory < b.memory; });
    return nest;
  }

  [[nodiscard]] mappings::Keep keepOf(const Keep& kept, int tensor,
                                      const std::vector<int>& path) const {
    mappings::Keep keep;
    keep.memory = facts_.machine.memories()[static_cast<std::size_t>(kept.memory)].name;
    keep.tensor = facts_.tensors[static_cast<std::size_t>(tensor)].tensor->name;
    keep.per = "run";
    if (kept.fixed > 0) {
      keep.per = parts_.of(nested_.loop(path[static_cast<std::size_t>(kept.fixed) - 1])).back();
    }
    if (kept.tiles > 1) {
      keep.tiles = kept.tiles;
    }
    for (std::size_t v = 0; v < facts_.names.size(); ++v) {
      if (has(kept.streamed, static_cast<int>(v))) {
        keep.streamed.push_back(facts_.names[v]);
      }
    }
    if (kept.shares >= 0) {
      keep.shares = facts_.tensors[static_cast<std::size_t>(kept.shares)].tensor->name;
    }
    return keep;
  }

  const Facts& facts_;
  const Parts& parts_;
  const Solution& section_;
  const Nested& nested_;
  Mapping& mapping_;
};

} // namespace

std::optional<Mapping> compose(const Facts& facts, const std::vector<const Solution*>& sections,
                               const core::Settings& parameters) {
  Parts parts(facts);
  for (const auto* section : sections) {
    parts.add(*section);
  }
  if (!parts.name()) {
    return std::nullopt;
  }
  Mapping mapping;
  mapping.name = "found";
  mapping.summary =
      "found by einsight map for " + facts.cascade.name() + " on " + facts.machine.name();
  mapping.machineKind = facts.machine.kind();
  for (const auto& [name, value] : parameters) {
    mapping.parameters.push_back({name, core::Expression::constant(value), {}});
  }
  parts.write(mapping);
  for (const auto* section : sections) {
    Composer(facts, parts, *section, mapping).add();
  }
  return mapping;
}

} // namespace einsight::mappings::mapper
