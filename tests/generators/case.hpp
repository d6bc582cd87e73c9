#pragma once
#include "explore/point.hpp"
#include "tests/generators/cascade.hpp"
#include "tests/generators/machine.hpp"

#include <filesystem>

namespace einsight::generators {

/// A workload on a machine under a mapping, as the three files that a person could run.
struct Case {
  CascadeText workload;
  MachineShape machine;
  std::string mapping;
};

/// The three files one after the other, to be copied from a failure.
std::string text(const Case& drawn);

/// Where the files of cases are while they are read; gone at the end.
class Scratch {
public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// Writes a file; its path.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;
  /// Writes the three files; what explore::prepare wants.
  [[nodiscard]] explore::PointRequest request(const Case& drawn) const;
  /// Writes a machine over the last one that was written, with a cycle for each hop; its path.
  [[nodiscard]] std::string systolic() const;

  /// A case of a mapping of the catalogue with the cascade that it is for; the others are drawn.
  [[nodiscard]] Case drawCatalogueCase() const;
  /// A case of any attention or tree, and a mapping drawn for it: drawMapping or drawUnfused.
  [[nodiscard]] Case drawCase(bool unfused) const;

private:
  std::filesystem::path folder_;
};

/// Does a refusal only say that tiles do not fit?
bool onlyRoom(const core::Problems& problems);

/// How many cases a property looks at: `standard`, times $EINSIGHT_CASES where that is set.
int cases(int standard);

} // namespace einsight::generators
