#include "cli/command_line.hpp"

#include "report/shell.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kOutputs{"--json", "--csv", "--vcd", "--trace", "--svg"};

std::string nameOf(const CLI::Option& option) {
  return option.get_lnames().empty() ? "-" + option.get_snames().front()
                                     : "--" + option.get_lnames().front();
}

bool isOutput(const CLI::Option& option) {
  return std::find(kOutputs.begin(), kOutputs.end(), nameOf(option)) != kOutputs.end();
}

/// What --set gave, name by name; a text without "=" is no setting.
Json settingsOf(const CLI::Option& option) {
  Json settings = Json::object();
  for (const auto& text : option.results()) {
    if (const auto equals = text.find('='); equals != std::string::npos) {
      settings[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  return settings;
}

} // namespace

std::string commandLine(const CLI::App& command) {
  std::string positional, options;
  for (const auto* option : command.get_options()) {
    if (option->empty()) {
      continue;
    }
    if (option->get_positional()) {
      for (const auto& word : option->results()) {
        positional += " " + report::shellWord(word);
      }
      continue;
    }
    if (isOutput(*option)) {
      continue;
    }
    const auto name =
        option->get_snames().empty() ? nameOf(*option) : "-" + option->get_snames().front();
    options += " " + name;
    if (option->get_items_expected_max() == 0) {
      continue;
    }
    std::string values;
    for (const auto& word : option->results()) {
      values += (values.empty() ? "" : ",") + word;
    }
    options += " " + report::shellWord(values);
  }
  return "einsight " + command.get_name() + positional + options;
}

std::string withProvenance(const std::string& json, const CLI::App& command) {
  auto answer = Json::parse(json);
  auto& provenance = answer["provenance"];
  provenance["version"] = EINSIGHT_VERSION;
  provenance["command"] = commandLine(command);
  if (const auto* option = command.get_option_no_throw("--set");
      option != nullptr && !option->empty()) {
    provenance["settings"] = settingsOf(*option);
  }
  return answer.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace einsight::cli
