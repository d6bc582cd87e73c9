#pragma once
#include "einsum/cascade.hpp"

namespace einsight::workloads {

/// A line of `list workloads`.
struct Entry {
  std::string name;
  std::string summary;
};

/// The files behind a reference, for provenance.
struct Files {
  std::filesystem::path cascade;
  std::optional<std::filesystem::path> model;
};

/// The cascade that a reference means, with its parameters bound and checked. A reference is the
/// name of a workload (attention-1pass) or of a model (bert, with its default cascade), the path
/// of a file of either kind, or CASCADE:MODEL (attention-3pass:bert). A parameter's value comes
/// from `settings`, else from the model, else from the cascade; what a model says about parameters
/// that the cascade does not have is ignored.
core::Expected<einsum::Cascade> load(const std::string& reference,
                                     const core::Settings& settings = {});

/// The files that `load` reads for a reference (not the ones they extend).
core::Expected<Files> filesOf(const std::string& reference);

/// Every workload and model of the catalogue, by name.
std::vector<Entry> list();

/// What `show` prints: parameters, tensors and Einsums of a cascade, as text.
std::string describe(const einsum::Cascade& cascade);

} // namespace einsight::workloads
