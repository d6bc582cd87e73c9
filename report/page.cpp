#include "report/page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <fstream>
#include <map>
#include <sstream>

namespace einsight::report {
namespace {

namespace fs = std::filesystem;

/// Scripts of the page, in the order in which they run.
constexpr std::array kScripts{"data.js",    "chart.js", "prepare.js",  "roofline.js",
                              "tooltip.js", "table.js", "controls.js", "page.js"};
constexpr std::array kLibraries{"vega", "vega-lite", "vega-embed"};

/// Reads files and remembers which could not be read.
class Files {
public:
  std::string operator()(const fs::path& file, const std::string& help) {
    const std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf())) {
      problems.push_back({{file.string(), 0, 0, {}}, "a part of the page is missing", help});
    }
    return text.str();
  }
  core::Problems problems;
};

constexpr const char* kOurs = "the program's data is incomplete: build or install it again";
constexpr const char* kTheirs =
    "the build gets it with npm: install npm (Debian: apt-get install npm), then build again";

/// A script that cannot end its element early.
std::string script(const std::string& code) {
  std::string safe;
  for (std::size_t at = 0; at < code.size();) {
    const auto end = code.find("</script", at);
    safe += code.substr(at, end - at);
    if (end == std::string::npos) {
      break;
    }
    safe += "<\\/script";
    at = end + 8;
  }
  return "<script>\n" + safe + "\n</script>\n";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    out += letter == '<'   ? std::string("&lt;")
           : letter == '&' ? std::string("&amp;")
                           : std::string(1, letter);
  }
  return out;
}

/// {"roofline": {...}, ...} of every *.vl.json, and "<" escaped as it may stand only in strings.
std::string specifications(const fs::path& folder, Files& files) {
  std::map<std::string, std::string> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".vl.json")) {
      found[name.substr(0, name.size() - 8)] = files(entry.path(), kOurs);
    }
  }
  std::string out;
  for (const auto& [name, text] : found) {
    out += (out.empty() ? "" : ",\n") + fmt::format("\"{}\": {}", name, text);
  }
  std::string safe;
  for (const char letter : "{" + out + "}") {
    safe += letter == '<' ? std::string("\\u003c") : std::string(1, letter);
  }
  return safe;
}

/// Says which pictures there will not be.
void addPictures(const Document& document, core::Problems& problems) {
  std::vector<std::string> titles;
  for (const auto& section : document.sections) {
    for (const auto& chart : section.charts) {
      titles.push_back(section.title + ": " + chart.title);
    }
  }
  if (!titles.empty()) {
    problems.push_back({{},
                        fmt::format("these pictures cannot be drawn: {}", fmt::join(titles, "; ")),
                        "--format md and --format csv write everything else"});
  }
}

/// Replaces each "{{name}}" of a template; what is put in is not looked at again.
std::string filled(const std::string& text, const std::map<std::string, std::string>& parts) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find("{{", at);
    out += text.substr(at, open - at);
    if (open == std::string::npos) {
      break;
    }
    const auto close = text.find("}}", open);
    out += parts.at(text.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  return out;
}

} // namespace

WebFolders webFolders(const fs::path& root) {
  const auto installed = root / "report" / "web";
  std::error_code none;
  return {root / "report" / "html",
          fs::is_directory(installed, none) ? installed : fs::path(EINSIGHT_WEB_FOLDER)};
}

core::Expected<std::string> htmlPage(const Document& document, const WebFolders& folders) {
  Files files;
  std::string libraries;
  for (const std::string name : kLibraries) {
    const auto license = files(folders.libraries / (name + ".LICENSE"), kTheirs);
    const auto source = files(folders.libraries / (name + ".min.js"), kTheirs);
    libraries += script(fmt::format("/*! {}\n{}*/\n{}", name, license, source));
  }
  std::string scripts;
  for (const auto* name : kScripts) {
    scripts += script(files(folders.sources / name, kOurs));
  }
  const std::map<std::string, std::string> parts{
      {"title", escaped(document.title)},
      {"style", files(folders.sources / "report.css", kOurs)},
      {"libraries", libraries},
      {"themes", files(folders.sources / "themes.json", kOurs)},
      {"specifications", specifications(folders.sources, files)},
      {"document", toJson(document, Numbers::Packed)},
      {"scripts", scripts}};
  const auto page = files(folders.sources / "page.html", kOurs);
  if (!files.problems.empty()) {
    addPictures(document, files.problems);
    return core::failure(std::move(files.problems));
  }
  return filled(page, parts);
}

} // namespace einsight::report
