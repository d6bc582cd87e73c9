#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli::test;

namespace {

constexpr const char* kHeader = "figure,config,model,seq_len,metric,value,source\n";

} // namespace

TEST_CASE("validate compares a user's own points", "[cli]") {
  const Folder folder;
  const auto points = folder.write("points.csv", std::string(kHeader) +
                                                     "x,FuseMax+Binding,BERT,1K,cycles,1892352,\n"
                                                     "x,FuseMax+Binding,XLM,2K,cycles,,\n"
                                                     "x,FuseMax+Binding,GPT9,2K,cycles,1,\n");
  const auto csv = (folder.path() / "out.csv").string();
  const auto outcome = program("validate fusemax --points " + points + " --json - --csv " + csv);
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  const auto& suite = json["suites"][0];
  CHECK(suite["name"] == "fusemax");
  CHECK(suite["summary"]["count"] == 6); // by both engines
  CHECK(suite["summary"]["not_covered"] == 2);
  CHECK(suite["points"][0]["id"] == "x/FuseMax+Binding/BERT/1K/cycles/analytic");
  CHECK(suite["points"][0]["simulated"] == 1892352);
  CHECK(suite["points"][2]["reference"].is_null());
  CHECK(suite["points"][2]["simulated"].get<double>() > 1e6);
  CHECK(suite["points"][4]["simulated"].is_null());
  CHECK(suite["points"][4]["reason"] == "unknown model 'gpt9'");
  CHECK(contentOf(csv).find("fusemax,x/FuseMax+Binding/BERT/1K/cycles/analytic,") !=
        std::string::npos);
}

TEST_CASE("a comparison outside its tolerance ends with status 1, and the answer is written",
          "[cli]") {
  const Folder folder;
  const auto points = folder.write("points.csv", std::string(kHeader) +
                                                     "x,FuseMax+Binding,BERT,1K,cycles,1900000,\n");
  const auto strict = program("validate fusemax --engine analytic --points " + points);
  CHECK(strict.status == 1);
  CHECK(strict.out.find("1 outside") != std::string::npos);
  CHECK(program("validate fusemax --engine analytic --tolerance 1% --points " + points).status ==
        0);
  CHECK(program("validate fusemax --engine analytic --tolerance 0.001 --points " + points).status ==
        1);
}

TEST_CASE("mistakes of validate are named at once", "[cli]") {
  const auto outcome = program("validate fusemx --engine pe --tolerance wide");
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("error: there is no suite 'fusemx'\n  help: did you mean 'fusemax'?") !=
        std::string::npos);
  CHECK(outcome.err.find("error: --engine: there is no engine 'pe'\n"
                         "  help: one of: analytic, cycle\n") != std::string::npos);
  CHECK(outcome.err.find("error: --tolerance: 'wide' is not a relative tolerance\n"
                         "  help: write a number such as 0.01, or 1%\n") != std::string::npos);
  const auto missing = program("validate fusemax --points nowhere.csv");
  CHECK(missing.status == 2);
  CHECK(missing.err == "nowhere.csv: error: cannot read the file\n");
}

TEST_CASE("a line with too few cells hides no mistake of the other rows", "[cli]") {
  const Folder folder;
  const auto points = folder.write(
      "points.csv",
      "system,hardware,dtype,batch,heads_q,heads_kv,head_dim,seq_q,seq_kv,mask,metric,value,unit,"
      "source\n"
      "FlashAttention-3,H100,fp16\n"
      "FlashAttention-3,H100 SXM5,fp16,2,16,16,128,8192,8192,causl,fwd_throughput,600,TFLOP/s,x\n"
      "FlashAttention-3,H100 SXM5,fp16,2,16,16,128,8192,8192,,fwd_throughput,600,TFLOP/s,x\n"
      "FlashAttention-3,H100 SXM5,fp16,2,16,16,128,8192,8192,,fwd_throughput,x,TFLOP/s,x\n");
  const auto outcome = program("validate kernels --points " + points);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err == points + ":2:1: error: the row has 3 cells, the header names 14\n" +
                           "  help: quote cells that contain a comma\n" + points +
                           ":3:1: error: mask: unknown mask 'causl'\n"
                           "  help: did you mean 'causal'? (one of: causal, none)\n" +
                           points +
                           ":5:1: error: value: 'x' is no number above 0\n"
                           "  help: leave it empty for a prediction\n");
}
