#pragma once
#include "report/page.hpp"

namespace einsight::report {

/// What is missing to draw pictures: parts of the page, node. Empty where nothing is.
core::Problems missingForPictures(const WebFolders& folders);

/// Pictures below each other as one.
std::string stacked(const std::vector<std::string>& svgs);

/// The charts of a document as SVG for print, by their ids: drawn by Vega in node. A chart with a
/// filter that shows one value at a time is drawn for its first value. Fails where node or a
/// library is missing, or drawing does not succeed.
core::Expected<std::vector<std::pair<std::string, std::string>>>
pictures(const Document& document, const WebFolders& folders);

} // namespace einsight::report
