#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace einsight::cli::test;
using Json = nlohmann::json;

namespace {

constexpr const char* kSmall = " --set B=1,H=2,L=60,E=8,F=8,arch.PE=8 ";

Json jsonOf(const std::string& arguments) {
  const auto outcome = program(arguments + " --json -");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return Json::parse(outcome.out);
}

std::string errorOf(const std::string& arguments) {
  const auto outcome = program(arguments);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  return outcome.err;
}

} // namespace

TEST_CASE("map answers with every key of the contract", "[cli]") {
  const auto json = jsonOf(std::string("map -w matmul -a fusemax --set M=70,N=50,K=20,arch.PE=8"));
  for (const auto* key :
       {"workload", "machine", "objective", "optimal", "searched_to_end", "met", "evaluated",
        "excluded", "not_looked_at", "excluded_groups", "search_seconds", "seconds", "cycles",
        "bound_cycles", "energy_pj", "mapping", "provenance"}) {
    INFO(key);
    CHECK(json.contains(key));
  }
  CHECK(json["workload"] == "matmul");
  CHECK(json["objective"] == "latency");
  CHECK(json["optimal"] == true);
  CHECK(json["bound_cycles"].get<double>() <= json["cycles"].get<double>());
  CHECK(json["evaluated"].get<double>() > 0);
  CHECK(json["met"].get<double>() == json["evaluated"].get<double>() +
                                         json["excluded"].get<double>() +
                                         json["not_looked_at"].get<double>());
  CHECK(json["mapping"]["file"].is_null());
  CHECK(json["search_seconds"].get<double>() > 0);
  const auto hertz = json["cycles"].get<double>() / json["seconds"].get<double>(); // of the run
  CHECK(hertz == Approx(940e6));
  CHECK(json["provenance"]["command"] ==
        "einsight map -w matmul -a fusemax --set M=70,N=50,K=20,arch.PE=8");
}

TEST_CASE("the mapping that map writes runs like any other, as fast as it said", "[cli]") {
  const Folder folder;
  const auto file = (folder.path() / "mine.yaml").string();
  const auto found =
      jsonOf(std::string("map -w attention-1pass -a fusemax") + kSmall + "-o " + file);
  CHECK(found["mapping"]["name"] == "mine");
  CHECK(found["mapping"]["file"] == file);
  const auto text = contentOf(file);
  CHECK(text.starts_with("# Found by einsight map -w attention-1pass -a fusemax --objective "
                         "latency --set"));
  const auto ran = jsonOf(std::string("run -w attention-1pass -a fusemax") + kSmall + "-m " + file);
  CHECK(ran["mapping"] == "mine");
  CHECK(ran["cycles"] == found["cycles"]);
  CHECK(ran["energy_pj"]["total"] == found["energy_pj"]);
}

TEST_CASE("the command that map prints for its mapping has the settings, and runs it", "[cli]") {
  const Folder folder;
  const auto file = (folder.path() / "it's mine.yaml").string();
  const auto said =
      program("map -w linear-attention -a fusemax --set B=1,H=1 --set 'L=2*20' -o \"" + file + "\"")
          .out;
  const auto start = said.find("einsight run -w linear-attention -a fusemax --set B=1 --set H=1 "
                               "--set 'L=2*20' -m '");
  REQUIRE(start != std::string::npos);
  const auto command = said.substr(start + 9, said.find('\n', start) - start - 9);
  CHECK(program(command).status == 0);
}

TEST_CASE("map is at least as good as the catalogue, for each objective", "[cli]") {
  for (const std::string arguments : {"-w attention-1pass --set B=1,H=1,L=4K --objective latency",
                                      "-w matmul --set M=700,N=900,K=200 --objective latency",
                                      "-w matmul --set M=700,N=900,K=200 --objective energy",
                                      "-w matmul --set M=700,N=900,K=200 --objective edp"}) {
    const auto found = jsonOf("map -a fusemax " + arguments);
    INFO(arguments);
    REQUIRE(found["catalogue"].is_object());
    const double value = found["objective_value"];
    CHECK(value <= found["catalogue"]["objective_value"].get<double>() * (1 + 1e-12));
    CHECK(found["objective_bound"].get<double>() <= value * (1 + 1e-12));
    CHECK(found["optimal"] == true);
  }
}

TEST_CASE("run finds a mapping where the catalogue has none, and shows it", "[cli]") {
  const std::string point = "run -w linear-attention -a fusemax --set B=1,H=2,L=1K";
  const auto outcome = program(point);
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with("section "));
  CHECK(outcome.out.find("no mapping of the catalogue is legal here: this one was searched for") !=
        std::string::npos);
  CHECK(jsonOf(point)["mapping"] == "found");
}

TEST_CASE("map says what it found in words", "[cli]") {
  const auto outcome = program("map -w matmul -a fusemax --set M=70,N=50,K=20,arch.PE=8");
  CHECK(outcome.status == 0);
  for (const auto* part : {"matmul on fusemax: mapping found for latency\n\nsection ",
                           "\ncycles      ", "(bound ", "\nenergy      ", "\nutilisation array_2d ",
                           "\ncatalogue   its best is matmul: ", "optimal", " mappings met, ",
                           " excluded by bounds, "}) {
    INFO(outcome.out);
    CHECK(outcome.out.find(part) != std::string::npos);
  }
}

TEST_CASE("a requirement holds for what map finds", "[cli]") {
  const std::string point = "map -w matmul -a fusemax --set M=70,N=50,K=20,arch.PE=8 ";
  const auto free = jsonOf(point);
  const auto small = jsonOf(point + "--require 'global_buffer.used <= 600'");
  CHECK(small["cycles"].get<double>() >= free["cycles"].get<double>());
  CHECK(small["searched_to_end"] == true);
  CHECK(small["optimal"] == false);
  CHECK(program(point + "--require 'global_buffer.used <= 600'")
            .out.find("best found: the search came to its end, but requirements, ") !=
        std::string::npos);
  const auto busy = jsonOf(point + "--require 'array_2d.utilization >= 0.1'");
  CHECK(busy["units"]["array_2d"]["utilization"].get<double>() >= 0.1);
}

TEST_CASE("every mistake in what map is asked for is reported", "[cli]") {
  CHECK(errorOf("map -w matmul -a fusemax --objective latncy --time-limit 0 --set mapping.p1=4 "
                "--require 'cycles <'") ==
        "error: --objective: there is no objective 'latncy'\n"
        "  help: did you mean 'latency'? (one of: latency, energy, edp)\n"
        "error: --set: mapping.p1: the sizes of the mapping are what is searched\n"
        "  help: set parameters of the workload, and arch. of the machine\n"
        "error: --require: 'cycles <': column 9: expected a value, found the end\n"
        "  help: write for example array_2d.utilization >= 0.8\n"
        "error: --time-limit: '0' is no time to search\n"
        "  help: write whole seconds, 1 or more\n");
  CHECK(errorOf("map -w matmul -a fusemax --require 'array_2d.utilisation > 0'") ==
        "error: --require: there is no 'array_2d.utilisation' to require something of\n"
        "  help: did you mean 'array_2d.utilization'? (one of: cycles, seconds, energy_pj, "
        "array_2d.utilization, array_1d.utilization, dram.used, dram.moved, global_buffer.used, "
        "global_buffer.moved, registers_2d.used, registers_2d.moved, registers_1d.used, "
        "registers_1d.moved)\n");
  CHECK(errorOf("map -w matmull -a fusemax").find("did you mean 'matmul'?") != std::string::npos);
}

TEST_CASE("mistakes in options do not hide those in the files, names and places that they give",
          "[cli]") {
  const auto all =
      errorOf("map -w " EINSIGHT_SOURCE_DIR "/examples/small-array.yaml -a matmul --objective "
              "latncy --set M=x -o /nonexistent/x.yaml --json /tmp");
  CHECK(all.starts_with("error: --objective: there is no objective 'latncy'\n"
                        "  help: did you mean 'latency'? (one of: latency, energy, edp)\n"
                        "error: --set M=x: 'x' is not a number: unknown name 'x'\n"
                        "  help: write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4\n"
                        "error: --output: cannot write '/nonexistent/x.yaml': there is no folder "
                        "'/nonexistent'\n"
                        "  help: make the folder first, or give another file\n"
                        "error: --json: '/tmp' is a folder\n"
                        "  help: give the name of a file in it\n"
                        "error: unknown machine 'matmul'\n"));
  CHECK(all.find("examples/small-array.yaml:3:10: error: extends: unknown file 'fusemax'") !=
        std::string::npos);
  const auto both = errorOf("map -w matmull -a fusmax --require 'cycles <'");
  for (const auto* part : {"error: --require: 'cycles <': column 9: expected a value",
                           "error: unknown workload 'matmull'\n  help: did you mean 'matmul'?",
                           "error: unknown machine 'fusmax'\n  help: did you mean 'fusemax'?"}) {
    CHECK(both.find(part) != std::string::npos);
  }
  CHECK(errorOf("map -w matmul -a fusemax --objective latncy --require 'cycle < 9'") ==
        "error: --objective: there is no objective 'latncy'\n"
        "  help: did you mean 'latency'? (one of: latency, energy, edp)\n"
        "error: --require: there is no 'cycle' to require something of\n"
        "  help: did you mean 'cycles'? (one of: cycles, seconds, energy_pj, "
        "array_2d.utilization, array_1d.utilization, dram.used, dram.moved, global_buffer.used, "
        "global_buffer.moved, registers_2d.used, registers_2d.moved, registers_1d.used, "
        "registers_1d.moved)\n");
}

TEST_CASE("map of a sequence that one tile of keys covers finds the best of the space", "[cli]") {
  const auto found = jsonOf("map -w attention-1pass -a fusemax --set L=29");
  CHECK(found["optimal"] == true);
  CHECK(found["engine"] == "cycle");
  CHECK(found["objective_value"].get<double>() <
        found["catalogue"]["objective_value"].get<double>());
}

TEST_CASE("no mapping that meets a requirement is the user's problem, and nothing is written",
          "[cli]") {
  const Folder folder;
  const auto file = folder.path() / "none.yaml";
  const auto text = errorOf("map -w matmul -a fusemax --set M=7,N=5,K=2,arch.PE=8 --time-limit 9 "
                            "--require 'array_2d.utilization > 1' -o " +
                            file.string());
  const std::string_view start =
      "workloads/linear/matmul.yaml:1:1: error: matmul: no mapping of the space was found "
      "that is legal on 'fusemax' and meets the requirements\n"
      "  help: loosen a requirement, or give the search more time\n"
      "error: --require: 'array_2d.utilization > 1' holds for none of the ";
  const std::string_view end = " at most\n"
                               "  help: ask for a little less, or give the search more time\n";
  CHECK(text.starts_with(start));
  CHECK(text.ends_with(end));
  const auto rest = text.substr(start.size(), text.size() - start.size() - end.size());
  CHECK(rest.find(" mappings that were evaluated on the bound: array_2d.utilization is 0.") !=
        std::string::npos);
  CHECK(rest.find("error") == std::string::npos); // said once
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("Ctrl-C ends a search with status 130, and what was found is written", "[cli]") {
  const Folder folder;
  const auto file = folder.path() / "so-far.yaml";
  const auto text = folder.path() / "text";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (std::freopen(text.c_str(), "w", stdout) == nullptr) {
      _exit(98);
    }
    execl(EINSIGHT_PROGRAM, EINSIGHT_PROGRAM, "map", "-w", "attention-1pass", "-a", "fusemax",
          "--set", "B=1,H=1,L=700", "--objective", "edp", "--time-limit", "600", "-o", file.c_str(),
          static_cast<char*>(nullptr));
    _exit(99);
  }
  sleep(1); // the whole search takes minutes; what is before it, milliseconds
  kill(child, SIGINT);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
  const auto said = contentOf(text);
  INFO(said);
  CHECK(said.find("stopped by Ctrl-C") != std::string::npos);
  CHECK(std::filesystem::exists(file) == (said.find("written to ") != std::string::npos));
}
