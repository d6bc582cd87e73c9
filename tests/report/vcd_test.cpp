#include "report/vcd.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <sstream>

using einsight::report::VcdWriter;
using Kind = einsight::results::Waveform::Kind;

namespace {

const std::string kHeader = "$version Einsight $end\n"
                            "$comment 1 ns is 1 cycle of the machine $end\n"
                            "$timescale 1 ps $end\n";

/// What follows the declarations.
std::string changesOf(const std::ostringstream& out) {
  const std::string end = "$enddefinitions $end\n";
  const auto text = out.str();
  return text.substr(text.find(end) + end.size());
}

} // namespace

TEST_CASE("a dump has nested scopes, one type per kind, and a thousand units a cycle", "[report]") {
  std::ostringstream out;
  VcdWriter vcd(out, {4, 0, 100});
  const int busy = vcd.declare({"array_2d"}, "busy", Kind::Bit);
  const int value = vcd.declare({"array_2d", "pe_0_3"}, "register", Kind::Real);
  const int step = vcd.declare({"dram"}, "iteration", Kind::Count);
  const int task = vcd.declare({"array_2d"}, "task", Kind::Text);
  vcd.change(0, busy, 1);
  vcd.change(0, task, "QK");
  vcd.change(2, value, 0.1);
  vcd.change(6, step, 5);
  vcd.change(6, busy, 0);
  vcd.close(9);
  CHECK(out.str() == kHeader + "$scope module array_2d $end\n"
                               "$var wire 1 ! busy $end\n"
                               "$var string 1 $ task $end\n"
                               "$scope module pe_0_3 $end\n"
                               "$var real 64 \" register $end\n"
                               "$upscope $end\n"
                               "$upscope $end\n"
                               "$scope module dram $end\n"
                               "$var integer 64 # iteration $end\n"
                               "$upscope $end\n"
                               "$enddefinitions $end\n"
                               "#0\n1!\nsQK $\n"
                               "#500\nr0.1 \"\n"
                               "#1500\nb101 #\n0!\n"
                               "#2250\n");
}

TEST_CASE("the comment of a dump tells the clock", "[report]") {
  std::ostringstream out;
  VcdWriter vcd(out, {1, 940e6, 100});
  vcd.close(0);
  CHECK(out.str() == "$version Einsight $end\n"
                     "$comment 1 ns is 1 cycle of the machine, whose clock runs at 940000000 Hz "
                     "$end\n"
                     "$timescale 1 ps $end\n$enddefinitions $end\n#0\n");
}

TEST_CASE("a value that a signal has already is not written again", "[report]") {
  std::ostringstream out;
  VcdWriter vcd(out, {});
  const int busy = vcd.declare({}, "busy", Kind::Bit);
  const int wait = vcd.declare({}, "wait", Kind::Text);
  vcd.change(1, busy, 1);
  vcd.change(2, busy, 1);
  vcd.change(3, wait, "data");
  vcd.change(4, wait, "data");
  vcd.change(5, wait, "");
  CHECK(changesOf(out) == "#1000\n1!\n#3000\nsdata \"\n#5000\ns \"\n");
}

TEST_CASE("at the limit of changes a dump says so and ends", "[report]") {
  std::ostringstream out;
  VcdWriter vcd(out, {1, 0, 2});
  const int busy = vcd.declare({}, "busy", Kind::Bit);
  vcd.change(0, busy, 1);
  CHECK(vcd.open());
  vcd.change(1, busy, 0);
  CHECK_FALSE(vcd.open());
  vcd.change(2, busy, 1);
  vcd.close(3);
  CHECK(changesOf(out) == "#0\n1!\n#1000\n0!\n$comment The limit of 2 changes is reached: nothing "
                          "is kept after this time. $end\n");
}

TEST_CASE("names and texts are single words, and negative counts are two's complement",
          "[report]") {
  std::ostringstream out;
  VcdWriter vcd(out, {});
  const int text = vcd.declare({"a.b c"}, "d[0]", Kind::Text);
  const int count = vcd.declare({}, "n", Kind::Count);
  vcd.change(0, text, "waits for data\\\n");
  vcd.change(0, count, -1);
  CHECK(out.str().find("$scope module a_b_c $end\n$var string 1 ! d_0_ $end\n") !=
        std::string::npos);
  CHECK(changesOf(out) == "#0\nswaits_for_data__ !\nb" + std::string(64, '1') + " \"\n");
}

TEST_CASE("identifiers of thousands of signals are printable, short and all different",
          "[report]") {
  std::ostringstream out;
  VcdWriter vcd(out, {});
  constexpr int kSignals = 10'000;
  for (int i = 0; i < kSignals; ++i) {
    vcd.declare({}, "s", Kind::Bit);
  }
  vcd.close(0);
  std::istringstream in(out.str());
  std::set<std::string> seen;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("$var", 0) == 0) {
      std::istringstream words(line);
      std::string var, type, size, id;
      words >> var >> type >> size >> id;
      CHECK(id.size() <= 3);
      seen.insert(id);
    }
  }
  CHECK(seen.size() == kSignals);
}
