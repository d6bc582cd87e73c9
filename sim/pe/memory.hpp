#pragma once
#include "einsum/evaluate.hpp"
#include "sim/pe/program.hpp"

#include <limits>

namespace einsight::sim::cells {

/// Where a PE finds an operand.
enum class Source {
  Registers, ///< of the PE itself, which made it
  Made,      ///< at the array's edge, to which another array (or this one) sent it
  Loaded     ///< at the array's edge, to which a transfer brought it
};

/// All tensors by coordinate, each value with the time at which it is where. A coordinate is
/// assigned once (sums: piece by piece, before anyone reads them); that the tiles fit is what
/// needs of kind Space are for. Coordinates are row-major offsets.
class Memory {
public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kAlways = -1;

  Memory(const einsum::Cascade& cascade, const einsum::Environment& inputs);

  /// Everything so far lies in DRAM and nowhere else; views of it can be seen.
  void beginSection();

  [[nodiscard]] int number(const std::string& tensor) const;
  /// "AV[0,1,2]": for messages.
  [[nodiscard]] std::string word(int tensor, std::int64_t at) const;
  [[nodiscard]] const einsum::Tensor& tensor(int number) const { return *store(number).tensor; }

  /// A result has left an array and is at the edge of all of them from `tick` on.
  void leave(int tensor, std::int64_t at, const einsum::Point& point, std::int64_t tick,
             const Program& program);
  /// A result stays in the registers of a PE.
  void keep(int tensor, std::int64_t at, const einsum::Point& point, std::int64_t tick, int cell,
            const Program& program);
  /// The instance that makes this coordinate had nothing to do.
  void skip(int tensor, std::int64_t at) { store(tensor).skipped[index(at)] = 1; }
  /// A transfer has brought it to the edge of the arrays, or to DRAM.
  void load(int tensor, std::int64_t at, std::int64_t tick);
  void save(int tensor, std::int64_t at) { store(tensor).saved[index(at)] = 1; }
  /// May a transfer take it? From DRAM, or from where arrays send what they make.
  [[nodiscard]] bool inDram(int tensor, std::int64_t at) const;
  [[nodiscard]] bool onChip(int tensor, std::int64_t at, std::int64_t tick) const;

  /// The word that a feeder (or the PE's own registers) gives at that time; it must be there.
  [[nodiscard]] einsum::Point read(Source source, int tensor, std::int64_t at, std::int64_t tick,
                                   int cell);

  /// max |a - b| / max(1, |b|) over every coordinate that was made here, and every result;
  /// infinity where one of both is absent.
  [[nodiscard]] double largestDifference(const einsum::Environment& reference) const;
  /// What was computed: the results of the cascade.
  [[nodiscard]] einsum::Environment results() const;

private:
  struct Held { ///< in a PE's registers
    einsum::Point point;
    std::int64_t tick = kNever;
    int cell = -1;
  };
  struct Store {
    const einsum::Tensor* tensor = nullptr;
    const einsum::Einsum* maker = nullptr;
    std::vector<einsum::Point> points;
    std::vector<std::int64_t> arrived; ///< at the edge, from arrays
    std::vector<std::int64_t> loaded;  ///< at the edge, from DRAM
    std::vector<unsigned char> saved;  ///< in DRAM
    std::vector<unsigned char> skipped;
    std::vector<unsigned char> used; ///< by a reader: nothing may be added any more
    std::vector<Held> held;
    std::int64_t stride = 0; ///< of the iterative rank, 0: none
    std::int64_t trips = 1;  ///< its size
  };

  static std::size_t index(std::int64_t at) { return static_cast<std::size_t>(at); }
  [[nodiscard]] const Store& store(int number) const {
    return stores_[static_cast<std::size_t>(number)];
  }
  Store& store(int number) { return stores_[static_cast<std::size_t>(number)]; }
  void setInitial(Store& store);
  void showView(Store& store);
  [[nodiscard]] static bool excluded(const Store& store, std::int64_t at);
  [[nodiscard]] static std::int64_t resolve(const Store& store, std::int64_t at);
  [[nodiscard]] static einsum::Point held(const Store& store, std::int64_t at, std::int64_t tick,
                                          int cell);
  [[nodiscard]] static einsum::Point final(const Store& store, std::int64_t at);

  const einsum::Cascade& cascade_;
  std::vector<Store> stores_;
};

} // namespace einsight::sim::cells
