#pragma once
#include "explore/inputs.hpp"
#include "explore/point.hpp"

#include <functional>

namespace einsight::explore {

/// Parameters of a workload that a mapping sets, and that change how large an input is, but for
/// index tensors, which list tiles: a mapping says how a workload is cut, never how large it is.
/// `before`: the workload without the mapping's wishes; `where`: a parameter in the mapping's file.
core::Problems resizing(const core::Settings& wishes, const PointRequest& request,
                        const einsum::Cascade& before, Inputs& inputs,
                        const std::function<core::Where(const std::string&)>& where);

} // namespace einsight::explore
