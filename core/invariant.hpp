#pragma once
#include <string_view>

namespace einsight::core {

/// Prints "file:line: internal error: what" and exits with status 3. Never returns.
[[noreturn]] void invariantFailed(const char* file, int line, const char* condition,
                                  std::string_view what);

} // namespace einsight::core

/// Our own mistake, never the user's: a condition that this code promises to hold.
#define EINSIGHT_INVARIANT(condition, what)                                                        \
  ((condition) ? void(0) : ::einsight::core::invariantFailed(__FILE__, __LINE__, #condition, what))
