#include "validation/measure/watchdog.hpp"

#include <catch2/catch.hpp>

#include <future>

namespace einsight::validation {

TEST_CASE("a watchdog barks at what does not end") {
  std::promise<std::string> barked;
  Watchdog dog(std::chrono::milliseconds(1),
               [&](const std::string& what) { barked.set_value(what); });
  dog.watch("a kernel that hangs");
  CHECK(barked.get_future().get() == "a kernel that hangs");
}

TEST_CASE("a watchdog is quiet about what ended, however patient it is") {
  for (const double seconds : {1000.0, 1e300}) {
    bool barked = false;
    {
      Watchdog dog(std::chrono::duration<double>(seconds),
                   [&](const std::string&) { barked = true; });
      dog.watch("one");
      dog.watch("");
      dog.watch("another");
    }
    CHECK_FALSE(barked);
  }
}

} // namespace einsight::validation
