#include "workloads/catalogue.hpp"

#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "einsum/parameters.hpp"
#include "einsum/read.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>

namespace einsight::workloads {
namespace {

namespace fs = std::filesystem;

fs::path root() {
  return config::catalogueRoot() / "workloads";
}

/// A model: sizes for the parameters of cascades, and the cascade it is shown with.
struct Model {
  std::string cascade;
  core::Settings parameters;
};

core::Expected<Model> readModel(const config::Node& document, const core::Settings& settings) {
  core::Problems problems;
  config::MapReader reader(document, problems);
  reader.text("model");
  reader.textOr("summary", "");
  reader.textOr("source", "");
  reader.mapIf("neighborhood"); // what the command gna asks for: mappings/gna/use_case
  reader.mapIf("transformer");  // the whole model: workloads/transformer
  reader.mapIf("serving");      // what it serves: explore/serving/point
  Model model;
  model.cascade = reader.text("cascade").value_or("");
  if (const auto* parameters = reader.map("parameters")) {
    for (const auto& parameter :
         einsum::bindParameters(*parameters, settings, core::Settings{}, problems)) {
      model.parameters.emplace(parameter.name, parameter.value);
    }
  }
  reader.finish();
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return model;
}

/// CASCADE:MODEL, or one name or path.
struct Reference {
  std::string first;
  std::string model;
};

Reference split(const std::string& reference) {
  const auto colon = reference.rfind(':');
  std::error_code error;
  if (colon == std::string::npos || fs::exists(reference, error)) {
    return {reference, {}};
  }
  return {reference.substr(0, colon), reference.substr(colon + 1)};
}

core::Expected<fs::path> findWorkload(const std::string& name) {
  return config::find(name, {root()}, "workload");
}

core::Expected<fs::path> findModel(const std::string& name) {
  return config::find(name, {root() / "models"}, "model");
}

bool isModel(const config::Node& document) {
  return document.find("model") != nullptr && document.find("workload") == nullptr;
}

core::Expected<config::Node> readFile(const core::Expected<fs::path>& file) {
  return file.and_then([](const fs::path& path) { return config::load(path, {root()}); });
}

core::Expected<einsum::Cascade> loadWith(const core::Expected<fs::path>& cascade,
                                         const Model& model, const core::Settings& settings) {
  const auto document = readFile(cascade);
  if (!document) {
    return core::failure(document.error());
  }
  if (isModel(*document)) {
    const core::Where where{cascade->string(), 0, 0, {}};
    return core::failure({{where, "this is a model, not a cascade",
                           "write CASCADE:MODEL, as in attention-1pass:bert"}});
  }
  return einsum::readCascade(*document, cascade->string(), model.parameters, settings);
}

/// A cascade of the sizes of a model, both given; the problems of both files at once.
core::Expected<einsum::Cascade> loadPair(const Reference& reference,
                                         const core::Settings& settings) {
  const auto model = readFile(findModel(reference.model)).and_then([&](const config::Node& node) {
    return readModel(node, settings);
  });
  auto cascade = loadWith(findWorkload(reference.first), model.value_or(Model{}), settings);
  if (model) {
    return cascade;
  }
  core::Problems problems = model.error();
  if (!cascade) {
    problems.insert(problems.end(), cascade.error().begin(), cascade.error().end());
  }
  return core::failure(std::move(problems));
}

std::string shapeOf(const einsum::Tensor& tensor) {
  std::string out;
  for (std::size_t i = 0; i < tensor.ranks.size(); ++i) {
    out += fmt::format("{}{}={}", i == 0 ? "" : ", ", tensor.ranks[i], tensor.shape[i]);
  }
  return out;
}

std::string maskOf(const einsum::Constraint& constraint) {
  const einsum::Index sum{constraint.terms, constraint.constant, {}, {}};
  return fmt::format("{} >= 0", einsum::toText(sum));
}

} // namespace

core::Expected<einsum::Cascade> load(const std::string& reference, const core::Settings& settings) {
  const Reference parts = split(reference);
  if (!parts.model.empty()) {
    return loadPair(parts, settings);
  }
  const auto file = findWorkload(parts.first);
  const auto document = readFile(file);
  if (!document) {
    return core::failure(document.error());
  }
  if (!isModel(*document)) {
    return einsum::readCascade(*document, file->string(), {}, settings);
  }
  const auto model = readModel(*document, settings);
  if (!model) {
    return core::failure(model.error());
  }
  return loadWith(findWorkload(model->cascade), *model, settings);
}

core::Expected<Files> filesOf(const std::string& reference) {
  const Reference parts = split(reference);
  auto file = findWorkload(parts.first);
  if (!file) {
    return core::failure(file.error());
  }
  if (!parts.model.empty()) {
    return findModel(parts.model).map([&](const fs::path& model) { return Files{*file, model}; });
  }
  const auto document = readFile(file);
  if (!document) {
    return core::failure(document.error());
  }
  if (!isModel(*document)) {
    return Files{*file, std::nullopt};
  }
  return readModel(*document, {}).and_then([&](const Model& model) {
    return findWorkload(model.cascade).map([&](const fs::path& cascade) {
      return Files{cascade, *file};
    });
  });
}

std::vector<Entry> list() {
  std::vector<Entry> out;
  for (const std::string& name : config::names(root())) {
    const auto document = readFile(findWorkload(name));
    if (document && document->find("trace") != nullptr) {
      continue; // requests for whole models: workloads/trace
    }
    const auto* summary = document ? document->find("summary") : nullptr;
    out.push_back({name, summary == nullptr ? "" : summary->scalar});
  }
  return out;
}

std::string describe(const einsum::Cascade& cascade) {
  std::string out = fmt::format("{}: {}\n\nparameters\n", cascade.name(), cascade.summary());
  for (const einsum::Parameter& parameter : cascade.parameters()) {
    out += fmt::format("  {:<4} {:>10}{}\n", parameter.name, parameter.value,
                       parameter.derived ? " = " + parameter.expression : "");
  }
  out += "\ntensors\n";
  for (const einsum::Tensor& tensor : cascade.tensors()) {
    out += fmt::format("  {:<5} {:<6} {:>2} bit  [{}]\n", tensor.name,
                       tensor.input    ? "input"
                       : tensor.result ? "result"
                                       : "",
                       tensor.bits, shapeOf(tensor));
  }
  out += "\nEinsums\n";
  for (const einsum::Einsum& einsum : cascade.einsums()) {
    out += fmt::format("  {}{}\n", einsum.text, einsum.view ? "   (view)" : "");
    for (std::size_t i = 0; i < einsum.masks; ++i) {
      out += fmt::format("    where {}\n", maskOf(einsum.domain[i]));
    }
  }
  return out;
}

} // namespace einsight::workloads
