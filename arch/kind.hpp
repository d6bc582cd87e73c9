#pragma once
#include "config/node.hpp"

#include <span>
#include <string_view>

namespace einsight::arch {

/// The kinds of machines that a file may say it is: "spatial", "gpu", "cpu", "cluster".
std::span<const std::string_view> machineKinds();

/// False, with a problem at `kind:` that names machines of the kind that is needed, when the file
/// is of another kind; a kind that is missing or unknown is for the reader of the sections to
/// report.
bool isOfKind(const config::Node& machine, std::string_view needed, core::Problems& problems);

} // namespace einsight::arch
