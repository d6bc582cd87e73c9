#pragma once
#include "core/expected.hpp"
#include "core/expression.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace einsight::arch {

/// An energy (pJ) or an area (um2) from a table; null with a reason where no table covers it.
struct Cost {
  std::optional<double> value;
  bool interpolated = false; ///< between (or just beyond) rows of a table
  std::string reason;        ///< why `value` is null
};

/// Both together; unknown when one is.
Cost operator+(const Cost& a, const Cost& b);

/// What a memory costs: energy of one read and one write of its access width (pJ), area (um2).
struct MemoryCost {
  Cost read, write, area;
};

/// A part with fixed costs: a functional unit, a DRAM interface, a node of a network.
struct Part {
  std::optional<double> area;                           ///< um2; null: not known
  std::map<std::string, std::optional<double>> actions; ///< name -> pJ; null: not known
  std::optional<std::int64_t> accessBytes;              ///< bytes of one action, for memories
};

/// A memory whose costs are expressions over `words` and `address_bits` = ceil(log2 words).
struct Formula {
  std::int64_t wordBytes = 0;
  core::Expression read, write, area; ///< pJ, pJ, um2
};

/// Memories of one kind as a memory compiler gives them.
struct Compiled {
  struct Row {
    std::int64_t capacity = 0;  ///< bytes
    std::int64_t widthBits = 0; ///< of one access
    double read = 0, write = 0; ///< pJ per access
    double area = 0;            ///< um2
  };
  std::vector<Row> rows;
  std::optional<core::Expression> addressEnergy; ///< pJ added to each access
  std::optional<core::Expression> addressArea;   ///< um2 added once
};

/// Energy and area tables of one technology (arch/tables/*.yaml).
struct Tables {
  std::string name, summary, technology;
  std::set<std::string> files; ///< the file and those it extends
  std::map<std::string, Part> parts;
  std::map<std::string, Formula> formulas;
  std::map<std::string, Compiled> compiled;

  /// Names of the formulas and compiled memories.
  [[nodiscard]] std::vector<std::string> memoryNames() const;
  /// Cost of a memory of that formula or compiled kind. Units: bytes; `access` is the bytes one
  /// read or write moves. Null with a reason where the tables do not reach.
  [[nodiscard]] MemoryCost memory(const std::string& kind, std::int64_t capacity,
                                  std::int64_t access) const;
};

/// The value of a table at `at`, by straight lines in log-log scale through (x, y) sorted by x.
/// Exact at the points; null beyond half the first and twice the last x, and between with fewer
/// than two points. Precondition: every x and y above zero, no x twice.
Cost interpolate(const std::vector<std::pair<double, double>>& points, double at);

/// Reads a table file, which may `extends:` another; every problem at once.
core::Expected<Tables> readTables(const std::filesystem::path& file,
                                  const std::vector<std::filesystem::path>& catalogue = {});

} // namespace einsight::arch
