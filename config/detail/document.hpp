#pragma once
#include "config/node.hpp"

namespace einsight::config {

/// The tree of one YAML document exactly as written: no `extends:`, no `version` check.
core::Expected<Node> readDocument(const std::string& text, const std::string& name);

} // namespace einsight::config
