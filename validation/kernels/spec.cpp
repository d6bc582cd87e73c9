#include "validation/kernels/spec.hpp"

#include "config/reader.hpp"
#include "core/text.hpp"
#include "validation/kernels/rows.hpp"
#include "validation/kernels/text.hpp"
#include "validation/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

constexpr std::array<std::string_view, 3> kCombinations{"mean", "max", "min"};

class SpecReader {
public:
  SpecReader(std::filesystem::path folder, core::Problems& problems)
      : folder_(std::move(folder)), problems_(problems) {}

  KernelSpec read(const config::Node& document) {
    config::MapReader reader(document, problems_);
    spec_.name = reader.text("suite").value_or("");
    reader.text("summary");
    spec_.median = realIf(reader, "median");
    spec_.published = folder_ / reader.text("reference").value_or("");
    readSystems(reader);
    spec_.flops = reader.expression("flops").value_or(core::Expression());
    spec_.passes = factors(reader.map("passes"));
    spec_.masks = factors(reader.map("masks"));
    spec_.types = reader.textListIf("types");
    if (const auto* classes = reader.map("classes")) {
      for (const auto& [name, node] : classes->entries) {
        readClass(name.scalar, node);
      }
    }
    if (const auto* known = reader.sequenceIf("known")) {
      for (const auto& item : known->items) {
        readKnown(item);
      }
    }
    if (const auto* rows = reader.sequence("rows")) {
      for (const auto& item : rows->items) {
        readRule(item);
      }
    }
    reader.finish();
    return std::move(spec_);
  }

private:
  void readSystems(config::MapReader& reader) {
    if (const auto name = reader.text("systems")) {
      auto systems = readKernelSystems(folder_ / *name);
      if (systems) {
        spec_.systems = std::move(*systems);
      } else {
        problems_.insert(problems_.end(), systems.error().begin(), systems.error().end());
      }
    }
  }

  std::map<std::string, double> factors(const config::Node* node) {
    std::map<std::string, double> out;
    if (node != nullptr) {
      config::MapReader reader(*node, problems_);
      for (const auto& [name, factor] : node->entries) {
        out[name.scalar] = reader.realOr(name.scalar, 1).value_or(1);
      }
      reader.finish();
    }
    return out;
  }

  std::optional<double> realIf(config::MapReader& reader, std::string_view key) {
    return reader.has(key) ? reader.realOr(key, 0) : std::nullopt;
  }

  void readClass(const std::string& name, const config::Node& node) {
    config::MapReader reader(node, problems_);
    KernelClass out;
    out.tolerance = realIf(reader, "tolerance");
    out.points = realIf(reader, "points");
    out.ofSaving = reader.realOr("of_saving", 1).value_or(1);
    out.familyMean = realIf(reader, "family_mean");
    out.familyTau = realIf(reader, "family_tau");
    out.fitted = reader.booleanOr("fitted", false).value_or(false);
    out.reason = reader.textOr("reason", "").value_or("");
    reader.finish();
    spec_.classes.emplace(name, std::move(out));
  }

  void readKnown(const config::Node& node) {
    config::MapReader reader(node, problems_);
    KernelKnown out;
    out.id = reader.text("id").value_or("");
    out.tolerance = reader.realOr("tolerance", 0).value_or(0);
    out.reason = reader.text("reason").value_or("");
    reader.finish();
    spec_.known.push_back(std::move(out));
  }

  void readOver(const config::Node& node, KernelRule& rule) {
    for (const auto& [column, values] : node.entries) {
      std::vector<core::Expression> list;
      if (values.kind == config::Node::Kind::Sequence) {
        for (const auto& item : values.items) {
          list.push_back(readExpression(item, problems_));
        }
      } else {
        list.push_back(readExpression(values, problems_));
      }
      rule.over.emplace_back(column.scalar, std::move(list));
    }
  }

  std::vector<std::string> readPasses(config::MapReader& reader, std::string_view key) {
    auto passes = reader.textListIf(key);
    for (const auto& pass : passes) {
      if (!spec_.passes.contains(pass)) {
        reader.problem(key, fmt::format("there is no pass '{}'", pass),
                       core::suggestion(pass, keysOf(spec_.passes)));
      }
    }
    return passes;
  }

  void readTake(config::MapReader& reader, KernelRule& rule) {
    rule.take = reader.text("take").value_or("");
    if (const auto& known = kernelQuantities();
        !rule.take.empty() && std::find(known.begin(), known.end(), rule.take) == known.end()) {
      reader.problem("take", fmt::format("there is no quantity '{}'", rule.take),
                     core::suggestion(rule.take, known));
    }
    rule.passes = readPasses(reader, "passes");
    rule.againstPasses = readPasses(reader, "against_passes");
    rule.of = reader.textOr("of", "").value_or("");
    rule.against = reader.textOr("against", "").value_or("");
    rule.combine = reader.oneOfOr("combine", kCombinations, "mean").value_or("mean");
    if (const auto* over = reader.mapIf("over")) {
      readOver(*over, rule);
    }
    rule.bytes = reader.expressionIf("bytes");
    rule.times = reader.realOr("times", 1).value_or(1);
    if (const auto* machine = reader.mapIf("machine")) {
      rule.machine = readExpressions(*machine, problems_);
    }
    rule.open = reader.textOr("open", "").value_or("");
    rule.rowClass = reader.text("class").value_or("");
    if (!rule.rowClass.empty() && !spec_.classes.contains(rule.rowClass)) {
      reader.problem("class", fmt::format("there is no class '{}'", rule.rowClass),
                     core::suggestion(rule.rowClass, keysOf(spec_.classes)));
    }
  }

  void readRule(const config::Node& node) {
    config::MapReader reader(node, problems_);
    KernelRule out;
    const auto pattern = [&](std::string_view key) { return reader.textOr(key, "").value_or(""); };
    out.system = pattern("system");
    out.metric = pattern("metric");
    out.mask = pattern("mask");
    out.hardware = pattern("hardware");
    out.type = pattern("dtype");
    out.when = reader.expressionIf("when");
    out.notCovered = pattern("not_covered");
    if (out.notCovered.empty()) {
      readTake(reader, out);
    }
    reader.finish();
    spec_.rules.push_back(std::move(out));
  }

  template <class T>
  static std::vector<std::string> keysOf(const std::map<std::string, T>& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map) {
      keys.push_back(key);
    }
    return keys;
  }

  std::filesystem::path folder_;
  core::Problems& problems_;
  KernelSpec spec_;
};

} // namespace

core::Expression readExpression(const config::Node& node, core::Problems& problems) {
  if (node.kind != config::Node::Kind::Scalar) {
    problems.push_back(
        {node.where,
         fmt::format("expected a number or an expression, found {}", config::kindName(node.kind)),
         {}});
    return {};
  }
  auto expression = core::Expression::parse(node.scalar);
  if (!expression) {
    problems.push_back({node.where, expression.error(), {}});
    return {};
  }
  return std::move(*expression);
}

Expressions readExpressions(const config::Node& map, core::Problems& problems) {
  Expressions out;
  for (const auto& [name, value] : map.entries) {
    out.emplace_back(name.scalar, readExpression(value, problems));
  }
  return out;
}

namespace {

bool isTrue(const core::Expression& condition, const KernelShape& shape) {
  const auto value = valueOf(condition, shape);
  return value && *value != core::Rational(0);
}

} // namespace

const KernelRule* KernelSpec::ruleOf(const KernelRow& row) const {
  const auto fits = [](const std::string& text, const std::string& pattern) {
    return pattern.empty() || matches(text, pattern);
  };
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const KernelRule& rule) {
    return fits(row.system, rule.system) && fits(row.metric, rule.metric) &&
           fits(row.mask, rule.mask) && fits(row.hardware, rule.hardware) &&
           fits(row.type, rule.type) && (!rule.when || isTrue(*rule.when, row.shape));
  });
  return found == rules.end() ? nullptr : &*found;
}

const std::vector<std::string>& kernelQuantities() {
  static const std::vector<std::string> kNames{
      "throughput",    // TFLOP/s by the suite's convention
      "seconds",       // of the passes
      "milliseconds",  // of the passes
      "bandwidth",     // GB/s of `bytes`
      "speedup",       // seconds of `against` / seconds
      "time_reduction" // percent of the seconds of `against`
  };
  return kNames;
}

core::Expected<KernelSpec> readKernelSpec(const std::filesystem::path& file) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  auto spec = SpecReader(file.parent_path().parent_path(), problems).read(*document);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return spec;
}

} // namespace einsight::validation
