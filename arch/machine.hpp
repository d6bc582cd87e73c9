#pragma once
#include "core/expected.hpp"
#include "core/rational.hpp"
#include "core/settings.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace einsight::arch {

/// One action of a component with its energy. Energy is null where no table covers it.
struct Action {
  std::string name; ///< "read", "write", "macc", "max"
  std::optional<double> picojoules;
  bool interpolated = false; ///< from a table by interpolation
  std::string reason;        ///< why `picojoules` is null
};

/// How a unit performs one operator of einsum/operators.hpp.
struct Operation {
  std::string op;                                   ///< "exp"
  core::Rational cycles{1};                         ///< throughput: cycles per operation and lane
  std::vector<std::pair<std::string, int>> actions; ///< {"macc", 6}
};

/// One axis of an array of processing elements.
struct Axis {
  std::string name; ///< "rows", "columns", "lanes"
  std::int64_t size = 1;
  bool reduces = false; ///< neighbours along it can add up, take the maximum, … as data pass
};

/// An array of identical processing elements (PEs) that work in lockstep.
struct Unit {
  std::string name; ///< "array_2d"
  std::vector<Axis> axes;
  std::vector<Operation> operations;
  /// Chains of operators that are one pipelined pass: {"sub","exp"} costs max, not sum, cycles.
  std::vector<std::vector<std::string>> chained;
  std::int64_t hopLatency = 0; ///< cycles per neighbour hop: 0 or 1
  std::vector<Action> actions; ///< of one PE's functional units
  std::optional<double> area;  ///< um2 of the whole array without register files
  [[nodiscard]] std::int64_t processingElements() const;
  [[nodiscard]] const Operation* operation(std::string_view op) const;
  [[nodiscard]] const Axis* axis(std::string_view name) const;
};

/// A memory: DRAM, an on-chip buffer, or the register files of a unit's PEs.
struct Memory {
  enum class Kind { Dram, Buffer, Registers };
  std::string name; ///< "global_buffer"
  Kind kind = Kind::Buffer;
  std::string unit;                        ///< Registers: the unit whose PEs hold them
  std::optional<std::int64_t> capacity;    ///< bytes (Registers: of ONE PE); empty: unbounded
  std::int64_t accessBytes = 2;            ///< bytes moved by one read or write action (a row)
  std::optional<core::Rational> bandwidth; ///< bytes per cycle; empty: never the limit
  std::int64_t interleaveBytes = 32768;    ///< Dram: of one transfer before others have a turn
  std::optional<std::int64_t> ports;       ///< Buffer: accesses per cycle; empty: unlimited
  std::vector<Action> actions;             ///< "read" and "write" of accessBytes
  std::optional<double> area;              ///< um2 (Registers: of one PE)
};

/// A spatial machine. Levels run from DRAM (first) inwards; every unit reaches every buffer.
class Machine {
public:
  [[nodiscard]] const std::string& name() const { return data_.name; }
  [[nodiscard]] const std::string& summary() const { return data_.summary; }
  [[nodiscard]] const std::string& file() const { return data_.file; }
  /// "spatial"; mappings name the kind of machine they are for.
  [[nodiscard]] const std::string& kind() const { return data_.kind; }
  [[nodiscard]] core::Rational clockHertz() const { return data_.clockHertz; }
  [[nodiscard]] const std::vector<Memory>& memories() const { return data_.memories; }
  [[nodiscard]] const std::vector<Unit>& units() const { return data_.units; }
  [[nodiscard]] const Memory* memory(std::string_view name) const;
  [[nodiscard]] const Unit* unit(std::string_view name) const;
  /// The register files of a unit, or null.
  [[nodiscard]] const Memory* registersOf(std::string_view unit) const;
  [[nodiscard]] const Memory& dram() const;
  /// Total area in um2, or null with `areaReason` where no table covers a part.
  [[nodiscard]] std::optional<double> area() const { return data_.area; }
  [[nodiscard]] const std::string& areaReason() const { return data_.areaReason; }
  /// Component -> um2, for reports ("array_2d", "array_1d", "global_buffer").
  [[nodiscard]] const std::map<std::string, double>& areaParts() const { return data_.areaParts; }
  /// "45nm": what the energy and area tables are made for.
  [[nodiscard]] const std::string& technology() const { return data_.technology; }
  /// Where the machine's numbers come from, in one sentence.
  [[nodiscard]] const std::string& source() const { return data_.source; }
  /// Every file the machine was read from, for provenance: its own, those it extends, its tables.
  [[nodiscard]] const std::vector<std::string>& files() const { return data_.files; }
  /// What a reader of energy and area must know: "global_buffer: read energy interpolated …".
  [[nodiscard]] const std::vector<std::string>& notes() const { return data_.notes; }
  /// Values for expressions of mappings: "<parameter>" of the machine file, "clock" (Hz),
  /// "array_2d.rows", "array_1d.lanes" (an axis), "array_2d.elements", "array_2d.hop_latency",
  /// "global_buffer.capacity", "global_buffer.access" (bytes), "dram.bandwidth" (bytes per cycle),
  /// "registers_2d.words". Null for any other name, and where the machine sets no limit.
  [[nodiscard]] std::optional<core::Rational> value(std::string_view dottedName) const;
  /// Rules of counting that a publication used and we do not (see docs/energy.md), by name.
  [[nodiscard]] const std::map<std::string, bool>& conventions() const { return data_.conventions; }

  struct Data {
    std::string name, summary, file, kind, technology, source;
    core::Rational clockHertz{1};
    std::vector<Memory> memories;
    std::vector<Unit> units;
    std::optional<double> area;
    std::string areaReason;
    std::map<std::string, double> areaParts;
    std::map<std::string, core::Rational> parameters;
    std::map<std::string, bool> conventions;
    std::vector<std::string> files, notes;
  };

private:
  friend core::Expected<Machine> check(Data data);
  explicit Machine(Data data) : data_(std::move(data)) {}
  Data data_;
};

/// The machine, if its parts fit together: one DRAM (first), names that are unique, sizes and rates
/// above zero, registers and chains that refer to what is there.
core::Expected<Machine> check(Machine::Data data);

/// Reads a machine file, sets its parameters (file values, then `settings`), looks energy and area
/// up in the tables it names, and checks it. All problems at once. `catalogue`: folders in which
/// `extends: NAME` is looked up, before the machines that come with Einsight.
core::Expected<Machine> readMachine(const std::filesystem::path& file,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& catalogue = {});

} // namespace einsight::arch
