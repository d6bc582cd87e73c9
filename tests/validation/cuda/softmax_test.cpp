#include "tests/run_seed.hpp"
#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/softmax.hpp"

#include <catch2/catch.hpp>

#include <cmath>

namespace einsight::validation::cuda {
namespace {

/// Scores of one head after the kernel, or NaN after an error.
std::vector<std::uint16_t> run(std::vector<std::uint16_t> scores, const WalkShape& shape,
                               int pitch) {
  const SoftmaxArguments given{scores.data(), shape.seqQ, shape.seqKv, pitch, 0.5F, shape.mask};
  emulator::Launch launch;
  launch.grid.x = shape.seqQ;
  launch.threads = Softmax<Bf16>::kThreads;
  launch.sharedBytes = Softmax<Bf16>::kSharedBytes;
  REQUIRE(emulator::launch(launch, [&] { Softmax<Bf16>::run(given); }) == "");
  return scores;
}

} // namespace

TEST_CASE("rows of scores become weights, masked and padded ones zero") {
  for (const auto kind : {MaskKind::Dense, MaskKind::Causal, MaskKind::Window}) {
    const auto shape = sequence(kind, 7, 1803, 100);
    const int pitch = 1808;
    std::mt19937_64 random(test::runSeed());
    const auto scores = randomNumbers<Bf16>(7 * 1808, random);
    const auto weights = run(scores, shape, pitch);
    for (int query = 0; query < 7; ++query) {
      const auto row = static_cast<std::size_t>(query) * 1808;
      double sum = 0;
      for (int key = 0; key < shape.seqKv; ++key) {
        if (attends(shape.mask, shape.seqQ, shape.seqKv, query, key)) {
          sum += std::exp(0.5 * double(toFloat<Bf16>(scores[row + static_cast<std::size_t>(key)])));
        }
      }
      for (int key = 0; key < pitch; ++key) {
        const auto at = row + static_cast<std::size_t>(key);
        const bool attended =
            key < shape.seqKv && attends(shape.mask, shape.seqQ, shape.seqKv, query, key);
        const double weight =
            attended ? std::exp(0.5 * double(toFloat<Bf16>(scores[at]))) / sum : 0;
        REQUIRE(double(toFloat<Bf16>(weights[at])) == Approx(weight).epsilon(5e-3));
      }
    }
  }
}

} // namespace einsight::validation::cuda
