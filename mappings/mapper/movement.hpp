#pragma once
#include "mappings/mapper/nest.hpp"

/// What the keeps of one tensor cost in one section: the traffic rules of lowering/, in closed form
/// (docs/mappings.md, "From what is kept follows the traffic"). Tensors do not influence each
/// other.
namespace einsight::mappings::mapper {

inline constexpr std::size_t kMemories = 8;

struct Keep {
  int memory = 0;
  int node = 0;
  int fixed = 0; ///< loops of the node's path that the kept tile stays within
  Variables streamed = 0;
  int shares = -1; ///< tensor in whose place it lies
  int tiles = 1;   ///< held at once
  bool operator==(const Keep&) const = default;
};

/// The keeps of one tensor.
struct Option {
  std::vector<Keep> keeps;
  bool operator==(const Option&) const = default;
};

struct Cost {
  std::array<double, kMemories> moved{}; ///< bytes, per memory
  std::array<double, kMemories> port{};  ///< cycles of its port, per memory
  std::array<double, kMemories> room{};  ///< bytes held at once (of one PE for registers)
  double picojoules = 0;
  double fill = 0; ///< cycles before the first tiles are there and until the last ones are away

  void add(const Cost& other);
};

/// The bindings chosen, one per leaf; null for one that does not matter.
using Chosen = std::vector<const Bound*>;
/// Epochs that each leaf and each node is behind: empty for one after another.
struct Stages {
  std::vector<int> leaf, node;
  /// Tensors and the leaves that read what lies in their place.
  std::vector<std::pair<int, int>> sharing;
};

class Movement {
public:
  Movement(const Nested& nested, const Chosen& chosen, const Stages& stages, int tensor);

  /// The costs of an option. False when the mapper does not take it: an operand that is neither
  /// kept, nor streams by, nor stays in the PEs; a value of the iteration before that is lost.
  bool cost(const Option& option, Cost& cost);

  struct Reader {
    int leaf = 0;
    const AccessFact* access = nullptr;
  };
  [[nodiscard]] const std::vector<Reader>& readers() const { return readers_; }
  [[nodiscard]] int maker() const { return maker_; }
  /// Does it change along the loop?
  [[nodiscard]] bool moves(int loop) const;
  /// Is it wanted outside the section?
  [[nodiscard]] bool wantedOutside() const;
  /// The innermost node around everyone who makes or reads it.
  [[nodiscard]] int commonNode() const;
  [[nodiscard]] int iterative() const { return fact_.iterative; }

private:
  [[nodiscard]] const Leaf& leaf(int number) const {
    return nested_.leaves[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] const Keep& keep(int number) const {
    return option_->keeps[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] const MemoryFact& memory(int number) const {
    return nested_.facts->memories[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] int unit(int leaf) const { return chosen_[static_cast<std::size_t>(leaf)]->unit; }
  [[nodiscard]] static bool insideNode(int node, int other) { return other == 0 || node == other; }
  [[nodiscard]] int home(int leaf) const;
  [[nodiscard]] int registersOf(int leaf) const;
  [[nodiscard]] bool needs(int einsum) const;
  [[nodiscard]] bool inStep(int reader, Variables streamed) const;
  [[nodiscard]] std::vector<int> changes(const Keep& kept) const;
  [[nodiscard]] std::vector<int> divisions(const Keep& kept) const;
  [[nodiscard]] std::vector<int> subTiles(const Keep& kept) const;
  [[nodiscard]] std::vector<int> collected(int leaf, int registers) const;
  [[nodiscard]] bool direct(std::size_t reader) const;
  [[nodiscard]] bool leaves() const;
  [[nodiscard]] bool streams(const Reader& reader) const;
  [[nodiscard]] bool survives(const Reader& reader) const;
  [[nodiscard]] const Reader& widestOf(std::size_t reader) const;

  void write(Cost& cost) const;
  bool read(std::size_t reader, Cost& cost);
  void readDram(std::size_t reader, Cost& cost);
  void countRegisters(Cost& cost) const;
  void addRoom(Cost& cost) const;
  [[nodiscard]] double roomOf(const Keep& kept) const;
  [[nodiscard]] std::int64_t lagOf(const Keep& kept) const;
  [[nodiscard]] bool fetchedFromBuffer(const Keep& kept) const;
  void move(Cost& cost, int memory, bool write, bool timed, const AccessFact& access,
            const std::vector<int>& loops, const Iterations& over) const;
  [[nodiscard]] std::vector<int> unmoved(const std::vector<int>& loops) const;

  const Nested& nested_;
  const Chosen& chosen_;
  const Stages& stages_;
  int tensor_;
  const TensorFact& fact_;
  Variables variables_ = 0;
  int maker_ = -1;
  std::vector<Reader> readers_;
  // of the option at hand:
  const Option* option_ = nullptr;
  int makerHome_ = -1;
  std::vector<int> homes_, registers_; ///< per reader
  std::vector<int> filled_;            ///< keeps filled from DRAM
  std::vector<std::pair<int, std::int64_t>> fetched_;
};

} // namespace einsight::mappings::mapper
