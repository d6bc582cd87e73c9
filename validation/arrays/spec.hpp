#pragma once
#include "core/expected.hpp"
#include "core/expression.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// What a suite of published spatial-array results says, as read from suites/NAME.yaml.
namespace einsight::validation {

/// What to simulate for a published configuration.
struct Design {
  std::string workload; ///< cascade; the model of the row is added: CASCADE:MODEL
  std::string machine;
  std::string mapping;
  std::map<std::string, core::Expression> machineSettings; ///< over parameters of the workload
  std::string layers; ///< configuration of the linear layers beside it; empty where not known
};

/// How one engine is judged in a class of rows.
struct Judgement {
  struct Step {
    std::int64_t from = 0; ///< sequence length, in tokens
    double within = 0;     ///< relative
  };
  std::vector<Step> tolerances; ///< by length, shortest first; the first also below its length
  std::string reason;           ///< what a difference comes from
  [[nodiscard]] double tolerance(std::int64_t length) const;
};

/// Rows that are judged alike.
struct RowClass {
  bool compared = true;
  std::string reason;                          ///< why they are not compared
  std::map<std::string, Judgement> judgements; ///< by engine
};

/// What is read from a simulation, and how: the first rule that fits a row counts.
struct Rule {
  enum class Take {
    Seconds,
    Cycles,
    BusySeconds,       ///< of a unit
    PortSeconds,       ///< bytes of a memory over its bandwidth
    Bytes,             ///< read and written, of a memory
    Energy,            ///< pJ, of a component or in total
    Area,              ///< um2, of a component or in total
    Utilization,       ///< of a unit
    EinsumUtilization, ///< of the first of the Einsums named that exists
    Trips              ///< of a part of a rank variable
  };
  enum class Ratio { None, Speedup, Relative }; ///< other / this, this / other
  std::vector<std::string> figures;             ///< empty: any
  std::vector<std::string> metrics;
  Take take = Take::Seconds;
  std::vector<std::string> of;
  Ratio ratio = Ratio::None;
  std::string against; ///< the other configuration, where the row's does not say "A vs B"
  bool layer = false;  ///< attention and the linear layers together
  double scale = 1;
  bool rounded = false; ///< compared after rounding to the digits of the reference
  std::string rowClass;
  [[nodiscard]] bool fits(const std::string& figure, const std::string& metric) const;
};

struct ArraySpec {
  std::string name;
  std::filesystem::path reference;
  std::vector<std::string> models;   ///< of means
  std::vector<std::int64_t> lengths; ///< of means
  std::string meanModel;             ///< what a row of a mean says for its model
  std::map<std::string, Design> published;
  std::vector<std::pair<std::string, Design>> sensible; ///< the same designs without its quirks
  std::vector<Rule> rules;
  std::map<std::string, RowClass> classes;
  std::vector<std::string> explanations;
  std::vector<std::string> sensibleExplanations;
  /// The linear layers that belong to a design, or null where the suite names none.
  [[nodiscard]] const Design* layersOf(const Design& design) const;
};

/// Reads a suite file. A machine or mapping with a '/' is a path relative to the file's parent
/// folder. Every problem at once.
core::Expected<ArraySpec> readArraySpec(const std::filesystem::path& file);

} // namespace einsight::validation
