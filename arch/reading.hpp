#pragma once
#include "arch/machine.hpp"
#include "arch/scope.hpp"
#include "arch/tables.hpp"

namespace einsight::arch {

/// What the functions that read one section of a machine file share: where mistakes go, the
/// parameters, the tables (null: the machine names none), and the machine so far.
struct Reading {
  core::Problems& problems;
  Scope& scope;
  const Tables* tables = nullptr;
  Machine::Data& data;
};

/// `dram:` becomes the first memory; its bandwidth becomes bytes per cycle of the machine's clock.
void readDram(const config::Node& node, Reading& reading);
/// One entry of `buffers:`.
void readBuffer(const std::string& name, const config::Node& node, Reading& reading);
/// One entry of `arrays:`: a unit and the register files of its PEs.
void readArray(const std::string& name, const config::Node& node, Reading& reading);

/// The functional units of one PE and what they cost: part name -> part (null without tables).
using Units = std::vector<std::pair<std::string, const Part*>>;
/// `units:` of a PE; the actions of its parts become those of `unit`.
Units readUnits(config::MapReader& pe, Unit& unit, Reading& reading);
/// `operations:` and `chained:` of a PE, done by its units.
void readOperations(config::MapReader& pe, const Units& units, Unit& unit, Reading& reading);

/// Records a problem at `node` when a component of the machine has that name already.
void claimName(const std::string& name, const config::Node& node, Reading& reading);
/// The required key of a map whose value is an expression, or null with the problem recorded.
const config::Node* scalar(config::MapReader& reader, std::string_view key);
/// The part that `key` (or the node itself) names, or null: no tables, or an unknown name, which
/// is recorded at `node`.
const Part* findPart(const std::string& name, const config::Node& node, Reading& reading);
/// Energy and area of a memory from the table that `table` names (null: none); an unknown name is
/// recorded. Units: bytes.
MemoryCost memoryCost(const config::Node* table, std::int64_t capacity, std::int64_t access,
                      Reading& reading);
/// The area in um2 of `links: {nodes: N, table: PART}`; 0 when the links state no nodes, which a
/// machine whose tables charge nothing for links does.
Cost linkArea(config::MapReader& links, Reading& reading);
/// Why an energy or area is null on a machine without tables.
std::string noTables();
/// A component's area, which adds to the machine's, or the reason why both are unknown.
void addArea(const std::string& component, const Cost& area, Reading& reading);
/// An action with the energy of a table; a note is left where the energy is interpolated.
Action action(const std::string& component, const std::string& name, const Cost& energy,
              Reading& reading);

} // namespace einsight::arch
