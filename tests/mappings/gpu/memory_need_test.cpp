#include "gpu_text.hpp"
#include "mappings/gpu/memory_need.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu;
using namespace einsight::mappings::gpu::test;

namespace {

std::string refusal(const std::string& mapping, const std::string& workload,
                    const core::Settings& settings, const std::string& gpu = "h100") {
  return messages(
      readingOf(mapping, {.workload = workload, .gpu = gpu, .workloadSettings = settings}));
}

/// Problems of tensors in memory alone, without making kernels.
std::size_t problemsOf(const std::string& mapping, const std::string& workload,
                       const core::Settings& settings) {
  const auto reading =
      valid(readingOf(mapping, {.workload = workload, .workloadSettings = settings}));
  return memoryProblems(plansOf(reading), reading.cascade, reading.gpu).size();
}

} // namespace

TEST_CASE("Scores that lie in memory between kernels are refused where they do not fit", "[gpu]") {
  // 16 heads of 64K x 64K scores of 2 bytes, and as many weights: 274.9 GB beside Q, K, V and the
  // result.
  CHECK(refusal("unfused-kernels", "attention-unfused", {{"L", 64 * 1024}}) ==
        "unfused-kernels.yaml: error: kernels.softmax: kernel 'softmax' runs with 275.7 GB of "
        "tensors in memory (A 137.4 GB, QK 137.4 GB, K 268.4 MB), h100 has 80 GiB\n"
        "  help: smaller sizes, fewer sequences or heads at a time, or a GPU with more memory\n");
}

TEST_CASE("What does not fit is refused before the CTAs of any kernel are listed", "[gpu]") {
  const auto listed = [](std::int64_t length) {
    const auto reading =
        valid(readingOf("unfused-kernels", {.workload = "attention-unfused",
                                            .workloadSettings = {{"L", length}, {"H", 1}}}));
    int kernels = 0;
    const auto chain = plan(reading.mapping, reading.cascade, reading.gpu,
                            [&](const std::string&, const Trips& trips) {
                              ++kernels;
                              return trips;
                            });
    return std::pair(chain.has_value(), kernels);
  };
  CHECK(listed(4096) == std::pair(true, 3));
  CHECK(listed(std::int64_t{1} << 18) == std::pair(false, 0));
}

TEST_CASE("What a kernel keeps to itself needs no memory", "[gpu]") {
  CHECK(refusal("flash-attention-3", "attention", {{"L", 64 * 1024}}) == "no problem");
}

TEST_CASE("A cache that fits to the byte is accepted, one more key is not", "[gpu]") {
  // A head of 128 values: 256 bytes of a key and as many of its value, for 8 heads; the query and
  // the result of one token take 2 * 8 * 256 bytes besides.
  const std::int64_t most = ((std::int64_t{80} << 30) - 2 * 8 * 256) / (8 * 512);
  const auto settings = [](std::int64_t keys) {
    return core::Settings{{"B", 1}, {"H", 8}, {"R", 1}, {"P", 1}, {"M", keys}};
  };
  CHECK(problemsOf("flash-decoding", "attention-decode", settings(most)) == 0);
  CHECK(problemsOf("flash-decoding", "attention-decode", settings(most + 1)) == 1);
}

TEST_CASE("What is dead by then is not counted", "[gpu]") {
  // At 32K one of the two tensors of scores fits with 34.4 GB; both do with 68.7 GB of 85.9 GB. The
  // backward pass holds a third one while it needs two.
  CHECK(problemsOf("unfused-kernels", "attention-unfused", {{"L", 32 * 1024}}) == 0);
  CHECK(problemsOf("unfused-kernels-backward", "attention-unfused-backward", {{"L", 32 * 1024}}) ==
        1);
}

TEST_CASE("A batch needs the memory of its own lengths, not of what it would be padded to",
          "[gpu]") {
  const auto reading = valid(readingOf(
      "flash-attention-3", {.workload = "attention", .workloadSettings = {{"L", 1024 * 1024}}}));
  const auto kernels = plansOf(reading);
  Batch batch{{reading.cascade}, std::vector<std::int32_t>(4, 0)};
  CHECK(memoryProblems(kernels, reading.cascade, reading.gpu, &batch).empty()); // 68.7 GB
  batch.sequences.assign(5, 0);                                                 // 85.9 GB
  CHECK(memoryProblems(kernels, reading.cascade, reading.gpu, &batch).empty());
  batch.sequences.assign(6, 0);
  CHECK(memoryProblems(kernels, reading.cascade, reading.gpu, &batch).size() == 1);
}
