#include "tests/report/answer.hpp"

#include <cmath>

using namespace einsight;
using namespace einsight::report::test;

namespace {

constexpr const char* kFile = R"({"provenance": {"device": "GPU 1", "sms": 10, "memory_bytes": 8e9,
  "einsight": "9.8", "date": "2026-01-02 03:04:05 UTC", "command": "einsight measure -o m.json"},
  "cases": [
  {"id": "read", "suite": "micro", "system": "microbenchmark", "median_us": 100, "p10_us": 99,
   "p90_us": 101, "runs": 7, "sm_mhz": 1500, "bytes": 1e8},
  {"id": "chase", "suite": "micro", "system": "microbenchmark", "median_us": 10, "p10_us": 9,
   "p90_us": 11, "runs": 7, "loads": 100},
  {"id": "kernel a", "suite": "dense", "system": "kernel", "batch": 1, "heads_q": 2, "heads_kv": 2,
   "seq_q": 4096, "seq_kv": 4096, "head_dim": 64, "mask": "causal", "dtype": "bf16",
   "median_us": 50, "p10_us": 49, "p90_us": 52, "runs": 5, "flops": 5e9, "sm_mhz": 1400,
   "power_w": 300},
  {"id": "kernel b", "suite": "dense", "system": "kernel", "heads_q": 2, "error": "no memory"}],
  "not_run": ["later"]})";

/// 2 TB/s for "read", 200 Top/s for kernels.
std::optional<report::Peak> peakOf(const report::MeasuredCase& one) {
  if (one.kernel) {
    return report::Peak{one.type + " products", 2e14};
  }
  return one.id == "read" ? std::optional(report::Peak{"DRAM of " + one.device, 2e12})
                          : std::nullopt;
}

} // namespace

TEST_CASE("a file of measurements shows rates against the machine's peak", "[report]") {
  const auto document = documentOf(kFile, peakOf);
  CHECK(document.title == "Measured on GPU 1");
  CHECK(document.inputs.at(0).version == "9.8");
  CHECK(number(document, "measure-1-micro", "bandwidth", 0) == Approx(1e12));
  CHECK(number(document, "measure-1-micro", "share", 0) == Approx(0.5));
  CHECK(text(document, "measure-1-micro", "peak", 0) == "DRAM of GPU 1");
  CHECK(number(document, "measure-1-micro", "each", 1) == Approx(1e-7));
  CHECK(std::isnan(number(document, "measure-1-micro", "share", 1)));
  CHECK(document.table("measure-1-micro")->command(0) == "einsight measure -o m.json");
  CHECK(chart(document, "measure-1-micro-share") != nullptr);
  CHECK(chart(document, "measure-1-micro-flops_per_second") == nullptr);
}

TEST_CASE("kernels have their times and their share of the peak", "[report]") {
  const auto document = documentOf(kFile, peakOf);
  CHECK(document.table("measure-1-kernels")->rows() == 1);
  CHECK(number(document, "measure-1-kernels", "seconds", 0) == Approx(5e-5));
  CHECK(number(document, "measure-1-kernels", "p90", 0) == Approx(5.2e-5));
  CHECK(number(document, "measure-1-kernels", "performance", 0) == Approx(1e14));
  CHECK(number(document, "measure-1-kernels", "share", 0) == Approx(0.5));
  CHECK(chart(document, "measure-1-kernels-points")->placeholders.at(0).second == "none");
}

TEST_CASE("cases without a time are listed, and shares are empty without a machine", "[report]") {
  const auto document = documentOf(kFile);
  CHECK(text(document, "measure-1-failed", "reason", 0) == "no memory");
  CHECK(document.sections.at(0).facts.at(0).note == "1 failed, 1 not run");
  CHECK(document.sections[0].notes == std::vector<std::string>{"not run: later"});
  CHECK(std::isnan(number(document, "measure-1-kernels", "share", 0)));
  CHECK(chart(document, "measure-1-micro-share") == nullptr);
}
