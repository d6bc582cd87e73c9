#include "tests/validation/scratch_file.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>

namespace einsight::validation::test {

ScratchFile::ScratchFile(const std::string& name, const std::string& text) {
  auto folder = (std::filesystem::temp_directory_path() / "einsight-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  path_ = std::filesystem::path(folder) / name;
  std::ofstream(path_) << text;
}

ScratchFile::~ScratchFile() {
  std::error_code ignored;
  std::filesystem::remove_all(path_.parent_path(), ignored);
}

} // namespace einsight::validation::test
