#include "mappings/storage.hpp"

#include "mappings/gathers.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace einsight::mappings {
namespace {

constexpr std::int64_t kPieces = 8;

/// Rank variables whose value moves along a tensor, by any of the indices of an access.
bool mentions(const einsum::Access& access, const std::string& variable) {
  return std::any_of(access.indices.begin(), access.indices.end(),
                     [&](const auto& index) { return moves(index, variable); });
}

/// A leaf inside the keep's node that makes or reads the tensor (for registers: on their unit).
const LeafPlan* userOf(const SectionPlan& section, const KeepPlan& keep) {
  const LeafPlan* found = nullptr;
  for (const auto& leaf : section.leaves) {
    const bool touches = leaf.einsum->output.tensor == keep.keep->tensor ||
                         !accesses(*leaf.einsum, keep.keep->tensor).empty();
    if (!touches || !section.inside(leaf.node, keep.node)) {
      continue;
    }
    if (keep.memory->unit.empty() || keep.memory->unit == leaf.unit->name) {
      return &leaf;
    }
    found = found == nullptr ? &leaf : found;
  }
  return found;
}

const einsum::Access& accessOf(const LeafPlan& leaf, const std::string& tensor) {
  const auto found = accesses(*leaf.einsum, tensor);
  return found.empty() ? leaf.einsum->output : *found.front();
}

std::vector<int> fixedLoops(const SectionPlan& section, const KeepPlan& keep) {
  const auto& path = section.nodes[static_cast<std::size_t>(keep.node)].path;
  return {path.begin(), path.begin() + static_cast<std::ptrdiff_t>(keep.fixed)};
}

/// The stage of the line of `node` that a leaf is, or is inside.
int stageAt(const SectionPlan& section, const LeafPlan& leaf, int node) {
  int stage = leaf.stage;
  for (int at = leaf.node; at != node && at >= 0;
       at = section.nodes[static_cast<std::size_t>(at)].parent) {
    stage = section.nodes[static_cast<std::size_t>(at)].stage;
  }
  return stage;
}

/// Iterations between the making of a tensor (or the fetching of it into registers, or for its
/// first reader into a buffer) and the last use of its place.
std::int64_t lagOf(const SectionPlan& section, const KeepPlan& keep) {
  const auto* maker = section.producer(keep.keep->tensor);
  const bool loaded = maker == nullptr || !section.inside(maker->node, keep.node);
  if (loaded && keep.memory->kind != arch::Memory::Kind::Buffer) {
    return 0; // each reader has a load of its own
  }
  const bool fetched = fetchedFromBuffer(section, keep);
  std::vector<int> stages;
  for (const auto& leaf : section.leaves) {
    const auto tensors = reads(*leaf.einsum);
    const bool uses = std::any_of(tensors.begin(), tensors.end(), [&](const std::string& tensor) {
      return tensor == keep.keep->tensor || sharesPlace(section, keep, tensor);
    });
    if (uses && section.inside(leaf.node, keep.node) &&
        (!fetched || leaf.unit->name == keep.memory->unit)) {
      stages.push_back(stageAt(section, leaf, keep.node));
    }
  }
  if (!fetched && !loaded) {
    stages.push_back(stageAt(section, *maker, keep.node));
  }
  const auto [first, last] = std::minmax_element(stages.begin(), stages.end());
  return stages.empty() ? 0 : *last - *first;
}

/// Rank variables spread over the PEs, so that one PE holds a single value of them.
std::vector<std::string> spread(const LeafPlan& leaf, const KeepPlan& keep) {
  std::vector<std::string> parts;
  if (keep.memory->kind == arch::Memory::Kind::Registers && keep.memory->unit == leaf.unit->name) {
    for (const auto& [axis, names] : leaf.binding->spatial) {
      parts.insert(parts.end(), names.begin(), names.end());
    }
  }
  return parts;
}

} // namespace

std::int64_t boxElements(const Plan& plan, const SectionPlan& section,
                         const einsum::Cascade& cascade, const einsum::Access& access,
                         const std::vector<int>& fixed, const std::vector<std::string>& leftOut) {
  const auto* maker = cascade.einsum(access.tensor);
  const auto iterative = maker != nullptr ? maker->iterative : std::nullopt;
  const auto isFixed = [&](const Part& part) {
    return std::find(leftOut.begin(), leftOut.end(), part.name) != leftOut.end() ||
           std::find(leftOut.begin(), leftOut.end(), part.variable) != leftOut.end() ||
           std::any_of(fixed.begin(), fixed.end(), [&](int loop) {
             return section.loops[static_cast<std::size_t>(loop)].name == part.name;
           });
  };
  const auto values = [&](const std::string& variable) {
    std::int64_t out = 1;
    for (const auto& part : plan.parts.at(variable)) {
      out *= isFixed(part) ? 1 : part.trips;
    }
    return std::min(out, cascade.size(variable));
  };
  const auto& shape = cascade.tensor(access.tensor)->shape;
  std::int64_t elements = 1;
  for (std::size_t d = 0; d < access.indices.size(); ++d) {
    std::int64_t span = 1;
    for (const auto& [variable, coefficient] : access.indices[d].terms) {
      if (iterative && variable == *iterative) {
        continue;
      }
      span += std::abs(coefficient) * (values(variable) - 1);
    }
    for (const auto& variable : gathered(access, access.indices[d])) {
      span = std::min(span * values(variable), shape[d]);
    }
    elements *= std::min(span, shape[d]);
  }
  return elements;
}

std::vector<int> divisions(const SectionPlan& section, const KeepPlan& keep) {
  std::vector<int> shared; // loops around every user, inside the kept tile
  bool first = true;
  const einsum::Access* access = nullptr;
  for (const auto& leaf : section.leaves) {
    const auto found = accesses(*leaf.einsum, keep.keep->tensor);
    const bool makes = leaf.einsum->output.tensor == keep.keep->tensor;
    if ((found.empty() && !makes) || !section.inside(leaf.node, keep.node)) {
      continue;
    }
    access = found.empty() ? &leaf.einsum->output : found.front();
    const std::vector<int> inner(leaf.path.begin() + static_cast<std::ptrdiff_t>(keep.fixed),
                                 leaf.path.end());
    if (first) {
      shared = inner;
      first = false;
    } else {
      std::erase_if(shared, [&](int loop) {
        return std::find(inner.begin(), inner.end(), loop) == inner.end();
      });
    }
  }
  std::erase_if(shared, [&](int loop) {
    return access == nullptr ||
           !mentions(*access, section.loops[static_cast<std::size_t>(loop)].variable);
  });
  return shared;
}

bool sharesPlace(const SectionPlan& section, const KeepPlan& keep, const std::string& tensor) {
  return std::any_of(section.keeps.begin(), section.keeps.end(), [&](const KeepPlan& other) {
    return other.keep->tensor == tensor && other.memory == keep.memory &&
           other.keep->shares == keep.keep->tensor;
  });
}

bool fetchedFromBuffer(const SectionPlan& section, const KeepPlan& keep) {
  const auto* maker = section.producer(keep.keep->tensor);
  return keep.memory->kind == arch::Memory::Kind::Registers &&
         (maker == nullptr || maker->unit->name != keep.memory->unit) &&
         std::any_of(section.keeps.begin(), section.keeps.end(), [&](const KeepPlan& other) {
           return other.keep->tensor == keep.keep->tensor &&
                  other.memory->kind == arch::Memory::Kind::Buffer &&
                  section.inside(keep.node, other.node);
         });
}

std::optional<Footprint> footprint(const SectionPlan& section, const KeepPlan& keep,
                                   const einsum::Cascade& cascade) {
  const auto* leaf = userOf(section, keep);
  if (leaf == nullptr) {
    return std::nullopt;
  }
  Footprint made;
  const auto* maker = cascade.einsum(keep.keep->tensor);
  made.fixed = fixedLoops(section, keep);
  for (const int loop : divisions(section, keep)) {
    const auto& part = section.loops[static_cast<std::size_t>(loop)];
    if (maker == nullptr || maker->iterative != part.variable) {
      made.divided.push_back(loop);
      made.fixed.push_back(loop);
    }
  }
  made.leftOut = spread(*leaf, keep);
  made.leftOut.insert(made.leftOut.end(), keep.keep->streamed.begin(), keep.keep->streamed.end());
  made.access = &accessOf(*leaf, keep.keep->tensor);
  made.lag = lagOf(section, keep);
  return made;
}

Room room(const Plan& plan, const SectionPlan& section, const KeepPlan& keep,
          const einsum::Cascade& cascade) {
  const auto print = footprint(section, keep, cascade);
  return print ? room(plan, section, keep, cascade, *print) : Room{0, 1, 0, 1, false};
}

Room room(const Plan& plan, const SectionPlan& section, const KeepPlan& keep,
          const einsum::Cascade& cascade, const Footprint& print) {
  Room room;
  const auto& tensor = *cascade.tensor(keep.keep->tensor);
  for (const int loop : print.divided) {
    room.subTiles *= section.loops[static_cast<std::size_t>(loop)].trips;
  }
  const auto elements =
      boxElements(plan, section, cascade, *print.access, print.fixed, print.leftOut);
  const auto held = (core::Rational(1) - keep.spill) * core::Rational(elements * tensor.bits, 8);
  room.subTileBytes = held.ceil();
  room.lag = print.lag;
  room.slots = std::max(room.subTiles * keep.keep->tiles.value_or(1), room.lag + 1);
  room.counted = keep.keep->shares.empty();
  return room;
}

std::vector<Room> assignRoom(const Plan& plan, const SectionPlan& section,
                             const einsum::Cascade& cascade, const arch::Machine& machine) {
  std::vector<Room> rooms;
  std::map<std::string, std::int64_t> left;
  for (const auto& memory : machine.memories()) {
    left[memory.name] = memory.capacity.value_or(INT64_MAX / 2);
  }
  for (const auto& keep : section.keeps) {
    rooms.push_back(room(plan, section, keep, cascade));
    const auto& made = rooms.back();
    left[keep.memory->name] -= made.counted ? made.slots * made.subTileBytes : 0;
  }
  std::vector<std::size_t> order(rooms.size()); // what changes most often first
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return section.keeps[a].fixed > section.keeps[b].fixed;
  });
  for (const bool whole : {false, true}) { // first one more sub-tile for each, then a whole tile
    for (const auto k : order) {
      const auto& keep = section.keeps[k];
      auto& room = rooms[k];
      const auto* maker = cascade.einsum(keep.keep->tensor);
      const bool inPlace = maker != nullptr && maker->iterative.has_value();
      if (keep.keep->tiles || !room.counted || room.subTileBytes == 0 || inPlace ||
          keep.memory->kind != arch::Memory::Kind::Buffer) {
        continue;
      }
      const auto goal = whole ? std::max(2 * room.subTiles, room.lag + 1) : room.slots + 1;
      const auto fits = std::max<std::int64_t>(0, left[keep.memory->name]) / room.subTileBytes;
      const auto more = std::clamp<std::int64_t>(goal - room.slots, 0, fits);
      room.slots += more;
      left[keep.memory->name] -= more * room.subTileBytes;
    }
  }
  for (const auto k : order) {
    const auto& keep = section.keeps[k];
    auto& room = rooms[k];
    if (keep.keep->tiles || !room.counted || room.slots > room.subTiles ||
        section.producer(keep.keep->tensor) != nullptr ||
        keep.memory->kind != arch::Memory::Kind::Buffer) {
      continue;
    }
    const auto piece = (room.subTileBytes + kPieces - 1) / kPieces;
    const auto more = piece == 0 ? 0 : std::max<std::int64_t>(0, left[keep.memory->name]) / piece;
    if (more > 0) {
      room.pieces = kPieces;
      room.slots = room.slots * kPieces + more;
      left[keep.memory->name] -= more * piece;
    }
  }
  return rooms;
}

} // namespace einsight::mappings
