#include "gpu_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu;
using namespace einsight::mappings::gpu::test;

namespace {

const Setting kDecode{.workload = "attention-decode", .workloadSettings = {{"M", 4096}, {"B", 1}}};

std::string mappingWith(const std::string& kernel) {
  return "mapping: mine\nkind: gpu\nparameters: {M0: 64}\nkernels:\n  attention:\n"
         "    cta: {p: 1, r: all}\n" +
         kernel;
}

Kernel kernelWith(const std::string& keys) {
  return valid(readingOfText(mappingWith("    loop: m1\n" + keys), kDecode)).mapping.kernels.at(0);
}

std::string messagesOf(const std::string& keys) {
  return messages(readingOfText(mappingWith(keys), kDecode));
}

} // namespace

TEST_CASE("stream_k is a wave, a number of CTAs, or both with who merges", "[gpu]") {
  const auto wave = kernelWith("    stream_k: wave\n");
  REQUIRE(wave.streamK);
  CHECK_FALSE(wave.streamK->ctas);
  CHECK(wave.streamK->owner);
  const auto number = kernelWith("    stream_k: gpu.sms*2\n");
  CHECK(number.streamK->ctas->value.text() == "gpu.sms*2");
  const auto both = kernelWith("    stream_k: {ctas: 100, merge: kernel}\n");
  CHECK(both.streamK->ctas->value.text() == "100");
  CHECK_FALSE(both.streamK->owner);
  CHECK_FALSE(kernelWith("").streamK);
}

TEST_CASE("stream_k that is a list, or that says who merges wrongly, is refused", "[gpu]") {
  CHECK(messagesOf("    loop: m1\n    stream_k: [1, 2]\n") ==
        "mapping.yaml:9:15: error: kernels.attention.stream_k: expected how many CTAs share the "
        "iterations out\n"
        "  help: write wave (as many as are resident), a number, or {ctas: wave, merge: owner}\n");
  CHECK(messagesOf("    loop: m1\n    stream_k: {merge: ownr}\n") ==
        "mapping.yaml:9:23: error: kernels.attention.stream_k.merge: unknown value 'ownr'\n"
        "  help: did you mean 'owner'? (one of: owner, kernel)\n");
}

TEST_CASE("a merge says its rows and stages, where a kernel of its own merges", "[gpu]") {
  const auto kernel = kernelWith("    split: 4\n    merge: {rows: 2, stages: 3}\n");
  REQUIRE(kernel.merge);
  CHECK(kernel.merge->rows->value.text() == "2");
  CHECK(
      messagesOf("    loop: m1\n    split: 4\n    merge: {rows: 3, stages: 0}\n") ==
      "mapping.yaml:10:19: error: kernels.attention.merge.rows: rows is 3, which four warps cannot "
      "share\n  help: write 1, 2 or 4\n"
      "mapping.yaml:10:30: error: kernels.attention.merge.stages: stages is 0, not a whole number "
      "from 1 to 64\n");
  CHECK(
      messagesOf("    loop: m1\n    stream_k: wave\n    merge: {rows: 1}\n") ==
      "mapping.yaml:10:12: error: kernels.attention.merge: kernel 'attention' has a merge, but no "
      "kernel of its own merges what it leaves\n"
      "  help: divide its loop by `split`, or by `stream_k: {merge: kernel}`\n");
}

TEST_CASE("Pages say how many tokens they hold", "[gpu]") {
  const auto paged = kernelWith("    paged: {tokens: 16}\n");
  REQUIRE(paged.paged);
  CHECK(paged.paged->tokens.value.text() == "16");
  CHECK(messagesOf("    loop: m1\n    paged: {token: 16}\n") ==
        "mapping.yaml:9:13: error: kernels.attention.paged.token: unknown key\n"
        "  help: did you mean 'tokens'? (one of: tokens)\n");
  CHECK(messagesOf("    loop: m1\n    paged: {tokens: 0}\n") ==
        "mapping.yaml:9:21: error: kernels.attention.paged.tokens: tokens is 0, not a whole number "
        "from 1 to 2147483647\n");
}

TEST_CASE("What divides a loop needs one, and is alone", "[gpu]") {
  CHECK(
      messagesOf("    stream_k: wave\n    paged: {tokens: 8}\n") ==
      "mapping.yaml:8:15: error: kernels.attention.stream_k: kernel 'attention' has no loop whose "
      "iterations could be shared out\n"
      "  help: say which rank variable a CTA goes through, such as `loop: m1`\n"
      "mapping.yaml:9:12: error: kernels.attention.paged: kernel 'attention' has no loop whose "
      "tiles could come from pages\n");
  CHECK(
      messagesOf("    loop: m1\n    split: 4\n    stream_k: wave\n    order: heavy_first\n") ==
      "mapping.yaml:10:15: error: kernels.attention.stream_k: kernel 'attention' has split and "
      "stream_k, which both divide its loop\n"
      "  help: split: the same number of parts of every tile; stream_k: equal shares of all "
      "tiles\n"
      "mapping.yaml:10:15: error: kernels.attention.stream_k: kernel 'attention' has an order, but "
      "with stream_k all CTAs take as long\n"
      "  help: leave out `order`\n");
}
