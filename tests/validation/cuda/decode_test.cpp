#include "tests/run_seed.hpp"
#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/decode.hpp"
#include "validation/cuda/decode_combine.hpp"

#include <catch2/catch.hpp>

namespace einsight::validation::cuda {
namespace {

using Grouped = DecodeSizes<Bf16, 128, 128, false, 3>;
using Small = DecodeSizes<Fp16, 64, 64, false, 4>;
using Latent = DecodeSizes<Bf16, 576, 512, true, 2>;
using LatentFp16 = DecodeSizes<Fp16, 576, 512, true, 2>;

struct Shape {
  int batch;
  int headsQ;
  int headsKv;
  int seqKv;
};

/// With the schedule that `make` gives for so many items and tiles.
template <class Sizes, class Make>
Outcome run(const Shape& shape, const Make& make, unsigned order) {
  using Type = typename Sizes::Type;
  std::mt19937_64 random(test::runSeed());
  const auto size = [](int a, int b, int c) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
  };
  const auto q = randomNumbers<Type>(size(shape.batch, shape.headsQ, Sizes::kHeadQk), random);
  const auto rows = size(shape.batch, shape.headsKv, shape.seqKv);
  auto k = randomNumbers<Type>(rows * Sizes::kHeadQk, random);
  auto v = randomNumbers<Type>(Sizes::kLatent ? 0 : rows * Sizes::kHeadV, random);
  k.insert(k.end(), 64 * Sizes::kHeadQk, kMissing); // beyond the end
  v.insert(v.end(), 64 * Sizes::kHeadV, kMissing);
  std::vector<std::uint16_t> out(size(shape.batch, shape.headsQ, Sizes::kHeadV), kMissing);
  DecodeArguments given{q.data(),
                        k.data(),
                        v.data(),
                        out.data(),
                        nullptr,
                        shape.batch,
                        shape.headsQ,
                        shape.headsKv,
                        shape.seqKv,
                        1 / std::sqrt(static_cast<float>(Sizes::kHeadQk)),
                        {}};
  given.schedule =
      make(shape.batch * shape.headsKv * rowBlocks(given), ceilDivide(shape.seqKv, Sizes::kKeys));
  std::vector<float> parts(size(slots(given.schedule), kDecodeRows, Sizes::kHeadV + 2),
                           std::nanf(""));
  given.parts = parts.data();
  emulator::Launch launch;
  launch.grid.x = given.schedule.ctas;
  launch.threads = Sizes::kThreads;
  launch.sharedBytes = Sizes::kSharedBytes;
  launch.order = order;
  Outcome outcome;
  outcome.error = emulator::launch(launch, [&] { Decode<Sizes>::run(given); });
  launch.grid.x = given.schedule.items;
  outcome.error += emulator::launch(launch, [&] { DecodeCombine<Sizes>::run(given); });
  outcome.difference = relativeError<Type>(
      out, decodeReference<Type>(given, Sizes::kHeadQk, Sizes::kHeadV, Sizes::kLatent));
  return outcome;
}

} // namespace

TEST_CASE("split-KV decoding agrees with double precision, whatever the number of splits") {
  for (const int splits : {1, 2, 5}) {
    const auto make = [splits](int items, int tiles) { return splitKv(items, tiles, splits); };
    requireExact(run<Grouped>({2, 8, 2, 333}, make, 1));
    requireExact(run<Small>({1, 3, 3, 500}, make, 0));
  }
}

TEST_CASE("stream-K decoding agrees with double precision, also where items share a CTA") {
  for (const int ctas : {1, 3, 7}) {
    const auto make = [ctas](int items, int tiles) { return streamK(items, tiles, ctas); };
    requireExact(run<Grouped>({3, 4, 2, 200}, make, 2));
  }
}

TEST_CASE("decoding is right for contexts around a tile, seven heads on one included") {
  for (const int context : {1, 17, 64, 129}) {
    for (const int pieces : {1, 3}) {
      INFO("context " << context << ", pieces " << pieces);
      const auto split = [&](int items, int tiles) { return splitKv(items, tiles, pieces); };
      const auto stream = [&](int items, int tiles) { return streamK(items, tiles, pieces); };
      requireExact(run<Grouped>({1, 7, 1, context}, split, 0));
      requireExact(run<Grouped>({2, 7, 1, context}, stream, 1));
      requireExact(run<Latent>({1, 17, 1, context}, split, 2));
      requireExact(run<Latent>({2, 3, 1, context}, stream, 3));
    }
  }
}

TEST_CASE("decoding works on more heads per KV head than a product has rows") {
  const auto make = [](int items, int tiles) { return splitKv(items, tiles, 2); };
  requireExact(run<Small>({1, 21, 1, 130}, make, 0));
}

TEST_CASE("latent decoding reads its values from the keys") {
  const auto make = [](int items, int tiles) { return splitKv(items, tiles, 2); };
  requireExact(run<Latent>({1, 20, 1, 150}, make, 3));
  requireExact(run<LatentFp16>({2, 9, 1, 77}, make, 1));
}

} // namespace einsight::validation::cuda
