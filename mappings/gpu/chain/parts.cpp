#include "mappings/gpu/chain/parts.hpp"

#include "core/invariant.hpp"
#include "einsum/order.hpp"
#include "einsum/walk.hpp"
#include "mappings/gpu/chain/reads.hpp"

#include <algorithm>
#include <set>

namespace einsight::mappings::gpu {
namespace {

using einsum::contains;
using einsum::Einsum;
using Names = std::vector<std::string>;
using Kind = ChainPart::Kind;

class Chaining {
public:
  Chaining(const einsum::Cascade& cascade, double elements)
      : cascade_(cascade), elements_(elements), known_(cascade), work_(known_.work) {
    partOf_.assign(work_.size(), -1);
  }

  std::vector<ChainPart> parts(bool fuse) {
    seeds();
    if (fuse) {
      for (std::size_t part = 0; part < parts_.size(); ++part) {
        if (parts_[part].kind == Kind::Recurrence && !parts_[part].einsums.empty() &&
            !isLaunched(cascade_, parts_[part].einsums, parts_[part].loop)) {
          grow(static_cast<int>(part));
        }
      }
    }
    launch();
    joinLanes();
    return ordered();
  }

private:
  [[nodiscard]] int indexOf(const std::string& tensor) const { return known_.indexOf(tensor); }

  void seeds() {
    const auto groups = einsum::dependencyOrder(cascade_.einsums());
    EINSIGHT_INVARIANT(groups.has_value(), "a checked cascade has an order of evaluation");
    for (const auto& group : *groups) {
      ChainPart part;
      part.loop = group.variable;
      for (const auto member : group.members) {
        const int index = indexOf(cascade_.einsums()[member].name);
        if (index >= 0) {
          part.einsums.push_back(work_[at(index)]);
          partOf_[at(index)] = static_cast<int>(parts_.size());
        }
      }
      if (part.einsums.empty()) {
        continue;
      }
      part.kind = !part.loop.empty()                                  ? Kind::Recurrence
                  : productVariables(cascade_, *part.einsums.front()) ? Kind::Product
                                                                      : Kind::Lanes;
      parts_.push_back(std::move(part));
    }
  }

  /// Takes recurrences apart whose iterations are launched one after another.
  void launch() {
    const auto count = parts_.size();
    for (std::size_t part = 0; part < count; ++part) {
      const auto whole = parts_[part];
      const bool wanted = whole.kind == Kind::Recurrence && !whole.einsums.empty() &&
                          isLaunched(cascade_, whole.einsums, whole.loop);
      if (!wanted) {
        continue;
      }
      parts_[part].einsums.clear();
      for (const auto* einsum : whole.einsums) {
        partOf_[at(indexOf(einsum->name))] = static_cast<int>(parts_.size());
        const bool product = productVariables(cascade_, *einsum).has_value();
        parts_.push_back({product ? Kind::Product : Kind::Lanes, {einsum}, whole.loop});
      }
    }
  }

  static std::size_t at(int index) { return static_cast<std::size_t>(index); }

  [[nodiscard]] bool reads(int reader, int maker) const {
    return known_.reads[at(reader)][at(maker)];
  }

  [[nodiscard]] bool readsPart(int reader, int part) const {
    for (std::size_t i = 0; i < work_.size(); ++i) {
      if (partOf_[i] == part && static_cast<int>(i) != reader &&
          reads(reader, static_cast<int>(i))) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool onlyReadBy(int maker, int part) const {
    if (cascade_.tensor(work_[at(maker)]->name)->result) {
      return false;
    }
    for (std::size_t i = 0; i < work_.size(); ++i) {
      if (static_cast<int>(i) != maker && partOf_[i] != part && reads(static_cast<int>(i), maker)) {
        return false;
      }
    }
    return readByPart(maker, part);
  }

  [[nodiscard]] bool readByPart(int maker, int part) const {
    for (std::size_t i = 0; i < work_.size(); ++i) {
      if (partOf_[i] == part && reads(static_cast<int>(i), maker)) {
        return true;
      }
    }
    return false;
  }

  /// Who waits for whom among the parts, without cycles.
  [[nodiscard]] std::optional<std::vector<int>> order() const {
    const auto count = parts_.size();
    std::vector<std::set<int>> needs(count);
    for (std::size_t reader = 0; reader < work_.size(); ++reader) {
      for (std::size_t maker = 0; maker < work_.size(); ++maker) {
        if (partOf_[reader] != partOf_[maker] &&
            reads(static_cast<int>(reader), static_cast<int>(maker)) &&
            !fromLaunchBefore(reader, maker)) {
          needs[at(partOf_[reader])].insert(partOf_[maker]);
        }
      }
    }
    return orderOf(needs);
  }

  /// Einsums of a recurrence that is launched iteration by iteration read what comes after them.
  [[nodiscard]] bool fromLaunchBefore(std::size_t reader, std::size_t maker) const {
    const auto isLaunchedPart = [&](std::size_t index) {
      const auto& part = parts_[at(partOf_[index])];
      return part.kind != Kind::Recurrence && !part.loop.empty();
    };
    return isLaunchedPart(reader) && isLaunchedPart(maker) && maker > reader;
  }

  /// Moves an Einsum into a part unless a cycle of parts came of it.
  bool join(int index, int part) {
    const int before = partOf_[at(index)];
    partOf_[at(index)] = part;
    if (!order()) {
      partOf_[at(index)] = before;
      return false;
    }
    std::erase(parts_[at(before)].einsums, work_[at(index)]);
    auto& members = parts_[at(part)].einsums;
    members.push_back(work_[at(index)]);
    std::sort(members.begin(), members.end()); // all lie in the cascade's list, in its order
    return true;
  }

  void grow(int part) {
    for (bool grown = true; grown;) {
      grown = false;
      for (std::size_t i = 0; i < work_.size(); ++i) {
        const int index = static_cast<int>(i);
        if (partOf_[i] == part) {
          continue;
        }
        const bool other = parts_[at(partOf_[i])].kind == Kind::Recurrence;
        if (other ? joinRecurrence(partOf_[i], part)
                  : belongs(index, part, shared(part)) && join(index, part)) {
          grown = true;
        }
      }
    }
  }

  /// Rank variables that all results of a recurrence have, but for its loop.
  [[nodiscard]] Names shared(int part) const {
    Names out = commonVariables(parts_[at(part)].einsums);
    std::erase(out, parts_[at(part)].loop);
    return out;
  }

  /// Two recurrences along the same rank variable, of which one reads the other, whose states share
  /// all rank variables that the states of one share.
  bool joinRecurrence(int other, int part) {
    const auto members = parts_[at(other)].einsums; // changes
    const Names mine = shared(part);
    const Names theirs = shared(other);
    const bool related = std::any_of(members.begin(), members.end(), [&](const Einsum* einsum) {
      const int index = indexOf(einsum->name);
      return readsPart(index, part) || readByPart(index, part);
    });
    if (parts_[at(other)].loop != parts_[at(part)].loop || !related ||
        (!containsAll(mine, theirs) && !containsAll(theirs, mine))) {
      return false;
    }
    for (const auto* einsum : members) {
      partOf_[at(indexOf(einsum->name))] = part;
    }
    if (!order()) {
      for (const auto* einsum : members) {
        partOf_[at(indexOf(einsum->name))] = other;
      }
      return false;
    }
    auto& all = parts_[at(part)].einsums;
    all.insert(all.end(), members.begin(), members.end());
    std::sort(all.begin(), all.end());
    parts_[at(other)].einsums.clear();
    return true;
  }

  [[nodiscard]] bool belongs(int index, int part, const Names& common) const {
    const auto& einsum = *work_[at(index)];
    const auto& loop = parts_[at(part)].loop;
    const Names output = outputVariables(einsum);
    if (!containsAll(output, common) || !wholeVariables(einsum).empty()) {
      return false;
    }
    if (contains(output, loop)) {
      const bool feeds = onlyReadBy(index, part);
      return (feeds || readsPart(index, part)) && takesIterations(index, part);
    }
    return !contains(einsum.variables, loop) && readsPart(index, part) &&
           !productVariables(cascade_, einsum) && einsum.reductions.empty();
  }

  /// Does the Einsum take of the part only what an iteration makes or was left by the one before?
  [[nodiscard]] bool takesIterations(int index, int part) const {
    const auto& loop = parts_[at(part)].loop;
    for (const auto& access : known_.sources[at(index)]) {
      const int maker = indexOf(access.tensor);
      if (maker >= 0 && partOf_[at(maker)] == part && !contains(plainVariables(access), loop)) {
        return false;
      }
    }
    return true;
  }

  void joinLanes() {
    for (std::size_t i = 0; i < work_.size(); ++i) {
      const int index = static_cast<int>(i);
      if (parts_[at(partOf_[i])].kind != Kind::Lanes) {
        continue;
      }
      for (std::size_t part = 0; part < parts_.size(); ++part) {
        const int other = static_cast<int>(part);
        if (parts_[part].kind != Kind::Lanes || other == partOf_[i] ||
            parts_[part].loop != parts_[at(partOf_[i])].loop || parts_[part].einsums.empty() ||
            !readsPart(index, other)) {
          continue;
        }
        auto together = parts_[part].einsums;
        together.push_back(work_[i]);
        if (pointsBeside(cascade_, together, commonVariables(together)) <= elements_ &&
            join(index, other)) {
          break;
        }
      }
    }
  }

  std::vector<ChainPart> ordered() {
    const auto found = order();
    EINSIGHT_INVARIANT(found.has_value(), "parts were joined into a cycle");
    std::vector<ChainPart> out;
    for (const int part : *found) {
      if (!parts_[at(part)].einsums.empty()) {
        out.push_back(parts_[at(part)]);
      }
    }
    return out;
  }

  const einsum::Cascade& cascade_;
  double elements_;
  ChainReads known_;
  const std::vector<const Einsum*>& work_;
  std::vector<ChainPart> parts_;
  std::vector<int> partOf_; ///< of each of work_
};

} // namespace

std::vector<ChainPart> chainParts(const einsum::Cascade& cascade, bool fuse, double elements) {
  return Chaining(cascade, elements).parts(fuse);
}

} // namespace einsight::mappings::gpu
