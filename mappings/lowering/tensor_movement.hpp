#pragma once
#include "mappings/gathers.hpp"
#include "mappings/lowering/places.hpp"

#include <functional>
#include <map>
#include <set>

namespace einsight::mappings {

using sim::Edge;
using sim::Task;

/// An Einsum that reads the tensor, through one access.
struct Reader {
  const LeafPlan* leaf = nullptr;
  int task = 0;
  const einsum::Access* access = nullptr;
  std::int64_t shift = 0; ///< iterations of the iterative rank between making and reading
  int home = -1;          ///< keep in a buffer, -1: DRAM
  int registers = -1;     ///< keep in its unit's registers
};

/// Loads, stores and needs of one tensor in one section.
class TensorMovement {
public:
  TensorMovement(Draft& draft, const einsum::Tensor& tensor) : draft_(draft), tensor_(tensor) {
    for (std::size_t l = 0; l < draft.plan.leaves.size(); ++l) {
      const auto& leaf = draft.plan.leaves[l];
      if (leaf.einsum->output.tensor == tensor.name) {
        maker_ = &leaf;
        makerTask_ = draft.leafTask[l];
        makerHome_ = home(leaf);
      }
    }
    for (std::size_t l = 0; l < draft.plan.leaves.size(); ++l) {
      const auto& leaf = draft.plan.leaves[l];
      for (const auto* access : accesses(*leaf.einsum, tensor.name)) {
        const int registers = registersOf(leaf);
        const bool passes = registers >= 0 && !inStep(leaf, keep(registers).keep->streamed);
        readers_.push_back({&leaf, draft.leafTask[l], access, shiftOf(*access), home(leaf),
                            passes ? -1 : registers});
      }
    }
  }

  void add() {
    if (maker_ != nullptr) {
      write();
    }
    for (auto& reader : readers_) {
      read(reader);
    }
    if (maker_ != nullptr && !iterative()) {
      waitForSpace();
    }
    addHolds();
  }

private:
  const KeepPlan& keep(int number) const {
    return draft_.plan.keeps[static_cast<std::size_t>(number)];
  }
  const Room& room(int number) const { return draft_.rooms[static_cast<std::size_t>(number)]; }
  const std::vector<int>& path(const KeepPlan& kept) const {
    return draft_.plan.nodes[static_cast<std::size_t>(kept.node)].path;
  }
  std::optional<std::string> iterative() const {
    return maker_ != nullptr ? maker_->einsum->iterative : std::nullopt;
  }

  /// The keep of the tensor around a leaf that the test accepts, innermost first.
  int keepAround(const LeafPlan& leaf, const std::function<bool(const KeepPlan&)>& test) const {
    int best = -1;
    for (std::size_t k = 0; k < draft_.plan.keeps.size(); ++k) {
      const auto& kept = draft_.plan.keeps[k];
      if (kept.keep->tensor == tensor_.name && draft_.plan.inside(leaf.node, kept.node) &&
          test(kept) && (best < 0 || keep(best).fixed <= kept.fixed)) {
        best = static_cast<int>(k);
      }
    }
    return best;
  }
  int home(const LeafPlan& leaf) const {
    return keepAround(
        leaf, [](const KeepPlan& kept) { return kept.memory->kind == arch::Memory::Kind::Buffer; });
  }
  int registersOf(const LeafPlan& leaf) const {
    return keepAround(leaf,
                      [&](const KeepPlan& kept) { return kept.memory->unit == leaf.unit->name; });
  }

  /// Does an Einsum (transitively, within the section) need the tensor?
  bool needs(const einsum::Einsum& einsum) const {
    for (const auto& name : reads(einsum)) {
      const auto* maker = draft_.plan.producer(name);
      if (name == tensor_.name || (maker != nullptr && maker->einsum != &einsum &&
                                   !maker->einsum->iterative && needs(*maker->einsum))) {
        return true;
      }
    }
    return false;
  }

  /// Of a streamed tensor one value is there at a time: a reader gets it only if it does not also
  /// need a sum over all of them.
  bool inStep(const LeafPlan& reader, const std::vector<std::string>& streamed) const {
    for (const auto& name : reads(*reader.einsum)) {
      const auto* maker = draft_.plan.producer(name);
      if (maker == nullptr || name == tensor_.name) {
        continue;
      }
      for (const auto& reduction : maker->einsum->reductions) {
        for (const auto& variable : reduction.variables) {
          if (std::find(streamed.begin(), streamed.end(), variable) != streamed.end() &&
              needs(*maker->einsum)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /// Iterations of the iterative rank from the making of the value that an access reads.
  std::int64_t shiftOf(const einsum::Access& access) const {
    if (!iterative()) {
      return 0;
    }
    for (std::size_t d = 0; d < access.indices.size(); ++d) {
      const auto& made = maker_->einsum->output.indices[d];
      const auto& read = access.indices[d];
      if (made.terms.count(*iterative()) > 0 && read.terms.count(*iterative()) > 0) {
        return made.constant - read.constant;
      }
    }
    return 0; // a fixed index: the last value
  }

  bool moves(int loop) const {
    const auto& variable = draft_.plan.loops[static_cast<std::size_t>(loop)].variable;
    const auto along = [&](const einsum::Access& access) {
      return std::any_of(access.indices.begin(), access.indices.end(),
                         [&](const auto& index) { return mappings::moves(index, variable); });
    };
    return (maker_ != nullptr && along(maker_->einsum->output)) ||
           std::any_of(readers_.begin(), readers_.end(),
                       [&](const Reader& reader) { return along(*reader.access); });
  }

  /// Loops at which a tile that stays within the first `fixed` loops of a path changes.
  std::vector<int> changes(const std::vector<int>& loops, std::size_t fixed) const {
    std::vector<int> outer(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(fixed));
    while (!outer.empty() && (draft_.loop(outer.back()).trips == 1 || !moves(outer.back()))) {
      outer.pop_back();
    }
    return outer;
  }
  /// … and its sub-tiles.
  std::vector<int> subTiles(const KeepPlan& kept) const {
    auto loops = changes(path(kept), kept.fixed);
    for (const int loop : divisions(draft_.plan, kept)) {
      if (iterative() != draft_.loop(loop).variable) {
        loops.push_back(loop);
      }
    }
    return loops;
  }

  Task transfer(Task::Kind kind, std::vector<int> loops, const einsum::Einsum& user) {
    Task task;
    task.name = tensor_.name;
    task.kind = kind;
    task.guards = draft_.guards(user, loops);
    task.loops = std::move(loops);
    task.resource = draft_.resource(draft_.machine().dram().name);
    return task;
  }
  sim::Amount elements(const einsum::Access& access, const std::vector<int>& loops,
                       const einsum::Einsum& user) {
    return draft_.box(access, loops, user.domain);
  }
  void countBox(Task& task, const arch::Memory& memory, bool write, const sim::Amount& box,
                core::Rational share = core::Rational(1)) {
    for (const auto& factor : box.factors) {
      task.extents.push_back(factor.extent);
    }
    draft_.countAccess(task, memory, write, box, tensor_.bits, share);
  }
  /// A task on the DRAM port that moves that share of the box.
  int addDram(Task task, const sim::Amount& box, core::Rational share, TaskOrigin origin) {
    const auto& dram = draft_.machine().dram();
    countBox(task, dram, task.kind == Task::Kind::Store, box, share);
    task.ticks = box;
    const auto bytes = core::Rational(tensor_.bits, 8) * share;
    const auto rate = dram.bandwidth ? bytes / *dram.bandwidth : core::Rational(0);
    return draft_.addTask(std::move(task), rate, std::move(origin));
  }
  /// Accesses of an on-chip buffer: counted, and where the buffer has a bandwidth, timed by its
  /// port.
  int addBuffer(Task::Kind kind, const KeepPlan& kept, const std::vector<int>& loops,
                const einsum::Access& access, const einsum::Einsum& user,
                const std::vector<sim::Guard>& more) {
    auto task = transfer(kind, loops, user);
    task.resource = draft_.resource(kept.memory->name);
    task.guards.insert(task.guards.end(), more.begin(), more.end());
    task.ticks = elements(access, loops, user);
    countBox(task, *kept.memory, kind == Task::Kind::Store, task.ticks);
    const auto& bandwidth = kept.memory->bandwidth;
    const int number =
        draft_.addTask(std::move(task),
                       bandwidth ? core::Rational(tensor_.bits, 8) / *bandwidth : core::Rational(0),
                       Draft::origin(user, &access, loops));
    return bandwidth ? number : -1;
  }

  /// Accesses that differ in a constant (RM[m1] and RM[m1+1]) want different values.
  using Fill = std::pair<int, std::vector<std::int64_t>>;
  static Fill fillOf(const Reader& reader) {
    Fill key{reader.home, {}};
    for (const auto& index : reader.access->indices) {
      key.second.push_back(index.constant);
    }
    return key;
  }

  [[nodiscard]] const Reader& widestOf(const Reader& reader) const;
  void write();
  void writeBuffer(const KeepPlan& kept, const std::vector<int>& loops);
  void store();
  void read(Reader& reader);
  void readDram(Reader& reader, int home);
  void readThroughPort(const Reader& reader, int load, const std::vector<int>& loops);
  void waitForSpace();
  void spillTraffic(const KeepPlan& kept, Task::Kind kind, const std::vector<int>& loops,
                    const einsum::Access& access, const einsum::Einsum& user, int userTask);

  [[nodiscard]] bool leaves() const;
  [[nodiscard]] bool direct(const Reader& reader) const;
  [[nodiscard]] std::int64_t waiting() const;
  [[nodiscard]] std::int64_t sinceLastSum(const std::vector<int>& loops) const;
  [[nodiscard]] std::int64_t ahead(const Reader& reader) const;
  [[nodiscard]] Edge toMemory(Edge edge) const;
  [[nodiscard]] Edge whole(Edge edge, const std::vector<int>& loops) const;
  [[nodiscard]] static int operand(const Reader& reader);
  [[nodiscard]] std::vector<int> collected() const;
  [[nodiscard]] std::vector<sim::Guard> afterFirst(const std::vector<int>& loops) const;
  void need(int consumer, Edge edge) { draft_.task(consumer).needs.push_back(std::move(edge)); }
  Edge space(int consumer, int user, const std::vector<int>& loops, std::int64_t slots) const;

  void addHolds();
  sim::Hold holdOfMade(int number);
  sim::Hold holdOfLoaded(int number);
  sim::Hold holdOfFetched(int number);
  [[nodiscard]] Edge lastUse(int task, const std::vector<int>& loops) const;
  sim::Amount heldElements(const Footprint& print, const einsum::Einsum& user,
                           const std::vector<int>& loops);
  sim::Amount heldBytes(int number, const einsum::Access& access, const einsum::Einsum& user,
                        const std::vector<int>& loops);

  Draft& draft_;
  const einsum::Tensor& tensor_;
  const LeafPlan* maker_ = nullptr;
  int makerTask_ = -1;
  int makerHome_ = -1;
  std::vector<Reader> readers_;
  int store_ = -1;       ///< task that brings the tensor to DRAM
  int bufferStore_ = -1; ///< task that puts it into a buffer with a port
  /// A keep and what of the tensor's values an access wants -> task that fills it from DRAM.
  std::map<Fill, int> fills_;
  std::set<std::pair<int, std::int64_t>> registersFilled_;
};

} // namespace einsight::mappings
