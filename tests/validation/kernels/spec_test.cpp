#include "tests/validation/scratch_file.hpp"
#include "validation/kernels/rows.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using test::messages;
using test::ScratchFile;

TEST_CASE("every published row has a rule, and every rule's system is described", "[validation]") {
  const auto spec = readKernelSpec(validationFolder() / "suites" / "kernels.yaml");
  REQUIRE(spec);
  const auto rows = readKernelRows(spec->published);
  REQUIRE(rows);
  CHECK(rows->size() == 601);
  for (const auto& row : *rows) {
    INFO(row.id);
    const auto* rule = spec->ruleOf(row);
    REQUIRE(rule != nullptr);
    if (rule->notCovered.empty()) {
      CHECK(spec->systems.machineOf(row.hardware));
      for (const auto& pass : rule->passes) {
        const auto& system = rule->of.empty() ? row.system : rule->of;
        CHECK_FALSE(spec->systems.find(system, pass, row.mask, row.hardware).empty());
      }
    }
  }
}

TEST_CASE("names of hardware are those of machines, the first pattern that fits", "[validation]") {
  const auto systems = readKernelSystems(validationFolder() / "systems.yaml");
  REQUIRE(systems);
  CHECK(systems->machineOf("H100 SXM5 80GB") == "h100");
  CHECK(systems->machineOf("A100 SXM4 80GB") == "a100-80gb");
  CHECK(systems->machineOf("H200 SXM") == "h200");
  CHECK_FALSE(systems->machineOf("8xA100"));
  CHECK(systems->find("FlashAttention-3", "decode", "none", "H100").empty());
}

TEST_CASE("every mistake of the kernels' file is reported at once", "[validation]") {
  const ScratchFile systems("systems.yaml", "version: 1\n"
                                            "summary: s\n"
                                            "hardware: {}\n"
                                            "parameters: {B: batch*}\n"
                                            "systems: {S: [{pass: forward, mapping: m}]}\n");
  const ScratchFile file("x.yaml", "version: 1\n"
                                   "suite: kernels\n"
                                   "summary: s\n"
                                   "reference: a.csv\n"
                                   "systems: " +
                                       systems.path().string() +
                                       "\n"
                                       "flops: 2*batch\n"
                                       "passes: {forward: 1}\n"
                                       "masks: {none: 1}\n"
                                       "classes: {a: {tolerance: wide}}\n"
                                       "rows: [{metric: x, take: seconds, passes: forwards, "
                                       "class: b}, {metric: y, take: second, passes: forward, "
                                       "class: a, combine: sum}]\n");
  const auto text = messages(readKernelSpec(file.path()), file.path());
  INFO(text);
  for (const auto* part :
       {"error: parameters.B: ", "error: systems.S[0].workload: required key is missing\n",
        "error: classes.a.tolerance: 'wide' is not a number\n",
        "error: rows[0].passes: there is no pass 'forwards'\n  help: did you mean 'forward'?",
        "error: rows[0].class: there is no class 'b'\n",
        "error: rows[1].take: there is no quantity 'second'\n  help: did you mean 'seconds'?",
        "error: rows[1].combine: "}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
}
