#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "einsum/analysis.hpp"
#include "report/table.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/lengths.hpp"
#include "workloads/mechanism.hpp"
#include "workloads/transformer.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;
using report::Table;

struct Options {
  std::string workload;
  std::vector<std::string> settings;
};

/// Everything that is known about a workload before it meets a machine.
struct Analysis {
  std::vector<std::pair<std::string, std::map<std::string, std::int64_t>>> operations;
  std::map<std::string, int> passes;
  std::map<std::string, einsum::Footprint> footprints;
  double intensity = 0;
  std::optional<workloads::Mechanism> mechanism; ///< what the workload says about itself
  std::optional<workloads::Lengths> lengths;     ///< of sequences; all else is of padded ones
};

core::Expected<Analysis> analyze(const einsum::Cascade& cascade) {
  Analysis analysis;
  core::Problems problems;
  for (const auto& einsum : cascade.einsums()) {
    if (einsum.view) {
      continue;
    }
    if (auto operations = einsum::operations(cascade, einsum)) {
      analysis.operations.emplace_back(einsum.name, std::move(*operations));
    } else {
      problems.insert(problems.end(), operations.error().begin(), operations.error().end());
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  analysis.passes = einsum::passes(cascade);
  analysis.footprints = einsum::footprints(cascade);
  analysis.intensity = einsum::operationalIntensity(cascade);
  return analysis;
}

/// What a tensor is to the outside; "" for one between Einsums.
std::string roleOf(const einsum::Tensor& tensor) {
  return tensor.input ? "input" : tensor.result ? "result" : "";
}

std::string toJson(const std::string& workload, const einsum::Cascade& cascade,
                   const Analysis& analysis) {
  Json einsums = Json::array();
  for (const auto& [name, operations] : analysis.operations) {
    einsums.push_back({{"name", name}, {"ops", operations}});
  }
  Json tensors = Json::array();
  for (const auto& tensor : cascade.tensors()) {
    if (const auto found = analysis.footprints.find(tensor.name);
        found != analysis.footprints.end()) {
      const auto role = roleOf(tensor);
      tensors.push_back({{"name", tensor.name},
                         {"role", role.empty() ? Json(nullptr) : Json(role)},
                         {"elements", found->second.elements},
                         {"live_elements", found->second.liveElements},
                         {"bits", tensor.bits}});
    }
  }
  Json parameters = Json::object();
  for (const auto& parameter : cascade.parameters()) {
    parameters[parameter.name] = parameter.value;
  }
  Json out{{"workload", workload},          {"parameters", std::move(parameters)},
           {"passes", analysis.passes},     {"operational_intensity", analysis.intensity},
           {"einsums", std::move(einsums)}, {"tensors", std::move(tensors)}};
  if (const auto& about = analysis.mechanism) {
    out["mechanism"] = {{"title", about->title}, {"family", about->family},
                        {"idea", about->idea},   {"cache_per_token", about->cachePerToken},
                        {"state", about->state}, {"cache_bits", about->cacheBits}};
  }
  if (analysis.lengths) {
    out["lengths"] = analysis.lengths->values;
  }
  return out.dump(2) + "\n";
}

std::string lengthsText(const std::optional<workloads::Lengths>& lengths) {
  if (!lengths) {
    return {};
  }
  const auto& values = lengths->values;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return fmt::format("  {} sequences with {} from {} to {}; what follows is of all of them padded "
                     "to the {} given\n\n",
                     values.size(), lengths->of, *least, *most, lengths->of);
}

std::string mechanismText(const std::optional<workloads::Mechanism>& about) {
  if (!about) {
    return {};
  }
  std::string out = fmt::format(
      "  {}: {}\n  decoding keeps {:.6g} elements of {} bits per token of "
      "context and layer ({})",
      about->title, about->idea, about->cachePerToken, about->cacheBits, about->cacheText);
  if (about->state > 0) {
    out += fmt::format(", and {} per sequence ({})", core::formatLarge(about->state),
                       about->stateText);
  }
  return out + "\n\n";
}

std::string toText(const einsum::Cascade& cascade, const Analysis& analysis,
                   const report::Style& style) {
  Table operations(
      {{"Einsum", Table::Align::Left}, {"operator", Table::Align::Left}, {"operations"}, {""}});
  for (const auto& [name, counts] : analysis.operations) {
    for (const auto& [op, count] : counts) {
      operations.row(
          {name, op, core::formatCount(count), core::formatLarge(static_cast<double>(count))});
    }
  }
  Table tensors({{"tensor", Table::Align::Left},
                 {"role", Table::Align::Left},
                 {"elements"},
                 {"live elements"},
                 {"live bytes"}});
  for (const auto& tensor : cascade.tensors()) {
    const auto found = analysis.footprints.find(tensor.name);
    if (found == analysis.footprints.end()) {
      continue;
    }
    const auto& [elements, live] = found->second;
    tensors.row({tensor.name, roleOf(tensor), core::formatCount(elements), core::formatCount(live),
                 core::formatBytes(static_cast<double>(live) * tensor.bits / 8)});
  }
  Table passes({{"rank", Table::Align::Left}, {"passes"}});
  for (const auto& [rank, count] : analysis.passes) {
    passes.row({rank, fmt::format("{}", count)});
  }
  return report::bold(fmt::format("{}: {}", cascade.name(), cascade.summary()), style) + "\n\n" +
         mechanismText(analysis.mechanism) + lengthsText(analysis.lengths) +
         operations.render(style) + "\n" + tensors.render(style) + "\n" + passes.render(style) +
         fmt::format("\n  operational intensity {:.4g} operations per byte, with every input read "
                     "and every result written once\n",
                     analysis.intensity);
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  const auto settings = readSettings(options.settings);
  if (!settings) {
    return core::failure(settings.error());
  }
  if (!settings->machine.empty() || !settings->mapping.empty()) {
    return core::failure({{{{}, 0, 0, "--set"},
                           "analyze knows neither machine nor mapping",
                           "set parameters of the workload, such as L=4K"}});
  }
  const auto cascade = workloads::load(options.workload, settings->workload);
  if (!cascade) {
    return core::failure(cascade.error());
  }
  const auto model = workloads::isTransformer(options.workload)
                         ? workloads::loadTransformer(options.workload)
                         : core::Expected<workloads::Transformer>(core::failure({}));
  auto mechanism = workloads::mechanismOf(options.workload, *cascade);
  if (!mechanism) {
    return core::failure(std::move(mechanism.error()));
  }
  auto lengths = workloads::lengthsOf(options.workload, *cascade);
  if (!lengths) {
    return core::failure(std::move(lengths.error()));
  }
  return analyze(*cascade).map([&](Analysis analysis) {
    analysis.mechanism = std::move(*mechanism);
    analysis.lengths = std::move(*lengths);
    const auto whole =
        model ? workloads::describe(*model) + "\none layer's attention\n" : std::string();
    return Answer{whole + toText(*cascade, analysis, stdoutStyle()),
                  withProvenance(toJson(options.workload, *cascade, analysis), app),
                  false,
                  {}};
  });
}

} // namespace

Work addAnalyze(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("-w,--workload", given->workload, "name, CASCADE:MODEL or file")->required();
  options.add_option("--set", given->settings, "L=4K")->delimiter(',');
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
