#include "report/pictures.hpp"

#include "report/shell.hpp"

#include <fmt/format.h>

#include <algorithm>
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

core::Problems noNode() {
  return {{{{}, 0, 0, "--format"},
           "pictures are drawn by node, which is not installed",
           "install it (Debian: apt-get install nodejs), or write --format html"}};
}

/// The number of an attribute of an SVG's root; 0 without one.
double lengthOf(const std::string& svg, const std::string& attribute) {
  const auto at = svg.find(" " + attribute + "=\"");
  return at == std::string::npos ? 0
                                 : std::strtod(svg.c_str() + at + attribute.size() + 3, nullptr);
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

core::Problems missingForPictures(const WebFolders& folders) {
  core::Problems problems;
  if (const auto page = htmlPage({}, folders); !page) {
    problems = page.error();
  }
  if (outputOf("command -v node").first != 0) {
    problems.push_back(noNode().front());
  }
  return problems;
}

std::string stacked(const std::vector<std::string>& svgs) {
  if (svgs.size() == 1) {
    return svgs.front();
  }
  double width = 0, height = 0;
  std::string parts;
  for (const auto& svg : svgs) {
    parts += fmt::format("<svg y=\"{}\"{}\n", height, svg.substr(std::string("<svg").size()));
    width = std::max(width, lengthOf(svg, "width"));
    height += lengthOf(svg, "height");
  }
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                     "viewBox=\"0 0 {0} {1}\">\n{2}</svg>\n",
                     width, height, parts);
}

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
    return core::failure(noNode());
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
