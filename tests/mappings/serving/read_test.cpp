#include "config/catalogue.hpp"
#include "mappings/catalogue.hpp"
#include "mappings/serving/mapping.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <unistd.h>

using namespace einsight;
using namespace einsight::mappings::serving;

namespace {

core::Expected<Mapping> named(const std::string& name, const core::Settings& settings = {}) {
  return mappings::find(name).and_then([&](const auto& file) {
    return readMapping(file, settings, {config::catalogueRoot() / "mappings"});
  });
}

/// The problems of a file with this text, without the folder it is in.
std::string problemsOf(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("einsight-serving-" + std::to_string(getpid()) + ".yaml");
  std::ofstream(file) << text;
  const auto mapping = readMapping(file);
  std::filesystem::remove(file);
  if (mapping) {
    return "accepted";
  }
  auto problems = mapping.error();
  for (auto& problem : problems) {
    problem.where.file = problem.where.file.empty() ? "" : "m.yaml";
  }
  return core::render(problems);
}

} // namespace

TEST_CASE("every shipped mapping for serving can be read", "[mappings][serving]") {
  int count = 0;
  for (const auto& entry : mappings::list()) {
    if (entry.kind == "serving") {
      INFO(entry.name);
      const auto mapping = named(entry.name);
      INFO(core::render(mapping ? core::Problems{} : mapping.error()));
      CHECK(mapping.has_value());
      ++count;
    }
  }
  CHECK(count >= 7);
}

TEST_CASE("numbers of a mapping can be set by their paths", "[mappings][serving]") {
  const auto mapping = named("attention-offload", {{"batches", 3}, {"host.step", {1, 1000}}});
  REQUIRE(mapping.has_value());
  CHECK(mapping->batches == 3);
  CHECK(mapping->host.stepSeconds == 0.001);
  CHECK(mapping->queriesFirst);
  const auto wrong = named("attention-offload", {{"batch", 3}});
  REQUIRE_FALSE(wrong.has_value());
  CHECK(core::render(wrong.error()) ==
        "error: --set mapping.batch: mapping 'attention-offload' has no number 'batch'\n"
        "  help: did you mean 'batches'? (one of: batches, chunk, host.request, host.step, "
        "launches.after, launches.attention, launches.before, launches.each, memory.reserved, "
        "memory.share, requests)\n");
}

TEST_CASE("every mistake of a mapping for serving is told at once", "[mappings][serving]") {
  CHECK(problemsOf("version: 1\nmapping: m\nkind: serving\nbatches: 2\nsplit: head\n"
                   "memory: {share: 1.5}\nhost: {step: 3}\n"
                   "retrieval: {on: cpu, looked_at: []}\nqueries: true\n") ==
        "m.yaml:4:10: error: batches: several batches in flight need devices of their own for "
        "attention\n"
        "  help: `attention: GROUP`, or `batches: 1`\n"
        "m.yaml:5:8: error: split: unknown value 'head'\n"
        "  help: did you mean 'heads'? (one of: heads, requests)\n"
        "m.yaml:6:17: error: memory.share: 1.5 is out of range\n"
        "  help: a number from 0 to 1\n"
        "m.yaml:7:14: error: host.step: '3' is not a number with a unit\n"
        "  help: write a number and one of: ps, ns, us, ms, s\n"
        "m.yaml:8:33: error: retrieval.looked_at: the list is empty\n"
        "  help: [{tokens: 4K, share: 1}]\n"
        "m.yaml:9:1: error: queries: unknown key\n"
        "  help: one of: mapping, kind, preference, summary, source, projections, attention, "
        "batches, "
        "queries_first, split, requests, chunk, decode_only, memory, host, launches, streaming, "
        "retrieval, calibration\n");
}
