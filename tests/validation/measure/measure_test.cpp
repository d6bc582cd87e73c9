#include "tests/validation/fake_gpu.hpp"
#include "tests/validation/scratch_file.hpp"
#include "validation/measure/measure.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

namespace einsight::validation {
namespace {

using test::FakeGpu;

struct Run {
  std::vector<std::string> lines;
  double clock = 0;
  MeasureRequest request;

  explicit Run(std::vector<std::string> suites) {
    request.suites = std::move(suites);
    request.elapsed = [this] { return clock++; };
    request.stop = [] { return false; };
    request.tell = [this](const std::string& line) { lines.push_back(line); };
  }
};

nlohmann::json jsonOf(const test::ScratchFile& file) {
  std::ifstream stream(file.path());
  return nlohmann::json::parse(stream);
}

CheckRequest quiet() {
  CheckRequest request;
  request.tell = [](const std::string&) {};
  return request;
}

Provenance provenanceOf(const FakeGpu& gpu) {
  return {gpu.facts(), "1", "today", "einsight measure"};
}

} // namespace

TEST_CASE("what is measured is told and recorded with its rate") {
  FakeGpu gpu;
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run run({"micro", "linear"});
  const auto tally = measure(gpu, run.request, file);
  REQUIRE(tally);
  CHECK(tally->measured == 9);
  CHECK(tally->failed == 0);
  CHECK(tally->notRun == 0);
  CHECK(run.lines.front() == "rate of nothing: 3.0 us, 2.0 TFLOP/s");
  const auto json = jsonOf(scratch);
  CHECK(json["provenance"]["device"] == "fake");
  CHECK(json["cases"][0]["median_us"] == 3);
  CHECK(json["cases"][0]["p10_us"] == Approx(2.2));
  CHECK(json["cases"][1]["id"] == "linear b8 hq32 hkv32 sq1024 skv1024 d64 causal bf16");
  CHECK(json["cases"][1]["system"] == "linear");
  CHECK(json["cases"][1]["mask"] == "causal");
}

TEST_CASE("a case that fails is recorded with its error, and the rest goes on") {
  FakeGpu gpu;
  gpu.failing = "sq4096";
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run run({"linear"});
  const auto tally = measure(gpu, run.request, file);
  REQUIRE(tally);
  CHECK(tally->failed == 2);
  CHECK(tally->measured == 6);
  CHECK(run.lines.at(2) == "linear b8 hq32 hkv32 sq4096 skv4096 d64 causal bf16: it does not fit");
}

TEST_CASE("a run that ran out of time is gone on with, and failed cases are tried again") {
  FakeGpu gpu;
  gpu.failing = "sq1024";
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run first({"linear"});
  first.request.seconds = 3; // the clock shows 0, 1, 2, 3, and then 4
  const auto begun = measure(gpu, first.request, file);
  REQUIRE(begun);
  CHECK(begun->measured == 2);
  CHECK(begun->failed == 2);
  CHECK(begun->notRun == 4);
  CHECK(jsonOf(scratch)["not_run"].size() == 4);
  gpu.failing.clear();
  auto resumed = MeasureFile::resume(scratch.path(), provenanceOf(gpu));
  REQUIRE(resumed);
  Run second({"linear"});
  const auto ended = measure(gpu, second.request, *resumed);
  REQUIRE(ended);
  CHECK(ended->earlier == 2);
  CHECK(ended->measured == 6);
  CHECK(jsonOf(scratch)["not_run"].empty());
  CHECK(jsonOf(scratch)["cases"].size() == 8);
}

TEST_CASE("a run that was killed loses only the case that was running") {
  const test::ScratchFile scratch("measure.json", "");
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    FakeGpu gpu;
    MeasureFile file(scratch.path(), provenanceOf(gpu));
    Run run({"linear"});
    run.request.stop = [asked = 0]() mutable { // before the fourth case
      if (asked++ == 3) {
        raise(SIGKILL);
      }
      return false;
    };
    measure(gpu, run.request, file);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  FakeGpu gpu;
  auto resumed = MeasureFile::resume(scratch.path(), provenanceOf(gpu));
  REQUIRE(resumed);
  Run run({"linear"});
  const auto tally = measure(gpu, run.request, *resumed);
  REQUIRE(tally);
  CHECK(tally->earlier == 3);
  CHECK(tally->measured == 5);
  CHECK(jsonOf(scratch)["cases"].size() == 8);
}

TEST_CASE("a case that takes the device along ends the run, and comes last in the next one") {
  FakeGpu gpu;
  gpu.crashing = "sq1024 skv1024 d64";
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run run({"linear"});
  const auto tally = measure(gpu, run.request, file);
  REQUIRE(tally);
  CHECK(tally->lost);
  CHECK(tally->failed == 1);
  CHECK(tally->notRun == 7);
  FakeGpu fresh;
  fresh.crashing = gpu.crashing;
  auto resumed = MeasureFile::resume(scratch.path(), provenanceOf(fresh));
  REQUIRE(resumed);
  Run second({"linear"});
  const auto ended = measure(fresh, second.request, *resumed);
  REQUIRE(ended);
  CHECK(ended->measured == 7);
  CHECK(ended->failed == 1);
  CHECK(fresh.ran.back() == "linear b8 hq32 hkv32 sq1024 skv1024 d64 causal bf16");
}

TEST_CASE("a case during which the program ended comes last in the next run") {
  FakeGpu gpu;
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  const std::string id = "linear b8 hq32 hkv32 sq1024 skv1024 d64 causal bf16";
  file.setUnderWay(id);
  REQUIRE(file.write().empty());
  CHECK(jsonOf(scratch)["under_way"] == id);
  auto resumed = MeasureFile::resume(scratch.path(), provenanceOf(gpu));
  REQUIRE(resumed);
  CHECK(resumed->failedBefore(id));
  Run run({"linear"});
  REQUIRE(measure(gpu, run.request, *resumed));
  CHECK(gpu.ran.size() == 8);
  CHECK(gpu.ran.back() == id);
  CHECK_FALSE(jsonOf(scratch).contains("under_way"));
}

TEST_CASE("a watchdog is told of every case, before it and after it") {
  FakeGpu gpu;
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run run({"linear"});
  std::vector<std::string> seen;
  run.request.watch = [&](const std::string& id) {
    seen.push_back(id);
    if (!id.empty()) {
      CHECK(jsonOf(scratch)["under_way"] == id);
    }
  };
  REQUIRE(measure(gpu, run.request, file));
  REQUIRE(seen.size() == 16);
  for (std::size_t i = 0; i < seen.size(); i += 2) {
    CHECK(seen[i] == gpu.ran[i / 2]);
    CHECK(seen[i + 1].empty());
  }
}

TEST_CASE("only the kernels asked for are measured and checked, and no microbenchmark") {
  FakeGpu gpu;
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run run({"micro", "sigmoid", "linear"});
  run.request.kernels = {"fused-sm90"};
  const auto tally = measure(gpu, run.request, file);
  REQUIRE(tally);
  CHECK(tally->measured == 6);
  auto request = quiet();
  request.kernels = {"permute", "unpermute"};
  CHECK(checkKernels(gpu, request).size() == 8);
}

TEST_CASE("checking ends with the kernel that takes the device along") {
  FakeGpu gpu;
  gpu.crashing = "fused-sm80";
  const auto all = checkKernels(gpu, quiet());
  REQUIRE(all.size() == 2);
  CHECK(all.front().right());
  CHECK(all.back().error == "it crashed");
}

TEST_CASE("a kernel that does not exist is refused with the nearest name") {
  const auto problems = checkKernelNames({"fused-sm90", "streamk"});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what == "there is no kernel 'streamk'");
  CHECK(problems[0].help.find("did you mean 'stream-k'?") == 0);
}

TEST_CASE("kernels that the device does not have are counted, not run") {
  FakeGpu gpu;
  gpu.unsupported = cuda::KernelKind::FusedSm90;
  const test::ScratchFile scratch("measure.json", "");
  MeasureFile file(scratch.path(), provenanceOf(gpu));
  Run run({"sigmoid"});
  const auto tally = measure(gpu, run.request, file);
  REQUIRE(tally);
  CHECK(tally->measured == 6);
  CHECK(tally->unsupported == 6);
}

TEST_CASE("a suite that does not exist is refused with the nearest name") {
  const auto problems = checkSuites({"dense", "deocde", "micro"});
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].what == "there is no suite of measurements 'deocde'");
  CHECK(problems[0].help.find("did you mean 'decode'?") == 0);
}

TEST_CASE("a kernel is right within its error, and never when a number is missing") {
  FakeGpu gpu;
  gpu.difference = 0.009;
  for (const auto& checked : checkKernels(gpu, quiet())) {
    REQUIRE(checked.right());
  }
  for (const double wrong : {0.011, std::nan("")}) {
    gpu.difference = wrong;
    for (const auto& checked : checkKernels(gpu, quiet())) {
      REQUIRE_FALSE(checked.right());
    }
  }
}

} // namespace einsight::validation
