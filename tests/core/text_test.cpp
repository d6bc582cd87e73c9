#include "core/text.hpp"

#include <catch2/catch.hpp>

using namespace einsight::core;

TEST_CASE("a name with whole words more or fewer is nearer than one with many edits", "[core]") {
  CHECK(nearest("delta", {"bert", "delta-decode", "delta-decode-long"}) == "delta-decode");
  CHECK(nearest("landmark-attention", {"landmark", "attention"}) == "landmark");
  CHECK(nearest("mla-decod", {"mla", "mla-decode"}) == "mla-decode");
  CHECK(nearest("tpla", {"mla-decode", "mla"}) == "mla");
  CHECK(nearest("", {"-x"}).empty());
}

TEST_CASE("the nearest name is the one with the fewest edits", "[core]") {
  CHECK(nearest("capasity", {"latency", "capacity", "policy"}) == "capacity");
  CHECK(nearest("lur", {"lru", "fifo"}) == "lru");
  CHECK(nearest("atention-1pass", {"attention-2pass", "attention-1pass"}) == "attention-1pass");
  CHECK(nearest("x", {"y", "x"}) == "x");
}

TEST_CASE("a name is not near when more than half of it, or more than three letters, differ",
          "[core]") {
  CHECK(nearest("arch", {"help"}).empty());
  CHECK(nearest("bandwidth", {"bandwXXXh"}) == "bandwXXXh");
  CHECK(nearest("bandwidth", {"bandXXXXh"}).empty());
  CHECK(nearest("", {"a", "b"}).empty());
  CHECK(nearest("abc", {}).empty());
}

TEST_CASE("a suggestion names the nearest and lists all", "[core]") {
  CHECK(suggestion("lur", {"lru", "fifo"}) == "did you mean 'lru'? (one of: lru, fifo)");
  CHECK(suggestion("random", {"lru", "fifo"}) == "one of: lru, fifo");
  CHECK(suggestion("random", {}).empty());
  CHECK(suggestion("random", {"lru", "fifo", "lru"}) == "one of: lru, fifo"); // each once
}

TEST_CASE("a long list of candidates is cut", "[core]") {
  std::vector<std::string> many;
  for (int i = 0; i < 43; ++i) {
    many.push_back("n" + std::to_string(i));
  }
  const std::string text = suggestion("somethingelse", many);
  CHECK(text.substr(text.size() - 24) == "n38, n39, … and 3 more");
}

TEST_CASE("counts are printed with binary suffixes only where they are exact", "[core]") {
  CHECK(binaryCount(0) == "0");
  CHECK(binaryCount(1023) == "1023");
  CHECK(binaryCount(1024) == "1K");
  CHECK(binaryCount(1536) == "1536");
  CHECK(binaryCount(1048576) == "1M");
  CHECK(binaryCount(std::int64_t{1} << 40) == "1024G");
  CHECK(binaryCount(-2048) == "-2K");
}

TEST_CASE("capitals count only between names that are equally near", "[core]") {
  CHECK(nearest("l", {"B", "L", "M"}) == "L");
  CHECK(nearest("BERT", {"best", "bert"}) == "bert");
  CHECK(nearest("Pe", {"PE", "Pd"}) == "PE");
  CHECK(nearest("m", {"M", "m"}) == "m");
}

TEST_CASE("of a single letter nothing is near that does not begin with it", "[core]") {
  CHECK(nearest("l", {"B", "H"}).empty());
  CHECK(nearest("p", {"B", "P1"}) == "P1");
  CHECK(nearest("p", {""}).empty());
}
