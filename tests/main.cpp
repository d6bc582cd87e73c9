#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <cstdlib>

/// Properties see the same random cases in every run, so that a test which passed passes again;
/// RC_PARAMS names others, and `./dev random` draws new ones.
int main(int argc, char** argv) {
  setenv("RC_PARAMS", "seed=1", 0); // NOLINT(concurrency-mt-unsafe): before anything runs
  return Catch::Session().run(argc, argv);
}
