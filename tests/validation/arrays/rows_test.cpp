#include "tests/validation/scratch_file.hpp"
#include "validation/arrays/rows.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight::validation;
using test::messages;
using test::ScratchFile;

namespace {

constexpr const char* kHeader = "figure,config,model,seq_len,metric,value,source\n";

const ArraySpec& shippedSpec() {
  static const auto kSpec = readArraySpec(validationFolder() / "suites" / "fusemax.yaml");
  REQUIRE(kSpec);
  return *kSpec;
}

ArrayRow onlyRow(const std::string& line) {
  const ScratchFile file("x.csv", kHeader + line + "\n");
  auto rows = readArrayRows(file.path(), shippedSpec());
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  return rows->front();
}

} // namespace

TEST_CASE("a row asks about its configuration, model and length", "[validation]") {
  const auto row = onlyRow("8,FLAT,TrXL,16K,speedup_vs_unfused,1.5,here");
  REQUIRE(row.question);
  CHECK(row.value == 1.5);
  CHECK(row.question->models == std::vector<std::string>{"trxl"});
  CHECK(row.question->lengths == std::vector<std::int64_t>{16384});
  CHECK(row.question->design == &shippedSpec().published.at("FLAT"));
  CHECK(row.question->against == &shippedSpec().published.at("Unfused"));
  CHECK(row.question->rule->ratio == Rule::Ratio::Speedup);
}

TEST_CASE("a row of a mean asks about every model and every length of its range", "[validation]") {
  const auto row = onlyRow("headline-attn,FuseMax+Binding vs FLAT,mean of 4 models,4K..64K,"
                           "speedup_mean_paper,6.7,");
  REQUIRE(row.question);
  CHECK(row.question->models == std::vector<std::string>{"bert", "trxl", "t5", "xlm"});
  CHECK(row.question->lengths == std::vector<std::int64_t>{4096, 16384, 65536});
  CHECK(row.question->against == &shippedSpec().published.at("FLAT"));
  CHECK(row.question->rule->rounded);
}

TEST_CASE("the same metric is read by another rule in another figure", "[validation]") {
  CHECK(onlyRow("12,FuseMax+Binding 64x64,BERT,256K,latency_s,1,").question->rule->rowClass ==
        "steady time");
  CHECK(onlyRow("attn-raw,FLAT,BERT,1K,latency_s,1,").question->rule->rowClass == "time");
}

TEST_CASE("a shipped design may be a configuration", "[validation]") {
  const auto row = onlyRow("x,fusemax-binding,BERT,1K,latency_s,,");
  REQUIRE(row.question);
  CHECK(row.question->design->machine == "fusemax");
  CHECK_FALSE(row.value);
}

TEST_CASE("a row that the suite does not know says why", "[validation]") {
  CHECK(onlyRow("8,FLATT,BERT,1K,latency_s,1,").question.error() ==
        "the suite has no configuration 'FLATT', did you mean 'FLAT'?");
  CHECK(onlyRow("8,FLAT,BERT,1K,latencys,1,").question.error() ==
        "the suite has no metric 'latencys', did you mean 'latency_s'?");
  CHECK(onlyRow("8,FLAT,BERT,4X,latency_s,1,").question.error() ==
        "'4X' is not a sequence length such as 4K");
  CHECK(onlyRow("8,FLAT,BERT,3..5,latency_s,1,").question.error() ==
        "the suite has no lengths in '3..5'");
}

TEST_CASE("a value that is not a number is a problem of the file", "[validation]") {
  const ScratchFile file("x.csv", std::string(kHeader) + "8,FLAT,BERT,1K,latency_s,fast,\n"
                                                         "8,FLAT,BERT,1K,latency_s,1e,\n");
  CHECK(messages(readArrayRows(file.path(), shippedSpec()), file.path()) ==
        "x.csv:2:1: error: the value 'fast' is not a number\n"
        "  help: write a number such as 0.25, or nothing for a prediction only\n"
        "x.csv:3:1: error: the value '1e' is not a number\n"
        "  help: write a number such as 0.25, or nothing for a prediction only\n");
}
