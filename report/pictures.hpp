#pragma once
#include "report/page.hpp"

namespace einsight::report {

/// The charts of a document as SVG for print, by their ids: drawn by Vega in node. A chart with a
/// filter that shows one value at a time is drawn for its first value. Fails where node or a
/// library is missing, or drawing does not succeed.
core::Expected<std::vector<std::pair<std::string, std::string>>>
pictures(const Document& document, const WebFolders& folders);

} // namespace einsight::report
