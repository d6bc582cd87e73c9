#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace einsight;
using namespace einsight::cli::test;
using Json = nlohmann::json;

namespace {

/// Checks a file against a JSON Schema of the kind that `schema` prints: what it says about maps,
/// lists and alternatives. Scalars are typed by their readers.
class Checker {
public:
  explicit Checker(Json schema) : schema_(std::move(schema)) {}

  [[nodiscard]] bool fits(const config::Node& node) const { return fits(node, schema_); }

private:
  [[nodiscard]] bool fits(const config::Node& node, const Json& schema) const {
    if (schema.contains("$ref")) {
      const auto name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
      return fits(node, schema_.at("$defs").at(name));
    }
    if (schema.contains("anyOf")) {
      for (const auto& choice : schema["anyOf"]) {
        if (fits(node, choice)) {
          return true;
        }
      }
      return false;
    }
    if (!schema.contains("type")) {
      return true;
    }
    const auto& type = schema["type"];
    if (type.is_array()) {
      return std::any_of(type.begin(), type.end(),
                         [&](const Json& one) { return fitsType(node, schema, one); });
    }
    return fitsType(node, schema, type);
  }

  [[nodiscard]] bool fitsType(const config::Node& node, const Json& schema,
                              const std::string& type) const {
    if (type == "object") {
      return node.kind == config::Node::Kind::Map && mapFits(node, schema);
    }
    if (type == "array") {
      return node.kind == config::Node::Kind::Sequence &&
             std::all_of(node.items.begin(), node.items.end(),
                         [&](const config::Node& item) { return fits(item, schema["items"]); });
    }
    if (type == "null") {
      return node.kind == config::Node::Kind::Null;
    }
    return node.kind == config::Node::Kind::Scalar;
  }

  [[nodiscard]] bool mapFits(const config::Node& node, const Json& schema) const {
    for (const auto& [key, value] : node.entries) {
      const auto& known = schema["properties"];
      const auto& others = schema["additionalProperties"];
      const bool good = known.contains(key.scalar) ? fits(value, known[key.scalar])
                                                   : others != Json(false) && fits(value, others);
      if (!good) {
        UNSCOPED_INFO(key.where.path << " (line " << key.where.line << ")");
        return false;
      }
    }
    return true;
  }

  Json schema_;
};

Json schemaOf(const std::string& kind) {
  const auto outcome = program("schema " + kind);
  REQUIRE(outcome.status == 0);
  return Json::parse(outcome.out);
}

/// Checks every YAML file below a folder of the source tree.
int checkAll(const std::string& kind, const std::string& folder, const std::string& catalogue) {
  const Checker checker(schemaOf(kind));
  const auto root = config::catalogueRoot();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    const auto node = config::load(entry.path(), {root / catalogue});
    INFO(entry.path().string());
    REQUIRE(node);
    CHECK(checker.fits(*node));
    ++files;
  }
  return files;
}

} // namespace

TEST_CASE("every file of the catalogue fits its schema", "[cli]") {
  CHECK(checkAll("workload", "workloads", "workloads") > 10);
  CHECK(checkAll("machine", "arch/machines", "arch/machines") > 3);
  CHECK(checkAll("machine", "validation/published/fusemax/machines", "arch/machines") > 3);
  CHECK(checkAll("mapping", "mappings/spatial", "mappings") > 3);
  CHECK(checkAll("mapping", "mappings/serving", "mappings") > 3);
  CHECK(checkAll("mapping", "mappings/cluster-plans", "mappings") > 10);
  CHECK(checkAll("mapping", "validation/offload/mappings", "mappings") > 3);
  CHECK(checkAll("mapping", "validation/published/fusemax/mappings", "mappings") > 3);
}

TEST_CASE("the example plan fits its schema", "[cli]") {
  const auto node = config::load(EINSIGHT_SOURCE_DIR "/examples/serving/plan.yaml");
  REQUIRE(node);
  CHECK(Checker(schemaOf("plan")).fits(*node));
}

TEST_CASE("every example sweep fits its schema", "[cli]") {
  const Checker checker(schemaOf("sweep"));
  for (const auto* name : {"price-sweep", "plan-as-sweep"}) {
    const auto node =
        config::load(std::string(EINSIGHT_SOURCE_DIR "/examples/serving/") + name + ".yaml");
    INFO(name);
    REQUIRE(node);
    CHECK(checker.fits(*node));
  }
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(EINSIGHT_SOURCE_DIR "/examples/sweeps")) {
    const auto node = config::load(entry.path());
    INFO(entry.path().string());
    REQUIRE(node);
    CHECK(checker.fits(*node));
    ++files;
  }
  CHECK(files >= 3);
}

TEST_CASE("a schema refuses keys that readers do not know", "[cli]") {
  const Checker checker(schemaOf("machine"));
  const auto good = config::parse("version: 1\nmachine: x\nclock: 1 GHz\n", "good.yaml");
  REQUIRE(good);
  CHECK(checker.fits(*good));
  const auto bad = config::parse("version: 1\nmachine: x\ndram: {bandwith: 1 GB/s}\n", "bad.yaml");
  REQUIRE(bad);
  CHECK_FALSE(checker.fits(*bad));
}

TEST_CASE("schemas are of draft 2020-12 and describe each key", "[cli]") {
  const auto schema = schemaOf("mapping");
  CHECK(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema["required"] == Json::array({"version"}));
  const auto& bind = schema["properties"]["bind"]["additionalProperties"];
  CHECK(bind["properties"]["on"]["description"] == "unit of the Einsum");
  CHECK(schema["$defs"].contains("nest"));
}

TEST_CASE("a schema of nothing is answered with the nearest kind", "[cli]") {
  const auto outcome = program("schema machin");
  CHECK(outcome.status == 2);
  CHECK(outcome.err ==
        "error: there is no schema of 'machin'\n"
        "  help: did you mean 'machine'? (one of: workload, machine, mapping, sweep, plan)\n");
}
