#pragma once
#include "core/expected.hpp"
#include "core/expression.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace einsight::validation {

struct KernelRow;

/// Names with expressions over columns of a row, in the order of the file.
using Expressions = std::vector<std::pair<std::string, core::Expression>>;

/// What a published system's pass is here: one simulation. Patterns may have `*`; empty ones fit
/// anything.
struct KernelSystem {
  std::string system, pass, mask, hardware; ///< patterns
  std::optional<core::Expression> when;     ///< a condition over columns of the row
  std::string workload, mapping;
  Expressions parameters;      ///< of the workload
  Expressions mappingSettings; ///< sizes of the mapping
  double times = 1;            ///< how often the pass happens: a share of the steps or layers
};

/// systems.yaml: names of the published tables in ours.
struct KernelSystems {
  std::vector<std::pair<std::string, std::string>> hardware; ///< pattern -> machine
  Expressions parameters; ///< of every workload, beneath those of a system
  std::vector<KernelSystem> systems;

  /// The machine of a published name; nothing when no pattern fits.
  [[nodiscard]] std::optional<std::string> machineOf(const std::string& published) const;
  /// Simulations that fit but for their conditions, in the order of the file.
  [[nodiscard]] std::vector<const KernelSystem*> find(const std::string& system,
                                                      const std::string& pass,
                                                      const std::string& mask,
                                                      const std::string& published) const;
};

/// How closely rows of a class must agree.
struct KernelClass {
  std::optional<double> tolerance; ///< relative, of a point; without it the row is shown only
  /// Of a saving of time, in place of `tolerance`: how many points of the time that it is compared
  /// with, in percent, may be missed, and at most what share of the saving itself.
  std::optional<double> points;
  double ofSaving = 1;
  std::optional<double> familyMean; ///< largest mean |error| of time in a family
  std::optional<double> familyTau;  ///< smallest rank correlation of times in a family
  bool fitted = false;              ///< the machine's constants were fitted on these rows
  std::string reason;
};

/// What to take for rows, or why nothing can be taken.
struct KernelRule {
  std::string system, metric, mask, hardware, type; ///< patterns; empty: any
  std::optional<core::Expression> when; ///< a condition over columns; a row that lacks one fits not
  std::string take;                     ///< one of kernelQuantities()
  std::vector<std::string> passes;
  std::string of;      ///< the system to simulate, where the row names something else
  std::string against; ///< ratios: the system it is compared with
  std::vector<std::string> againstPasses; ///< of that system, where they are other ones
  std::string open;    ///< what the source leaves open: the reason of points that are within
  std::string combine; ///< "mean", "max" or "min" over the points of `over`
  /// Columns that the row leaves out, each with the values that are gone through.
  std::vector<std::pair<std::string, std::vector<core::Expression>>> over;
  std::optional<core::Expression> bytes; ///< of `take: bandwidth`
  double times = 1;                      ///< e.g. layers that the number is the sum of
  Expressions machine; ///< settings of the machine: what these rows were measured with or without
  std::string rowClass;
  std::string notCovered; ///< the reason, in place of all that
};

/// A point that is known to differ, with the reason: judged with a tolerance of its own.
struct KernelKnown {
  std::string id; ///< pattern
  double tolerance = 0;
  std::string reason;
};

/// suites/kernels.yaml or suites/headlines.yaml with its systems.
struct KernelSpec {
  std::string name;             ///< of the suite
  std::optional<double> median; ///< largest median of |relative error| over all points
  std::filesystem::path published;
  KernelSystems systems;
  core::Expression flops;               ///< of a forward pass without a mask, over columns
  std::map<std::string, double> passes; ///< times `flops`
  std::map<std::string, double> masks;  ///< patterns; times `flops`
  std::vector<std::string> types;       ///< of operands that are simulated
  std::map<std::string, KernelClass> classes;
  std::vector<KernelKnown> known;
  std::vector<KernelRule> rules;

  /// The first rule that fits; null without one.
  [[nodiscard]] const KernelRule* ruleOf(const KernelRow& row) const;
};

/// What `take` of a rule may be.
const std::vector<std::string>& kernelQuantities();

/// Reads the file and the one that its key `systems` names. All problems at once.
core::Expected<KernelSpec> readKernelSpec(const std::filesystem::path& file);
core::Expected<KernelSystems> readKernelSystems(const std::filesystem::path& file);

} // namespace einsight::validation
