#include "mappings/verification/order.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings {
namespace {

class OrderVerifier {
public:
  OrderVerifier(const einsum::Cascade& cascade, const Plan& plan, bool sizes,
                core::Problems& problems)
      : cascade_(cascade), plan_(plan), sizes_(sizes), problems_(problems) {}

  void inputs(const SectionPlan& section, const LeafPlan& reader) {
    for (const auto& tensor : reads(*reader.einsum)) {
      const auto* maker = section.producer(tensor);
      if (maker == nullptr) {
        madeBefore(section, reader, tensor);
        continue;
      }
      wholeSum(section, *maker, reader, tensor);
      for (const auto* access : accesses(*reader.einsum, tensor)) {
        order(section, *maker, reader, *access);
      }
    }
  }

  static OrderNeed need(const SectionPlan& section, const LeafPlan& maker, const LeafPlan& reader,
                        const einsum::Access& access) {
    const int node = commonNode(section, maker, reader);
    const auto made = position(section, maker, node);
    const auto read = position(section, reader, node);
    OrderNeed need;
    need.stages = read.stage - made.stage;
    const bool synchronised = section.nodes[static_cast<std::size_t>(node)].nest->synchronised;
    const bool sameUnit = maker.unit == reader.unit;
    need.listedAfter = read.phase > made.phase ||
                       (read.phase == made.phase && (read.index > made.index || !sameUnit)) ||
                       (!synchronised && !sameUnit);
    const auto& iterative = maker.einsum->iterative;
    for (std::size_t d = 0; iterative && d < access.indices.size(); ++d) {
      const auto& index = maker.einsum->output.indices[d];
      if (access.indices[d].terms.count(*iterative) > 0 && index.terms.count(*iterative) > 0) {
        need.shift = index.constant - access.indices[d].constant;
      }
    }
    const auto& loops = section.nodes[static_cast<std::size_t>(node)].loops;
    const auto outer = std::find_if(loops.begin(), loops.end(), [&](int loop) {
      return section.loops[static_cast<std::size_t>(loop)].variable == iterative;
    });
    if (outer != loops.end()) {
      need.inner.assign(std::next(outer), loops.end());
    } else { // a loop further out separates them
      need.stages = need.shift > 0 ? kFurtherOut : need.stages;
      need.shift = 0;
    }
    return need;
  }

private:
  void problem(const core::Where& where, std::string what, std::string help) {
    problems_.push_back({where, std::move(what), std::move(help)});
  }

  /// Where a leaf stands among the lines of a node around it.
  struct Position {
    int stage = 0;
    int phase = 0;
    int index = 0;
  };
  static Position position(const SectionPlan& section, const LeafPlan& leaf, int node) {
    int child = -1; // as written in NodePlan::phases
    for (std::size_t l = 0; l < section.leaves.size(); ++l) {
      child = &section.leaves[l] == &leaf ? static_cast<int>(l) : child;
    }
    int stage = leaf.stage;
    for (int at = leaf.node; at != node; at = section.nodes[static_cast<std::size_t>(at)].parent) {
      child = -1 - at;
      stage = section.nodes[static_cast<std::size_t>(at)].stage;
    }
    const auto& phases = section.nodes[static_cast<std::size_t>(node)].phases;
    for (std::size_t p = 0; p < phases.size(); ++p) {
      const auto found = std::find(phases[p].begin(), phases[p].end(), child);
      if (found != phases[p].end()) {
        return {stage, static_cast<int>(p), static_cast<int>(found - phases[p].begin())};
      }
    }
    return {stage, 0, 0};
  }

  static const core::Where& whereOf(const LeafPlan& leaf) { return leaf.line->where; }

  /// What another section makes must be made by an earlier one; so must the source of a view.
  void madeBefore(const SectionPlan& section, const LeafPlan& reader, const std::string& tensor) {
    std::string wanted = tensor;
    for (const auto* view = cascade_.einsum(wanted); view != nullptr && view->view;
         view = cascade_.einsum(wanted)) {
      wanted = reads(*view).front();
    }
    if (cascade_.einsum(wanted) == nullptr) {
      return; // an input
    }
    for (const auto& earlier : plan_.sections) {
      if (&earlier == &section) {
        break;
      }
      if (earlier.producer(wanted) != nullptr) {
        return;
      }
    }
    const bool here = section.producer(wanted) != nullptr;
    problem(whereOf(reader),
            here ? fmt::format(
                       "Einsum '{}' reads '{}', a view of '{}', which is made in the same section",
                       reader.einsum->name, tensor, wanted)
                 : fmt::format("Einsum '{}' reads '{}', which is made later", reader.einsum->name,
                               tensor),
            here ? "make it in an earlier section" : "move its section up");
  }

  /// A value that is reduced over a loop is whole only after the loop.
  void wholeSum(const SectionPlan& section, const LeafPlan& maker, const LeafPlan& reader,
                const std::string& tensor) {
    for (const int loop : maker.loops) {
      const auto& variable = section.loops[static_cast<std::size_t>(loop)].variable;
      const bool moves =
          std::any_of(maker.einsum->output.indices.begin(), maker.einsum->output.indices.end(),
                      [&](const auto& index) { return index.terms.count(variable) > 0; });
      if (!moves &&
          std::find(reader.loops.begin(), reader.loops.end(), loop) != reader.loops.end()) {
        problem(whereOf(reader),
                fmt::format("Einsum '{}' needs all of '{}' over loop '{}', which both run inside",
                            reader.einsum->name, tensor,
                            section.loops[static_cast<std::size_t>(loop)].name),
                "another pass: put it in a nest of its own after that loop");
      }
    }
  }

  static int commonNode(const SectionPlan& section, const LeafPlan& a, const LeafPlan& b) {
    int node = a.node;
    while (!section.inside(b.node, node)) {
      node = section.nodes[static_cast<std::size_t>(node)].parent;
    }
    return node;
  }

  void order(const SectionPlan& section, const LeafPlan& maker, const LeafPlan& reader,
             const einsum::Access& access) {
    const auto wanted = need(section, maker, reader, access);
    if (wanted.shift != 0 && !sizes_) {
      return;
    }
    const auto later = epochs(section, wanted);
    if (!wanted.holds(later)) {
      problem(
          whereOf(reader),
          fmt::format("Einsum '{}' needs '{}' before it is made", reader.einsum->name,
                      access.tensor),
          fmt::format("in the order of its lines and stages it runs {}; put it later or give it "
                      "a larger @stage",
                      later < 0 ? fmt::format("{} iterations too early", -later)
                                : "in the same iteration, but before it"));
    }
  }

  const einsum::Cascade& cascade_;
  const Plan& plan_;
  bool sizes_;
  core::Problems& problems_;
};

} // namespace

OrderNeed orderNeed(const SectionPlan& section, const LeafPlan& maker, const LeafPlan& reader,
                    const einsum::Access& access) {
  return OrderVerifier::need(section, maker, reader, access);
}

std::int64_t epochs(const SectionPlan& section, const OrderNeed& need) {
  auto distance = need.shift;
  for (const int loop : need.inner) {
    distance *= section.loops[static_cast<std::size_t>(loop)].trips;
  }
  return need.stages + distance;
}

std::vector<OrderNeed> sizedNeeds(const SectionPlan& section) {
  std::vector<OrderNeed> needs;
  for (const auto& reader : section.leaves) {
    for (const auto& tensor : reads(*reader.einsum)) {
      const auto* maker = section.producer(tensor);
      if (maker == nullptr || !maker->einsum->iterative) {
        continue;
      }
      for (const auto* access : accesses(*reader.einsum, tensor)) {
        auto need = orderNeed(section, *maker, reader, *access);
        if (need.shift != 0) {
          needs.push_back(std::move(need));
        }
      }
    }
  }
  return needs;
}

void verifyOrder(const einsum::Cascade& cascade, const Plan& plan, bool sizes,
                 core::Problems& problems) {
  OrderVerifier verifier(cascade, plan, sizes, problems);
  for (const auto& section : plan.sections) {
    for (const auto& leaf : section.leaves) {
      verifier.inputs(section, leaf);
    }
  }
}

} // namespace einsight::mappings
