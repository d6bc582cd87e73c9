#include "core/text.hpp"
#include "mappings/memory_use.hpp"
#include "mappings/planning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace einsight::mappings {
namespace {

using core::Problems;
using Fits = std::function<bool(std::int64_t trips)>;

/// The largest number from `low` to `high` that fits, where all below one that fits do too.
std::optional<std::int64_t> largest(std::int64_t low, std::int64_t high, const Fits& fits) {
  if (!fits(low)) {
    return std::nullopt;
  }
  while (low < high) {
    const auto middle = low + (high - low + 1) / 2;
    fits(middle) ? low = middle : high = middle - 1;
  }
  return low;
}

/// The largest number that fits, where that holds only as long as the outermost part of a rank
/// variable, of so many tiles of one trip, does not change; 1 where none fits.
std::int64_t largestOfSteps(std::int64_t most, std::int64_t tiles, const Fits& fits) {
  for (auto high = most; high > 0;) {
    const auto outermost = (tiles + high - 1) / high;
    const auto low = (tiles + outermost - 1) / outermost;
    if (const auto found = largest(low, high, fits)) {
      return *found;
    }
    high = low - 1;
  }
  return 1;
}

/// The largest divisor of a number that fits; 1 where none does.
std::int64_t largestDivisor(std::int64_t number, const Fits& fits) {
  std::vector<std::int64_t> small;
  for (std::int64_t divisor = 1; divisor <= number / divisor; ++divisor) {
    if (number % divisor != 0) {
      continue;
    }
    if (fits(number / divisor)) {
      return number / divisor;
    }
    small.push_back(divisor);
  }
  const auto found = std::find_if(small.rbegin(), small.rend(), fits);
  return found == small.rend() ? 1 : *found;
}

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
    std::int64_t fixed = 1; // of the parts inside the outermost one but for this
    for (auto other = partition.parts.rbegin(); std::next(other) != partition.parts.rend();
         ++other) {
      fixed *= *other == part ? 1 : sizes_[*other];
    }
    const auto extent = cascade_.size(partition.variable);
    const auto most = (extent + inside - 1) / inside;
    Problems ignored; // reported by who builds the plan with the sizes that are found
    auto plan = buildPlan(mapping_, cascade_, machine_, sizes_, ignored);
    const MemoryUse use(plan, cascade_, *memory);
    const Fits fits = [&](std::int64_t trips) {
      sizes_[part] = trips;
      resize(plan, partition, sizes_, extent);
      return use.bytes() <= capacity;
    };
    sizes_[part] = size.fit->divides ? largestDivisor(most, fits)
                   : use.growsWith(partition)
                       ? largest(1, most, fits).value_or(1)
                       : largestOfSteps(most, (extent + fixed - 1) / fixed, fits);
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
