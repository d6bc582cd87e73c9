#include "sim/gpu/gpu.hpp"
#include "tests/mappings/gpu/gpu_text.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings::gpu;
using namespace einsight::mappings::gpu::test;

namespace {

/// A batch of these lengths on a mapping, padded to the longest for its tiles.
sim::gpu::Chain chainOf(const std::vector<std::int64_t>& lengths, const std::string& workload,
                        const std::string& mapping, const std::string& parameter = "L") {
  core::Settings settings{{parameter, *std::max_element(lengths.begin(), lengths.end())},
                          {"B", static_cast<std::int64_t>(lengths.size())},
                          {"H", 2},
                          {"R", 1}};
  const auto reading =
      valid(readingOf(mapping, {.workload = workload, .workloadSettings = settings}));
  const auto wishes = workloadParameters(reading.mapping, reading.cascade, reading.gpu);
  REQUIRE(wishes);
  for (const auto& [name, value] : *wishes) {
    settings[name] = value;
  }
  Batch batch;
  settings["B"] = 1;
  for (const auto length : lengths) {
    settings[parameter] = length;
    auto cascade = workloads::load(workload, settings);
    REQUIRE(cascade);
    batch.sequences.push_back(static_cast<std::int32_t>(batch.lengths.size()));
    batch.lengths.push_back(std::move(*cascade));
  }
  auto chain = plan(reading.mapping, reading.cascade, reading.gpu, {}, &batch);
  if (!chain) {
    FAIL(core::render(chain.error()));
  }
  return std::move(*chain);
}

sim::gpu::Chain chainOf(std::int64_t length, std::int64_t batch, const std::string& workload,
                        const std::string& mapping, const std::string& parameter = "L") {
  return test::chainOf(readingOf(
      mapping, {.workload = workload,
                .workloadSettings = {{parameter, length}, {"B", batch}, {"H", 2}, {"R", 1}}}));
}

sim::gpu::Totals totalsOf(const sim::gpu::Chain& chain) {
  const auto gpu = arch::loadGpu("h100");
  REQUIRE(gpu);
  const auto totals = sim::gpu::cycle(chain, mappings::gpu::device(*gpu));
  REQUIRE(totals);
  return *totals;
}

} // namespace

TEST_CASE("A batch has the tiles of each of its sequences", "[gpu]") {
  const auto chain = chainOf({256, 1024, 40}, "attention", "flash-attention-2");
  REQUIRE(chain.kernels.size() == 1);
  const auto& kernel = chain.kernels[0];
  // Two heads of tiles of 128 queries; 64 keys an iteration.
  REQUIRE(kernel.order.size() == 2 * (2 + 8 + 1));
  CHECK(sumsOf(kernel).iterations == 2 * (2 * 4 + 8 * 16 + 1));
  CHECK(kernel.others.empty());
  const auto& last = kernel.kinds.at(static_cast<std::size_t>(kernel.order.back()));
  CHECK(last.rows == Approx(40 / 128.0));
  CHECK(last.filled == Approx(40 / 64.0));
}

TEST_CASE("No two sequences stream the same keys", "[gpu]") {
  const auto kernel = chainOf({256, 256}, "attention", "flash-attention-2").kernels.at(0);
  CHECK(kernel.reuse == std::vector<std::int32_t>{0, 0, 1, 1, 2, 2, 3, 3});
}

TEST_CASE("Heavy CTAs come first over all sequences", "[gpu]") {
  const auto kernel =
      chainOf({300, 2048, 700}, "attention-causal", "flash-attention-3").kernels.at(0);
  for (std::size_t cta = 1; cta < kernel.order.size(); ++cta) {
    CHECK(kernel.kinds.at(static_cast<std::size_t>(kernel.order[cta - 1])).iterations >=
          kernel.kinds.at(static_cast<std::size_t>(kernel.order[cta])).iterations);
  }
}

TEST_CASE("Sequences of one length are as a batch of them", "[gpu]") {
  CHECK(rc::check("equal lengths", [] {
    const auto length = *rc::gen::inRange(1, 3000);
    const auto batch = *rc::gen::inRange(1, 5);
    const std::string mapping = *rc::gen::element<std::string>(
        "flash-attention-2", "flash-attention-3", "lean-attention", "flash-decoding");
    const std::vector<std::int64_t> lengths(static_cast<std::size_t>(batch), length);
    const auto ragged = totalsOf(chainOf(lengths, "attention", mapping));
    const auto alike = totalsOf(chainOf(length, batch, "attention", mapping));
    RC_ASSERT(ragged.seconds == Approx(alike.seconds).epsilon(1e-9));
    RC_ASSERT(ragged.kernels[0].dramReadBytes ==
              Approx(alike.kernels[0].dramReadBytes).epsilon(1e-9));
  }));
}

TEST_CASE("A ragged batch moves the bytes and does the work of its sequences", "[gpu]") {
  CHECK(rc::check("sums over sequences", [] {
    const auto lengths =
        *rc::gen::container<std::vector<std::int64_t>>(3, rc::gen::inRange<std::int64_t>(1, 4000));
    const std::string workload = *rc::gen::element<std::string>("attention", "attention-causal");
    const auto ragged = chainOf(lengths, workload, "flash-attention-2");
    double flops = 0;
    std::int64_t iterations = 0;
    double written = 0;
    for (const auto length : lengths) {
      const auto alone = chainOf(length, 1, workload, "flash-attention-2");
      flops += alone.flops;
      iterations += sumsOf(alone.kernels[0]).iterations;
      written += totalsOf(alone).kernels[0].l2WriteBytes;
    }
    RC_ASSERT(ragged.flops == Approx(flops));
    RC_ASSERT(sumsOf(ragged.kernels[0]).iterations == iterations);
    RC_ASSERT(totalsOf(ragged).kernels[0].l2WriteBytes == Approx(written));
  }));
}

TEST_CASE("A ragged batch is never slower than padded to its longest", "[gpu]") {
  const auto ragged = totalsOf(chainOf({512, 4096, 700, 2000}, "attention", "flash-attention-3"));
  const auto padded = totalsOf(chainOf(4096, 4, "attention", "flash-attention-3"));
  CHECK(ragged.seconds < 0.8 * padded.seconds);
}

TEST_CASE("Kernels whose tiles hold a whole sequence have a body per length", "[gpu]") {
  const auto chain = chainOf({256, 1024}, "attention-unfused", "unfused-kernels");
  const auto softmax = std::find_if(chain.kernels.begin(), chain.kernels.end(),
                                    [](const auto& kernel) { return kernel.others.size() == 1; });
  REQUIRE(softmax != chain.kernels.end());
}

TEST_CASE("Copies move the bytes of the sequences there are", "[gpu]") {
  const auto chain = chainOf({256, 1024}, "attention-unfused", "unfused-kernels");
  const auto totals = totalsOf(chain);
  CHECK(totals.kernels[0].dramReadBytes == Approx(2.0 * 128 * (256 + 1024) * 2)); // one of Q, K, V
}

TEST_CASE("Equal pieces of a ragged batch end before parts cut as the longest is", "[gpu]") {
  std::vector<std::int64_t> lengths;
  for (std::int64_t sequence = 1; sequence <= 24; ++sequence) {
    lengths.push_back(64 * 10 * sequence);
  }
  const auto pieces = totalsOf(chainOf(lengths, "attention-decode", "lean-attention", "M"));
  const auto parts = totalsOf(chainOf(lengths, "attention-decode", "flash-decoding", "M"));
  CHECK(pieces.kernels[0].cycles < parts.kernels[0].cycles);
}

TEST_CASE("A split cuts where the longest sequence is cut, so that short ones leave empty parts",
          "[gpu]") {
  const auto chain = chainOf({64 * 40, 64 * 10}, "attention-decode", "flash-decoding", "M");
  REQUIRE(chain.kernels.size() == 2);
  const auto& kernel = chain.kernels[0];
  const auto parts = static_cast<std::int64_t>(kernel.order.size()) / 4; // two heads each
  REQUIRE(parts > 4);
  std::int64_t empty = 0;
  for (const auto kind : kernel.order) {
    empty += kernel.kinds.at(static_cast<std::size_t>(kind)).iterations == 0 ? 1 : 0;
  }
  CHECK(empty == 2 * parts * 30 / 40);
  CHECK(sumsOf(kernel).iterations == 2 * 50);
}
