#include "mappings/lowering/draft.hpp"

#include "mappings/gathers.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

bool contains(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Values of a rank variable per trip of each fixed loop of it, and the values left inside the
/// tile.
struct Splitting {
  std::vector<sim::LoopTerm> terms;
  std::int64_t tile = 1;
};

Splitting splitting(const Plan& plan, const SectionPlan& section, const std::string& variable,
                    const std::vector<int>& fixed) {
  Splitting split;
  for (const auto& part : plan.parts.at(variable)) {
    const auto at = std::find_if(fixed.begin(), fixed.end(), [&](int loop) {
      return section.loops[static_cast<std::size_t>(loop)].name == part.name;
    });
    if (at != fixed.end()) {
      split.terms.push_back({*at, part.stride});
    } else {
      split.tile *= part.trips;
    }
  }
  return split;
}

bool operator==(const sim::Extent& a, const sim::Extent& b) {
  return a.total == b.total && a.tile == b.tile && a.terms.size() == b.terms.size() &&
         std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(), [](auto x, auto y) {
           return x.loop == y.loop && x.coefficient == y.coefficient;
         });
}

} // namespace

int CounterTable::operator()(sim::Counter counter) {
  const auto found = std::find_if(counters_.begin(), counters_.end(), [&](const auto& known) {
    return known.kind == counter.kind && known.component == counter.component &&
           known.what == counter.what && known.einsum == counter.einsum &&
           known.parts == counter.parts;
  });
  if (found != counters_.end()) {
    return static_cast<int>(found - counters_.begin());
  }
  counters_.push_back(std::move(counter));
  return static_cast<int>(counters_.size()) - 1;
}

bool Draft::convention(const std::string& name) const {
  const auto found = machine().conventions().find(name);
  return found != machine().conventions().end() && found->second;
}

int Draft::resource(const std::string& name) const {
  for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].name == name) {
      return static_cast<int>(r);
    }
  }
  return -1;
}

int Draft::extent(const std::string& variable, const std::vector<int>& fixed,
                  const std::vector<einsum::Constraint>& domain) {
  auto [terms, tile] = splitting(subject.plan(), plan, variable, fixed);
  sim::Extent made{cascade().size(variable), tile, terms};
  for (const auto& constraint : domain) {
    const auto own = constraint.terms.find(variable);
    if (own == constraint.terms.end() || own->second != -1 || !terms.empty()) {
      continue;
    }
    sim::Extent clipped{constraint.constant + 1, tile, {}}; // variable <= constant + sum of others
    bool usable = true;
    for (const auto& [other, coefficient] : constraint.terms) {
      const auto others = splitting(subject.plan(), plan, other, fixed);
      if (other == variable) {
        continue;
      }
      usable = usable && others.tile == 1 && coefficient < 0;
      for (const auto& [loop, stride] : others.terms) {
        clipped.terms.push_back({loop, -coefficient * stride});
      }
    }
    made = usable ? clipped : made;
  }
  auto last = made.total;
  for (const auto& [fixedLoop, stride] : made.terms) {
    last -= stride * (loop(fixedLoop).trips - 1);
  }
  if (last >= made.tile) { // no tile is short
    made = {made.tile, made.tile, {}};
  }
  const auto known = std::find_if(section.extents.begin(), section.extents.end(),
                                  [&](const auto& e) { return e == made; });
  if (known != section.extents.end()) {
    return static_cast<int>(known - section.extents.begin());
  }
  section.extents.push_back(std::move(made));
  return static_cast<int>(section.extents.size()) - 1;
}

sim::Amount Draft::box(const einsum::Access& access, const std::vector<int>& fixed,
                       const std::vector<einsum::Constraint>& domain) {
  sim::Amount amount;
  const auto* maker = cascade().einsum(access.tensor);
  const auto& shape = cascade().tensor(access.tensor)->shape;
  for (std::size_t d = 0; d < access.indices.size(); ++d) {
    const auto& index = access.indices[d];
    if (maker != nullptr && maker->iterative && index.terms.count(*maker->iterative) > 0) {
      continue; // one value takes the place of another
    }
    if (const auto variable = index.plainVariable(); !variable.empty()) {
      amount.factors.push_back({extent(variable, fixed, domain), 1});
      continue;
    }
    if (!index.gatherTensor.empty()) {
      const auto variables = gathered(access, index);
      std::int64_t values = 1;
      for (const auto& variable : variables) {
        values *= splitting(subject.plan(), plan, variable, fixed).tile;
      }
      for (const auto& variable : variables) {
        if (values < shape[d]) {
          amount.factors.push_back({extent(variable, fixed, domain), 1});
        }
      }
      amount.scale *= values < shape[d] ? 1 : shape[d];
      continue;
    }
    std::int64_t span = 1; // of a window, or of a partition that the tensor does not have
    for (const auto& [variable, coefficient] : index.terms) {
      const auto values = splitting(subject.plan(), plan, variable, fixed).tile;
      span += std::abs(coefficient) * (std::min(values, cascade().size(variable)) - 1);
    }
    amount.scale *= std::min(span, shape[d]);
  }
  return amount;
}

std::vector<sim::Guard> Draft::guards(const einsum::Einsum& einsum, const std::vector<int>& fixed) {
  std::vector<sim::Guard> list;
  for (const auto& constraint : einsum.domain) {
    sim::Guard guard;
    guard.constant = constraint.constant;
    for (const auto& [variable, coefficient] : constraint.terms) {
      const auto split = splitting(subject.plan(), plan, variable, fixed);
      for (const auto& [loop, stride] : split.terms) {
        guard.terms.push_back({loop, coefficient * stride});
      }
      if (split.tile > 1 && coefficient > 0) {
        guard.spans.push_back({extent(variable, fixed, {}), coefficient});
      }
    }
    list.push_back(std::move(guard));
  }
  return list;
}

TaskOrigin Draft::origin(const einsum::Einsum& einsum, const einsum::Access* access,
                         const std::vector<int>& fixed) {
  TaskOrigin made{&einsum, access, {}};
  for (const auto& constraint : einsum.domain) {
    made.masks.push_back({&constraint, fixed});
  }
  return made;
}

int Draft::addTask(sim::Task made, core::Rational cyclesPerUnit, TaskOrigin from) {
  section.tasks.push_back(std::move(made));
  origins.push_back(std::move(from));
  rate.push_back(cyclesPerUnit);
  return static_cast<int>(section.tasks.size()) - 1;
}

void Draft::countAccess(sim::Task& made, const arch::Memory& memory, bool write,
                        const sim::Amount& elements, int bits, core::Rational share) {
  const auto parts = share.denominator();
  auto bytes = elements;
  bytes.scale *= bits * share.numerator();
  bytes.unit = 8;
  made.counts.push_back({counter({write ? sim::Counter::Kind::Write : sim::Counter::Kind::Read,
                                  memory.name,
                                  "bytes",
                                  -1,
                                  {},
                                  parts}),
                         bytes});
  auto rows = bytes; // whole rows move
  rows.unit = 8 * memory.accessBytes;
  const auto action =
      std::find_if(memory.actions.begin(), memory.actions.end(),
                   [&](const auto& a) { return a.name == (write ? "write" : "read"); });
  made.counts.push_back(
      {counter({sim::Counter::Kind::Action, memory.name, write ? "write" : "read", -1,
                action == memory.actions.end() ? std::nullopt : action->picojoules, parts}),
       rows});
}

sim::Edge Draft::edge(int producer, const std::vector<int>& consumerLoops,
                      sim::Edge::Kind kind) const {
  sim::Edge made;
  made.kind = kind;
  made.producer = producer;
  for (const int own : section.tasks[static_cast<std::size_t>(producer)].loops) {
    sim::Edge::Source source{sim::Edge::Source::At::Last, 0, 0};
    for (const int other : consumerLoops) {
      if (other == own ||
          (loop(other).variable == loop(own).variable && !contains(consumerLoops, own))) {
        source = {sim::Edge::Source::At::Same, other, 0};
      }
    }
    made.sources.push_back(source);
  }
  return made;
}

} // namespace einsight::mappings
