#include "mappings/cases.hpp"

#include "config/scalar.hpp"

#include <algorithm>

namespace einsight::mappings {

using config::Node;

Node decideCases(Node root, const core::Expression::Lookup& lookup, core::Problems& problems) {
  const auto found = std::find_if(root.entries.begin(), root.entries.end(),
                                  [](const auto& entry) { return entry.first.scalar == "cases"; });
  if (found == root.entries.end()) {
    return root;
  }
  const Node cases = found->second;
  root.entries.erase(found);
  for (const auto& [name, item] : cases.entries) {
    const auto* when = item.find("when");
    if (when == nullptr) {
      config::report(item, "a case needs when", "write when: and a condition", problems);
      continue;
    }
    const auto condition = config::expression(*when, problems);
    const auto holds = condition ? condition->evaluate(lookup)
                                 : tl::expected<core::Rational, std::string>(core::Rational(0));
    if (!holds) {
      config::report(*when, holds.error(), "", problems);
    } else if (*holds != core::Rational(0)) {
      Node overlay = item;
      std::erase_if(overlay.entries, [](const auto& e) { return e.first.scalar == "when"; });
      const auto where = root.where; // of the mapping, not of the case
      Node out = config::overlay(std::move(root), overlay);
      out.where = where;
      return out;
    }
  }
  return root;
}

} // namespace einsight::mappings
