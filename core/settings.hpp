#pragma once
#include "core/rational.hpp"

#include <map>
#include <string>

namespace einsight::core {

/// Values given on the command line or by an enclosing file for the parameters of a workload,
/// a machine or a mapping: name -> value. ("L" -> 4096)
using Settings = std::map<std::string, Rational>;

} // namespace einsight::core
