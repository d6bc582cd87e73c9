#include "tests/run_seed.hpp"
#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/linear.hpp"

#include <catch2/catch.hpp>

namespace einsight::validation::cuda {
namespace {

template <class Sizes>
Outcome run(int batch, int heads, int seq, unsigned order) {
  using Type = typename Sizes::Type;
  std::mt19937_64 random(test::runSeed());
  const auto size = static_cast<std::size_t>(batch * heads * seq) * std::size_t{Sizes::kHead};
  const auto q = randomNumbers<Type>(size, random);
  const auto k = randomNumbers<Type>(size, random);
  const auto v = randomNumbers<Type>(size, random);
  std::vector<std::uint16_t> out(size, kMissing);
  const LinearArguments given{q.data(), k.data(), v.data(), out.data(), batch, heads, seq, 0.125F};
  emulator::Launch launch;
  launch.grid = {Sizes::kHead / Sizes::kColumns, heads, batch};
  launch.threads = Sizes::kThreads;
  launch.sharedBytes = Sizes::kSharedBytes;
  launch.order = order;
  Outcome outcome;
  outcome.error = emulator::launch(launch, [&] { Linear<Sizes>::run(given); });
  outcome.difference = relativeError<Type>(out, linearReference<Type>(given, Sizes::kHead));
  return outcome;
}

} // namespace

TEST_CASE("chunked linear attention agrees with double precision, odd lengths included") {
  requireExact(run<LinearSizes<Bf16, 64>>(1, 2, 200, 0));
  requireExact(run<LinearSizes<Bf16, 128>>(2, 1, 321, 1));
  requireExact(run<LinearSizes<Fp16, 64>>(1, 1, 33, 2));
  requireExact(run<LinearSizes<Fp16, 128>>(1, 1, 197, 3));
}

TEST_CASE("chunked linear attention is right for lengths around a chunk") {
  for (const int length : {1, 17, 64, 129}) {
    INFO(length);
    requireExact(run<LinearSizes<Bf16, 64>>(1, 1, length, 3));
    requireExact(run<LinearSizes<Bf16, 128>>(1, 2, length, 4));
  }
}

} // namespace einsight::validation::cuda
