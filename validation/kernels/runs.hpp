#pragma once
#include "core/settings.hpp"
#include "mappings/gpu/plan.hpp"
#include "validation/kernels/rows.hpp"

namespace einsight::validation {

/// Simulates passes of published systems, each shape once.
class KernelRuns {
public:
  /// `machine`: settings of every machine. The specification must outlive the runs.
  KernelRuns(const KernelSpec& spec, core::Settings machine, std::string engine)
      : spec_(spec), machine_(std::move(machine)), engine_(std::move(engine)) {}

  /// What is asked for: a published system at one shape.
  struct Request {
    std::string system, hardware, mask;
    std::vector<std::string> passes;
    KernelShape shape;
    mappings::gpu::ReplaceTrips trips{}; ///< of its kernels, where a list decides them
    Expressions machine{}; ///< more settings of the machine; those of all requests come first
  };
  /// Seconds of all passes, or one sentence why there is no answer.
  tl::expected<double, std::string> seconds(const Request& request);

  /// Operations of the passes by the suite's convention, or a sentence.
  [[nodiscard]] tl::expected<double, std::string> flops(const Request& request) const;

private:
  /// The system's simulation of a pass, or a sentence.
  [[nodiscard]] tl::expected<const KernelSystem*, std::string>
  systemOf(const Request& request, const std::string& pass) const;
  tl::expected<double, std::string> simulate(const KernelSystem& system, const std::string& machine,
                                             const Request& request);

  const KernelSpec& spec_;
  core::Settings machine_;
  std::string engine_;
  std::map<std::string, tl::expected<double, std::string>> known_;
};

/// What is wrong with settings that no machine of the rows takes.
core::Problems notSettable(const KernelSpec& spec, const std::vector<KernelRow>& rows,
                           const core::Settings& settings);

} // namespace einsight::validation
