#include "core/invariant.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Death {
  int status = 0;
  std::string message;
};

/// Runs a call in a child process; its exit status and what it wrote to standard error.
template <class Call>
Death dyingBy(Call call) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDERR_FILENO);
    std::fclose(stdout); // a second copy of the test program's output would confuse ctest
    call();
    ::_exit(0);
  }
  ::close(pipe[1]);
  Death death;
  std::array<char, 256> block{};
  for (ssize_t got = 0; (got = ::read(pipe[0], block.data(), block.size())) > 0;) {
    death.message.append(block.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  ::waitpid(child, &death.status, 0);
  death.status = WEXITSTATUS(death.status);
  return death;
}

} // namespace

TEST_CASE("a broken invariant ends the program with status 3 and says where and what", "[core]") {
  const auto death =
      dyingBy([] { einsight::core::invariantFailed("a.cpp", 12, "x > 0", "x must be positive"); });
  CHECK(death.status == 3);
  CHECK(death.message == "a.cpp:12: internal error: x must be positive (expected x > 0)\n");
}

TEST_CASE("an invariant that holds does nothing", "[core]") {
  const auto death = dyingBy([] { EINSIGHT_INVARIANT(1 + 1 == 2, "arithmetic"); });
  CHECK(death.status == 0);
  CHECK(death.message.empty());
}
