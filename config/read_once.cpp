#include "config/read_once.hpp"

#include "config/detail/memory.hpp"

#include <atomic>

namespace einsight::config {
namespace {

std::atomic<int> living{0}; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

} // namespace

ReadOnce::ReadOnce() {
  ++living;
}

ReadOnce::~ReadOnce() {
  if (--living == 0) {
    auto& all = detail::memories();
    all.root.clear();
    all.documents.clear();
    all.found.clear();
    all.names.clear();
    all.files.clear();
    all.hashes.clear();
  }
}

namespace detail {

bool remembering() {
  return living > 0;
}

Memories& memories() {
  static Memories all;
  return all;
}

std::string keyOf(const std::string& text, const std::vector<std::filesystem::path>& folders) {
  auto key = text;
  for (const auto& folder : folders) {
    key += '\n' + folder.native();
  }
  return key;
}

} // namespace detail
} // namespace einsight::config
