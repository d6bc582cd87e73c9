#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace einsight::cli::test {

Folder::Folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "einsight-cli-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Folder::write(const std::string& name, const std::string& text) const {
  const auto file = path_ / name;
  std::ofstream(file, std::ios::binary) << text;
  return file.string();
}

std::string contentOf(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

Outcome program(const std::string& arguments, const std::string& environment) {
  const Folder folder;
  const auto out = folder.path() / "out";
  const auto err = folder.path() / "err";
  const auto command = environment + " " EINSIGHT_PROGRAM " " + arguments + " >" + out.string() +
                       " 2>" + err.string() + " </dev/null";
  const int raw = std::system(command.c_str()); // NOLINT(concurrency-mt-unsafe)
  Outcome outcome{WIFEXITED(raw) ? WEXITSTATUS(raw) : -1, contentOf(out), contentOf(err)};
  const std::string source = EINSIGHT_SOURCE_DIR "/";
  for (auto at = outcome.err.find(source); at != std::string::npos; at = outcome.err.find(source)) {
    outcome.err.erase(at, source.size());
  }
  return outcome;
}

int interrupted(const std::string& command, const std::string& file, const std::string& database,
                const std::string& said) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (std::freopen(said.c_str(), "w", stdout) == nullptr) {
      _exit(98);
    }
    execl(EINSIGHT_PROGRAM, EINSIGHT_PROGRAM, command.c_str(), file.c_str(), "-o", database.c_str(),
          static_cast<char*>(nullptr));
    _exit(99);
  }
  std::error_code none; // the log grows with the first rows
  for (int i = 0;
       i < 600 && !(std::filesystem::file_size(database + "-wal", none) > 100'000 && !none); ++i) {
    usleep(50'000);
  }
  kill(child, SIGINT);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace einsight::cli::test
