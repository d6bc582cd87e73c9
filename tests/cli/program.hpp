#pragma once
#include <filesystem>
#include <string>

namespace einsight::cli::test {

/// What a run of the program left behind.
struct Outcome {
  int status = 0;
  std::string out; ///< stdout
  std::string err; ///< stderr, the source folder's path left out
};

/// Runs the built program with these arguments (shell syntax), without a terminal; `environment`
/// goes before it ("NAME=value").
Outcome program(const std::string& arguments, const std::string& environment = {});

/// A folder of its own for one test, removed at the end.
class Folder {
public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file into it; its path as an argument of the program.
  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const;

private:
  std::filesystem::path path_;
};

/// Runs `COMMAND FILE -o DATABASE`, whose points take minutes, presses Ctrl-C when the first rows
/// are written, and waits; stdout goes to the file `said`. Its exit status, -1 if it had none.
int interrupted(const std::string& command, const std::string& file, const std::string& database,
                const std::string& said);

/// A file's text; empty when it cannot be read.
std::string contentOf(const std::filesystem::path& file);

} // namespace einsight::cli::test
