#include "mappings/memory_use.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

std::int64_t bytesOf(const Room& needs, const Keep& keep) {
  const auto slots = keep.countedTiles ? needs.subTiles * *keep.countedTiles : needs.slots;
  return needs.counted ? slots * needs.subTileBytes : 0;
}

/// Is the loop of this name one of these?
bool contains(const SectionPlan& section, const std::vector<int>& loops, const std::string& name) {
  return std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return section.loops[static_cast<std::size_t>(loop)].name == name;
  });
}

} // namespace

std::int64_t keptBytes(const Plan& plan, const SectionPlan& section, const KeepPlan& keep,
                       const einsum::Cascade& cascade) {
  return bytesOf(room(plan, section, keep, cascade), *keep.keep);
}

MemoryUse::MemoryUse(const Plan& plan, const einsum::Cascade& cascade, const arch::Memory& memory)
    : plan_(plan), cascade_(cascade) {
  for (const auto& section : plan.sections) {
    for (const auto& keep : section.keeps) {
      if (keep.memory->name != memory.name) {
        continue;
      }
      if (auto print = footprint(section, keep, cascade)) {
        kept_.push_back({&section, &keep, std::move(*print)});
      }
    }
  }
}

std::int64_t MemoryUse::bytes() const {
  std::int64_t most = 0, here = 0;
  const Kept* last = nullptr;
  for (const auto& kept : kept_) {
    here = last != nullptr && last->section == kept.section ? here : 0;
    last = &kept;
    here += bytesOf(room(plan_, *kept.section, *kept.keep, cascade_, kept.print), *kept.keep->keep);
    most = std::max(most, here);
  }
  return most;
}

bool MemoryUse::growsWith(const Partition& partition) const {
  const auto& parts = partition.parts;
  return std::all_of(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    const auto& print = kept.print;
    const auto isFixed = [&](const std::string& part) {
      const auto& out = print.leftOut;
      return contains(*kept.section, print.fixed, part) ||
             std::find(out.begin(), out.end(), part) != out.end() ||
             std::find(out.begin(), out.end(), partition.variable) != out.end();
    };
    if (contains(*kept.section, print.divided, parts.front())) {
      return false;
    }
    return isFixed(parts.front()) || std::none_of(parts.begin() + 1, parts.end(), isFixed);
  });
}

} // namespace einsight::mappings
