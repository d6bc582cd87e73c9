#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight::cli::test;

TEST_CASE("measure refuses politely where there is nothing to measure", "[cli]") {
  const Folder folder;
  const auto file = (folder.path() / "h.json").string();
  const auto outcome = program("measure micro -o " + file, "CUDA_VISIBLE_DEVICES=");
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  const bool without =
      outcome.err.find("error: this einsight was built without CUDA, so it has no "
                       "kernels to measure\n  help: build it where cmake finds nvcc") == 0;
  const bool none = outcome.err.find("error: there is no CUDA device to measure: ") == 0;
  INFO(outcome.err);
  CHECK((without || none));
  CHECK_FALSE(std::filesystem::exists(file));
  // That there is nothing comes before the wish for a file.
  CHECK(program("measure", "CUDA_VISIBLE_DEVICES=").err == outcome.err);
}

TEST_CASE("measure names every mistake in its options at once", "[cli]") {
  const auto outcome = program("measure deocde --seconds none --patience 0 --kernel fused-sm91");
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "error: there is no suite of measurements 'deocde'\n"
        "  help: did you mean 'decode'? (one of: micro, dense, gqa, decode, neighborhood, "
        "permutation, window, sparse, unfused, linear, sigmoid)\n"
        "error: there is no kernel 'fused-sm91'\n"
        "  help: did you mean 'fused-sm90'? (one of: fused-sm90, fused-sm80, unfused, split-kv, "
        "stream-k, permute, unpermute, linear)\n"
        "error: -o: is required\n"
        "  help: name the file that the measurements go to\n"
        "error: --seconds: 'none' is not a number of seconds\n"
        "  help: write a number above 0, such as 540\n"
        "error: --patience: '0' is not a number of seconds\n"
        "  help: write a number above 0, such as 60\n");
}

TEST_CASE("measure neither writes over a file nor goes on with one that is not there", "[cli]") {
  const Folder folder;
  const auto file = folder.write("h.json", "{}");
  const auto over = program("measure -o " + file);
  CHECK(over.status == 2);
  CHECK(over.err.find("exists\n  help: go on with it by --resume, or name another file\n") !=
        std::string::npos);
  const auto other = (folder.path() / "other.json").string();
  const auto absent = program("measure --resume -o " + other);
  CHECK(absent.status == 2);
  CHECK(absent.err == "error: --resume: there is no '" + other +
                          "' to go on with\n"
                          "  help: leave out --resume\n");
  const auto nowhere = program("measure -o /no/such.json");
  CHECK(nowhere.err == "error: -o: cannot write '/no/such.json': there is no folder '/no'\n"
                       "  help: make the folder first, or give another file\n");
}

TEST_CASE("checking kernels takes no suites and writes no file", "[cli]") {
  const auto outcome = program("measure --check dense");
  CHECK(outcome.status == 2);
  CHECK(outcome.err == "error: --check: measures nothing and takes no suites\n"
                       "  help: leave out the suites, -o and --resume\n");
}

TEST_CASE("a dry run says how long measuring takes, without a device", "[cli]") {
  const auto outcome =
      program("measure linear permutation --dry-run --seconds 1 --json -", "CUDA_VISIBLE_DEVICES=");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["machine"] == "h200");
  CHECK(json["cases"].size() == 20);
  double sum = 0;
  for (const auto& planned : json["cases"]) {
    sum += planned["seconds"].get<double>();
  }
  CHECK(json["seconds"] == Approx(sum));
  const auto text = program("measure linear --dry-run -a a100-80gb --seconds 0.1");
  CHECK(text.status == 0);
  CHECK(text.out.find("a100-80gb: about ") != std::string::npos);
  CHECK(text.out.find(" of them within --seconds 0.1\n") != std::string::npos);
}

TEST_CASE("a dry run writes no file, and names a machine that cannot be measured", "[cli]") {
  const auto both = program("measure --dry-run -o h.json --resume");
  CHECK(both.status == 2);
  CHECK(both.err == "error: --dry-run: plans whole suites and writes no file\n"
                    "  help: leave out -o, --resume and --kernel\n");
  const auto array = program("measure --dry-run -a fusemax");
  CHECK(array.status == 2);
  CHECK(array.err.find("fusemax") != std::string::npos);
}
