#include "results/store.hpp"
#include "tests/report/answer.hpp"

#include <cmath>
#include <filesystem>

using namespace einsight;
using namespace einsight::report::test;

namespace {

results::SweepRow rowOf(std::int64_t number, const std::string& length, double seconds,
                        double tokensPerS) {
  results::SweepRow row;
  row.number = number;
  row.workload = "w";
  row.machine = number % 2 == 0 ? "even" : "odd";
  row.mapping = "m";
  row.engine = "cycle";
  row.settings = {{"L", length}};
  row.seconds = seconds;
  row.tokensPerS = tokensPerS;
  row.meets = true;
  return row;
}

report::Document documentOf(const std::string& objectives, const std::string& per,
                            const std::vector<results::SweepRow>& rows) {
  const auto file = std::filesystem::temp_directory_path() / "einsight-report-sweep-test.db";
  std::filesystem::remove(file);
  {
    auto store =
        results::SweepStore::create(file.string(), {"s", "1", "9.8", objectives, 4, {}, per});
    REQUIRE(store);
    REQUIRE(store->write(rows));
  }
  auto document = report::readDocument({{file.string(), {}, {}, {}}}, {{}, {}, {}, {}});
  std::filesystem::remove(file);
  REQUIRE(document);
  return *document;
}

/// Two machines at two lengths: "odd" is better at 1024, both have something at 4096.
report::Document documentOf(const std::string& objectives, const std::string& per) {
  return documentOf(objectives, per,
                    {rowOf(1, "1024", 1, 200), rowOf(2, "1024", 2, 100), rowOf(3, "4096", 8, 50),
                     rowOf(4, "4096", 9, 60)});
}

std::string front(const report::Document& document) {
  std::string out;
  for (std::size_t row = 0; row < 4; ++row) {
    out += text(document, "sweep-1", "pareto", row) + " ";
  }
  return out;
}

} // namespace

TEST_CASE("points that differ in what a sweep is per have fronts of their own", "[report]") {
  const auto together = documentOf("latency throughput", "");
  CHECK(front(together) == "yes no no no ");
  CHECK(together.table("sweep-1")->column("group") == nullptr);
  CHECK(together.sections.at(0).facts.at(1).note == "of latency and throughput");
  const auto apart = documentOf("latency throughput", "L");
  CHECK(front(apart) == "yes no yes yes ");
  CHECK(text(apart, "sweep-1", "group", 2) == "L=4K");
  CHECK(apart.sections.at(0).facts.at(1).label == "on fronts");
  CHECK(apart.sections[0].facts[1].note == "of latency and throughput, for each L");
  const auto* explorer = chart(apart, "sweep-1-explorer");
  REQUIRE(explorer != nullptr);
  CHECK(explorer->placeholders.at(0) == std::pair<std::string, std::string>{"per", "group"});
  CHECK(explorer->choices.at(2).columns.front() == "L");
  // Colours tell lengths apart, so shapes tell what else differs.
  CHECK(explorer->placeholders.at(1) == std::pair<std::string, std::string>{"shape", "machine"});
}

TEST_CASE("speedups that only the baseline has are not drawn", "[report]") {
  CHECK(chart(documentOf("latency", ""), "sweep-1-speedup") != nullptr);
  const std::vector<results::SweepRow> rows{rowOf(1, "1024", 1, 0), rowOf(2, "4096", 2, 0)};
  CHECK(chart(documentOf("latency", "", rows), "sweep-1-speedup") == nullptr);
}

TEST_CASE("names of columns say the unit where people give the quantity in several", "[report]") {
  const auto document = documentOf("latency", "");
  for (const auto& [name, unit] : std::vector<std::pair<const char*, const char*>>{
           {"energy_j", "J"}, {"area_mm2", "mm²"}, {"edp_j_s", "J·s"}, {"seconds", "s"}}) {
    INFO(name);
    REQUIRE(document.table("sweep-1")->column(name) != nullptr);
    CHECK(document.table("sweep-1")->column(name)->unit == unit);
  }
}

TEST_CASE("a sweep for one objective is drawn over a parameter with a colour for each design",
          "[report]") {
  const auto document = documentOf("latency", "L");
  CHECK(front(document) == "yes no yes no ");
  const auto* explorer = chart(document, "sweep-1-explorer");
  REQUIRE(explorer != nullptr);
  CHECK(explorer->choices.at(0).columns.front() == "L");
  CHECK(explorer->choices.at(1).columns.front() == "seconds");
  CHECK(explorer->choices.at(2).columns.front() == "design");
  CHECK(explorer->placeholders.size() == 1); // colours tell everything apart
}

TEST_CASE("a sweep for one objective over no number has a bar for each design", "[report]") {
  std::vector<results::SweepRow> rows{rowOf(1, "1024", 1, 200), rowOf(2, "1024", 2, 100)};
  const auto number = [](double seconds) { return std::optional(seconds * 1e9); };
  for (auto& row : rows) {
    row.settings.clear();
    row.cycles = number(*row.seconds);
  }
  const auto document = documentOf("latency", "", rows);
  const auto* bars = chart(document, "sweep-1-objective");
  REQUIRE(bars != nullptr);
  CHECK(bars->specification == "bars");
  CHECK(bars->placeholders ==
        std::vector<std::pair<std::string, std::string>>{{"x", "seconds"}, {"y", "design"}});
  const auto* explorer = chart(document, "sweep-1-explorer");
  REQUIRE(explorer != nullptr);
  CHECK(explorer->choices.at(0).columns.front() == "tokens_per_s"); // not cycles
  CHECK(explorer->choices.at(1).columns.front() == "seconds");
  CHECK(chart(documentOf("latency throughput", "", rows), "sweep-1-objective") == nullptr);
  CHECK(chart(documentOf("latency", ""), "sweep-1-objective") == nullptr); // a parameter varies
}

TEST_CASE("a sweep whose objective no point knows has no front", "[report]") {
  const auto document = documentOf("usd", "");
  CHECK(front(document) == "no no no no ");
}

TEST_CASE("points of whole models show what their users see", "[report]") {
  const auto file = std::filesystem::temp_directory_path() / "einsight-report-serving-test.db";
  std::filesystem::remove(file);
  {
    auto store = results::SweepStore::create(
        file.string(), {"s", "1", "9.8", "usd_per_mtoken throughput", 3, {}, ""});
    REQUIRE(store);
    std::vector<results::SweepRow> rows{rowOf(1, "1024", 1, 0), rowOf(2, "1024", 2, 0),
                                        rowOf(3, "1024", 3, 0)};
    for (auto& row : rows) {
      results::Result result;
      result.serving = results::Serving{};
      result.serving->tbt = {0, 0.5, 0, 0.25 * static_cast<double>(row.number)};
      result.serving->usdPerHour = 3;
      result.serving->tokensPerSecond = 10 * static_cast<double>(row.number);
      result.serving->usdPerMtoken = static_cast<double>(row.number);
      results::fill(row, result);
      row.meets = row.number != 2;
    }
    rows[2].detail = "{}"; // of something else
    REQUIRE(store->write(rows));
  }
  const auto document = report::readDocument({{file.string(), {}, {}, {}}}, {{}, {}, {}, {}});
  std::filesystem::remove(file);
  REQUIRE(document);
  CHECK(number(*document, "sweep-1", "tbt_p99", 1) == 0.5);
  CHECK(number(*document, "sweep-1", "usd_per_hour", 0) == 3);
  CHECK(std::isnan(number(*document, "sweep-1", "tbt_p99", 2)));
  CHECK(text(*document, "sweep-1", "meets", 0) == "yes");
  CHECK(text(*document, "sweep-1", "meets", 1) == "no");
  const auto* explorer = chart(*document, "sweep-1-explorer");
  REQUIRE(explorer != nullptr);
  CHECK(explorer->choices.at(0).columns.front() == "usd_per_mtoken");
  CHECK(explorer->choices.at(1).columns.front() == "tokens_per_s");
}
