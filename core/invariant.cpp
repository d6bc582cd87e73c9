#include "core/invariant.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace einsight::core {

void invariantFailed(const char* file, int line, const char* condition, std::string_view what) {
  const std::string message = std::string(file) + ":" + std::to_string(line) +
                              ": internal error: " + std::string(what) + " (expected " + condition +
                              ")\n";
  std::fputs(message.c_str(), stderr);
  std::exit(3);
}

} // namespace einsight::core
