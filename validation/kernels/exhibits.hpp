#pragma once
#include "validation/kernels/spec.hpp"
#include "validation/suite.hpp"

namespace einsight::validation {

/// Points of one published system, GPU, head dimension and mask, and how closely they must agree.
struct KernelFamily {
  std::string name, system;
  const KernelClass* rules = nullptr;
  std::vector<Outcome> outcomes;            ///< those with a reference and a simulation
  std::vector<double> published, simulated; ///< seconds, or what is in their place: ratios
};

/// Errors of a family's times.
struct KernelErrors {
  double mean = 0, most = 0; ///< relative
  std::optional<double> tau;
};
KernelErrors errorsOf(const KernelFamily& family);

/// Whether a family meets the gates of its class.
bool passes(const KernelFamily& family);

/// Family by family: points, errors of time, rank correlation, gates, whether it was fitted on.
/// `own`: points that a user brought, which nothing was fitted on.
Exhibit familyExhibit(const std::vector<KernelFamily>& families, bool own = false);
/// The same over all families of a system on a GPU.
Exhibit systemExhibit(const std::vector<KernelFamily>& families);
/// Point by point: published, simulated, error, and what the source leaves open or why it differs;
/// below, the median of the absolute errors.
Exhibit pointExhibit(const std::vector<Outcome>& points);
/// The median of |relative error| over points that are compared and that nothing was fitted on;
/// nothing without any.
std::optional<double> medianError(const std::vector<Outcome>& points);

} // namespace einsight::validation
