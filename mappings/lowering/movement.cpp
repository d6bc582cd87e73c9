#include "core/invariant.hpp"
#include "mappings/lowering/draft.hpp"

#include <algorithm>
#include <functional>

namespace einsight::mappings {
namespace {

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
    return keepAround(leaf, [](const KeepPlan& kept) {
      return kept.memory->kind == arch::Memory::Kind::Buffer;
    });
  }
  int registersOf(const LeafPlan& leaf) const {
    return keepAround(leaf, [&](const KeepPlan& kept) {
      return kept.memory->unit == leaf.unit->name;
    });
  }

  /// Does an Einsum (transitively, within the section) need the tensor?
  bool needs(const einsum::Einsum& einsum) const {
    for (const auto& name : reads(einsum)) {
      const auto* maker = draft_.plan.producer(name);
      if (name == tensor_.name ||
          (maker != nullptr && maker->einsum != &einsum && !maker->einsum->iterative &&
           needs(*maker->einsum))) {
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
                         [&](const auto& index) { return index.terms.count(variable) > 0; });
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
  int addDram(Task task, const sim::Amount& box, core::Rational share) {
    const auto& dram = draft_.machine().dram();
    countBox(task, dram, task.kind == Task::Kind::Store, box, share);
    task.ticks = box;
    const auto bytes = core::Rational(tensor_.bits, 8) * share;
    const auto rate = dram.bandwidth ? bytes / *dram.bandwidth : core::Rational(0);
    return draft_.addTask(std::move(task), rate);
  }
  /// Accesses of an on-chip buffer: counted, and where the buffer has a bandwidth, timed by its port.
  void addBuffer(Task::Kind kind, const KeepPlan& kept, const std::vector<int>& loops,
                 const einsum::Access& access, const einsum::Einsum& user,
                 const std::vector<sim::Guard>& more) {
    auto task = transfer(kind, loops, user);
    task.resource = -1;
    task.guards.insert(task.guards.end(), more.begin(), more.end());
    countBox(task, *kept.memory, kind == Task::Kind::Store, elements(access, loops, user));
    draft_.addTask(std::move(task), core::Rational(0));
  }

  void write();
  void writeBuffer(const KeepPlan& kept, const std::vector<int>& loops);
  void store();
  void read(Reader& reader);
  void readDram(Reader& reader, int home);
  void waitForSpace();
  void spillTraffic(const KeepPlan& kept, Task::Kind kind, const std::vector<int>& loops,
                    const einsum::Access& access, const einsum::Einsum& user, int userTask);

  [[nodiscard]] bool leaves() const;
  [[nodiscard]] bool direct(const Reader& reader) const;
  [[nodiscard]] std::vector<int> collected() const;
  [[nodiscard]] std::vector<sim::Guard> afterFirst(const std::vector<int>& loops) const;
  void need(int consumer, Edge edge) { draft_.task(consumer).needs.push_back(std::move(edge)); }
  Edge space(int consumer, int user, const std::vector<int>& loops, std::int64_t slots) const;

  Draft& draft_;
  const einsum::Tensor& tensor_;
  const LeafPlan* maker_ = nullptr;
  int makerTask_ = -1;
  int makerHome_ = -1;
  std::vector<Reader> readers_;
  int store_ = -1;                     ///< task that brings the tensor to DRAM
  std::map<int, int> fills_;           ///< keep -> task that fills it from DRAM
  std::set<std::pair<int, std::int64_t>> registersFilled_;
};

/// Needed outside the section, or read in it from another place than it was put.
bool TensorMovement::leaves() const {
  if (tensor_.result) {
    return true;
  }
  const auto readHere = [&](const einsum::Einsum& einsum) {
    return std::any_of(draft_.plan.leaves.begin(), draft_.plan.leaves.end(),
                       [&](const LeafPlan& leaf) { return leaf.einsum == &einsum; });
  };
  for (const auto& einsum : draft_.cascade().einsums()) {
    if (!accesses(einsum, tensor_.name).empty() && !readHere(einsum)) {
      return true;
    }
  }
  return std::any_of(readers_.begin(), readers_.end(), [&](const Reader& reader) {
    return !direct(reader) && (reader.home < 0 || reader.home != makerHome_);
  });
}

/// Does the value go straight from the maker's unit into the reader's registers, or stay there?
bool TensorMovement::direct(const Reader& reader) const {
  if (maker_ == nullptr || reader.registers < 0 ||
      !draft_.plan.inside(maker_->node, keep(reader.registers).node)) {
    return false;
  }
  if (reader.shift > 0) { // an earlier value: still there only if the registers outlive the loop
    const auto& kept = keep(reader.registers);
    const auto& loops = path(kept);
    return std::none_of(loops.begin(), loops.begin() + static_cast<std::ptrdiff_t>(kept.fixed),
                        [&](int loop) { return draft_.loop(loop).variable == *iterative(); });
  }
  return makerHome_ < 0 || maker_->unit == reader.leaf->unit;
}

/// The loops at which a finished value leaves the unit: its registers collect it until then.
std::vector<int> TensorMovement::collected() const {
  const int registers = registersOf(*maker_);
  if (registers < 0) {
    return maker_->loops;
  }
  auto loops = changes(path(keep(registers)), keep(registers).fixed);
  for (const int loop : maker_->loops) {
    if (moves(loop) && std::find(loops.begin(), loops.end(), loop) == loops.end()) {
      loops.push_back(loop);
    }
  }
  return loops;
}

/// True of all iterations but the first of the loops along which the tensor does not move: a sum
/// that starts at zero is not read before its first update.
std::vector<sim::Guard> TensorMovement::afterFirst(const std::vector<int>& loops) const {
  sim::Guard guard;
  guard.constant = -1;
  for (const int loop : loops) {
    if (!moves(loop) && draft_.loop(loop).trips > 1) {
      guard.terms.push_back({loop, 1});
    }
  }
  return {guard};
}

void TensorMovement::writeBuffer(const KeepPlan& kept, const std::vector<int>& loops) {
  const auto& user = *maker_->einsum;
  addBuffer(Task::Kind::Store, kept, loops, user.output, user, {});
  const bool updates = std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return !moves(loop) && draft_.loop(loop).trips > 1;
  });
  if (updates) {
    addBuffer(Task::Kind::Load, kept, loops, user.output, user, afterFirst(loops));
  }
  spillTraffic(kept, Task::Kind::Store, loops, user.output, user, makerTask_);
}

void TensorMovement::write() {
  if (makerHome_ >= 0) {
    writeBuffer(keep(makerHome_), collected());
  }
  if (leaves()) {
    store();
  }
}

void TensorMovement::store() {
  const auto& user = *maker_->einsum;
  const bool buffered = makerHome_ >= 0;
  const auto loops = buffered ? subTiles(keep(makerHome_)) : collected();
  const auto share = buffered ? core::Rational(1) - keep(makerHome_).spill : core::Rational(1);
  auto task = transfer(Task::Kind::Store, loops, user);
  task.needs.push_back(draft_.edge(makerTask_, loops, Edge::Kind::Data));
  if (buffered && !draft_.convention("free_drains")) {
    countBox(task, *keep(makerHome_).memory, false, elements(user.output, loops, user));
  }
  store_ = addDram(std::move(task), elements(user.output, loops, user), share);
  const bool updates = std::any_of(loops.begin(), loops.end(), [&](int loop) {
    return !moves(loop) && draft_.loop(loop).trips > 1;
  });
  if (updates) { // a sum that no memory keeps goes to DRAM and comes back
    auto back = transfer(Task::Kind::Load, loops, user);
    const auto guard = afterFirst(loops);
    back.guards.insert(back.guards.end(), guard.begin(), guard.end());
    auto previous = draft_.edge(store_, loops, Edge::Kind::Data);
    previous.lagLoops = loops;
    previous.lag = 1;
    back.needs.push_back(previous);
    const int loaded = addDram(std::move(back), elements(user.output, loops, user), share);
    need(makerTask_, draft_.edge(loaded, maker_->loops, Edge::Kind::Bandwidth));
  }
  if (!buffered) { // as many tiles may wait for the port as the registers hold, else two
    const int registers = registersOf(*maker_);
    const auto slots = registers >= 0 ? room(registers).slots : 2;
    need(makerTask_, space(makerTask_, store_, loops, slots));
  }
}

/// `consumer` puts sub-tile n in the place of sub-tile n - slots, which `user` must have finished.
Edge TensorMovement::space(int consumer, int user, const std::vector<int>& loops,
                           std::int64_t slots) const {
  std::vector<int> own; // the consumer may stand further out
  for (const int loop : loops) {
    const auto& has = draft_.section.tasks[static_cast<std::size_t>(consumer)].loops;
    if (std::find(has.begin(), has.end(), loop) != has.end()) {
      own.push_back(loop);
    }
  }
  auto edge = draft_.edge(user, own, Edge::Kind::Space);
  edge.lagLoops = own;
  edge.lag = slots;
  return edge;
}

void TensorMovement::read(Reader& reader) {
  const auto& user = *reader.leaf->einsum;
  if (maker_ != nullptr && (direct(reader) || (reader.home >= 0 && reader.home == makerHome_))) {
    auto edge = draft_.edge(makerTask_, reader.leaf->loops, Edge::Kind::Data);
    for (auto& source : edge.sources) {
      if (source.at == Edge::Source::At::Same && iterative() &&
          draft_.loop(source.loop).variable == *iterative()) {
        source.shift = reader.shift;
      }
    }
    std::int64_t drain = 0; // a spatial sum reaches another unit after travelling along the axis
    for (const auto& axis : maker_->unit->axes) {
      const auto names = maker_->binding->spatial.find(axis.name);
      const bool reduced =
          names != maker_->binding->spatial.end() &&
          std::any_of(maker_->einsum->reductions.begin(), maker_->einsum->reductions.end(),
                      [&](const auto& reduction) {
                        return std::find(reduction.variables.begin(), reduction.variables.end(),
                                         names->second.front()) != reduction.variables.end();
                      });
      drain += reduced ? axis.size * maker_->unit->hopLatency : 0;
    }
    edge.latency = maker_->unit != reader.leaf->unit ? drain : 0;
    need(reader.task, std::move(edge));
  }
  if (direct(reader)) {
    return;
  }
  if (reader.home < 0 || (maker_ == nullptr || reader.home != makerHome_)) {
    readDram(reader, reader.home);
  }
  if (reader.home < 0) {
    return;
  }
  auto loops = reader.leaf->loops;
  if (reader.registers >= 0) { // the registers hold what the first reader fetched
    if (!registersFilled_.insert({reader.registers, reader.shift}).second) {
      return;
    }
    loops = changes(path(keep(reader.registers)), keep(reader.registers).fixed);
    for (const int loop : reader.leaf->loops) {
      if (moves(loop) && std::find(loops.begin(), loops.end(), loop) == loops.end()) {
        loops.push_back(loop);
      }
    }
  }
  std::vector<sim::Guard> later;
  if (reader.shift > 0 && !draft_.convention("counted_initial_reads")) {
    sim::Guard guard; // the initial value is a constant, not in the buffer
    guard.constant = -reader.shift;
    for (const int loop : loops) {
      if (draft_.loop(loop).variable == *iterative()) {
        guard.terms.push_back({loop, 1});
      }
    }
    later.push_back(std::move(guard));
  }
  addBuffer(Task::Kind::Load, keep(reader.home), loops, *reader.access, user, later);
  spillTraffic(keep(reader.home), Task::Kind::Load, loops, *reader.access, user, reader.task);
}

/// From DRAM into a buffer, once per tile, or past the buffers to the unit, as it works.
void TensorMovement::readDram(Reader& reader, int home) {
  const auto& user = *reader.leaf->einsum;
  std::vector<int> loops = reader.leaf->loops;
  std::int64_t slots = 2;
  if (home >= 0) {
    loops = subTiles(keep(home));
    slots = room(home).slots;
  } else if (reader.registers >= 0) {
    loops = changes(path(keep(reader.registers)), keep(reader.registers).fixed);
    for (const int loop : reader.leaf->loops) {
      if (moves(loop) && std::find(loops.begin(), loops.end(), loop) == loops.end()) {
        loops.push_back(loop);
      }
    }
  }
  auto fill = home >= 0 ? fills_.find(home) : fills_.end();
  if (fill == fills_.end()) {
    auto task = transfer(Task::Kind::Load, loops, user);
    const auto box = elements(*reader.access, loops, user);
    auto share = home >= 0 ? core::Rational(1) - keep(home).spill : core::Rational(1);
    auto filled = core::Rational(1);
    if (home >= 0 && room(home).pieces > 1) {
      filled = core::Rational(1, room(home).pieces);
      share = share * filled;
      task.loops.push_back(static_cast<int>(draft_.section.loops.size()));
      draft_.section.loops.push_back({tensor_.name + " piece", room(home).pieces, false});
    }
    if (store_ >= 0) {
      task.needs.push_back(draft_.edge(store_, loops, Edge::Kind::Data));
    }
    if (home >= 0) {
      countBox(task, *keep(home).memory, true, box, filled);
    }
    const int number = addDram(std::move(task), box, share);
    fill = fills_.insert_or_assign(home, number).first;
  }
  const int load = fill->second;
  need(reader.task, draft_.edge(load, reader.leaf->loops, Edge::Kind::Bandwidth));
  need(load, space(load, reader.task, draft_.task(load).loops, slots));
}

/// The part of a tile that does not fit stays in DRAM: each of its accesses goes there.
void TensorMovement::spillTraffic(const KeepPlan& kept, Task::Kind kind,
                                  const std::vector<int>& loops, const einsum::Access& access,
                                  const einsum::Einsum& user, int userTask) {
  if (kept.spill == core::Rational(0)) {
    return;
  }
  auto task = transfer(kind, loops, user);
  if (kind == Task::Kind::Store) {
    task.needs.push_back(draft_.edge(userTask, loops, Edge::Kind::Data));
  } else if (maker_ != nullptr) {
    task.needs.push_back(draft_.edge(makerTask_, loops, Edge::Kind::Data));
  }
  const int number = addDram(std::move(task), elements(access, loops, user), kept.spill);
  if (kind == Task::Kind::Load) {
    const auto& own = draft_.task(userTask).loops;
    need(userTask, draft_.edge(number, own, Edge::Kind::Bandwidth));
    need(number, space(number, userTask, loops, 2));
  } else {
    need(userTask, space(userTask, number, loops, 2));
  }
}

/// A maker may run ahead only as far as there is room for what it makes.
void TensorMovement::waitForSpace() {
  for (std::size_t k = 0; k < draft_.plan.keeps.size(); ++k) {
    const auto& kept = draft_.plan.keeps[k];
    if (kept.keep->tensor != tensor_.name || !draft_.plan.inside(maker_->node, kept.node) ||
        fetchedFromBuffer(draft_.plan, kept) || !kept.keep->shares.empty()) {
      continue;
    }
    const auto loops = subTiles(kept);
    const auto slots = draft_.rooms[k].slots;
    const auto wait = [&](int user) { need(makerTask_, space(makerTask_, user, loops, slots)); };
    for (const auto& reader : readers_) {
      if (draft_.plan.inside(reader.leaf->node, kept.node)) {
        wait(reader.task);
      }
    }
    if (store_ >= 0 && static_cast<int>(k) == makerHome_) {
      wait(store_);
    }
    for (std::size_t l = 0; l < draft_.plan.leaves.size(); ++l) {
      const auto& leaf = draft_.plan.leaves[l];
      for (const auto& tensor : reads(*leaf.einsum)) {
        if (sharesPlace(draft_.plan, kept, tensor) && draft_.plan.inside(leaf.node, kept.node)) {
          wait(draft_.leafTask[l]);
        }
      }
    }
  }
}

} // namespace

void addMovement(Draft& draft) {
  for (const auto& tensor : draft.cascade().tensors()) {
    const auto touches = [&](const LeafPlan& leaf) {
      return leaf.einsum->output.tensor == tensor.name ||
             !accesses(*leaf.einsum, tensor.name).empty();
    };
    if (std::any_of(draft.plan.leaves.begin(), draft.plan.leaves.end(), touches)) {
      TensorMovement(draft, tensor).add();
    }
  }
}

} // namespace einsight::mappings
