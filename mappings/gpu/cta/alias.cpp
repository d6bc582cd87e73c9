#include "mappings/gpu/cta/alias.hpp"

#include "core/text.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::mappings::gpu {
namespace {

constexpr double kBitsPerByte = 8;

class Aliasing {
public:
  Aliasing(Graph& graph, const KernelPlan& plan, core::Problems& problems)
      : graph_(graph), plan_(plan), problems_(problems) {}

  void add() {
    int turn = 0;
    for (const auto& alias : plan_.kernel->aliases) {
      const auto before = problems_.size();
      std::for_each(alias.tensors.begin(), alias.tensors.end(),
                    [&](const auto& tensor) { check(tensor, alias); });
      if (problems_.size() == before) {
        waits(alias, ++turn);
      }
    }
  }

private:
  void report(const Alias& alias, std::string what, std::string help) {
    problems_.push_back({alias.where, std::move(what), std::move(help)});
  }

  void check(const std::string& tensor, const Alias& alias) {
    const auto maker = graph_.makers.find(tensor);
    if (maker == graph_.makers.end()) {
      std::vector<std::string> names;
      for (const auto& [name, node] : graph_.makers) {
        names.push_back(name);
      }
      report(alias, fmt::format("kernel '{}' makes no '{}'", plan_.kernel->name, tensor),
             core::suggestion(tensor, names));
      return;
    }
    if (!seen_.insert(tensor).second) {
      report(alias, fmt::format("{} has a place already", tensor), "name it once");
    }
    const auto& node = nodeAt(maker->second);
    const bool stays = node.accumulates != nullptr || knownAfterLoop(*node.einsum, plan_);
    if (!resultsInTensorMemory(plan_.kernel->instruction)) {
      report(alias, fmt::format("{} is not in tensor memory", tensor),
             "only instruction: tcgen05 leaves results there");
    } else if (node.role != Role::Iteration || stays) {
      report(alias, fmt::format("{} does not leave its place within an iteration", tensor),
             "name results that each iteration makes anew");
    }
  }

  /// Who takes it from tensor memory. What the lanes made they have in registers themselves.
  [[nodiscard]] std::vector<int> readersOf(int maker) const {
    std::vector<int> out;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& node = graph_.nodes[i];
      if (einsum::contains(node.needs, maker) && (nodeAt(maker).product || node.product)) {
        out.push_back(static_cast<int>(i));
      }
    }
    return out;
  }

  /// Does a node come after another, or is it that one?
  [[nodiscard]] bool isAfter(int node, int other) const {
    std::set<int> reached{node}; // of a recurrence inside of the tile, nodes need each other
    std::vector<int> open{node};
    while (!open.empty()) {
      const auto& last = nodeAt(open.back());
      open.pop_back();
      for (const auto* before : {&last.needs, &last.after}) {
        for (const int each : *before) {
          if (reached.insert(each).second) {
            open.push_back(each);
          }
        }
      }
    }
    return reached.contains(other);
  }

  void waits(const Alias& alias, int turn) {
    const auto& tensors = alias.tensors;
    for (std::size_t i = 1; i < tensors.size(); ++i) {
      const int next = graph_.makers.at(tensors[i]);
      for (const int reader : readersOf(graph_.makers.at(tensors[i - 1]))) {
        if (isAfter(next, reader)) {
          continue;
        }
        if (isAfter(reader, next)) {
          report(alias,
                 fmt::format("{} is made before {} has been read", tensors[i], tensors[i - 1]),
                 "list results in the order in which they take the place");
          return;
        }
        nodeAt(next).after.push_back(reader);
      }
    }
    const int first = graph_.makers.at(tensors.front());
    nodeAt(first).turn = turn;
    for (const int reader : readersOf(graph_.makers.at(tensors.back()))) {
      nodeAt(first).carried.push_back(reader);
    }
  }

  [[nodiscard]] Node& nodeAt(int index) const {
    return graph_.nodes[static_cast<std::size_t>(index)];
  }

  Graph& graph_;
  const KernelPlan& plan_;
  core::Problems& problems_;
  std::set<std::string> seen_;
};

} // namespace

void addAliases(Graph& graph, const KernelPlan& plan, core::Problems& problems) {
  Aliasing(graph, plan, problems).add();
}

double tensorMemoryBytes(const KernelPlan& plan, const std::map<std::string, double>& products,
                         const einsum::Cascade& cascade) {
  const auto bytesOf = [&](const std::string& tensor) {
    const auto product = products.find(tensor);
    return product != products.end()
               ? product->second
               : boxElements(cascade, plan.maker(tensor)->output, plan.extents) *
                     cascade.tensor(tensor)->bits / kBitsPerByte;
  };
  std::set<std::string> shared;
  double bytes = 0;
  for (const auto& alias : plan.kernel->aliases) {
    double largest = 0;
    for (const auto& tensor : alias.tensors) {
      largest = std::max(largest, bytesOf(tensor));
      shared.insert(tensor);
    }
    bytes += largest;
  }
  for (const auto& [tensor, of] : products) {
    bytes += shared.count(tensor) == 0 ? of : 0;
  }
  return bytes;
}

} // namespace einsight::mappings::gpu
