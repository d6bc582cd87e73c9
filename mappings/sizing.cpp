#include "core/text.hpp"
#include "mappings/planning.hpp"
#include "mappings/storage.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

using core::Problems;

/// Finds the sizes of parts: given ones first, then those that fill a memory.
class Sizing {
public:
  Sizing(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Machine& machine,
         Problems& problems)
      : mapping_(mapping), cascade_(cascade), machine_(machine), problems_(problems) {}

  std::map<std::string, std::int64_t> find() {
    for (const auto& partition : mapping_.partitions) {
      if (cascade_.size(partition.variable) == 0) {
        continue;
      }
      for (auto part = partition.parts.rbegin(); std::next(part) != partition.parts.rend();
           ++part) {
        given(*part, partition);
      }
    }
    for (const auto& partition : mapping_.partitions) {
      if (cascade_.size(partition.variable) == 0) {
        continue;
      }
      for (auto part = partition.parts.rbegin(); std::next(part) != partition.parts.rend();
           ++part) {
        const auto size = mapping_.sizes.find(*part);
        if (size != mapping_.sizes.end() && size->second.fit && problems_.empty()) {
          fit(*part, size->second, partition);
        }
      }
    }
    return sizes_;
  }

private:
  void given(const std::string& part, const Partition& partition) {
    const auto size = mapping_.sizes.find(part);
    if (size == mapping_.sizes.end()) {
      problems_.push_back(
          {partition.where, fmt::format("part '{}' has no size", part), "add it under sizes:"});
      return;
    }
    sizes_[part] = 1;
    if (!size->second.size) {
      return;
    }
    const auto known = names(cascade_, machine_);
    const auto value =
        size->second.size->evaluate([&](std::string_view name) -> std::optional<core::Rational> {
          const auto found = sizes_.find(std::string(name));
          return found != sizes_.end() ? core::Rational(found->second) : known(name);
        });
    if (!value) {
      problems_.push_back({size->second.where, value.error(), {}});
    } else if (value->denominator() != 1 || value->numerator() < 1) {
      problems_.push_back({size->second.where,
                           fmt::format("the size of '{}' is {}, not a whole number above 0", part,
                                       value->toString()),
                           {}});
    } else {
      sizes_[part] = value->numerator();
    }
  }

  void fit(const std::string& part, const PartSize& size, const Partition& partition) {
    const auto* memory = machine_.memory(size.fit->memory);
    if (memory == nullptr) {
      std::vector<std::string> memories;
      for (const auto& each : machine_.memories()) {
        memories.push_back(each.name);
      }
      problems_.push_back({size.where,
                           fmt::format("the machine has no memory '{}'", size.fit->memory),
                           core::suggestion(size.fit->memory, memories)});
      return;
    }
    auto capacity = memory->capacity.value_or(INT64_MAX);
    if (size.fit->within) {
      const auto value = size.fit->within->evaluate(names(cascade_, machine_));
      if (!value) {
        problems_.push_back({size.where, value.error(), {}});
        return;
      }
      capacity = value->floor();
    }
    std::int64_t inside = 1;
    for (auto other = partition.parts.rbegin(); *other != part; ++other) {
      inside *= sizes_[*other];
    }
    const auto most = (cascade_.size(partition.variable) + inside - 1) / inside;
    const auto fits = [&](std::int64_t trips) {
      sizes_[part] = trips;
      Problems ignored;
      const auto plan = buildPlan(mapping_, cascade_, machine_, sizes_, ignored);
      return usedBytes(plan, cascade_, *memory) <= capacity;
    };
    std::int64_t low = 1;
    for (std::int64_t high = most; low < high;) { // larger tiles never take less room
      const auto middle = low + (high - low + 1) / 2;
      fits(middle) ? low = middle : high = middle - 1;
    }
    while (size.fit->divides && most % low != 0) {
      --low;
    }
    sizes_[part] = low;
  }

  const Mapping& mapping_;
  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  Problems& problems_;
  std::map<std::string, std::int64_t> sizes_;
};

} // namespace

PartSizes findSizes(const Mapping& mapping, const einsum::Cascade& cascade,
                    const arch::Machine& machine, core::Problems& problems) {
  return Sizing(mapping, cascade, machine, problems).find();
}

} // namespace einsight::mappings
