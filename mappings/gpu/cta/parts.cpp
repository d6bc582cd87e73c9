#include "mappings/gpu/cta/parts.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/cta/groups.hpp"
#include "mappings/gpu/cta/rows.hpp"

#include <algorithm>
#include <map>

namespace einsight::mappings::gpu {
namespace {

using sim::gpu::Step;

constexpr double kBitsPerByte = 8;

class Making {
public:
  Making(const KernelPlan& plan, const Graph& graph, const std::vector<Load>& loads,
         const einsum::Cascade& cascade, const arch::Gpu& gpu)
      : plan_(plan), graph_(graph), loads_(loads), cascade_(cascade), gpu_(gpu), rates_(plan, gpu) {
  }

  core::Expected<Parts> make() {
    for (const auto& node : graph_.nodes) {
      if (node.product) {
        addProduct(node);
      }
    }
    transfers();
    lanes_.emplace(plan_, graph_, rates_, rowFactor_);
    for (const Role role : {Role::Prologue, Role::Iteration, Role::Epilogue}) {
      steps(role);
    }
    if (!rates_.problems().empty()) {
      return core::failure(rates_.problems());
    }
    return std::move(parts_);
  }

private:
  sim::gpu::Part& part(Role role) {
    return role == Role::Prologue    ? parts_.prologue
           : role == Role::Iteration ? parts_.iteration
                                     : parts_.epilogue;
  }

  void transfers() {
    for (const auto& load : loads_) {
      loadPlaces_[load.tensor] = {load.role, static_cast<int>(part(load.role).loads.size())};
      part(load.role).loads.push_back(load.transfer);
    }
    for (const auto& tensor : graph_.stored) {
      auto [role, transfer] = storeOf(plan_, tensor, cascade_);
      part(role).stores.push_back(std::move(transfer));
    }
    for (const auto* sum : plan_.clears) {
      parts_.epilogue.stores.push_back(clearOf(plan_, *sum, cascade_));
    }
  }

  void addProduct(const Node& node) {
    const auto bitsOf = [&](const einsum::Access& access) {
      return cascade_.tensor(behindViews(cascade_, access).tensor)->bits;
    };
    const auto& product = *node.product;
    const int bits = std::max(bitsOf(*product.left), bitsOf(*product.right));
    const auto* rate = rates_.tensor(*node.einsum, bits);
    if (rate == nullptr) {
      return;
    }
    const auto left = behindViews(cascade_, *product.left).tensor;
    const bool loaded = std::any_of(loads_.begin(), loads_.end(),
                                    [&](const Load& load) { return load.tensor == left; });
    const auto cost = costOf(product, plan_, *rate, bits, loaded || !product.rowsDivided,
                             gpu_.data().shared.bytesPerCycle);
    ProductUse use{
        product, cost, node.role, node.accumulates != nullptr, bits, rate->maccsPerCycle};
    const auto reduced = einsum::reducedVariables(*node.einsum);
    use.accumulated |= plan_.loop && einsum::contains(reduced, plan_.loop->variable);
    if (product.rowsDivided) {
      rowFactor_ = std::max(rowFactor_, use.cost.paddedRows / product.rows);
    }
    latency_ = std::max(latency_, rate->startCycles);
    bulk_ = bulk_ || rate->sharedOperands;
    parts_.issueShare = std::max(parts_.issueShare, rate->issueShare);
    parts_.setupCycles = std::max(parts_.setupCycles, rate->setupCycles);
    parts_.products.push_back(use);
  }

  void steps(Role role) {
    const auto groups = stepGroupsOf(plan_, graph_, role, *lanes_);
    std::map<int, const StepGroup*> groupOf;
    for (const auto& group : groups) {
      for (const int node : group.nodes) {
        groupOf[node] = &group;
      }
    }
    for (const auto& group : groups) {
      Step step;
      step.unit = group.product ? Step::Unit::Tensor : Step::Unit::Lanes;
      step.joint = group.joint;
      step.apart = group.apart;
      for (const int index : group.nodes) {
        fill(step, index, groupOf, role);
      }
      if (group.product) {
        addPassing(step, group.nodes, part(role));
      } else if (group.special < 0) {
        for (const auto& [pass, cost] : group.passes) {
          step.cycles += cost.cycles();
        }
      } else {
        const auto& pass = group.passes.begin()->second; // it has one
        step.cycles = pass.issue;
        part(role).steps.push_back(step);
        step = specialOf(std::move(step), pass.special);
      }
      part(role).steps.push_back(std::move(step));
    }
  }

  /// The special functions of a pass go beside the rest of it.
  static Step specialOf(Step step, double cycles) {
    step.unit = Step::Unit::Special;
    step.cycles = cycles;
    step.maskedCycles = 0;
    step.work.clear();
    return step;
  }

  /// Steps that make what a node makes.
  std::vector<int> stepsOf(int index, const std::map<int, const StepGroup*>& groupOf) {
    const auto& group = *groupOf.at(index);
    std::vector<int> out{group.step};
    const auto& node = graph_.nodes[static_cast<std::size_t>(index)];
    if (group.special >= 0 && lanes_->costOf(node).special > 0) {
      out.push_back(group.special);
    }
    return out;
  }

  /// What goes through the shared memory that operands come from: a tile that arrives for a
  /// product, what warpgroups made that others take too, and results that leave in every iteration,
  /// which lanes write and the copy engine reads where the instruction goes with that engine.
  void addPassing(Step& step, const std::vector<int>& nodes, const sim::gpu::Part& of) const {
    double bytes = 0;
    for (const int load : step.loads) {
      bytes += of.loads[static_cast<std::size_t>(load)].bytes;
    }
    for (const int index : nodes) {
      const auto& node = graph_.nodes[static_cast<std::size_t>(index)];
      for (const int need : takenFromAll(graph_, node, plan_)) {
        const auto& made = graph_.nodes[static_cast<std::size_t>(need)].einsum->output;
        bytes += plan_.extents.points(einsum::variablesOf(made)) *
                 cascade_.tensor(made.tensor)->bits / kBitsPerByte;
      }
      for (const auto& store : of.stores) {
        bytes += bulk_ && store.tensor == node.einsum->name ? 2 * store.bytes : 0;
      }
    }
    step.sharedCycles += bytes / plan_.warpgroups / gpu_.data().shared.bytesPerCycle;
    step.cycles = std::max(step.cycles, step.sharedCycles);
  }

  static void addOnce(std::vector<int>& list, int value) {
    if (!einsum::contains(list, value)) {
      list.push_back(value);
    }
  }

  void fill(Step& step, int index, const std::map<int, const StepGroup*>& groupOf, Role role) {
    const auto& node = graph_.nodes[static_cast<std::size_t>(index)];
    const bool named = graph_.makers.at(node.einsum->name) == index;
    if (named) {
      step.name += (step.name.empty() ? "" : "+") + node.einsum->name;
    } else if (step.name.empty()) {
      step.name = "convert " + node.einsum->name;
    }
    for (const auto* before : {&node.needs, &node.after}) {
      for (const int need : *before) {
        for (const int other : stepsOf(need, groupOf)) {
          if (groupOf.at(need) != groupOf.at(index)) {
            addOnce(step.needs, other);
          }
        }
      }
    }
    for (const int before : node.carried) {
      for (const int other : stepsOf(before, groupOf)) {
        addOnce(step.carried, other);
      }
    }
    for (const auto& access : node.outside) {
      const auto place = loadPlaces_.at(access.tensor);
      if (place.first == role) {
        addOnce(step.loads, place.second);
      }
    }
    if (node.product) {
      product(step, node);
    } else {
      lanes(step, node);
    }
  }

  void product(Step& step, const Node& node) {
    const auto use =
        std::find_if(parts_.products.begin(), parts_.products.end(),
                     [&](const ProductUse& each) { return each.product.einsum == node.einsum; });
    if (use == parts_.products.end()) {
      return; // a problem is known
    }
    step.cycles += use->cost.cycles;
    step.mathCycles += use->cost.mathCycles;
    step.sharedCycles += use->cost.sharedCycles;
    step.peakCycles += use->cost.peakCycles;
    step.sharedBytes += use->cost.sharedBytes;
    step.latencyCycles = latency_;
    const auto& shape = use->product;
    step.work.push_back(
        {einsumIndex(node), "macc", shape.rows * shape.columns * shape.depth * shape.batch});
  }

  /// What the lanes do of a node, and where the mask is applied.
  void lanes(Step& step, const Node& node) {
    for (const auto& [op, count] : node.operations) {
      step.work.push_back({einsumIndex(node), op, count * lanes_->timesDone(node)});
    }
    if (decidesMasked(node)) {
      step.maskedCycles += lanes_->maskCycles(node, *graph_.masked);
      masked_ = true;
    }
  }

  /// The first operation of the lanes that computes or reads what a mask is about applies it.
  [[nodiscard]] bool decidesMasked(const Node& node) const {
    if (graph_.masked == nullptr || masked_ || node.role != Role::Iteration) {
      return false;
    }
    return node.einsum == graph_.masked || !accessesOf(*node.einsum, graph_.masked->name).empty();
  }

  [[nodiscard]] int einsumIndex(const Node& node) const {
    const auto all = cascade_.einsums();
    return static_cast<int>(
        std::find_if(all.begin(), all.end(),
                     [&](const auto& each) { return each.name == node.einsum->name; }) -
        all.begin());
  }

  const KernelPlan& plan_;
  const Graph& graph_;
  const std::vector<Load>& loads_;
  const einsum::Cascade& cascade_;
  const arch::Gpu& gpu_;
  Rates rates_;
  std::optional<LaneWork> lanes_; ///< once products are known
  Parts parts_;
  std::map<std::string, std::pair<Role, int>> loadPlaces_;
  double rowFactor_ = 1;
  double latency_ = 0;
  bool masked_ = false;
  bool bulk_ = false; ///< an instruction takes operands from shared memory, as the copy engine does
};

} // namespace

core::Expected<Parts> partsOf(const KernelPlan& plan, const Graph& graph,
                              const std::vector<Load>& loads, const einsum::Cascade& cascade,
                              const arch::Gpu& gpu) {
  return Making(plan, graph, loads, cascade, gpu).make();
}

} // namespace einsight::mappings::gpu
