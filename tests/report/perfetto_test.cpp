#include "report/perfetto.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>
#include <sstream>

using einsight::report::TraceWriter;
using Kind = TraceWriter::Kind;
using Json = nlohmann::json;

namespace {

struct Unit {
  int task, iteration, waits;
  Unit(TraceWriter& writer, const std::string& name)
      : task(writer.declare({name}, "task", Kind::Text)),
        iteration(writer.declare({name}, "iteration", Kind::Count)),
        waits(writer.declare({name}, "waits_for", Kind::Text)) {}
};

void serve(TraceWriter& writer, const Unit& unit, std::int64_t tick, const std::string& task,
           double iteration) {
  writer.change(tick, unit.task, task);
  writer.change(tick, unit.iteration, iteration);
  writer.change(tick, unit.waits, "-");
}

void wait(TraceWriter& writer, const Unit& unit, std::int64_t tick, const std::string& why) {
  writer.change(tick, unit.task, "-");
  writer.change(tick, unit.waits, why);
}

/// Events of a phase ("X": slices, "C": counters, "M": names).
std::vector<Json> eventsOf(const std::ostringstream& out, const std::string& phase) {
  const auto json = Json::parse(out.str());
  std::vector<Json> found;
  for (const auto& event : json.at("traceEvents")) {
    if (event.at("ph") == phase) {
      found.push_back(event);
    }
  }
  return found;
}

} // namespace

TEST_CASE("tasks and waits are slices of their unit's track", "[report]") {
  std::ostringstream out;
  TraceWriter writer(out, {"a \"title\"", 4, 1e9, {}, {}, 100}); // 4 ticks a nanosecond
  const Unit array(writer, "array_2d");
  const Unit dram(writer, "dram");
  serve(writer, array, 0, "QK", 0);
  serve(writer, dram, 4, "load_K", 7);
  serve(writer, array, 8, "QK", 1);
  wait(writer, array, 12, "data");
  serve(writer, array, 20, "AV", 0);
  wait(writer, dram, 20, "idle");
  writer.close(24);

  const auto slices = eventsOf(out, "X");
  REQUIRE(slices.size() == 5);
  CHECK(slices[0].at("name") == "QK");
  CHECK(slices[0].at("dur").get<double>() == Approx(0.002)); // microseconds
  CHECK(slices[1].at("args").at("iteration") == 1);
  CHECK(slices[1].at("args").at("cycle") == 2.0);
  CHECK(slices[2].at("name") == "waits for data");
  CHECK(slices[2].at("cat") == "wait");
  CHECK(slices[3].at("name") == "load_K");
  CHECK(slices[3].at("tid") != slices[0].at("tid"));
  CHECK(slices[4].at("name") == "AV");
  CHECK(slices[4].at("ts").get<double>() == Approx(0.005));
  const auto names = eventsOf(out, "M");
  CHECK(names.at(0).at("args").at("name") == "a \"title\"");
}

TEST_CASE("a slice says which tile it is where its loops are known", "[report]") {
  std::ostringstream out;
  TraceWriter::Options options{"t", 1, 1e9, {}, {}, 100};
  options.loops[{"array", "QK"}] = {{"h", 2}, {"p1", 3}, {"m1", 4}};
  TraceWriter writer(out, options);
  const Unit array(writer, "array");
  serve(writer, array, 0, "QK", 0);
  serve(writer, array, 1, "QK", 12 + 2 * 4 + 3);
  serve(writer, array, 2, "AV", 5);
  writer.close(3);

  const auto slices = eventsOf(out, "X");
  REQUIRE(slices.size() == 3);
  CHECK(slices[0].at("args").at("tile") == "h=0 p1=0 m1=0");
  CHECK(slices[1].at("args").at("tile") == "h=1 p1=2 m1=3");
  CHECK(slices[2].at("args").count("tile") == 0);
}

TEST_CASE("outside of its windows a trace keeps nothing", "[report]") {
  std::ostringstream out;
  TraceWriter writer(out, {"t", 1, 1e9, {{0, 10}, {100, 120}}, {{"dram", 2e9}}, 100});
  const Unit dram(writer, "dram");
  CHECK(writer.keepsFrom(5) == 5);
  CHECK(writer.keepsFrom(10) == 100);
  CHECK(writer.keepsFrom(120) == std::numeric_limits<std::int64_t>::max());
  serve(writer, dram, 0, "load_K", 0); // goes on to the end of the window
  serve(writer, dram, 110, "load_K", 90);
  writer.close(200);

  const auto slices = eventsOf(out, "X");
  REQUIRE(slices.size() == 2);
  CHECK(slices[0].at("dur").get<double>() == Approx(0.010));
  CHECK(slices[1].at("ts").get<double>() == Approx(0.110));
  CHECK(slices[1].at("dur").get<double>() == Approx(0.010));
  const auto counters = eventsOf(out, "C");
  REQUIRE(counters.size() == 2 * 101);
  CHECK(counters[0].at("name") == "dram bandwidth");
  CHECK(counters[0].at("args").at("GB/s").get<double>() == Approx(2));
  CHECK(counters[100].at("args").at("GB/s").get<double>() == 0);
  CHECK(counters[101].at("args").at("GB/s").get<double>() == 0); // nothing in the first half
  CHECK(counters[101 + 60].at("args").at("GB/s").get<double>() == Approx(2));
}

TEST_CASE("a trace has no more slices than its limit", "[report]") {
  std::ostringstream out;
  TraceWriter writer(out, {"t", 1, 1e9, {}, {}, 3});
  const Unit array(writer, "array");
  for (int i = 0; i < 10; ++i) {
    serve(writer, array, i, "QK", i);
  }
  CHECK_FALSE(writer.open());
  CHECK(writer.keepsFrom(0) == std::numeric_limits<std::int64_t>::max());
  writer.close(10);
  CHECK(eventsOf(out, "X").size() == 3);
}

TEST_CASE("what a memory holds is a counter, known at the start of each window", "[report]") {
  std::ostringstream out;
  TraceWriter::Options options{"t", 1, 1e9, {{0, 10}, {100, 120}}, {}, 100};
  options.held = {{"buffer", "capacity 16 MiB"}};
  TraceWriter writer(out, options);
  const int buffer = writer.declare({"kernel", "buffer"}, "held_bytes", Kind::Count);
  const int registers = writer.declare({"registers"}, "held_bytes", Kind::Count);
  writer.change(0, buffer, 0);
  writer.change(2, buffer, 64);
  writer.change(2, registers, 2);
  writer.change(50, buffer, 96); // between the windows
  writer.change(60, registers, 0);
  writer.change(110, buffer, 32);
  writer.change(119, buffer, 0);
  writer.close(119);

  const auto counters = eventsOf(out, "C");
  const auto is = [&](std::size_t event, const std::string& name, double microseconds, int bytes) {
    const auto& found = counters.at(event);
    CHECK(found.at("name") == name);
    CHECK(found.at("ts").get<double>() == Approx(microseconds));
    CHECK(found.at("args") == Json{{"bytes", bytes}});
  };
  const std::string full = "kernel buffer held (capacity 16 MiB)";
  REQUIRE(counters.size() == 7);
  is(0, full, 0.002, 64);
  is(1, "registers held", 0.002, 2);
  is(2, full, 0.010, 0); // nothing is known until the next window
  is(3, "registers held", 0.010, 0);
  is(4, full, 0.100, 96);
  is(5, full, 0.110, 32);
  is(6, full, 0.119, 0);
}

TEST_CASE("values of what memories hold count towards the limit of a trace", "[report]") {
  std::ostringstream out;
  TraceWriter writer(out, {"t", 1, 1e9, {}, {}, 3});
  const int buffer = writer.declare({"buffer"}, "held_bytes", Kind::Count);
  for (int i = 1; i < 10; ++i) {
    writer.change(i, buffer, i);
  }
  CHECK_FALSE(writer.open());
  writer.close(10);
  CHECK(eventsOf(out, "C").size() == 4); // and 0 at the end
}
