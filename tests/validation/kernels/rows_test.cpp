#include "tests/validation/scratch_file.hpp"
#include "validation/kernels/rows.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using einsight::core::Expression;
using einsight::core::Rational;
using test::messages;
using test::ScratchFile;

namespace {

constexpr auto kHeader = "system,hardware,dtype,batch,heads_q,heads_kv,head_dim,seq_q,seq_kv,mask,"
                         "metric,value,unit,source\n";

std::vector<KernelRow> rowsOf(const std::string& lines) {
  const ScratchFile file("x.csv", kHeader + lines);
  auto rows = readKernelRows(file.path());
  REQUIRE(rows);
  return std::move(*rows);
}

Expression expression(const std::string& text) {
  return *Expression::parse(text);
}

} // namespace

TEST_CASE("a row has a name of its own, numbers, and what follows from them", "[validation]") {
  const auto rows = rowsOf("S,G,fp16,4,32,8,128,512,,causal,fwd_throughput,100.5,TFLOP/s,here\n"
                           "S,G,fp16,4,32,8,128,512,,causal,fwd_throughput,,TFLOP/s,here\n"
                           "T,G,bf16,max,128,1,576/512,1,topk,,x,1,,\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].id == "S/G/B4/H32/G8/D128/P512/causal/fwd_throughput");
  CHECK(rows[1].id == rows[0].id + "#2");
  CHECK(rows[0].value == 100.5);
  CHECK_FALSE(rows[1].value);
  const auto shapes = shapesOf(rows[0], KernelRule());
  REQUIRE(shapes);
  REQUIRE(shapes->size() == 1);
  CHECK(shapes->front().at("seq_kv") == Rational(512));
  CHECK(shapes->front().at("value_dim") == Rational(128));
  CHECK(rows[2].shape.at("head_dim") == Rational(576));
  CHECK(rows[2].shape.at("value_dim") == Rational(512));
  CHECK_FALSE(rows[2].shape.contains("batch"));
  CHECK_FALSE(rows[2].shape.contains("seq_kv"));
}

TEST_CASE("a rule goes through what a row leaves out", "[validation]") {
  const auto rows = rowsOf("S,G,,,,,64/128,,,none,x,1,,\n");
  KernelRule rule;
  rule.over = {{"head_dim", {expression("64"), expression("128")}},
               {"seq_q", {expression("1K"), expression("2K"), expression("4K")}},
               {"batch", {expression("4K/seq_q")}}};
  const auto shapes = shapesOf(rows[0], rule);
  REQUIRE(shapes);
  REQUIRE(shapes->size() == 6);
  CHECK(shapes->at(1).at("batch") == Rational(2));
  CHECK(shapes->at(5).at("head_dim") == Rational(128));
  CHECK(shapes->at(5).at("value_dim") == Rational(128));
  rule.over = {{"batch", {expression("4K/seq_q")}}};
  const auto missing = shapesOf(rows[0], rule);
  REQUIRE_FALSE(missing);
  CHECK(missing.error() == "the row does not say 'seq_q'");
}

TEST_CASE("a file without the columns of published kernels is refused", "[validation]") {
  const ScratchFile file("x.csv", "system,hardware\nS,G\n");
  const auto text = messages(readKernelRows(file.path()), file.path());
  CHECK(text.find("x.csv:1:1: error: there is no column 'dtype'\n  help: the first line names the "
                  "columns: system,hardware,dtype,batch,heads_q,heads_kv,head_dim,seq_q,seq_kv,"
                  "mask,metric,value,unit,source\n") == 0);
}

TEST_CASE("a window of any width is a size of the row", "[validation]") {
  const auto rows = rowsOf("A,G,bf16,1,8,8,64,1024,,window 77,fwd_latency,1,ms,here\n"
                           "A,G,bf16,1,8,8,64,1024,,window 2K,fwd_latency,1,ms,here\n"
                           "A,G,bf16,1,8,8,64,1024,,window of 5,fwd_latency,1,ms,here\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].shape.at("window") == Rational(77));
  CHECK(rows[1].shape.at("window") == Rational(2048));
  CHECK_FALSE(rows[2].shape.contains("window"));
}
