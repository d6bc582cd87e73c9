#include "tests/validation/scratch_file.hpp"
#include "validation/measure/file.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <nlohmann/json.hpp>

namespace einsight::validation {
namespace {

Provenance provenanceOf(const std::string& device) {
  Provenance provenance;
  provenance.device.name = device;
  return provenance;
}

} // namespace

TEST_CASE("quantiles lie between the numbers") {
  CHECK(quantile({2, 3, 10}, 0.5) == 3);
  CHECK(quantile({2, 4}, 0.5) == 3);
  CHECK(quantile({2, 4}, 1) == 4);
  CHECK(quantile({7}, 0.9) == 7);
  CHECK(std::isnan(quantile({}, 0.5)));
}

TEST_CASE("a file of something else is not gone on with") {
  const test::ScratchFile file("measure.json", "{\"cases\": 3}");
  CHECK(test::messages(MeasureFile::resume(file.path(), provenanceOf("one")), file.path()) ==
        "measure.json: error: this is no file that measure wrote\n"
        "  help: name another file, or leave out --resume\n");
}

TEST_CASE("a file of another device is not gone on with") {
  const test::ScratchFile file("measure.json", R"({"provenance": {"device": "one"}, "cases": []})");
  CHECK(test::messages(MeasureFile::resume(file.path(), provenanceOf("other")), file.path()) ==
        "measure.json: error: measured on 'one', and this is 'other'\n"
        "  help: one file has one device: name another file\n");
}

TEST_CASE("a record has the sizes, the times and the clocks of its case, and what it does not have "
          "is left out") {
  Measured measured;
  measured.id = "x";
  measured.kernel.emplace();
  measured.kernel->mask.kind = cuda::MaskKind::Neighborhood;
  measured.timing = cuda::Timing{{1, 2, 3, 4, 5}, "graph of 20", {1980, 3201, 640.5}};
  measured.bytes = 3e6;
  MeasureFile file("unused", provenanceOf("one"));
  file.add(measured);
  CHECK(file.has("x"));
  CHECK_FALSE(file.has("y"));
  const auto record = nlohmann::json::parse(file.text())["cases"][0];
  CHECK(record["timing"] == "graph of 20");
  CHECK(record["runs"] == 5);
  CHECK(record["sm_mhz"] == 1980);
  CHECK(record["power_w"] == 640.5);
  CHECK(record["gb_per_s"] == 1000);
  CHECK(record["layout"] == std::vector<int>{1, 1, 1});
  CHECK(record["dtype"] == "bf16");
  CHECK_FALSE(record.contains("flops"));
  CHECK_FALSE(record.contains("error"));
  CHECK_FALSE(record.contains("head_dim_v"));
}

TEST_CASE("a file begins with the device's driver and limits, where they are known") {
  auto provenance = provenanceOf("one");
  const auto before = MeasureFile("unused", provenance).text();
  CHECK_FALSE(nlohmann::json::parse(before)["provenance"].contains("driver"));
  CHECK_FALSE(nlohmann::json::parse(before)["provenance"].contains("power_limit_w"));
  provenance.device.limits = {"580.1", 1980, 3201, 700};
  const auto after = nlohmann::json::parse(MeasureFile("unused", provenance).text())["provenance"];
  CHECK(after["driver"] == "580.1");
  CHECK(after["max_sm_mhz"] == 1980);
  CHECK(after["max_mem_mhz"] == 3201);
  CHECK(after["power_limit_w"] == 700);
}

TEST_CASE("a file that cannot be written is a problem") {
  const MeasureFile file("/no/such/folder/measure.json", provenanceOf("one"));
  const auto problems = file.write();
  REQUIRE(problems.size() == 1);
  CHECK(core::render(problems) == "/no/such/folder/measure.json: error: cannot write the file\n");
}

} // namespace einsight::validation
