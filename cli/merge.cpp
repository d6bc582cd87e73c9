#include "cli/command.hpp"
#include "cli/output_file.hpp"
#include "cli/sweep/report.hpp"
#include "results/store.hpp"

#include <CLI/CLI.hpp>

namespace einsight::cli {
namespace {

struct Options {
  std::string output, csv;
  std::vector<std::string> shards;
  bool overwrite = false;
};

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  if (auto problems = checkOutputs(app, {"--output", "--csv", "--json"}); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto whole = results::merge(options.output, options.shards, options.overwrite);
  if (!whole) {
    return core::failure(whole.error());
  }
  return sweepAnswer(*whole, options.output, app);
}

} // namespace

Work addMerge(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("shards", given->shards, "databases of parts of one sweep")->required();
  options.add_option("-o,--output", given->output, "database of the whole")
      ->required()
      ->type_name("FILE");
  options.add_flag("--overwrite", given->overwrite, "replace a database that is there");
  options.add_option("--csv", given->csv, "write every point to FILE")->type_name("FILE");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
