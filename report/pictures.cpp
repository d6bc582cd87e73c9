#include "report/pictures.hpp"

#include "report/shell.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace einsight::report {
namespace {

constexpr int kNoCommand = 127; ///< of a shell that does not find a command

tl::unexpected<core::Problems> refuse(std::string what, std::string help) {
  return core::failure({{{{}, 0, 0, "--format"}, std::move(what), std::move(help)}});
}

/// A file with a document in it, removed at the end.
class DocumentFile {
public:
  explicit DocumentFile(const std::string& content)
      : path_((std::filesystem::temp_directory_path() / "einsight-report-XXXXXX").string()) {
    const int descriptor = mkstemp(path_.data());
    if (descriptor >= 0) {
      close(descriptor);
    }
    std::ofstream stream(path_, std::ios::binary);
    stream << content;
    stream.close();
    written_ = descriptor >= 0 && static_cast<bool>(stream);
  }
  ~DocumentFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  DocumentFile(const DocumentFile&) = delete;
  DocumentFile& operator=(const DocumentFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool written() const { return written_; }

private:
  std::string path_;
  bool written_ = false;
};

/// What a shell command writes to stdout, and its exit status.
std::pair<int, std::string> outputOf(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    return {kNoCommand, out};
  }
  std::array<char, 65536> block{};
  for (std::size_t got = 1; got > 0;) {
    got = std::fread(block.data(), 1, block.size(), pipe);
    out.append(block.data(), got);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out};
}

} // namespace

core::Expected<std::vector<std::pair<std::string, std::string>>>
pictures(const Document& document, const WebFolders& folders) {
  if (const auto page = htmlPage(document, folders); !page) {
    return core::failure(page.error()); // the same parts are needed
  }
  const DocumentFile file(toJson(document));
  if (!file.written()) {
    return refuse(fmt::format("cannot write '{}'", file.path()), "set TMPDIR to another folder");
  }
  const auto [status, out] =
      outputOf(fmt::format("node {} {} {}", shellWord((folders.sources / "render.js").string()),
                           shellWord(folders.libraries.string()), shellWord(file.path())));
  if (status == kNoCommand) {
    return refuse("pictures are drawn by node, which is not installed",
                  "install it (Debian: apt-get install nodejs), or write --format html");
  }
  const auto drawn = nlohmann::ordered_json::parse(out, nullptr, false);
  if (status != 0 || !drawn.is_object()) {
    return refuse(fmt::format("node ended with status {} instead of drawing the pictures", status),
                  "see what it wrote above");
  }
  std::vector<std::pair<std::string, std::string>> svgs;
  for (const auto& [name, svg] : drawn.items()) {
    svgs.emplace_back(name, svg.get<std::string>());
  }
  return svgs;
}

} // namespace einsight::report
