#include "explore/preference.hpp"

#include "config/catalogue.hpp"
#include "mappings/catalogue.hpp"

#include <algorithm>

namespace einsight::explore {

std::vector<std::string> byPreference(std::string_view kind,
                                      const std::function<bool(const config::Node&)>& leftOut) {
  std::vector<std::pair<std::string, std::string>> ranked;
  for (const auto& entry : mappings::list()) {
    if (entry.kind != kind) {
      continue;
    }
    const auto file = mappings::find(entry.name);
    const auto root =
        file ? config::load(*file, {config::catalogueRoot() / "mappings"}) : core::failure({});
    if (root && leftOut && leftOut(*root)) {
      continue;
    }
    const auto* preference = root ? root->find("preference") : nullptr;
    ranked.emplace_back(preference == nullptr ? "~" : preference->scalar, entry.name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) {
    names.push_back(std::move(name));
  }
  return names;
}

} // namespace einsight::explore
