#include "mappings/verification/keeps.hpp"

#include "mappings/storage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

void sharesWhatIsKept(const SectionPlan& section, const KeepPlan& kept, core::Problems& problems) {
  const auto& shares = kept.keep->shares;
  if (!shares.empty() &&
      std::none_of(section.keeps.begin(), section.keeps.end(), [&](const KeepPlan& other) {
        return other.keep->tensor == shares && other.memory == kept.memory;
      })) {
    problems.push_back({kept.keep->where,
                        fmt::format("'{}' shares the place of '{}', which '{}' does not keep",
                                    kept.keep->tensor, shares, kept.memory->name),
                        {}});
  }
}

/// Registers that are filled from a buffer cannot hold a tile of which the buffer has only parts.
void within(const SectionPlan& section, const KeepPlan& kept, core::Problems& problems) {
  if (!fetchedFromBuffer(section, kept)) {
    return;
  }
  for (const auto& buffer : section.keeps) {
    if (buffer.keep->tensor == kept.keep->tensor &&
        buffer.memory->kind == arch::Memory::Kind::Buffer &&
        section.inside(kept.node, buffer.node) && kept.fixed < buffer.fixed) {
      problems.push_back(
          {kept.keep->where,
           fmt::format("'{}' keeps '{}' for '{}', but '{}', from which it comes, only for '{}'",
                       kept.memory->name, kept.keep->tensor, kept.keep->per, buffer.memory->name,
                       buffer.keep->per),
           "keep it in registers for the same loop, or one further inside"});
    }
  }
}

} // namespace

void verifyKeeps(const SectionPlan& section, core::Problems& problems) {
  for (const auto& kept : section.keeps) {
    sharesWhatIsKept(section, kept, problems);
    within(section, kept, problems);
    if (kept.memory->kind == arch::Memory::Kind::Dram) {
      problems.push_back(
          {kept.keep->where, "everything is in DRAM anyway: keep names a memory on the chip", {}});
    }
  }
}

} // namespace einsight::mappings
