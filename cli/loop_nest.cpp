#include "cli/loop_nest.hpp"

#include "core/format.hpp"
#include "mappings/storage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::cli {
namespace {

using mappings::KeepPlan;
using mappings::LeafPlan;
using mappings::NodePlan;
using mappings::SectionPlan;

template <class T>
const T& at(const std::vector<T>& list, int index) {
  return list[static_cast<std::size_t>(index)];
}

class NestPrinter {
public:
  NestPrinter(const mappings::VerifiedMapping& mapping, const SectionPlan& section)
      : mapping_(mapping), section_(section),
        rooms_(
            mappings::assignRoom(mapping.plan(), section, mapping.cascade(), mapping.machine())) {}

  std::string print() {
    line("section " + section_.name);
    ++depth_;
    keeps(0, 0);
    node(0);
    return std::move(out_);
  }

private:
  void line(const std::string& text) {
    out_ += std::string(static_cast<std::size_t>(2 * depth_), ' ') + text + "\n";
  }

  void node(int number) {
    const auto& plan = at(section_.nodes, number);
    const int before = depth_;
    auto outside = plan.path.size() - plan.loops.size();
    for (const int loop : plan.loops) {
      const auto& part = at(section_.loops, loop);
      line(fmt::format("for {} in [0:{})", part.name, part.trips));
      ++depth_;
      keeps(number, ++outside);
    }
    if (plan.nest->skipMasked && masked()) {
      line("tiles in which nothing attends are left out");
    }
    for (std::size_t i = 0; i < plan.phases.size(); ++i) {
      phase(plan, i);
    }
    depth_ = before;
  }

  /// What is kept while the first `fixed` loops around a node stand still, a line per memory.
  void keeps(int number, std::size_t fixed) {
    for (const auto& memory : mapping_.machine().memories()) {
      std::vector<std::string> tensors;
      std::int64_t bytes = 0;
      for (std::size_t i = 0; i < section_.keeps.size(); ++i) {
        const auto& keep = section_.keeps[i];
        if (keep.memory != &memory || keep.fixed != fixed || !section_.inside(keep.node, number)) {
          continue;
        }
        const auto& room = rooms_[i];
        tensors.push_back(keep.keep->tensor + remark(keep));
        bytes += room.counted ? room.slots * room.subTileBytes / room.pieces : 0;
      }
      if (!tensors.empty()) {
        const bool registers = memory.kind == arch::Memory::Kind::Registers;
        line(fmt::format("keep {} in {} ({}{})", fmt::join(tensors, ", "), memory.name,
                         core::formatCapacity(bytes), registers ? " in each PE" : ""));
      }
    }
  }

  static std::string remark(const KeepPlan& keep) {
    std::vector<std::string> remarks;
    if (!keep.keep->shares.empty()) {
      remarks.push_back("in the place of " + keep.keep->shares);
    }
    if (!keep.keep->streamed.empty()) {
      remarks.push_back(fmt::format("streamed along {}", fmt::join(keep.keep->streamed, ", ")));
    }
    if (keep.spill != core::Rational(0)) {
      remarks.push_back(core::formatPercent(keep.spill.toDouble()) + " spilled");
    }
    return remarks.empty() ? "" : fmt::format(" ({})", fmt::join(remarks, ", "));
  }

  void phase(const NodePlan& plan, std::size_t index) {
    const bool named = plan.nest->synchronised;
    if (named) {
      line(fmt::format("phase {} of {}", index + 1, plan.phases.size()));
      ++depth_;
    }
    std::string parallel;
    for (const int member : plan.phases[index]) {
      if (member < 0) {
        parallel.clear();
        node(-1 - member);
        continue;
      }
      const auto& leaf = at(section_.leaves, member);
      if (auto text = parallelOf(leaf); text != parallel) {
        parallel = std::move(text);
        line(parallel);
      }
      line("  " + einsumOf(leaf));
    }
    if (named) {
      const auto wait = plan.waits[index];
      --depth_;
      line(wait > 0 ? fmt::format("barrier, then {} cycles", wait) : "barrier");
    }
  }

  static std::string parallelOf(const LeafPlan& leaf) {
    std::vector<std::string> axes;
    for (const auto& axis : leaf.unit->axes) {
      const auto spatial = leaf.binding->spatial.find(axis.name);
      if (spatial != leaf.binding->spatial.end() && !spatial->second.empty()) {
        axes.push_back(fmt::format("{} on {}.{}", fmt::join(spatial->second, ", "), leaf.unit->name,
                                   axis.name));
      }
    }
    return axes.empty() ? fmt::format("on one PE of {}", leaf.unit->name)
                        : fmt::format("parallel {}", fmt::join(axes, ", "));
  }

  /// "BQK on array_2d, for e in [0:64) in each PE, 1 epoch behind"
  std::string einsumOf(const LeafPlan& leaf) const {
    auto text = fmt::format("{} on {}", leaf.einsum->name, leaf.unit->name);
    std::vector<std::string> inner;
    for (const auto& variable : leaf.einsum->variables) {
      for (const auto& part : mapping_.plan().parts.at(variable)) {
        if (!isLoop(leaf, part.name) && !isSpatial(leaf, part.name)) {
          inner.push_back(fmt::format("{} in [0:{})", part.name, part.trips));
        }
      }
    }
    if (!inner.empty()) {
      text += fmt::format(", for {} in each PE", fmt::join(inner, ", "));
    }
    for (const auto& [loop, last] : leaf.pins) {
      text += fmt::format(", at the {} {}", last ? "last" : "first", at(section_.loops, loop).name);
    }
    if (leaf.stage > 0) {
      text += fmt::format(", {} epoch{} behind", leaf.stage, leaf.stage == 1 ? "" : "s");
    }
    return text;
  }

  [[nodiscard]] bool masked() const {
    const auto einsums = mapping_.cascade().einsums();
    return std::any_of(einsums.begin(), einsums.end(),
                       [](const einsum::Einsum& einsum) { return einsum.masks > 0; });
  }

  [[nodiscard]] bool isLoop(const LeafPlan& leaf, const std::string& part) const {
    return std::any_of(leaf.path.begin(), leaf.path.end(),
                       [&](int loop) { return at(section_.loops, loop).name == part; });
  }

  static bool isSpatial(const LeafPlan& leaf, const std::string& part) {
    const auto& spatial = leaf.binding->spatial;
    return std::any_of(spatial.begin(), spatial.end(), [&](const auto& axis) {
      return std::find(axis.second.begin(), axis.second.end(), part) != axis.second.end();
    });
  }

  const mappings::VerifiedMapping& mapping_;
  const SectionPlan& section_;
  std::vector<mappings::Room> rooms_;
  std::string out_;
  int depth_ = 0;
};

} // namespace

std::string loopNest(const mappings::VerifiedMapping& mapping) {
  std::string out;
  for (const auto& section : mapping.plan().sections) {
    out += NestPrinter(mapping, section).print();
  }
  return out;
}

} // namespace einsight::cli
