#include "gpu_text.hpp"
#include "sim/gpu/gpu.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

Setting decode(std::int64_t batch, std::int64_t heads, std::int64_t keys) {
  return {.workload = "attention-decode",
          .gpu = "a100-80gb",
          .workloadSettings = {{"B", batch}, {"H", heads}, {"R", 1}, {"M", keys}}};
}

sim::gpu::Chain chainWith(const std::string& division, const Setting& setting) {
  return chainOf(
      readingOfText("mapping: mine\nkind: gpu\nparameters: {M0: 64}\nkernels:\n"
                    "  attention:\n    cta: {p: 2, r: all}\n    loop: m1\n    stages: 2\n" +
                        division,
                    setting));
}

double secondsOf(const sim::gpu::Chain& chain) {
  const auto gpu = arch::loadGpu("a100-80gb");
  REQUIRE(gpu);
  auto device = mappings::gpu::device(*gpu);
  device.dramBytesPerSecond *= 100; // SMs alone decide
  device.l2BytesPerCycle *= 100;
  const auto totals = sim::gpu::cycle(chain, device);
  REQUIRE(totals);
  return totals->seconds;
}

/// Iterations over keys of all CTAs: those of the kernel's body, of later and of first parts.
std::int64_t keyIterations(const sim::gpu::Kernel& kernel) {
  std::int64_t sum = 0;
  for (const auto place : kernel.order) {
    const auto& kind = kernel.kinds.at(static_cast<std::size_t>(place));
    sum += kind.body == 3 ? 0 : kind.iterations;
  }
  return sum;
}

} // namespace

TEST_CASE("With stream-K as many CTAs as are resident share the tiles of all heads", "[gpu]") {
  const auto chain = chainOf(readingOf("lean-attention", decode(1, 30, 64 * 100)));
  REQUIRE(chain.kernels.size() == 1); // nobody merges but the CTAs
  const auto& kernel = chain.kernels[0];
  CHECK(std::ssize(kernel.lists) == 108 * kernel.residents);
  CHECK(kernel.persistent);
  CHECK(keyIterations(kernel) == 30 * 100);
  CHECK_FALSE(kernel.awaits.empty());
}

TEST_CASE("The pieces of a divided tile leave 32-bit partial results and are merged", "[gpu]") {
  const auto kernel = chainWith("    stream_k: 3\n", decode(1, 2, 64 * 10)).kernels.at(0);
  REQUIRE(kernel.others.size() == 3);
  const auto& [part, first, merge] = std::tie(kernel.others[0], kernel.others[1], kernel.others[2]);
  const double row = 128 * 4; // of one query, in 32 bits
  REQUIRE(part.epilogue.stores.size() == 3);
  double bytes = 0;
  for (const auto& store : part.epilogue.stores) {
    bytes += store.bytes;
  }
  CHECK(bytes == row + 4 + 4); // values, maximum and sum
  CHECK(first.epilogue.stores.empty());
  CHECK(merge.iteration.loads.size() == 3);
  CHECK(merge.iteration.loads[0].lookups == 1); // the flag before it
  REQUIRE(merge.epilogue.stores.size() == 1);
  CHECK(merge.epilogue.stores[0].bytes == 128 * 2);
  CHECK(kernel.iteration.steps.size() == first.iteration.steps.size());
}

TEST_CASE("A kernel merges what stream-K cut where the mapping says so", "[gpu]") {
  const auto chain = chainWith("    stream_k: {ctas: 3, merge: kernel}\n", decode(1, 2, 64 * 10));
  REQUIRE(chain.kernels.size() == 2);
  CHECK(chain.kernels[0].others.empty());
  CHECK(chain.kernels[1].name == "attention merge");
  std::vector<std::int64_t> parts;
  for (const auto kind : chain.kernels[1].order) {
    parts.push_back(chain.kernels[1].kinds.at(static_cast<std::size_t>(kind)).iterations);
  }
  CHECK(parts == std::vector<std::int64_t>{2, 2}); // 20 tiles: 6, 7 and 7
}

TEST_CASE("Warps of a merge divide the parts of a row, which L2 has", "[gpu]") {
  const auto setting = decode(1, 6, 64 * 40);
  const auto merge = [&](const std::string& how) {
    return chainWith("    split: 10\n" + how, setting).kernels.at(1);
  };
  const auto rows = merge("");
  const auto warps = merge("    merge: {rows: 1, stages: 4}\n");
  CHECK(rows.stages == 2);
  CHECK(warps.stages == 4);
  CHECK(rows.kinds.at(0).iterations == 10);
  CHECK(warps.kinds.at(0).iterations == 3); // four warps
  CHECK(warps.order.size() == 6);           // one query of each head
  double one = 0;
  double four = 0;
  for (std::size_t load = 0; load < 3; ++load) {
    CHECK(rows.iteration.loads.at(load).shared);
    one += rows.iteration.loads.at(load).bytes;
    four += warps.iteration.loads.at(load).bytes;
  }
  CHECK(one == 128 * 4 + 4 + 4);
  CHECK(four == 4 * one);
  CHECK(warps.iteration.steps.at(0).cycles == Approx(4 * rows.iteration.steps.at(0).cycles));
}

TEST_CASE("Equal pieces beat equal splits where those leave a wave nearly empty", "[gpu]") {
  // 109 heads on 108 SMs with one CTA each: two waves, or one with hardly more work.
  const auto setting = decode(1, 109, 64 * 64);
  const double whole = secondsOf(chainWith("    resident: 1\n", setting));
  const double pieces = secondsOf(chainWith("    resident: 1\n    stream_k: wave\n", setting));
  CHECK(whole > 1.7 * pieces);
}

TEST_CASE("Equal pieces change nothing where every CTA has one head anyway", "[gpu]") {
  const auto setting = decode(1, 108, 64 * 64);
  const double whole = secondsOf(chainWith("    resident: 1\n    persistent: true\n", setting));
  const double pieces = secondsOf(chainWith("    resident: 1\n    stream_k: wave\n", setting));
  CHECK(pieces == Approx(whole).epsilon(1e-6));
}

TEST_CASE("Stream-K of causal prefill gives every CTA as many tiles", "[gpu]") {
  const Setting setting{.workload = "attention-causal",
                        .workloadSettings = {{"L", 4096}, {"H", 4}},
                        .mappingSettings = {}};
  const auto text = std::string("mapping: mine\nkind: gpu\nparameters: {M0: 64}\nkernels:\n"
                                "  attention:\n    cta: {p: 128}\n    loop: m1\n    stages: 2\n"
                                "    warpgroups: 2\n    resident: 1\n    stream_k: wave\n");
  const auto kernel = chainOf(readingOfText(text, setting)).kernels.at(0);
  // Tiles of 128 queries and 64 keys: 2, 4, … 64 iterations in each of 4 heads.
  CHECK(keyIterations(kernel) == 4 * 32 * 33);
  std::vector<std::int64_t> each(kernel.lists.size(), 0);
  std::int64_t masked = 0;
  for (std::size_t cta = 0, place = 0; place < kernel.order.size(); ++place) {
    while (cta + 1 < kernel.lists.size() &&
           place >= static_cast<std::size_t>(kernel.lists[cta + 1])) {
      ++cta;
    }
    const auto& kind = kernel.kinds.at(static_cast<std::size_t>(kernel.order[place]));
    each[cta] += kind.body == 3 ? 0 : kind.iterations;
    masked += kind.masked;
  }
  CHECK(*std::max_element(each.begin(), each.end()) - *std::min_element(each.begin(), each.end()) <=
        1);
  CHECK(masked == 4 * 32 * 2); // two of each tile, whoever has them
}

TEST_CASE("Tokens of a step and the heads of a group are the rows of one tile", "[gpu]") {
  const auto rowsOf = [](std::int64_t tokens, std::int64_t heads) {
    const auto chain = chainOf(
        readingOf("latent-decoding",
                  {.workload = "mla-decode-causal",
                   .gpu = "h800",
                   .workloadSettings = {{"B", 2}, {"H", heads}, {"P", tokens}, {"L", 64 * 10}}}));
    return std::pair(keyIterations(chain.kernels.at(1)),
                     chain.kernels.at(1).iteration.steps.at(0).work.at(0).operations);
  };
  const auto one = rowsOf(1, 64);
  CHECK(one.first == 2 * 10);
  CHECK(rowsOf(4, 16) == one);
  CHECK(rowsOf(2, 64) == std::pair(2 * one.first, one.second));
}

TEST_CASE("New tokens see those before them: the last tile of keys is masked", "[gpu]") {
  const Setting setting{
      .workload = "attention-decode-causal",
      .workloadSettings = {{"B", 1}, {"H", 8}, {"R", 8}, {"P", 4}, {"M", 64 * 100}}};
  const auto kernel = chainOf(readingOf("flash-decoding", setting)).kernels.at(0);
  const auto sums = sumsOf(kernel);
  CHECK(sums.iterations == 100);
  CHECK(sums.masked == 1);
}

TEST_CASE("Warps divide the keys where the query heads of a group fit in 16 rows", "[gpu]") {
  const auto chainOfGroup = [](const std::string& mapping, std::int64_t group,
                               std::int64_t tokens) {
    const Setting setting{
        .workload = "attention-decode-causal",
        .workloadSettings = {{"B", 1}, {"H", 8 * group}, {"R", group}, {"P", tokens}, {"M", 8192}}};
    return chainOf(readingOf(mapping, setting)).kernels.at(0);
  };
  const auto scores = [&](const std::string& mapping, std::int64_t group, std::int64_t tokens) {
    return chainOfGroup(mapping, group, tokens).iteration.steps.at(0);
  };
  const auto own = scores("flash-decoding", 7, 2);
  const auto same = scores("flashinfer-decoding", 7, 2);
  REQUIRE(own.unit == sim::gpu::Step::Unit::Tensor);
  CHECK(same.work == own.work);
  CHECK(own.peakCycles == Approx(4 * same.peakCycles)); // 64 rows, 16 rows
  constexpr double kTile = 64 * 128 * 2;                // of keys; it arrives once
  CHECK(own.sharedBytes == kTile + 4 * kTile);          // each warp reads all keys
  CHECK(same.sharedBytes == kTile + kTile);             // or its own
  CHECK(chainOfGroup("flashinfer-decoding", 7, 3) == chainOfGroup("flash-decoding", 7, 3));
}
