#include "arch/catalogue.hpp"
#include "gpu_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using arch::test::gpuOf;
using arch::test::messages;
using arch::test::valid;

TEST_CASE("a GPU file lies over one of the catalogue and changes what it names", "[arch]") {
  const auto gpu = valid(gpuOf("extends: h100\n"
                               "machine: mine\n"
                               "parameters: {n: 100, share: 1/2}\n"
                               "sm: {count: n + 20}\n"
                               "l2: {capacity: n MiB}\n"
                               "tensor_cores: {wgmma: {efficiency: share, start: 0}}\n"
                               "lanes: {operations: {exp2: n/25, swish: [exp2, exp2, add]}}\n"
                               "launch: {host: 20 us}\n"
                               "price: ~\n"));
  CHECK(gpu.name() == "mine");
  CHECK(gpu.data().sms == 120);
  CHECK(gpu.data().l2.bytes == 100 << 20);
  CHECK(gpu.tensor("wgmma", "fp8")->efficiency == 0.5);
  CHECK(gpu.tensor("wgmma", "fp8")->startCycles == 0);
  CHECK(gpu.operation("exp2")->cycles == 4);
  CHECK(gpu.operation("exp")->cycles == 5);
  CHECK(gpu.operation("swish")->cycles == 9);
  CHECK(gpu.data().launch.hostSeconds == Approx(20e-6));
  CHECK_FALSE(gpu.data().dollarsPerHour.has_value());
  CHECK(gpu.data().parameters == std::map<std::string, double>{{"n", 100}, {"share", 0.5}});
  CHECK(gpu.data().architecture == "hopper");
  CHECK(gpu.data().files.size() == 4);
}

TEST_CASE("settings replace parameters, and any number by its path in base units", "[arch]") {
  const auto gpu = valid(arch::loadGpu("h100", {{"l2.capacity", std::int64_t{1} << 20},
                                                {"dram.efficiency", core::Rational(1, 2)},
                                                {"clock.maximum", 1000000000},
                                                {"lanes.operations.exp2", 4},
                                                {"lanes.sync", 0},
                                                {"tensor_cores.mma.maccs_per_cycle.fp16", 10},
                                                {"dram.latency", core::Rational(1, 1000000)}}));
  CHECK(gpu.data().l2.bytes == 1 << 20);
  CHECK(gpu.data().dram.efficiency == 0.5);
  CHECK(gpu.data().clock.maximumHertz == 1e9);
  CHECK(gpu.operation("sigmoid")->cycles == 10);
  CHECK(gpu.operation("exp")->cycles == 5);
  CHECK(gpu.data().syncCycles == 0);
  CHECK(gpu.tensor("mma", "fp16")->maccsPerCycle == 10);
  CHECK(gpu.data().dram.latencySeconds == Approx(1e-6));
  const auto own =
      valid(gpuOf("extends: h100\nparameters: {n: 100}\nsm: {count: n}\n", {{"n", 7}}));
  CHECK(own.data().sms == 7);
}

TEST_CASE("every mistake of a GPU file is answered at once, with its place", "[arch]") {
  CHECK(messages(gpuOf("extends: h100\n"
                       "clock: {maximum: 1980, onset: 0}\n"
                       "sm: {count: 1.5}\n"
                       "tensor_cores: {wgmma: {efficency: 1, efficiency: 85}, mma: 3}\n"
                       "lanes: {sync: -1, operations: {exp3: [exp2, expp], nothing: []}}\n"
                       "l2: {capacity: 50 MHz}\n"
                       "dram: {bandwidth: 0 GB/s}\n"
                       "calibration: {registers.word: our own, tensr.mma: our own}\n")) ==
        "gpu.yaml:3:18: error: clock.maximum: '1980' is not a number with a unit\n"
        "  help: write a number and one of: Hz, kHz, MHz, GHz\n"
        "gpu.yaml:3:31: error: clock.onset: '0' must be above zero\n"
        "gpu.yaml:4:13: error: sm.count: 1.5 = 3/2 must be a whole number from 1 to 64K\n"
        "gpu.yaml:5:24: error: tensor_cores.wgmma.efficency: unknown key\n"
        "  help: did you mean 'efficiency'? (one of: rows, efficiency, shared_operands, start, "
        "issue_share, setup, maccs_per_cycle)\n"
        "gpu.yaml:5:50: error: tensor_cores.wgmma.efficiency: 85 is more than the whole of a peak\n"
        "  help: write a share: above 0, at most 1\n"
        "gpu.yaml:5:60: error: tensor_cores.mma: expected a map, found a plain value\n"
        "gpu.yaml:6:15: error: lanes.sync: '-1' must not be below zero\n"
        "gpu.yaml:6:38: error: lanes.operations.exp3: the lanes have no operation 'expp' (before "
        "this one)\n"
        "  help: did you mean 'exp2'? (one of: add, sub, mul, fma, exp2, log2, recip, rsqrt, tanh, "
        "max, less, select, and, or, shuffle, atomic, convert, floor, round, sin, cos, gather, "
        "mask, fragment, exp, exp2_emulated, log, div, sqrt, square, macc, neg, abs, min, relu, "
        "lessequal, equal, argmax, sigmoid, silu, … and 8 more)\n"
        "gpu.yaml:6:61: error: lanes.operations.nothing: is made of no operation\n"
        "  help: write a number of cycles, or [mul, exp2]\n"
        "gpu.yaml:7:16: error: l2.capacity: '50 MHz' is not a number with a unit\n"
        "  help: write a number and one of: B, kB, MB, GB, TB, KiB, MiB, GiB, TiB\n"
        "gpu.yaml:8:19: error: dram.bandwidth: '0 GB/s' must be above zero\n"
        "gpu.yaml:9:31: error: calibration.registers.word: 'registers.word' is no number of this "
        "machine\n"
        "  help: did you mean 'registers.words'? (one of: registers.granularity, "
        "registers.per_thread, registers.words)\n"
        "gpu.yaml:9:51: error: calibration.tensr.mma: 'tensr.mma' is no number of this machine\n"
        "  help: one of: clock, dram, l2, lanes, launch, price, registers, shared_memory, sm, "
        "tensor_cores\n");
}

TEST_CASE("a special function is an operation with a number, not one made of others", "[arch]") {
  const auto own = valid(gpuOf("extends: h100\nlanes: {special_functions: [exp2]}\n", {}));
  CHECK(own.operation("exp")->specials == 1);
  CHECK(own.operation("exp")->specialCycles == own.operation("exp2")->cycles);
  CHECK(own.operation("sigmoid")->specials == 0);
  const auto text =
      messages(gpuOf("extends: h100\nlanes: {special_functions: [exp2, sigmoid, tan]}\n"));
  INFO(text);
  CHECK(text.find("gpu.yaml:3:28: error: lanes.special_functions: the lanes have no operation "
                  "'sigmoid' with a number of cycles\n") != std::string::npos);
  CHECK(text.find("the lanes have no operation 'tan' with a number of cycles\n"
                  "  help: did you mean 'tanh'?") != std::string::npos);
}

TEST_CASE("what is left in L2 from before a run is a share, none unless said", "[arch]") {
  CHECK(valid(arch::loadGpu("h100")).data().l2.dirtyShare == 0);
  CHECK(valid(arch::loadGpu("h100", {{"l2.dirty", 1}})).data().l2.dirtyShare == 1);
  const auto bad = arch::loadGpu("b200", {{"l2.dirty", 2}, {"lanes.special_efficiency", 2}});
  REQUIRE_FALSE(bad.has_value());
  REQUIRE(bad.error().size() == 2);
  CHECK(bad.error()[0].what == "must be above 0 and at most 1");
  CHECK(bad.error()[1].what == "must be from 0 to 1");
}

TEST_CASE("a GPU file without its sections is told which", "[arch]") {
  CHECK(messages(gpuOf("machine: mine\nkind: gpu\nsm: {}\n")) ==
        "gpu.yaml:1:1: error: summary: required key is missing\n"
        "gpu.yaml:1:1: error: source: required key is missing\n"
        "gpu.yaml:1:1: error: architecture: required key is missing\n"
        "gpu.yaml:1:1: error: clock: required key is missing\n"
        "gpu.yaml:1:1: error: tensor_cores: required key is missing\n"
        "gpu.yaml:1:1: error: lanes: required key is missing\n"
        "gpu.yaml:1:1: error: shared_memory: required key is missing\n"
        "gpu.yaml:1:1: error: registers: required key is missing\n"
        "gpu.yaml:1:1: error: l2: required key is missing\n"
        "gpu.yaml:1:1: error: dram: required key is missing\n"
        "gpu.yaml:1:1: error: launch: required key is missing\n"
        "gpu.yaml:4:5: error: sm.source: required key is missing\n"
        "gpu.yaml:4:5: error: sm.count: required key is missing\n"
        "gpu.yaml:4:5: error: sm.threads: required key is missing\n"
        "gpu.yaml:4:5: error: sm.ctas: required key is missing\n");
}

TEST_CASE("a setting whose path is no number of the machine is answered with the nearest",
          "[arch]") {
  const auto gpu = arch::loadGpu("h100", {{"l2.capcity", 1}, {"PE", 1}});
  REQUIRE_FALSE(gpu.has_value());
  REQUIRE(gpu.error().size() == 2);
  CHECK(gpu.error()[0].what == "this machine has no parameter 'PE' to set");
  CHECK(gpu.error()[0].help.find("one of: clock.") == 0);
  CHECK(gpu.error()[1].what == "this machine has no number 'l2.capcity' to set");
  CHECK(gpu.error()[1].help.find("did you mean 'l2.capacity'?") == 0);
}

TEST_CASE("a name that is no parameter is answered with the numbers it may mean", "[arch]") {
  const auto helpOf = [](const char* machine, const char* name) {
    const auto gpu = arch::loadGpu(machine, {{name, 10}});
    return gpu ? std::string("read") : gpu.error().front().help;
  };
  CHECK(helpOf("h100", "sms").find("one of: sm.count, sm.ctas, sm.threads") != std::string::npos);
  CHECK(helpOf("h100", "clock").find("clock.maximum") != std::string::npos);
  CHECK(helpOf("h100", "clock").find("l2.") == std::string::npos);
  CHECK(helpOf("h100", "bandwidth").find("dram.bandwidth") != std::string::npos);
  CHECK(helpOf("h100", "sm.count") == "read");
}
