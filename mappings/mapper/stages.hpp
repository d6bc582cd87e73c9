#pragma once
#include "mappings/mapper/movement.hpp"

#include <optional>

namespace einsight::mappings::mapper {

/// A software pipeline: what reads a value that another unit made works one epoch behind it, and
/// nothing reads a value of an iteration before ahead of its making. Nothing when no line would be
/// behind another, or when a recurrence leaves no room for it.
std::optional<Stages> pipeline(const Nested& nested, const std::vector<Bound>& bounds);

/// The leaves that read what may lie in the place of another tensor.
std::vector<std::pair<int, int>> sharingOf(const Nested& nested);

} // namespace einsight::mappings::mapper
