#pragma once
#include "core/expected.hpp"
#include "mappings/gna/permutation.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <map>
#include <string>
#include <vector>

namespace einsight::cli {

/// Options with one number per axis; the first kGnaMaskShapes describe the mask.
inline constexpr std::array kGnaShapes{"layout", "window", "stride", "dilation",
                                       "causal", "q-tile", "kv-tile"};
inline constexpr std::size_t kGnaMaskShapes = 5;
/// The options of `gna` as given.
struct GnaOptions {
  std::map<std::string, std::string> shapes;
  std::string tiling = "multi", kvTiling = "static", useCase, type = "fp16";
  std::vector<std::string> settings;
  std::string machine, mapping, batch = "1", heads = "1", kvHeads, headDim = "128", denseSteps;
  bool sweepStrides = false, sweepTiles = false;
  CLI::App* app = nullptr;

  [[nodiscard]] bool given(const std::string& option) const {
    return app->count("--" + option) > 0;
  }
};

/// Reads the options, collecting what is wrong with them.
class GnaReader {
public:
  explicit GnaReader(const GnaOptions& options) : options_(options) {}

  /// One number per axis; empty when not given or wrong.
  mappings::gna::Shape shape(const std::string& name);
  std::int64_t count(const std::string& name, const std::string& text, std::int64_t low,
                     std::int64_t high);
  /// The position of a value among those that an option may have.
  std::size_t choice(const std::string& name, const std::string& text,
                     const std::vector<std::string>& known);
  mappings::gna::Heads heads();
  /// What `--set` and `-m` are for, when there is no machine.
  void checkTarget();
  void report(const std::string& option, std::string what, std::string help);
  /// Whether a shape could not be read, so that nothing more can be said about the question.
  [[nodiscard]] bool unread() const { return unread_; }

  core::Problems problems;

private:
  const GnaOptions& options_;
  bool unread_ = false;
};

} // namespace einsight::cli
