#include "cli/compare/points.hpp"
#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli;
using namespace einsight::cli::test;

namespace {

ComparePoint pointOf(const std::string& workload, double value, double seconds,
                     const std::string& phase = "prefill") {
  ComparePoint point;
  point.phase = phase;
  point.workload = workload;
  static const std::string kMachine(1, 'm'); // a literal makes g++ 12 warn of its own copy
  point.machine = kMachine;
  point.value = value;
  point.seconds = seconds;
  return point;
}

} // namespace

TEST_CASE("two workloads change places where lines on logarithmic axes cross", "[cli]") {
  // a is proportional to the square, b to the value: equal at 4096
  std::vector<ComparePoint> points;
  for (const double value : {1024.0, 2048.0, 8192.0, 16384.0}) {
    points.push_back(pointOf("a", value, value * value));
    points.push_back(pointOf("b", value, 4096 * value));
  }
  const auto found = crossoversOf(points);
  REQUIRE(found.size() == 1);
  CHECK(found[0].faster == "b");
  CHECK(found[0].slower == "a");
  CHECK(found[0].between == 2048);
  CHECK(found[0].until == 8192);
  CHECK(found[0].at == Approx(4096));
}

TEST_CASE("phases are crossed apart, and a workload with its form that decodes", "[cli]") {
  std::vector<ComparePoint> points{pointOf("a", 1, 1),
                                   pointOf("b", 1, 2),
                                   pointOf("a", 2, 1),
                                   pointOf("b", 2, 2),
                                   pointOf("a-decode", 1, 1, "decode"),
                                   pointOf("b-decode", 1, 2, "decode"),
                                   pointOf("a-decode", 2, 3, "decode"),
                                   pointOf("b-decode", 2, 2, "decode")};
  const auto found = crossoversOf(points);
  REQUIRE(found.size() == 1);
  CHECK(found[0].phase == "decode");
  CHECK(found[0].faster == "b");
}

TEST_CASE("times that are alike change no places", "[cli]") {
  const std::vector<ComparePoint> points{pointOf("a", 1, 1000), pointOf("b", 1, 1001),
                                         pointOf("a", 2, 1001), pointOf("b", 2, 1000)};
  CHECK(crossoversOf(points).empty());
}

TEST_CASE("a point that was not simulated crosses nothing", "[cli]") {
  std::vector<ComparePoint> points{pointOf("a", 1, 1), pointOf("b", 1, 2), pointOf("a", 2, 3),
                                   pointOf("b", 2, 2)};
  points.back().seconds.reset();
  CHECK(crossoversOf(points).empty());
}

TEST_CASE("workloads are compared over a range, prefill and decode, with cache and operations",
          "[cli]") {
  const auto outcome =
      program("compare -w mha,mqa -a h100 --set L=1K..2K --engine analytic --json -");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["parameter"] == "L");
  REQUIRE(json["points"].size() == 8);
  const auto& first = json["points"][0];
  CHECK(first["phase"] == "prefill");
  CHECK(first["workload"] == "mha");
  CHECK(first["L"] == 1024);
  CHECK(first["seconds"].get<double>() > 0);
  CHECK(first["operations"].get<double>() > 0);
  const auto& decode = json["points"][7];
  CHECK(decode["phase"] == "decode");
  CHECK(decode["workload"] == "mqa-decode");
  CHECK(decode["L"] == 2048);
  CHECK(first["cache_bytes"].get<double>() > json["points"][1]["cache_bytes"].get<double>());
}

TEST_CASE("a form that decodes and calls the context otherwise has the length as its context",
          "[cli]") {
  for (const std::string workload : {"attention", "attention-varlen"}) {
    const auto outcome = program("compare -w " + workload +
                                 " -a h100 --set L=4K..8K,B=1 --engine analytic --json -");
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const auto points = nlohmann::json::parse(outcome.out)["points"];
    REQUIRE(points.size() == 4);
    CHECK(points[2]["command"] ==
          "einsight run -w " + workload + "-decode -a h100 --set M=4K,B=1 --engine analytic");
    CHECK(points[3]["L"] == 8192);
    CHECK(points[3]["operations"].get<double>() ==
          Approx(2 * points[2]["operations"].get<double>()).epsilon(0.1));
    const auto alone =
        program("run -w " + workload + "-decode -a h100 --set M=8K,B=1 --engine analytic --json -");
    CHECK(nlohmann::json::parse(alone.out)["seconds"] == points[3]["seconds"]);
  }
  const auto told = program("compare -w attention -a h100 --set L=1K..2K,B=1 --engine analytic");
  CHECK(told.out.find("attention-decode is a token after a context of that L: its parameter M\n") !=
        std::string::npos);
  CHECK(told.out.find("it runs without") == std::string::npos);
  const auto set = program("compare -w attention-decode -a h100 --set M=1K..2K --engine analytic");
  CHECK(set.status == 0);
  CHECK(set.out.find("its parameter") == std::string::npos);
}

TEST_CASE("a comparison is told in a table with its crossings", "[cli]") {
  const auto outcome = program("compare -w mha,mqa -a h100 --set L=1K..2K --engine analytic");
  REQUIRE(outcome.status == 0);
  for (const std::string text : {"prefill on h100", "decode on h100", "against first", "1x"}) {
    INFO(text);
    CHECK(outcome.out.find(text) != std::string::npos);
  }
}

TEST_CASE("each point of a comparison says the command that simulates it by itself", "[cli]") {
  const auto outcome = program("compare -w mqa -a h100 --set B=2,L=1K..2K,arch.l2.capacity=32M "
                               "--engine analytic --json -");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(
      json["provenance"]["command"] ==
      "einsight compare -w mqa -a h100 --set B=2,L=1K..2K,arch.l2.capacity=32M --engine analytic");
  for (const auto& point : json["points"]) {
    const auto command = point["command"].get<std::string>();
    const auto alone = program(command.substr(std::string("einsight ").size()) + " --json -");
    INFO(command);
    CHECK(nlohmann::json::parse(alone.out)["seconds"] == point["seconds"]);
  }
  CHECK(json["points"][0]["mechanism"] == json["points"][2]["mechanism"]);
  CHECK(json["points"][0]["command"] ==
        "einsight run -w mqa -a h100 --set L=1K,B=2,arch.l2.capacity=32M --engine analytic");
}

TEST_CASE("a comparison is drawn, and is a section of a report", "[cli]") {
  const Folder folder;
  const auto json = (folder.path() / "compare.json").string();
  const auto svg = (folder.path() / "compare.svg").string();
  const std::string words = "compare -w mha,mqa -a h100,a100-80gb --set L=1K..4K --engine analytic";
  REQUIRE(program(words + " --json " + json).status == 0);
  const auto page = folder.path() / "report.md";
  REQUIRE(program("report " + json + " -o " + page.string()).status == 0);
  CHECK(contentOf(page).find("mha, mqa compared") != std::string::npos);
  CHECK(contentOf(page).find("einsight " + words) != std::string::npos);
  const auto drawn = program(words + " --svg " + svg);
  if (drawn.status == 2 && drawn.err.find("a part of the page is missing") != std::string::npos) {
    return; // a build without npm
  }
  INFO(drawn.err);
  REQUIRE(drawn.status == 0);
  const auto picture = contentOf(svg);
  for (const std::string text : {"prefill: time", "decode: time", "prefill: operations",
                                 "cache of a layer and sequence", "on h100", "on a100-80gb"}) {
    INFO(text);
    CHECK(picture.find(text) != std::string::npos);
  }
}

TEST_CASE("what keeps a comparison from being drawn is said before anything is simulated",
          "[cli]") {
  const auto outcome =
      program("compare -w mha -a h100 --set L=1K --svg /nowhere/x.svg", "PATH=/nowhere");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("error: --svg: ") != std::string::npos);
  CHECK(outcome.err.find("pictures are drawn by node, which is not installed") !=
        std::string::npos);
}

TEST_CASE("a comparison at one length has that length only", "[cli]") {
  const auto outcome = program("compare -w mha,mqa -a h100 --set L=3K,B=2 --engine analytic");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.find("  3K  mha") != std::string::npos);
  CHECK(outcome.out.find("1K  mha") == std::string::npos);
  CHECK(outcome.out.find("change places") == std::string::npos);
}

TEST_CASE("one workload is compared with nothing", "[cli]") {
  const auto outcome = program("compare -w mha -a h100 --set L=1K..2K --engine analytic");
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.find("prefill on h100") != std::string::npos);
  CHECK(outcome.out.find("against first") == std::string::npos);
  CHECK(outcome.out.find("change places") == std::string::npos);
}

TEST_CASE("a setting that only some workloads have is theirs alone, and that is said", "[cli]") {
  const std::string words = "compare -w sliding-window,mha,halonet -a h100 --engine analytic "
                            "--set L=1K,W=1";
  const auto outcome = program(words);
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.status == 0);
  CHECK(outcome.out.find("  mha has no W: it runs without\n") != std::string::npos);
  CHECK(outcome.out.find("  halonet has no form that decodes\n") != std::string::npos);
  CHECK(outcome.out.find("mha-decode has no W") == std::string::npos);
  CHECK(outcome.out.find("sliding-window has no W") == std::string::npos);
  const auto json = nlohmann::json::parse(program(words + " --json -").out);
  for (const auto& point : json["points"]) {
    const auto command = point["command"].get<std::string>();
    const bool window = point["mechanism"] == "sliding-window";
    CHECK((command.find("W=1") != std::string::npos) == window);
    CHECK(point["seconds"].is_number());
  }
}

TEST_CASE("a point that is larger than the memory says so, whatever else each mapping lacks",
          "[cli]") {
  const auto outcome = program("compare -w mla,lightning -a h100 --set L=1M,B=1 --engine analytic");
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.status == 0);
  const auto at = outcome.out.find("  mla at L = 1M: ");
  REQUIRE(at != std::string::npos);
  CHECK(outcome.out.find("of tensors in memory", at) < outcome.out.find('\n', at));
}

TEST_CASE("workloads with different numbers of sequences are said to have them", "[cli]") {
  const std::string words = "compare -w mqa,lightning -a h100 --engine analytic --set L=1K";
  const auto own = program(words);
  REQUIRE(own.status == 0);
  CHECK(own.out.find("  sequences at once: mqa 1, lightning 4, mqa-decode 1, lightning-decode 4; "
                     "--set B=1 makes them alike\n") != std::string::npos);
  const auto alike = program(words + ",B=1");
  REQUIRE(alike.status == 0);
  CHECK(alike.out.find("sequences at once") == std::string::npos);
}

TEST_CASE("why a point was not simulated stands below its table, once for all lengths", "[cli]") {
  const auto outcome = program(
      "compare -w mha,mqa -a b200,h100 -m fused-blackwell --set L=1K..2K --engine analytic");
  INFO(outcome.out << outcome.err);
  REQUIRE(outcome.status == 0);
  for (const std::string name : {"mha", "mqa"}) {
    const auto line = "  " + name + " at L = 1K, 2K: ";
    const auto at = outcome.out.find(line);
    REQUIRE(at != std::string::npos);
    CHECK(outcome.out.find("h100 has no tcgen05", at) != std::string::npos);
    CHECK(outcome.out.find(line, at + 1) == std::string::npos);
  }
}

TEST_CASE("mistakes of a comparison are reported together", "[cli]") {
  const auto outcome =
      program("compare -w mha -a h100 --set L=1K..2K,B=1..4 --set arch.x --engine quick");
  CHECK(outcome.status == 2);
  for (const std::string text :
       {"2 ranges: a comparison runs along one", "this sets nothing", "no engine 'quick'"}) {
    INFO(text);
    CHECK(outcome.err.find(text) != std::string::npos);
  }
  const auto unknown = program("compare -w mha,mhaa -a h100,fusmax --set L=1K..2K");
  CHECK(unknown.status == 2);
  CHECK(unknown.out.empty());
  CHECK(unknown.err.find("error: unknown workload 'mhaa'\n") != std::string::npos);
  CHECK(unknown.err.find("error: unknown machine 'fusmax'\n  help: did you mean 'fusemax'?") !=
        std::string::npos);
  const auto nobody = program("compare -w mha,mqa -a h100 --set L=1K..2K,X=1");
  CHECK(nobody.status == 2);
  const std::string mistake = "there is no parameter 'X' to set";
  CHECK(nobody.err.find("mha: ") != std::string::npos);
  const auto once = nobody.err.find(mistake);
  CHECK(once != std::string::npos);
  CHECK(nobody.err.find("help: one of: B, H, R, L, E, F, M0") != std::string::npos);
}
