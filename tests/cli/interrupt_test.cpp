#include <catch2/catch.hpp>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

TEST_CASE("Ctrl-C ends a long run with status 130", "[cli]") {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(STDOUT_FILENO);
    execl(EINSIGHT_PROGRAM, EINSIGHT_PROGRAM, "run", "-w", "bert", "-a", "fusemax", "--set",
          "L=256K", "--no-skip", static_cast<char*>(nullptr));
    _exit(99);
  }
  sleep(1); // the whole run takes minutes; what is before it, milliseconds
  kill(child, SIGINT);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
}
