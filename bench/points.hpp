#pragma once
#include "explore/point.hpp"

namespace einsight::bench {

/// A catalogue point at sequence length `length`, ready to be simulated. A point that cannot be
/// prepared ends the program: the catalogue is broken.
explore::Point point(const std::string& workload, const std::string& machine,
                     const std::string& mapping, std::int64_t length);

} // namespace einsight::bench
