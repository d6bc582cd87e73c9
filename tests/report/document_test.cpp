#include "report/document.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <nlohmann/json.hpp>

using namespace einsight::report;

TEST_CASE("a document's JSON has every cell, and unknown ones as null", "[report]") {
  Document document{"t", "1", "c", {{"a.json", "12", "run", "1"}}, {}, {}};
  DataTable table("points", "Points", {textColumn("name", "name"), numberColumn("x", "x", "s")});
  for (int i = 0; i < 10; ++i) {
    table.addRow(
        {i < 5 ? "one" : "two", i == 3 ? std::numeric_limits<double>::quiet_NaN() : i + 0.5});
  }
  document.tables.push_back(std::move(table));
  const auto json = nlohmann::json::parse(toJson(document));
  const auto& columns = json["tables"][0]["columns"];
  CHECK(columns[0]["values"] == nlohmann::json({"one", "two"}));
  CHECK(columns[0]["places"] == nlohmann::json({0, 0, 0, 0, 0, 1, 1, 1, 1, 1}));
  CHECK(columns[1]["values"].size() == 10);
  CHECK(columns[1]["values"][3].is_null());
  CHECK(columns[1]["values"][4] == 4.5);
  CHECK_FALSE(columns[1].contains("places"));
  CHECK(columns[1]["unit"] == "s");
  CHECK(json["inputs"][0]["hash"] == "12");
}

TEST_CASE("numbers that repeat are kept once, unknown ones too", "[report]") {
  Document document;
  DataTable table("points", "Points", {numberColumn("x", "x")});
  for (int i = 0; i < 100; ++i) {
    table.addRow({i % 2 == 0 ? std::numeric_limits<double>::quiet_NaN() : 3.0});
  }
  document.tables.push_back(std::move(table));
  const auto json = nlohmann::json::parse(toJson(document));
  CHECK(json["tables"][0]["columns"][0]["values"] == nlohmann::json({nullptr, 3}));
}

TEST_CASE("a page's numbers of long tables are the bytes of arrays, all others stay as they are",
          "[report]") {
  Document document;
  DataTable table(
      "points", "Points",
      {numberColumn("x", "x"), numberColumn("half", "half"), textColumn("name", "name")});
  for (int i = 0; i < 3000; ++i) {
    table.addRow({i == 1 ? std::numeric_limits<double>::quiet_NaN() : i + 0.5, double(i % 2),
                  "n" + std::to_string(i)});
  }
  document.tables.push_back(std::move(table));
  const auto json = nlohmann::json::parse(toJson(document, Numbers::Packed));
  const auto& columns = json["tables"][0]["columns"];
  const auto bytes = columns[0]["values"].get<std::string>();
  CHECK(bytes.size() == 3000 * 8 / 3 * 4);
  CHECK(bytes.substr(0, 10) == "AAAAAAAA4D"); // 0.5 is 3fe0000000000000
  CHECK(columns[1]["values"] == nlohmann::json({0, 1}));
  CHECK(columns[1]["places"].get<std::string>().substr(0, 16) == "AAABAAAAAQAAAAEA"); // 0, 1, 0, 1
  CHECK(columns[2]["values"][7] == "n7");
  CHECK(nlohmann::json::parse(toJson(document))["tables"][0]["columns"][0]["values"][1].is_null());
}

TEST_CASE("no text of a document can end the element of the page that it stands in", "[report]") {
  Document document{"</script><!--", "1", "</SCRIPT>", {}, {}, {}};
  const auto text = toJson(document);
  CHECK(text.find('<') == std::string::npos);
  CHECK(nlohmann::json::parse(text)["title"] == "</script><!--");
  CHECK(nlohmann::json::parse(text)["command"] == "</SCRIPT>");
}

TEST_CASE("bytes that are not UTF-8 do not keep a document from being written", "[report]") {
  Document document{"a\xff"
                    "b",
                    "1",
                    "",
                    {},
                    {},
                    {}};
  CHECK(nlohmann::json::parse(toJson(document))["title"] == "a\xef\xbf\xbd"
                                                            "b");
}
