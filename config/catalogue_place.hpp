#pragma once

namespace einsight::config {

/// The catalogue's folder as it was known when the program was linked: the source tree in a build
/// tree; in a program that uses the installed package, the package's share/einsight (its
/// configuration adds a definition of its own, which the linker takes before the library's).
extern const char* const kCataloguePlace;

} // namespace einsight::config
