#include "report/text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;

TEST_CASE("kernels of a GPU are shown with their times and how they fill the SMs", "[report]") {
  results::Result result;
  CHECK(report::kernels(result).empty());
  results::KernelUse kernel;
  kernel.name = "attention";
  kernel.seconds = 0.004;
  kernel.launchSeconds = 3e-6;
  kernel.hertz = 1.5e9;
  kernel.tailShare = 0.0625;
  kernel.tensorUtilization = 0.96;
  kernel.dramReadBytes = 201e6;
  kernel.occupancy = {2048, 1, 384, 232, 208 * 1024, "shared memory", 15.52};
  result.kernels.push_back(kernel);
  CHECK(report::kernels(result) ==
        "\n"
        "  kernel     time  launch    clock  tensor cores  lanes  tail  masks  from L2  from DRAM  "
        "to DRAM\n"
        "  attention  4 ms    3 us  1.5 GHz         96.0%   0.0%  6.2%   0.0%      0 B     201 MB  "
        "    0 B\n"
        "\n"
        "  occupancy   CTAs  threads  registers per thread  shared memory  CTAs per SM  limited by "
        "    waves\n"
        "  attention  2,048      384                   232        208 KiB            1  shared "
        "memory  15.52\n");
}

TEST_CASE("launches that print the same are one row with their number", "[report]") {
  results::Result result;
  results::KernelUse kernel;
  kernel.name = "BQK";
  kernel.seconds = 0.004;
  result.kernels = {kernel, kernel, kernel};
  result.kernels.back().seconds = 0.005; // its occupancy is that of the others
  const auto text = report::kernels(result);
  CHECK(text.find("\n  BQK, 2 times  4 ms ") != std::string::npos);
  CHECK(text.find("\n  BQK           5 ms ") != std::string::npos);
  CHECK(text.find("\n  BQK, 3 times     0 ") != std::string::npos);
}

TEST_CASE("the share of the peak is told where the peak is known", "[report]") {
  results::Result result;
  result.seconds = 1;
  result.flops = 5e14;
  CHECK(report::text(result).find("500 T (500 T per second)\n") != std::string::npos);
  result.peakFlops = 1e15;
  CHECK(report::text(result).find("500 T (500 T per second, 50.0% of the peak)\n") !=
        std::string::npos);
}
