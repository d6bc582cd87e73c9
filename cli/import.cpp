#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "core/text.hpp"
#include "workloads/hugging_face.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

struct Options {
  std::string format, file, output;
};

nlohmann::ordered_json toJson(const workloads::Transformer& model) {
  return {{"model", model.name},
          {"layers", model.layers},
          {"hidden", model.hidden},
          {"parameters", workloads::parameters(model)},
          {"active_parameters", workloads::activeParameters(model)},
          {"weight_bytes", workloads::weightBytes(model)},
          {"kv_bytes_per_token", workloads::keyBytesPerToken(model)}};
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  auto problems = checkOutputs(app, {"--output", "--json"});
  if (options.format != "hf") {
    problems.push_back({{},
                        fmt::format("there is no format '{}' to import", options.format),
                        core::suggestion(options.format, {"hf"})});
  }
  auto model = workloads::readHuggingFace(options.file);
  if (!model) {
    problems.insert(problems.end(), model.error().begin(), model.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  if (!options.output.empty()) {
    model->name = std::filesystem::path(options.output).stem().string();
  }
  const auto yaml = workloads::toYaml(*model);
  Answer answer{yaml, toJson(*model).dump(2) + "\n", false, {}};
  if (!options.output.empty()) {
    answer.text = workloads::describe(*model);
    answer.files.emplace_back(options.output, yaml);
  }
  return answer;
}

} // namespace

Work addImport(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("format", given->format, "hf: config.json of the Hugging Face format")
      ->required();
  options.add_option("file", given->file, "what to read")->required();
  options.add_option("-o,--output", given->output, "write the workload to FILE, else to stdout")
      ->type_name("FILE");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
