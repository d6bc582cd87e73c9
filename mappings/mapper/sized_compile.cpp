#include "einsum/walk.hpp"
#include "mappings/mapper/sized_cost.hpp"
#include "mappings/mapper/sized_finder.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::mappings::sized {
namespace {

class TaskCompiler {
public:
  TaskCompiler(const Draft& draft, const PartTable& table, SectionCost& section,
               std::vector<GroupShape>& groups)
      : draft_(draft), table_(table), groups_(groups), finder_(draft, table, section.forms) {}

  TaskCost compile(std::size_t number) {
    const auto& task = draft_.section.tasks[number];
    const auto& origin = draft_.origins[number];
    TaskCost cost;
    cost.resource = task.resource;
    cost.cyclesPerTick = draft_.rate[number].toDouble();
    std::vector<RawProduct> raw;
    if (origin.access != nullptr) {
      raw.push_back(finder_.box(*origin.access, task.loops, origin.user->domain));
      cost.lanes.resize(raw.front().forms.size());
    } else {
      raw.push_back(finder_.points(*origin.user, task.loops));
      spread(draft_.plan.leaves[number], cost);
    }
    for (const auto& count : task.counts) {
      addCount(count, task, origin, raw, cost);
    }
    cost.atOnce = sumsOf(origin.atOnce, task, origin, raw);
    cost.summedInTime = sumsOf(origin.inTime, task, origin, raw);
    for (auto* prices : {&cost.prices, &cost.atOnce.prices, &cost.summedInTime.prices}) {
      prices->resize(raw.size());
    }
    std::vector<Mask> masks;
    for (std::size_t g = 0; g < task.guards.size(); ++g) {
      numberOf(masks, g < origin.masks.size() ? finder_.mask(origin.masks[g])
                                              : counterMask(task.guards[g]));
    }
    group(task, raw, std::move(masks), cost);
    return cost;
  }

private:
  /// As passes() and sumsInTime() of lowering.
  void spread(const LeafPlan& leaf, TaskCost& cost) const {
    const auto taken = einsum::reducedVariables(*leaf.einsum);
    for (const auto& variable : leaf.einsum->variables) {
      cost.lanes.emplace_back();
      for (const auto& part : draft_.subject.plan().parts.at(variable)) {
        bool spread = false;
        for (const auto& [axis, names] : leaf.binding->spatial) {
          if (einsum::contains(names, part.name)) {
            cost.lanes.back().push_back(table_.find(part.name));
            spread = true;
          }
        }
        if (!spread && einsum::contains(taken, variable)) {
          cost.inTime.push_back(table_.find(part.name));
        }
      }
    }
    for (const auto& [axis, names] : leaf.binding->spatial) {
      auto& made = cost.axes.emplace_back();
      made.size = leaf.unit->axis(axis)->size;
      for (const auto& [variable, parts] : draft_.subject.plan().parts) {
        for (const auto& part : parts) {
          if (einsum::contains(names, part.name)) {
            made.parts.push_back(table_.find(part.name));
          }
          if (einsum::contains(names, part.name) && einsum::contains(taken, variable)) {
            made.reduced.push_back(made.parts.back());
          }
        }
      }
    }
  }

  /// The prices of register file accesses that the sizes decide.
  TaskCost::Sums sumsOf(const std::vector<sim::Count>& counts, const sim::Task& task,
                        const TaskOrigin& origin, std::vector<RawProduct>& raw) {
    TaskCost only;
    for (const auto& count : counts) {
      addCount(count, task, origin, raw, only);
    }
    return {std::move(only.prices), only.covered};
  }

  /// A guard over counters, not over values of rank variables.
  Mask counterMask(const sim::Guard& guard) const {
    Mask mask;
    mask.constant = guard.constant;
    for (const auto& [loop, coefficient] : guard.terms) {
      mask.terms.push_back({loop, finder_.part(loop), coefficient, false});
    }
    return mask;
  }

  [[nodiscard]] std::int64_t windowScale(const RawProduct& raw) const {
    std::int64_t scale = 1;
    for (const auto& window : raw.windows) {
      scale *= elements(window, table_);
    }
    return scale;
  }

  void addCount(const sim::Count& count, const sim::Task& task, const TaskOrigin& origin,
                std::vector<RawProduct>& raw, TaskCost& cost) {
    const auto& amount = count.amount;
    const bool points = std::equal(
        amount.factors.begin(), amount.factors.end(), task.extents.begin(), task.extents.end(),
        [](const auto& factor, int extent) { return factor.extent == extent; });
    std::size_t product = 0;
    if (origin.access == nullptr && !points) { // a compute task's result, put into registers
      product = 1;
      if (raw.size() == 1) {
        raw.push_back(finder_.box(origin.user->output, task.loops, origin.user->domain));
      }
    }
    cost.prices.resize(raw.size());
    const auto scale = amount.scale / windowScale(raw[product]);
    const auto common = std::gcd(scale, amount.unit);
    const auto& counter = draft_.schedule.counters[static_cast<std::size_t>(count.counter)];
    Rounded made{static_cast<int>(product), scale / common, amount.unit / common, 0, -1, 0};
    const double each = 1.0 / static_cast<double>(counter.parts);
    using Kind = sim::Counter::Kind;
    if (counter.kind == Kind::Action) {
      cost.covered = cost.covered && counter.picojoules.has_value();
      made.picojoules = counter.picojoules.value_or(0) * each;
    } else if (counter.kind == Kind::Read || counter.kind == Kind::Write) {
      made.memory = memoryOf(counter.component);
      made.bytes = each;
    } else if (counter.kind == Kind::BusyLanes) {
      cost.prices[product].lanes.emplace_back(draft_.resource(counter.component),
                                              static_cast<double>(scale) * each);
    }
    if (made.unit > 1) {
      cost.rounded.push_back(made);
      return;
    }
    cost.prices[product].picojoules += made.picojoules * static_cast<double>(made.scale);
    if (made.memory >= 0) {
      cost.prices[product].bytes.emplace_back(made.memory,
                                              made.bytes * static_cast<double>(made.scale));
    }
  }

  [[nodiscard]] int memoryOf(const std::string& name) const {
    const auto& memories = draft_.machine().memories();
    const auto found = std::find_if(memories.begin(), memories.end(),
                                    [&](const auto& memory) { return memory.name == name; });
    return static_cast<int>(found - memories.begin());
  }

  /// Puts loops that a form or a mask looks at together into one group, and every form with loops
  /// into the group of its loops.
  void group(const sim::Task& task, const std::vector<RawProduct>& raw, std::vector<Mask> masks,
             TaskCost& cost) {
    std::vector<int> root(task.loops.size());
    std::iota(root.begin(), root.end(), 0);
    const auto position = [&](const Term& term) {
      return static_cast<std::size_t>(std::find(task.loops.begin(), task.loops.end(), term.loop) -
                                      task.loops.begin());
    };
    const auto unite = [&](const std::vector<Term>& terms, int with) {
      for (const auto& term : terms) {
        const int old = root[position(term)];
        with = with < 0 ? old : with;
        std::replace(root.begin(), root.end(), old, with);
      }
      return with;
    };
    std::vector<int> looked; // forms that matter
    for (const auto& product : raw) {
      for (const int form : product.forms) {
        numberOf(looked, form);
        unite(finder_.form(form).terms, -1);
      }
    }
    for (const auto& mask : masks) {
      int with = unite(mask.terms, -1);
      for (const auto& span : mask.spans) {
        numberOf(looked, span.form);
        with = unite(finder_.form(span.form).terms, with);
      }
    }
    std::vector<GroupShape> shapes(task.loops.size() + 1); // the last: masks without loops
    const auto rootOf = [&](const std::vector<Term>& terms) {
      return terms.empty() ? shapes.size() - 1
                           : static_cast<std::size_t>(root[position(terms.front())]);
    };
    for (std::size_t p = 0; p < task.loops.size(); ++p) {
      auto& shape = shapes[static_cast<std::size_t>(root[p])];
      shape.loops.push_back(task.loops[p]);
      shape.parts.push_back(finder_.part(task.loops[p]));
    }
    for (const int form : looked) {
      const auto& terms = finder_.form(form).terms;
      if (!terms.empty()) {
        shapes[rootOf(terms)].forms.push_back(form);
      }
    }
    for (auto& mask : masks) {
      auto terms = mask.terms;
      for (const auto& span : mask.spans) {
        const auto& more = finder_.form(span.form).terms;
        terms.insert(terms.end(), more.begin(), more.end());
      }
      auto& shape = shapes[rootOf(terms)];
      for (const auto& span : mask.spans) {
        numberOf(shape.forms, span.form);
      }
      shape.masks.push_back(std::move(mask));
    }
    place(raw, shapes, cost);
  }

  /// Numbers the groups, and the forms in them.
  void place(const std::vector<RawProduct>& raw, const std::vector<GroupShape>& shapes,
             TaskCost& cost) {
    for (const auto& shape : shapes) {
      if (shape.forms.empty() && shape.masks.empty()) {
        cost.alone.insert(cost.alone.end(), shape.parts.begin(), shape.parts.end());
      } else {
        cost.groups.push_back(numberOf(groups_, shape));
      }
    }
    for (const auto& product : raw) {
      Product made{{}, product.windows};
      for (const int form : product.forms) {
        Factor factor{-1, form};
        for (std::size_t g = 0; g < cost.groups.size() && !finder_.form(form).terms.empty(); ++g) {
          const auto& forms = groups_[static_cast<std::size_t>(cost.groups[g])].forms;
          const auto at = std::find(forms.begin(), forms.end(), form);
          if (at != forms.end()) {
            factor = {static_cast<int>(g), static_cast<int>(at - forms.begin())};
          }
        }
        made.factors.push_back(factor);
      }
      cost.products.push_back(std::move(made));
    }
  }

  const Draft& draft_;
  const PartTable& table_;
  std::vector<GroupShape>& groups_;
  FormFinder finder_;
};

SectionCost compileSection(Draft& draft, const PartTable& table) {
  addCompute(draft);
  addMovement(draft);
  addIssue(draft);
  SectionCost cost;
  std::vector<GroupShape> shapes;
  TaskCompiler compiler(draft, table, cost, shapes);
  for (std::size_t t = 0; t < draft.section.tasks.size(); ++t) {
    cost.tasks.push_back(compiler.compile(t));
  }
  for (auto& shape : shapes) {
    cost.groups.emplace_back(std::move(shape), cost.forms);
  }
  for (const auto& chain : draft.section.chains) {
    cost.chains.push_back({chain.tasks, static_cast<double>(chain.waitTicks)});
  }
  return cost;
}

} // namespace

std::vector<SectionCost> compileCost(const einsum::Cascade& cascade, const arch::Machine& machine,
                                     const Plan& plan, const PartTable& table) {
  auto schedule = emptySchedule(cascade, machine);
  CounterTable counter(schedule.counters);
  std::vector<SectionCost> costs;
  for (const auto& section : plan.sections) {
    std::vector<Room> rooms;
    for (const auto& keep : section.keeps) { // pieces of tiles are counted alike
      rooms.push_back(room(plan, section, keep, cascade));
    }
    Draft draft{{cascade, machine, plan}, section, schedule, counter, std::move(rooms)};
    draft.section.name = section.name;
    draft.anySizes = true;
    for (const auto& part : section.loops) {
      draft.section.loops.push_back({part.name, part.trips, false});
    }
    costs.push_back(compileSection(draft, table));
  }
  return costs;
}

} // namespace einsight::mappings::sized
