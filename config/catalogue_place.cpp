#include "config/catalogue_place.hpp"

namespace einsight::config {

const char* const kCataloguePlace = EINSIGHT_CATALOGUE_DIR;

} // namespace einsight::config
