#pragma once
#include "mappings/mapper/choose.hpp"

#include <optional>

namespace einsight::mappings::mapper {

/// The sections one after another as a mapping that sets these parameters of the workload. Nothing
/// when they cut a rank variable in ways that do not go together.
std::optional<Mapping> compose(const Facts& facts, const std::vector<const Solution*>& sections,
                               const core::Settings& parameters);

} // namespace einsight::mappings::mapper
