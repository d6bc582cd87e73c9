#pragma once
#include "validation/gna/quantities.hpp"
#include "validation/gna/spec.hpp"
#include "validation/gna/times.hpp"
#include "validation/rows.hpp"

namespace einsight::validation {

/// A published row with what it asks for.
struct GnaRow {
  std::string id, hardware, layout, window, stride, metric, valueText;
  std::optional<double> value;
  GnaQuestion question;
  std::string noMask;            ///< why there is no mask
  bool listed = false;           ///< its tiles were given in the row, not completed
  const GnaRule* rule = nullptr; ///< null: no rule of the suite fits
  GnaRun run{};                  ///< what a time was measured on
  std::string noRun{};           ///< why nothing can be simulated
};

/// Reads rows with the columns of gna_published.csv, completed from the specification, which must
/// outlive them. A value or a shape that cannot be read is a reason, not a problem.
core::Expected<std::vector<GnaRow>> readGnaRows(const std::filesystem::path& file,
                                                const GnaSpec& spec);

/// A row of gna_oracle.csv with its question, or why there is none.
struct GnaOracleRow {
  Row row;
  tl::expected<mappings::gna::Question, std::string> question;
};
core::Expected<std::vector<GnaOracleRow>> readGnaOracle(const std::filesystem::path& file,
                                                        const GnaSpec& spec);

/// Whether the first line of a file names the columns of the oracle, not those of published rows.
bool isGnaOracle(const std::filesystem::path& file);

} // namespace einsight::validation
