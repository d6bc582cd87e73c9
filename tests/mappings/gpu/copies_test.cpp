#include "gpu_text.hpp"
#include "mappings/gpu/copies.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

/// Bytes that each copy of a tensor loads and stores, by the copying kernel's name.
std::map<std::string, std::pair<double, double>> copiedBytes(const sim::gpu::Chain& chain) {
  std::map<std::string, std::pair<double, double>> out;
  for (const auto& kernel : chain.kernels) {
    if (kernel.name.rfind("conversion ", 0) != 0) {
      continue;
    }
    auto& [loaded, stored] = out[kernel.name];
    for (const auto place : kernel.order) {
      const double rows = kernel.kinds.at(static_cast<std::size_t>(place)).rows;
      loaded += kernel.prologue.loads.at(0).bytes * rows;
      stored += kernel.epilogue.stores.at(0).bytes * rows;
    }
  }
  return out;
}

auto backward(std::int64_t groupSize) {
  return copiedBytes(chainOf(readingOf(
      "flash-attention-2-backward",
      {.workload = "attention-backward",
       .gpu = "a100-80gb",
       .workloadSettings = {{"B", 1}, {"H", 4}, {"R", groupSize}, {"D", 128}, {"L", 1000}}})));
}

} // namespace

TEST_CASE("A sum that CTAs added up in 32 bits is read with 32 and written with its own", "[gpu]") {
  const auto copies = backward(1);
  REQUIRE(copies.size() == 1);
  const auto& [loaded, stored] = copies.at("conversion DQ");
  CHECK(loaded == Approx(4 * 1000 * 128 * 4.0));
  CHECK(stored == Approx(4 * 1000 * 128 * 2.0));
}

TEST_CASE("Heads of a group add up the gradients of their keys, which are converted too", "[gpu]") {
  const auto copies = backward(4);
  REQUIRE(copies.size() == 3);
  CHECK(copies.at("conversion DQ").first == Approx(4 * 1000 * 128 * 4.0));
  for (const auto* name : {"conversion DK", "conversion DV"}) {
    CHECK(copies.at(name).first == Approx(1 * 1000 * 128 * 4.0));
    CHECK(copies.at(name).second == Approx(1 * 1000 * 128 * 2.0));
  }
}

TEST_CASE("Sums start from zeros, which CTAs of another kernel or kernels of their own write",
          "[gpu]") {
  const auto chain = chainOf(
      readingOf("flash-attention-3-backward",
                {.workload = "attention-backward",
                 .gpu = "h100",
                 .workloadSettings = {{"B", 1}, {"H", 4}, {"R", 4}, {"D", 128}, {"L", 1000}}}));
  std::map<std::string, double> stored; // by kernel and tensor
  for (const auto& kernel : chain.kernels) {
    for (const auto place : kernel.order) {
      for (const auto& store : kernel.epilogue.stores) {
        stored[kernel.name + ", " + store.tensor] +=
            store.bytes * kernel.kinds.at(static_cast<std::size_t>(place)).rows;
      }
    }
    CHECK((kernel.name.rfind("zeros", 0) != 0 || kernel.prologue.loads.empty()));
  }
  CHECK(stored.at("row sums, DQ") == Approx(4 * 1000 * 128 * 4.0));
  CHECK(stored.at("zeros DK, DK") == Approx(1 * 1000 * 128 * 4.0));
  CHECK(stored.at("zeros DV, DV") == Approx(1 * 1000 * 128 * 4.0));
  CHECK(stored.count("zeros DQ, DQ") == 0);
}

TEST_CASE("A kernel whose CTAs would all clear a whole sum is refused", "[gpu]") {
  const auto reading = readingOfText("extends: flash-attention-3-backward\nmapping: mine\n"
                                     "kernels:\n  row sums:\n    clears: [DQ, DK]\n",
                                     {.workload = "attention-backward",
                                      .gpu = "h100",
                                      .workloadSettings = {{"H", 8}, {"R", 4}, {"L", 1024}}});
  const auto text = messages(reading);
  INFO(text);
  CHECK(text.find("CTAs of kernel 'row sums' that differ in 'p' would all clear 'DK'\n"
                  "  help: clear it by a kernel of its own: {clears: [DK]}") != std::string::npos);
}

TEST_CASE("A copy of what nobody adds up reads what it writes", "[gpu]") {
  const auto chain =
      chainOf(readingOfText("mapping: mine\nkind: gpu\nparameters: {M0: 64}\nkernels:\n"
                            "  conversion: {copies: [Q, added]}\n"
                            "  attention: {cta: {p: 64}, loop: m1}\n",
                            {.workloadSettings = {{"B", 1}, {"H", 2}, {"D", 64}, {"L", 512}}}));
  const auto copies = copiedBytes(chain);
  REQUIRE(copies.size() == 1);
  CHECK(copies.at("conversion Q") == std::pair<double, double>{2 * 512 * 64 * 2, 2 * 512 * 64 * 2});
}
