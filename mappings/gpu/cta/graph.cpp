#include "mappings/gpu/cta/graph.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/cta/alias.hpp"
#include "mappings/gpu/cta/levels.hpp"
#include "mappings/gpu/cta/rows.hpp"
#include "mappings/gpu/grid/trips.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

using einsum::Access;
using einsum::Einsum;

/// Iterations between making a value and reading it.
std::int64_t distance(const Einsum& maker, const Access& read, const std::optional<Axis>& loop) {
  for (std::size_t i = 0; loop && i < maker.output.indices.size() && i < read.indices.size(); ++i) {
    const auto& made = maker.output.indices[i];
    if (made.terms.count(loop->variable) != 0 && read.indices[i].terms == made.terms) {
      return made.constant - read.indices[i].constant;
    }
  }
  return 0;
}

class Building {
public:
  Building(const KernelPlan& plan, const einsum::Cascade& cascade)
      : plan_(plan), cascade_(cascade) {}

  core::Expected<Graph> build() {
    roles_ = rolesOf(plan_, cascade_, problems_);
    findSums();
    for (const auto* einsum : plan_.einsums) {
      if (sums_.count(einsum) == 0) {
        addNode(*einsum);
      }
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (graph_.nodes[i].accumulates != nullptr) {
        graph_.makers[graph_.nodes[i].accumulates->name] = static_cast<int>(i);
      }
    }
    const std::size_t einsums = graph_.nodes.size();
    for (std::size_t i = 0; i < einsums; ++i) {
      connect(static_cast<int>(i));
    }
    findStored();
    convertStored();
    readResults();
    addAliases(graph_, plan_, problems_);
    addLevels(graph_, plan_);
    graph_.masked = maskedEinsum(plan_);
    if (!problems_.empty()) {
      return core::failure(std::move(problems_));
    }
    return std::move(graph_);
  }

private:
  /// Sums of a product's result and something that does not come from it: the tensor cores add
  /// while they multiply.
  void findSums() {
    for (const auto* einsum : plan_.einsums) {
      const auto& root = einsum->expression;
      if (root.kind != einsum::Expr::Kind::Operator || root.name != "add" ||
          !einsum->reductions.empty()) {
        continue;
      }
      for (const auto& operand : root.operands) {
        const auto* maker = operand.kind == einsum::Expr::Kind::Access
                                ? plan_.maker(operand.access.tensor)
                                : nullptr;
        if (maker != nullptr && productOf(*maker, plan_) && onlyReader(*maker, *einsum) &&
            roles_.at(maker->name) == roles_.at(einsum->name) &&
            !comesFrom(root, operand, *maker)) {
          sums_[einsum] = maker;
          break;
        }
      }
    }
  }

  [[nodiscard]] bool onlyReader(const Einsum& maker, const Einsum& reader) const {
    const auto all = cascade_.einsums();
    return std::none_of(all.begin(), all.end(), [&](const Einsum& each) {
      return each.name != reader.name && !each.view && reads(each, maker.name);
    });
  }

  [[nodiscard]] bool reads(const Einsum& reader, const std::string& tensor) const {
    const auto sources = sourcesOf(cascade_, reader);
    return std::any_of(sources.begin(), sources.end(),
                       [&](const Access& access) { return access.tensor == tensor; });
  }

  /// Does any other operand of the sum depend, within the iteration, on the product?
  [[nodiscard]] bool comesFrom(const einsum::Expr& root, const einsum::Expr& operand,
                               const Einsum& product) const {
    for (const auto& other : root.operands) {
      if (&other == &operand) {
        continue;
      }
      for (const auto* access : einsum::accesses(other)) {
        const auto* maker = plan_.maker(access->tensor);
        if (maker == &product || (maker != nullptr && distance(*maker, *access, plan_.loop) == 0 &&
                                  !accessesOf(*maker, product.name).empty())) {
          return true;
        }
      }
    }
    return false;
  }

  void addNode(const Einsum& einsum) {
    Node node;
    node.einsum = &einsum;
    node.role = roles_.at(einsum.name);
    node.product = productOf(einsum, plan_);
    if (!node.product) {
      node.operations = laneOperations(einsum, plan_.extents);
    }
    const auto sum = std::find_if(sums_.begin(), sums_.end(),
                                  [&](const auto& each) { return each.second == &einsum; });
    if (sum != sums_.end()) {
      node.accumulates = sum->first;
    }
    graph_.makers[einsum.name] = static_cast<int>(graph_.nodes.size());
    graph_.nodes.push_back(std::move(node));
  }

  void connect(int index) {
    const auto* einsum = graph_.nodes[static_cast<std::size_t>(index)].einsum;
    const auto* sum = graph_.nodes[static_cast<std::size_t>(index)].accumulates;
    for (const auto* access : einsum::accesses(einsum->expression)) {
      take(index, *access, true);
    }
    if (sum != nullptr) {
      for (const auto* access : einsum::accesses(sum->expression)) {
        if (access->tensor != einsum->name) {
          take(index, *access, false);
        }
      }
    }
  }

  void take(int index, const Access& access, bool operand) {
    const auto behind = behindViews(cascade_, access);
    for (const auto& each : behind.indices) {
      if (!each.gatherTensor.empty()) {
        take(index, {each.gatherTensor, each.gatherIndex, access.where}, false);
      }
    }
    const auto& source = behind.tensor;
    const auto found = graph_.makers.find(source);
    if (found == graph_.makers.end()) {
      graph_.nodes[static_cast<std::size_t>(index)].outside.push_back(behind);
      return;
    }
    const auto* maker = plan_.maker(source);
    int from = found->second;
    if (from == index && distance(*maker, access, plan_.loop) == 0) {
      if (!plan_.kernel->each.empty()) { // of the launch before
        graph_.nodes[static_cast<std::size_t>(index)].outside.push_back(behind);
      }
      return;
    }
    if (operand && graph_.nodes[static_cast<std::size_t>(index)].product) {
      from = converted(from, source, graph_.nodes[static_cast<std::size_t>(index)].role);
    }
    auto& node = graph_.nodes[static_cast<std::size_t>(index)];
    if (graph_.nodes[static_cast<std::size_t>(from)].role != node.role) {
      return;
    }
    auto& list = distance(*maker, access, plan_.loop) > 0 ? node.carried : node.needs;
    if (!einsum::contains(list, from)) {
      list.push_back(from);
    }
  }

  /// The node whose result a product or memory can take: an operation of the lanes converts its
  /// result as it makes it; the result of a product is converted by a node of its own.
  int converted(int from, const std::string& tensor, Role role) {
    const auto known = conversions_.find(tensor);
    if (known != conversions_.end()) {
      return known->second;
    }
    auto& maker = graph_.nodes[static_cast<std::size_t>(from)];
    std::vector<std::string> variables;
    einsum::addVariables(plan_.maker(tensor)->output, variables);
    const double elements = plan_.extents.points(variables);
    int result = from;
    if (maker.product) {
      Node node;
      node.einsum = plan_.maker(tensor);
      node.role = role;
      if (maker.role == role) {
        node.needs.push_back(from);
      }
      node.operations["convert"] = elements;
      result = static_cast<int>(graph_.nodes.size());
      graph_.nodes.push_back(std::move(node));
    } else {
      maker.operations["convert"] += elements;
    }
    return conversions_[tensor] = result;
  }

  void findStored() {
    for (const auto* einsum : plan_.einsums) {
      const auto all = cascade_.einsums();
      const bool wanted = cascade_.tensor(einsum->name)->result ||
                          std::any_of(all.begin(), all.end(), [&](const Einsum& each) {
                            if (einsum::contains(plan_.einsums, &each)) {
                              return false;
                            }
                            if (each.view) {
                              return cascade_.tensor(each.name)->result &&
                                     behindViews(cascade_, each.output).tensor == einsum->name;
                            }
                            return !isGatherCopy(cascade_, each) && reads(each, einsum->name);
                          });
      if (wanted) {
        graph_.stored.push_back(einsum->name);
      }
    }
  }

  void convertStored() {
    for (const auto& tensor : graph_.stored) {
      const int maker = graph_.makers.at(tensor);
      const bool after = plan_.loop && (knownAfterLoop(*plan_.maker(tensor), plan_) ||
                                        plan_.maker(tensor)->iterative == plan_.loop->variable);
      const auto role = graph_.nodes[static_cast<std::size_t>(maker)].role;
      converted(maker, tensor, role == Role::Iteration && after ? Role::Epilogue : role);
    }
  }

  /// The lanes read a product's result from where the tensor cores left it.
  void readResults() {
    for (const auto& product : graph_.nodes) {
      if (!product.product || product.accumulates != nullptr) {
        continue;
      }
      const int index = graph_.makers.at(product.einsum->name);
      const auto reader =
          std::find_if(graph_.nodes.begin(), graph_.nodes.end(), [&](const Node& node) {
            return !node.product && einsum::contains(node.needs, index);
          });
      if (reader != graph_.nodes.end()) {
        reader->operations[resultOperation(plan_.kernel->instruction)] +=
            plan_.extents.points(einsum::variablesOf(product.einsum->output));
      }
    }
  }

  const KernelPlan& plan_;
  const einsum::Cascade& cascade_;
  Graph graph_;
  std::map<std::string, Role> roles_;
  std::map<const Einsum*, const Einsum*> sums_; ///< running sum -> product it adds
  std::map<std::string, int> conversions_;
  core::Problems problems_;
};

} // namespace

core::Expected<Graph> graphOf(const KernelPlan& plan, const einsum::Cascade& cascade) {
  auto graph = Building(plan, cascade).build();
  if (graph) {
    addRowWork(*graph, plan);
  }
  return graph;
}

} // namespace einsight::mappings::gpu
