#include "core/problem.hpp"

#include <catch2/catch.hpp>

using namespace einsight::core;

TEST_CASE("problems are printed in file order with their help below", "[core]") {
  CHECK(render({{{"a.yaml", 7, 1, "x"}, "second", ""},
                {{"a.yaml", 2, 9, "y.z"}, "first", "fix"}}) == "a.yaml:2:9: error: y.z: first\n"
                                                               "  help: fix\n"
                                                               "a.yaml:7:1: error: x: second\n");
}

TEST_CASE("problems of several files stay together, the file that came up first before", "[core]") {
  CHECK(render({{{"b.yaml", 7, 1, ""}, "one", ""},
                {{"a.yaml", 1, 1, ""}, "two", ""},
                {{"b.yaml", 3, 1, ""}, "three", ""}}) == "b.yaml:3:1: error: three\n"
                                                         "b.yaml:7:1: error: one\n"
                                                         "a.yaml:1:1: error: two\n");
}

TEST_CASE("parts of a place that are unknown are left out", "[core]") {
  CHECK(render({{{}, "unknown workload 'x'", ""}}) == "error: unknown workload 'x'\n");
  CHECK(render({{{"a.yaml", 0, 0, ""}, "no such file", ""}}) == "a.yaml: error: no such file\n");
}

TEST_CASE("the same problem is printed once", "[core]") {
  const Problem problem{{"a.yaml", 1, 1, ""}, "wrong", "right"};
  CHECK(render({problem, problem}) == "a.yaml:1:1: error: wrong\n  help: right\n");
}
