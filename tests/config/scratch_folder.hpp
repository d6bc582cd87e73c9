#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace einsight::config {

/// A folder of its own for one test, removed at the end.
class ScratchFolder {
public:
  ScratchFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "einsight-config-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(root_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// Writes a file below the folder; its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    const auto file = root_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
  /// A message with the folder's own path left out.
  [[nodiscard]] std::string relative(std::string message) const {
    const std::string prefix = root_.string() + "/";
    for (auto at = message.find(prefix); at != std::string::npos; at = message.find(prefix)) {
      message.erase(at, prefix.size());
    }
    return message;
  }

private:
  std::filesystem::path root_;
};

} // namespace einsight::config
