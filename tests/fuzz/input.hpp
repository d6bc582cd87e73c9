#pragma once
#include "core/expected.hpp"
#include "core/invariant.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

/// What the fuzzers share: their bytes as the file that a reader wants, and what holds for every
/// refusal.
namespace einsight::fuzz {

inline std::string textOf(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The text as a file of this name, in a folder of this process; in memory where the system has
/// such a place.
inline std::filesystem::path fileOf(const std::string& text, const std::string& name) {
  static const auto kFolder = [] {
    const std::filesystem::path memory("/dev/shm");
    std::error_code error;
    const auto folder =
        (std::filesystem::is_directory(memory, error) ? memory
                                                      : std::filesystem::temp_directory_path()) /
        ("einsight-fuzz-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    return folder;
  }();
  const auto file = kFolder / name;
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

/// A refusal says why, and can be printed.
inline void refused(const core::Problems& problems) {
  EINSIGHT_INVARIANT(!problems.empty(), "a refusal says why");
  for (const auto& problem : problems) {
    EINSIGHT_INVARIANT(!problem.what.empty(), "a problem has a reason");
  }
  core::render(problems);
}

} // namespace einsight::fuzz
