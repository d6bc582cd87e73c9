#pragma once
#include "config/node.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace einsight::explore::sweep {

/// The 64-bit FNV-1a hash of texts.
class Hash {
public:
  void add(std::string_view text) {
    for (const char letter : text) {
      byte(static_cast<unsigned char>(letter));
    }
    byte(0);
  }
  void add(const config::Node& node) {
    add(config::kindName(node.kind));
    add(node.scalar);
    for (const auto& item : node.items) {
      add(item);
    }
    for (const auto& [key, value] : node.entries) {
      add(key);
      add(value);
    }
    add("end");
  }
  [[nodiscard]] std::string text() const { return fmt::format("{:016x}", hash_); }

private:
  void byte(unsigned char value) { hash_ = (hash_ ^ value) * 0x100000001b3U; }
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

} // namespace einsight::explore::sweep
