#include "report/base64.hpp"

#include <cstdint>

namespace einsight::report {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kGroup = 3;
  std::string out;
  out.reserve((bytes.size() + 2) / kGroup * 4);
  for (std::size_t at = 0; at < bytes.size(); at += kGroup) {
    const auto left = bytes.size() - at;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < kGroup; ++i) {
      bits = bits << 8U | (i < left ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    out += kLetters[bits >> 18U];
    out += kLetters[bits >> 12U & 63U];
    out += left > 1 ? kLetters[bits >> 6U & 63U] : '=';
    out += left > 2 ? kLetters[bits & 63U] : '=';
  }
  return out;
}

} // namespace einsight::report
