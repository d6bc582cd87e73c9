#pragma once
#include "explore/sweep/hash.hpp"
#include "explore/sweep/reading.hpp"

namespace einsight::explore::sweep {

/// Looks up what a sweep names: inputs, parameters that they have, results that conditions speak
/// of, devices that have prices. Every mistake is recorded.
class Names {
public:
  Names(const Raw& raw, core::Problems& problems) : raw_(raw), problems_(problems) {}

  /// Reads every input. Before all others.
  void lookUp();
  void checkVaried();
  void checkWhere();
  void checkPrices();
  /// Of all that the results depend on.
  [[nodiscard]] std::string hash();

private:
  /// Each once, where it stands first.
  [[nodiscard]] std::vector<Input> inputs(const char* name) const;
  /// Problems with an input; those without a place of their own are at its name.
  void failed(const std::string& prefix, core::Problems found, const Input& input);
  void know(const std::string& prefix, const std::string& name);
  void addFile(const std::filesystem::path& file, const std::filesystem::path& folder);
  void addFiles(const std::vector<std::string>& files);
  void addTrace(const std::string& trace);
  void addLevel(const std::string& name);
  void workload(const Input& input);
  void machine(const Input& input);
  void gpu(const Input& input);
  void cluster(const Input& input);
  void spatial(const Input& input);
  void mapping(const Input& input);
  void trace(const Input& input);

  const Raw& raw_;
  core::Problems& problems_;
  Hash hash_;
  std::map<std::string, std::vector<std::string>> known_; ///< prefix -> names that can be set
  std::set<std::string> open_;                            ///< prefixes where any name may be right
  std::set<std::string> failed_;                          ///< prefixes with an unreadable input
  bool ownMachineFailed_ = false; ///< a file, whose devices may have any name
  std::set<std::string> results_; ///< names that `where` may use
  std::set<std::string> devices_; ///< machines that may have a price
};

} // namespace einsight::explore::sweep
