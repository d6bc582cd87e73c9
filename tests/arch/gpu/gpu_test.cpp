#include "arch/catalogue.hpp"
#include "gpu_text.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

using namespace einsight;
using arch::test::valid;

namespace {

struct Stated {
  std::string name;
  double fp16, fp8, tf32; ///< TFLOP/s, dense; 0: not there
  double bandwidth;       ///< GB/s
  std::int64_t sms;
};

std::ostream& operator<<(std::ostream& out, const Stated& one) {
  return out << one.name;
}

/// A GPU that fits together, as numbers.
arch::Gpu::Data plausible() {
  return valid(arch::loadGpu("h100")).data();
}

std::string problemsOf(arch::Gpu::Data data) {
  data.file = "mine.yaml";
  const auto gpu = arch::check(std::move(data));
  return gpu ? "no problem" : core::render(gpu.error());
}

} // namespace

// Dense rates: A100, H100, Ada and Blackwell whitepapers or briefs; data sheets of H20, A10, L40S.

TEST_CASE("peaks of the catalogue's GPUs are those that the vendor states", "[arch]") {
  const auto stated = GENERATE(
      Stated{"a100-40gb", 312, 0, 156, 1555, 108}, Stated{"a100-80gb", 312, 0, 156, 2039, 108},
      Stated{"a100-80gb-pcie", 312, 0, 156, 1935, 108},
      Stated{"h100", 989.4, 1978.9, 494.7, 3350, 132},
      Stated{"h100-pcie", 756, 1513, 378, 2039, 114},
      Stated{"h200", 989.4, 1978.9, 494.7, 4800, 132},
      Stated{"h800", 989.4, 1978.9, 494.7, 3350, 132}, Stated{"h20", 148, 296, 74, 4000, 78},
      Stated{"b200", 2250, 4500, 1125, 8000, 148}, Stated{"gb200", 2500, 5000, 1250, 8000, 152},
      Stated{"b300", 2250, 4500, 1125, 8000, 148}, Stated{"gb300", 2500, 5000, 1250, 8000, 152},
      Stated{"rtx-4090", 165.2, 330.3, 82.6, 1008, 128}, Stated{"a10", 125, 0, 62.5, 600, 72},
      Stated{"rtx-a6000", 154.8, 0, 77.4, 768, 84}, Stated{"rtx-a5000", 111.1, 0, 55.5, 768, 64},
      Stated{"l40s", 362.05, 733, 183, 864, 142},
      Stated{"rtx-pro-6000", 503.8, 1007.6, 251.9, 1597, 188});
  CAPTURE(stated);
  const auto gpu = valid(arch::loadGpu(stated.name));
  const auto near = [](double value) { return Approx(value).epsilon(0.013); };
  CHECK(gpu.peakFlops("fp16") / 1e12 == Approx(stated.fp16).epsilon(0.01));
  CHECK(gpu.peakFlops("bf16") == gpu.peakFlops("fp16"));
  CHECK(gpu.peakFlops("fp8") / 1e12 == near(stated.fp8));
  CHECK(gpu.peakFlops("tf32") / 1e12 == near(stated.tf32));
  CHECK(gpu.data().dram.bytesPerSecond / 1e9 == Approx(stated.bandwidth).epsilon(0.01));
  CHECK(gpu.data().sms == stated.sms);
}

TEST_CASE("every GPU of the catalogue is there, loads, and says where its numbers are from",
          "[arch]") {
  const auto listed = arch::list();
  REQUIRE(listed.has_value());
  std::set<std::string> names;
  for (const auto& machine : *listed) {
    if (machine.kind != "gpu") {
      continue;
    }
    names.insert(machine.name);
    const auto gpu = valid(arch::loadGpu(machine.name));
    CAPTURE(machine.name);
    CHECK(gpu.name() == machine.name);
    CHECK(valid(arch::loadGpu(machine.file)).name() == machine.name);
    CHECK_FALSE(machine.summary.empty());
    CHECK_FALSE(gpu.data().source.empty());
    for (const auto* section : {"clock", "sm", "tensor_cores", "lanes", "shared_memory",
                                "registers", "l2", "dram", "launch"}) {
      CAPTURE(section);
      CHECK_FALSE(gpu.data().sources.at(section).empty());
    }
    CHECK(gpu.data().dollarsPerHour.has_value() == gpu.data().sources.contains("price"));
  }
  CHECK(names == std::set<std::string>{"a10", "a100-40gb", "a100-80gb", "a100-80gb-pcie", "b200",
                                       "b300", "gb200", "gb300", "h100", "h100-pcie", "h20", "h200",
                                       "h800", "l40s", "rtx-4090", "rtx-a5000", "rtx-a6000",
                                       "rtx-pro-6000"});
}

TEST_CASE("a fitted constant is declared with what it was fitted on, wherever it is used",
          "[arch]") {
  for (const auto* name : {"a100-80gb", "h100", "h20", "b200", "rtx-4090", "a10"}) {
    const auto gpu = valid(arch::loadGpu(name));
    std::set<std::string> declared;
    for (const auto& one : gpu.data().calibrations) {
      CHECK_FALSE(one.data.empty());
      declared.insert(one.path);
    }
    CAPTURE(name);
    CHECK(declared.contains("lanes.sync"));
    CHECK(declared.contains("lanes.operations.fragment"));
    CHECK(declared.contains("lanes.special_efficiency"));
    CHECK(declared.contains("launch.cta"));
    CHECK(declared.contains("launch.kernel"));
    CHECK(declared.contains("dram.write_efficiency"));
    CHECK((declared.contains("clock.onset") || gpu.data().clock.onset == 1));
    for (const auto& rate : gpu.data().tensor) {
      CHECK(declared.contains("tensor_cores." + rate.instruction + ".efficiency"));
      CHECK(declared.contains("tensor_cores." + rate.instruction + ".issue_share") ==
            (rate.issueShare > 0));
    }
  }
}

TEST_CASE("which matrix instructions a GPU has follows from its architecture", "[arch]") {
  const auto has = [](const char* name, const char* instruction, const char* type) {
    return valid(arch::loadGpu(name)).tensor(instruction, type) != nullptr;
  };
  CHECK(has("h100", "wgmma", "fp16"));
  CHECK(has("h20", "wgmma", "fp8"));
  CHECK(has("b200", "tcgen05", "bf16"));
  CHECK_FALSE(has("b200", "wgmma", "fp16"));
  CHECK_FALSE(has("a100-80gb", "wgmma", "fp16"));
  CHECK_FALSE(has("a100-80gb", "mma", "fp8"));
  CHECK(has("rtx-4090", "mma", "fp8"));
  CHECK(has("rtx-4090", "mma", "int4"));
  CHECK(has("a100-80gb", "mma", "int4"));
  CHECK_FALSE(has("h100", "mma", "int4"));
  CHECK_FALSE(has("h100", "wgmma", "fp32"));
  const auto listed = arch::list();
  REQUIRE(listed.has_value());
  for (const auto& machine : *listed) {
    CHECK((machine.kind != "gpu" || has(machine.name.c_str(), "mma", "fp16")));
  }
}

TEST_CASE("16 special functions and 128 fused multiply-adds per cycle and SM", "[arch]") {
  const auto perCycle = [](const char* name, const char* op) {
    const auto gpu = valid(arch::loadGpu(name));
    return static_cast<double>(gpu.data().lanes) / gpu.operation(op)->cycles;
  };
  for (const auto* name : {"a100-80gb", "h100", "b200", "rtx-4090", "a10"}) {
    CHECK(perCycle(name, "exp2") == 16);
  }
  CHECK(perCycle("h100", "fma") == 128);
  CHECK(perCycle("a100-80gb", "fma") == 64);
  CHECK(perCycle("h100", "max") == 64);
  CHECK(perCycle("a100-80gb", "max") == 64);
  CHECK(perCycle("b200", "max") == 128);
}

TEST_CASE("an operation made of others costs their sum", "[arch]") {
  const auto gpu = valid(arch::loadGpu("a100-80gb"));
  const auto cycles = [&](const char* op) { return gpu.operation(op)->cycles; };
  CHECK(cycles("exp") == cycles("mul") + cycles("exp2"));
  CHECK(cycles("silu") == cycles("sigmoid") + cycles("mul"));
  CHECK(cycles("sigmoid") == cycles("mul") + cycles("tanh") + cycles("fma"));
  CHECK(gpu.operation("exp3") == nullptr);
}

TEST_CASE("power limits scale where the clock begins to fall, but for what is drawn anyway",
          "[arch]") {
  struct Pair {
    const char *of, *from;
    double watts, fromWatts, anyway; // 150 W a die
  };
  for (const auto& [name, base, watts, baseWatts, anyway] :
       {Pair{"h100-pcie", "h100", 350, 700, 150},
        {"a100-80gb-pcie", "a100-80gb", 300, 400, 150},

        {"gb300", "gb200", 1400, 1200, 300},
        {"b300", "b200", 1100, 1000, 300}}) {
    const auto of = valid(arch::loadGpu(name)).data();
    const auto from = valid(arch::loadGpu(base)).data();
    const double power = (watts - anyway) / (baseWatts - anyway) * static_cast<double>(from.sms) /
                         static_cast<double>(of.sms);
    const auto cube = std::pow(from.clock.maximumHertz / of.clock.maximumHertz, 3);
    CAPTURE(name);
    CHECK(of.clock.onset == Approx(from.clock.onset * power * cube).epsilon(0.02));
  }
}

TEST_CASE("numbers that do not fit together are all refused at once", "[arch]") {
  CHECK(problemsOf(plausible()) == "no problem");
  auto data = plausible();
  data.tensor.push_back(data.tensor.front());
  data.tensor[1].maccsPerCycle = 0;
  data.operations.push_back({"exp2", 8});
  data.clock.onset = -1;
  data.shared.bytesPerCta = data.shared.bytesPerSm;
  data.dram.efficiency = 1.5;
  data.launch.ctaCycles = -1;
  data.sms = 0;
  CHECK(problemsOf(std::move(data)) ==
        "mine.yaml:1:1: error: tensor_cores.wgmma.maccs_per_cycle.bf16: must be above zero\n"
        "mine.yaml:1:1: error: tensor_cores.wgmma.maccs_per_cycle.fp16: given twice\n"
        "mine.yaml:1:1: error: sm.count: must be above zero\n"
        "mine.yaml:1:1: error: lanes.operations.exp2: given twice\n"
        "mine.yaml:1:1: error: clock.onset: must be above zero\n"
        "mine.yaml:1:1: error: shared_memory.per_cta: 233472 B for a CTA and 1024 B reserved are "
        "more than the 233472 B of an SM\n"
        "mine.yaml:1:1: error: dram.efficiency: must be above 0 and at most 1\n"
        "mine.yaml:1:1: error: launch.cta: must not be below zero\n");
}

TEST_CASE("a GPU without matrix instructions is refused", "[arch]") {
  auto data = plausible();
  data.tensor.clear();
  CHECK(problemsOf(std::move(data)) == "mine.yaml:1:1: error: tensor_cores: a GPU has at least one "
                                       "matrix instruction with a type\n");
}
