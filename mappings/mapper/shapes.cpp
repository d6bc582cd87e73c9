#include "mappings/mapper/shapes.hpp"

#include "mappings/plan.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

bool contains(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::int64_t ceilDiv(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

} // namespace

std::vector<std::int64_t> chunks(std::int64_t n, bool anySize) {
  std::vector<std::int64_t> list;
  if (anySize) {
    for (std::int64_t parts = 2; parts < n;) {
      const auto size = ceilDiv(n, parts);
      if (size > 1) {
        list.push_back(size);
      }
      parts = size > 1 ? ceilDiv(n, size - 1) : n;
    }
    return list;
  }
  for (std::int64_t size = 2; size < n; size *= 2) {
    list.insert(list.begin(), size);
  }
  return list;
}

bool needsWhole(const Facts& facts, const std::vector<int>& einsums, int variable) {
  std::vector<int> late; // tensors whole only when all values are through
  for (const int e : einsums) {
    const auto& einsum = facts.einsums[static_cast<std::size_t>(e)];
    const bool own = has(einsum.variables, variable);
    const bool carries = has(einsum.output.variables, variable);
    bool waits = false;
    bool follows = false; // reads what moves along the variable
    for (const auto& read : einsum.reads) {
      const int maker = facts.tensors[static_cast<std::size_t>(read.tensor)].maker;
      if (read.shift > 0 || !contains(einsums, maker)) {
        continue;
      }
      waits = waits || contains(late, read.tensor);
      follows = follows || has(read.variables, variable);
    }
    if (waits && own) {
      return true;
    }
    if (!carries && (own || waits || follows)) {
      late.push_back(einsum.output.tensor);
    }
  }
  return false;
}

Shapes::Shapes(const Facts& facts, std::vector<int> members, bool anySize, bool smooth)
    : facts_(facts), members_(std::move(members)), anySize_(anySize), smooth_(smooth),
      skips_(std::make_shared<Skips>(facts)) {}

bool Shapes::legal() const {
  for (const int e : members_) {
    if ((einsum(e).iterative >= 0 && !recurs(einsum(e).iterative)) || readsAhead(e)) {
      return false;
    }
  }
  for (const int e : members_) {
    for (const auto& read : einsum(e).reads) {
      auto wanted = facts_.tensors[static_cast<std::size_t>(read.tensor)].tensor->name;
      bool view = false;
      for (const auto* maker = facts_.cascade.einsum(wanted); maker != nullptr && maker->view;
           maker = facts_.cascade.einsum(wanted)) {
        wanted = reads(*maker).front();
        view = true;
      }
      for (const int other : members_) {
        if (view && einsum(other).einsum->name == wanted) {
          return false;
        }
      }
    }
  }
  return true;
}

/// Is a value of an iteration before read whose Einsum comes later in the cascade, in another
/// section?
bool Shapes::readsAhead(int number) const {
  const auto& reads = einsum(number).reads;
  return std::any_of(reads.begin(), reads.end(), [&](const AccessFact& read) {
    const int maker = facts_.tensors[static_cast<std::size_t>(read.tensor)].maker;
    return read.shift > 0 && maker > number && !contains(members_, maker);
  });
}

/// Has every Einsum the iterative rank, or else takes the last value of a recurrence over it?
bool Shapes::recurs(int v) const {
  return std::all_of(members_.begin(), members_.end(), [&](int e) {
    const auto& fact = einsum(e);
    return has(fact.variables, v) ||
           std::any_of(fact.reads.begin(), fact.reads.end(), [&](const AccessFact& read) {
             const auto& tensor = facts_.tensors[static_cast<std::size_t>(read.tensor)];
             return tensor.iterative == v && contains(members_, tensor.maker);
           });
  });
}

bool Shapes::iterates(int v) const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](int e) { return einsum(e).iterative == v; });
}

Role Shapes::roleOf(int v) const {
  std::size_t holders = 0;
  bool everywhere = true;
  bool iterative = false;
  for (const int e : members_) {
    const auto& fact = einsum(e);
    holders += has(fact.variables, v) ? 1 : 0;
    everywhere = everywhere && has(fact.output.variables, v);
    for (const auto& read : fact.reads) {
      everywhere = everywhere && has(read.variables, v);
    }
    iterative = iterative || fact.iterative == v;
  }
  if (iterative) {
    return Role::Common;
  }
  if (holders == 0 || (has(facts_.partitions, v) && members_.size() > 1)) {
    return Role::Private;
  }
  if (everywhere) {
    return Role::Batch;
  }
  if (members_.size() > 1 && holders == 1) {
    return Role::Private;
  }
  if (needsWhole(facts_, members_, v)) {
    return Role::Inner;
  }
  if (holders == members_.size()) {
    return Role::Common;
  }
  return Role::Inner;
}

/// Sizes of axes; unless any may be taken, those that go into each other, so that sections go
/// together.
std::vector<std::int64_t> Shapes::widths() const {
  std::vector<std::int64_t> widths;
  for (const auto& unit : facts_.machine.units()) {
    for (const auto& axis : unit.axes) {
      if (std::find(widths.begin(), widths.end(), axis.size) == widths.end()) {
        widths.push_back(axis.size);
      }
    }
  }
  if (!anySize_) {
    std::sort(widths.rbegin(), widths.rend());
    for (std::size_t i = 1; i < widths.size();) {
      if (widths[i - 1] % widths[i] == 0) {
        ++i;
      } else {
        widths.erase(widths.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
  return widths;
}

/// The ways to cut a rank variable, each once.
Cuts Shapes::choices(int v, const std::vector<std::int64_t>& widths, Variables whole) const {
  const auto size = facts_.sizes[static_cast<std::size_t>(v)];
  const bool iterates = this->iterates(v);
  Cuts choices;
  const auto add = [&](Cut cut) {
    cut.role = cut.tile.values >= size && !iterates ? Role::Private : cut.role;
    if (std::none_of(choices.begin(), choices.end(), [&](const Cut& known) {
          return known.tile == cut.tile && known.role == cut.role;
        })) {
      choices.push_back(cut);
    }
  };
  const auto role = roleOf(v);
  for (const auto width : widths) {
    const auto spatial = std::min(width, size);
    if (!iterates && (role == Role::Private || role == Role::Inner || role == Role::Common)) {
      add({{size, spatial}, Role::Private});
    }
    if (!iterates && role != Role::Private && spatial < size) {
      add({{spatial, spatial}, role});
    }
  }
  if (has(whole, v)) {
    add({{size, size}, Role::Private});
  }
  if (role != Role::Private) {
    add({{1, 1}, role});
  }
  return choices;
}

std::vector<Cuts> Shapes::cuts() const {
  const auto whole = packed();
  const auto wide = widths();
  std::vector<Cuts> all{{}};
  for (int v = 0; v < static_cast<int>(facts_.sizes.size()); ++v) {
    std::vector<Cuts> longer;
    for (const auto& known : all) {
      for (const auto& choice : choices(v, wide, whole)) {
        longer.push_back(known);
        longer.back().push_back(choice);
      }
    }
    all = std::move(longer);
  }
  return all;
}

/// Rank variables that are common loops, those that move the same tensors together.
std::vector<std::vector<int>> Shapes::blocks(const Cuts& cuts) const {
  std::vector<std::vector<int>> list;
  std::vector<std::vector<bool>> signatures;
  for (int v = 0; v < static_cast<int>(cuts.size()); ++v) {
    const auto& cut = cuts[static_cast<std::size_t>(v)];
    const bool whole = cut.tile.values >= facts_.sizes[static_cast<std::size_t>(v)];
    if (cut.role != Role::Common || (whole && !iterates(v))) {
      continue;
    }
    std::vector<bool> signature;
    for (const int e : members_) {
      signature.push_back(has(einsum(e).variables, v));
      signature.push_back(has(einsum(e).output.variables, v));
      signature.push_back(einsum(e).iterative == v);
      for (const auto& read : einsum(e).reads) {
        signature.push_back(has(read.variables, v));
      }
    }
    const auto same = std::find(signatures.begin(), signatures.end(), signature);
    if (same != signatures.end()) {
      list[static_cast<std::size_t>(same - signatures.begin())].push_back(v);
    } else {
      signatures.push_back(std::move(signature));
      list.push_back({v});
    }
  }
  return list;
}

} // namespace einsight::mappings::mapper
