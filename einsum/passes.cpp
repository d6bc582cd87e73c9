#include "einsum/passes.hpp"

#include "einsum/analysis.hpp"
#include "einsum/order.hpp"
#include "einsum/walk.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <tuple>

namespace einsight::einsum {
namespace {

using Names = std::vector<std::string>;

std::string upperCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return text;
}

/// Whether an index is a partition of a rank: each part steps over exactly all of the next.
bool isPartition(const Index& index, const Cascade& cascade) {
  if (index.terms.size() < 2) {
    return false;
  }
  std::int64_t step = 1;
  Names parts = outermostFirst(index, cascade);
  std::reverse(parts.begin(), parts.end());
  for (const std::string& part : parts) {
    if (index.terms.at(part) != step) {
      return false;
    }
    step *= cascade.size(part);
  }
  return true;
}

void addWay(const std::string& name, const Names& way, std::vector<RankTarget>& targets) {
  auto found = std::find_if(targets.begin(), targets.end(),
                            [&](const RankTarget& target) { return target.name == name; });
  if (found == targets.end()) {
    targets.push_back({name, {}});
    found = std::prev(targets.end());
  }
  if (!contains(found->ways, way)) {
    found->ways.push_back(way);
  }
}

std::vector<Access> allAccesses(const Einsum& einsum) {
  std::vector<Access> out{einsum.output};
  for (const Access* access : accesses(einsum.expression)) {
    out.push_back(*access);
  }
  return out;
}

/// What must have happened before an element of a tensor is there, for one rank.
struct History {
  int available = 0; ///< it can be used from this pass on
  int finished = -1; ///< the last pass whose elements went into it
};

class Numbering {
public:
  Numbering(const Cascade& cascade, const RankTarget& target)
      : cascade_(cascade), target_(target) {}

  std::map<std::string, int> run() {
    std::map<std::string, int> passes;
    for (const Einsum& einsum : cascade_.einsums()) {
      History history;
      for (const Access* access : accesses(einsum.expression)) {
        const History input = historyOf(*access, einsum);
        history.available = std::max(history.available, input.available);
        history.finished = std::max(history.finished, input.finished);
      }
      if (runsOverAll(einsum)) {
        passes[einsum.name] = history.available;
        history.finished = history.available;
      }
      if (reducesOuter(einsum)) {
        history.available = std::max(history.available, history.finished + 1);
      }
      histories_[einsum.name] = history;
    }
    return passes;
  }

private:
  History historyOf(const Access& access, const Einsum& reader) const {
    History out = historyOf(access.tensor);
    for (const Index& index : access.indices) {
      if (!index.gatherTensor.empty()) {
        const History indices = historyOf(index.gatherTensor);
        out.available = std::max(out.available, indices.available);
        out.finished = std::max(out.finished, indices.finished);
      }
    }
    const Einsum* producer = cascade_.einsum(access.tensor);
    if (producer == nullptr || !producer->iterative) {
      return out;
    }
    const std::string& variable = *producer->iterative;
    const auto apart = distance(producer->output, access, variable);
    if (apart && *apart > 0 && contains(reader.variables, variable)) {
      return {};
    }
    if (!apart && isOuter(variable)) {
      out.available = std::max(out.available, out.finished + 1);
    }
    return out;
  }

  History historyOf(const std::string& tensor) const {
    const auto found = histories_.find(tensor);
    return found == histories_.end() ? History{} : found->second;
  }

  [[nodiscard]] bool isOuter(const std::string& variable) const {
    return std::any_of(target_.ways.begin(), target_.ways.end(),
                       [&](const Names& way) { return way.front() == variable; });
  }

  [[nodiscard]] bool runsOverAll(const Einsum& einsum) const {
    const bool byVariables =
        std::any_of(target_.ways.begin(), target_.ways.end(), [&](const Names& way) {
          return std::all_of(way.begin(), way.end(),
                             [&](const std::string& v) { return contains(einsum.variables, v); });
        });
    return byVariables || gathers(einsum);
  }

  /// Reads elements anywhere along the rank.
  [[nodiscard]] bool gathers(const Einsum& einsum) const {
    for (const Access* access : accesses(einsum.expression)) {
      const Tensor* tensor = cascade_.tensor(access->tensor);
      for (std::size_t i = 0; i < access->indices.size(); ++i) {
        if (!access->indices[i].gatherTensor.empty() && tensor->ranks[i] == target_.name) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] bool reducesOuter(const Einsum& einsum) const {
    const Names reduced = reducedVariables(einsum);
    return std::any_of(reduced.begin(), reduced.end(),
                       [&](const std::string& variable) { return isOuter(variable); });
  }

  const Cascade& cascade_;
  const RankTarget& target_;
  std::map<std::string, History> histories_;
};

} // namespace

Names outermostFirst(const Index& index, const Cascade& cascade) {
  std::vector<std::tuple<std::int64_t, std::int64_t, std::string>> terms;
  for (const auto& [variable, coefficient] : index.terms) {
    terms.emplace_back(-coefficient, -cascade.size(variable), variable);
  }
  std::sort(terms.begin(), terms.end());
  Names out;
  for (const auto& [coefficient, size, variable] : terms) {
    out.push_back(variable);
  }
  return out;
}

std::vector<RankTarget> rankTargets(const Cascade& cascade) {
  std::vector<RankTarget> targets;
  std::set<std::string> parts;
  for (const Einsum& einsum : cascade.einsums()) {
    for (const Access& access : allAccesses(einsum)) {
      for (std::size_t i = 0; i < access.indices.size(); ++i) {
        const Index& index = access.indices[i];
        if (isPartition(index, cascade)) {
          const Names way = outermostFirst(index, cascade);
          parts.insert(way.begin(), way.end());
          addWay(cascade.tensor(access.tensor)->ranks[i], way, targets);
        }
      }
    }
  }
  for (const Einsum& einsum : cascade.einsums()) {
    for (const std::string& variable : einsum.variables) {
      if (!parts.contains(variable)) {
        addWay(upperCase(variable), {variable}, targets);
      }
    }
  }
  return targets;
}

std::map<std::string, int> passNumbers(const Cascade& cascade, const RankTarget& target) {
  return Numbering(cascade, target).run();
}

std::map<std::string, int> passes(const Cascade& cascade) {
  std::map<std::string, int> out;
  for (const RankTarget& target : rankTargets(cascade)) {
    int& most = out[target.name];
    for (const auto& [einsum, pass] : passNumbers(cascade, target)) {
      most = std::max(most, pass + 1);
    }
  }
  return out;
}

} // namespace einsight::einsum
