#include "validation/pattern.hpp"

namespace einsight::validation {

bool matches(std::string_view text, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) {
    return text == pattern;
  }
  if (!text.starts_with(pattern.substr(0, star))) {
    return false;
  }
  for (auto skipped = star; skipped <= text.size(); ++skipped) {
    if (matches(text.substr(skipped), pattern.substr(star + 1))) {
      return true;
    }
  }
  return false;
}

} // namespace einsight::validation
