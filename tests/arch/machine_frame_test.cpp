#include "arch/cluster/cluster.hpp"
#include "arch/machine_frame.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace einsight;
using namespace einsight::arch;

TEST_CASE("settings that a file declares are parameters, the others are of numbers", "[arch]") {
  const auto file = config::parse("version: 1\nparameters: {count: 8}\n", "m.yaml");
  REQUIRE(file.has_value());
  const auto* parameters = file->find("parameters");
  const core::Settings given{{"count", 2}, {"sms", 1}, {"links.wire.latency", 3}};
  CHECK(parametersOf(given, parameters) == core::Settings{{"count", 2}});
  CHECK(parametersOf(given, nullptr).empty());
  CHECK(parametersOf({}, parameters).empty());
}

TEST_CASE("a document of another kind is refused before its sections are read", "[arch]") {
  const auto file = machinesFolder() / "h100.yaml";
  const auto folders = std::vector{machinesFolder()};
  CHECK(documentOf(file, "gpu", folders).has_value());
  const auto refused = documentOf(file, "cluster", folders);
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().size() == 1);
  CHECK(refused.error().front().what ==
        "this machine is of kind 'gpu'; one of kind 'cluster' is needed here");
  CHECK_FALSE(documentOf(machinesFolder() / "nowhere.yaml", "gpu", folders).has_value());
}

TEST_CASE("every kind of machine keeps its name, its parameters and the files it was read from",
          "[arch]") {
  const auto gpu = loadGpu("h20").value().data();
  const auto cpu = loadCpu("i9-10900x").value().data();
  const auto cluster = loadCluster("rtx-4090-i9").value().data();
  const auto has = [](const std::vector<std::string>& files, const std::string& name) {
    return std::any_of(files.begin(), files.end(), [&](const std::string& file) {
      return std::filesystem::path(file).filename() == name;
    });
  };
  CHECK(gpu.name == "h20");
  CHECK(has(gpu.files, "h20.yaml"));
  CHECK(has(gpu.files, "h100.yaml")); // which it extends
  CHECK(cpu.name == "i9-10900x");
  CHECK(has(cpu.files, "i9-10900x.yaml"));
  CHECK(has(cluster.files, "rtx-4090-i9.yaml"));
  CHECK(has(cluster.files, "i9-10900x.yaml")); // a device of it
  CHECK(std::is_sorted(cluster.files.begin(), cluster.files.end()));
  CHECK(loadCluster("h100x4", {{"count", 2}}).value().data().parameters.at("count") == 2);
}
