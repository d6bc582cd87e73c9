#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <string>

namespace einsight::validation::test {

/// A file with this text in a new temporary folder, which goes with the object.
class ScratchFile {
public:
  ScratchFile(const std::string& name, const std::string& text);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// The problems as the user sees them, with the folders of `file` left out; "no problem" without.
template <class T>
std::string messages(const core::Expected<T>& result, const std::filesystem::path& file) {
  if (result) {
    return "no problem";
  }
  auto text = core::render(result.error());
  const auto folder = file.parent_path().string() + "/";
  for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.erase(at, folder.size());
  }
  return text;
}

} // namespace einsight::validation::test
