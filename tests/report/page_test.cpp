#include "report/page.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

using namespace einsight::report;

namespace {

namespace fs = std::filesystem;

/// Sources of the project, and libraries of one line each.
class Web {
public:
  Web() : folder_(fs::temp_directory_path() / "einsight-report-page-XXXXXX") {
    auto pattern = folder_.string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    for (const std::string name : {"vega", "vega-lite", "vega-embed"}) {
      std::ofstream(folder_ / (name + ".min.js")) << "var a = '</script>';";
      std::ofstream(folder_ / (name + ".LICENSE")) << "License of " << name << "\n";
    }
  }
  ~Web() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;
  [[nodiscard]] WebFolders folders() const {
    return {fs::path(EINSIGHT_SOURCE_DIR) / "report" / "html", folder_};
  }
  [[nodiscard]] const fs::path& libraries() const { return folder_; }

private:
  fs::path folder_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

/// What stands in the element with that id.
std::string elementOf(const std::string& page, const std::string& id) {
  const auto start = page.find('>', page.find("id=\"" + id + "\"")) + 1;
  return page.substr(start, page.find("</script>", start) - start);
}

} // namespace

TEST_CASE("a page has the document in it, unharmed by hostile names", "[report]") {
  const Web web;
  const Document document{
      "</title><script>alert(1)</script> & {{style}}", "1", "</script>", {}, {}, {}};
  const auto page = htmlPage(document, web.folders());
  REQUIRE(page);
  const auto json = nlohmann::json::parse(elementOf(*page, "document"));
  CHECK(json["title"] == document.title);
  CHECK(json["command"] == "</script>");
  CHECK(page->find("<title>&lt;/title>&lt;script>alert(1)&lt;/script> &amp; {{style}}</title>") !=
        std::string::npos);
  CHECK(count(*page, "<script") == count(*page, "</script>"));
  CHECK(page->find("License of vega-lite") != std::string::npos);
}

TEST_CASE("a page has every specification", "[report]") {
  const Web web;
  const auto page = htmlPage({}, web.folders());
  REQUIRE(page);
  const auto json = nlohmann::json::parse(elementOf(*page, "specifications"));
  for (const auto* name : {"agreement", "bars", "dots", "errors", "explorer", "groups", "lines",
                           "roofline", "stack", "strides", "utilisation"}) {
    CHECK(json.contains(name));
    CHECK(json[name].contains("description"));
  }
}

TEST_CASE("a page names no address that could be loaded", "[report]") {
  const Web web;
  const auto page = htmlPage({}, web.folders());
  REQUIRE(page);
  CHECK(page->find("default-src 'none'") != std::string::npos);
  CHECK_FALSE(std::regex_search(*page, std::regex("(src|href)=\"?(https?:)?//")));
  CHECK(page->find("@import") == std::string::npos);
}

TEST_CASE("missing parts of a page are named, all at once, with what to do", "[report]") {
  const Web web;
  fs::remove(web.libraries() / "vega.min.js");
  fs::remove(web.libraries() / "vega-lite.min.js");
  const auto page = htmlPage({}, web.folders());
  REQUIRE_FALSE(page);
  CHECK(einsight::core::render(page.error()) ==
        (web.libraries() / "vega.min.js").string() +
            ": error: a part of the page is missing\n"
            "  help: the build gets it with npm: install npm (Debian: apt-get install npm), then "
            "build again\n" +
            (web.libraries() / "vega-lite.min.js").string() +
            ": error: a part of the page is missing\n"
            "  help: the build gets it with npm: install npm (Debian: apt-get install npm), then "
            "build again\n");
}

TEST_CASE("without a part of the page, the pictures that there will not be are named", "[report]") {
  const Web web;
  fs::remove(web.libraries() / "vega.min.js");
  Document document;
  document.sections = {{"a", "Runs", {}, {}}, {"b", "Sweep s", {}, {}}};
  document.sections[0].charts = {{"x", "bars", "Speedup", {}, {}},
                                 {"y", "bars", "Roofline", {}, {}}};
  document.sections[1].charts = {{"z", "bars", "Trends", {}, {}}};
  const auto page = htmlPage(document, web.folders());
  REQUIRE_FALSE(page);
  CHECK(
      einsight::core::render(page.error()) ==
      (web.libraries() / "vega.min.js").string() +
          ": error: a part of the page is missing\n"
          "  help: the build gets it with npm: install npm (Debian: apt-get install npm), then "
          "build again\n"
          "error: these pictures cannot be drawn: Runs: Speedup; Runs: Roofline; Sweep s: Trends\n"
          "  help: --format md and --format csv write everything else\n");
}

TEST_CASE("an installed program takes the libraries that were installed with it", "[report]") {
  const Web web;
  const auto root = web.libraries() / "share";
  fs::create_directories(root / "report" / "web");
  CHECK(webFolders(root).libraries == root / "report" / "web");
  CHECK(webFolders(root).sources == root / "report" / "html");
  CHECK(webFolders(web.libraries() / "nothing").libraries != root / "report" / "web");
}
