#pragma once
#include "core/expected.hpp"
#include "report/document.hpp"

#include <filesystem>

namespace einsight::report {

/// Where the parts of a page lie: what is in report/html of the source tree, and the libraries that
/// the build gets from npm.
struct WebFolders {
  std::filesystem::path sources, libraries;
};

/// For a catalogue's root (config::catalogueRoot): those of an installed program, or those of the
/// build that this program is from.
WebFolders webFolders(const std::filesystem::path& root);

/// One page with everything in it: opens without a network. Fails where a part is missing, all of
/// them at once.
core::Expected<std::string> htmlPage(const Document& document, const WebFolders& folders);

} // namespace einsight::report
