#include "report/shell.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>

using einsight::report::shellWord;

TEST_CASE("plain words stay as they are, others stand in quotes", "[report]") {
  CHECK(shellWord("arch.PE=64") == "arch.PE=64");
  CHECK(shellWord("a:b/c,d") == "a:b/c,d");
  CHECK(shellWord("") == "''");
  CHECK(shellWord("a b") == "'a b'");
  CHECK(shellWord("$HOME") == "'$HOME'");
}

TEST_CASE("a shell reads every word back", "[report]") {
  for (const std::string word : {"", "a b", "it's", "$(ls) `ls` \\ \"", "*", "~", "a;b&c|d"}) {
    FILE* pipe = popen(("printf %s " + shellWord(word)).c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 64> got{};
    const auto size = std::fread(got.data(), 1, got.size(), pipe);
    pclose(pipe);
    CHECK(std::string(got.data(), size) == word);
  }
}
