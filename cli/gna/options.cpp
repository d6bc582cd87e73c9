#include "cli/gna/options.hpp"

#include "cli/settings.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::cli {
namespace {

namespace gna = mappings::gna;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kTypes{
    {{"fp16", 16}, {"bf16", 16}, {"fp8", 8}, {"fp32", 32}}};

} // namespace

gna::Shape GnaReader::shape(const std::string& name) {
  const auto found = options_.shapes.find(name);
  if (found == options_.shapes.end() || found->second.empty()) {
    return {};
  }
  const auto read = gna::readShape(found->second);
  if (!read) {
    report(name, fmt::format("'{}' is not a shape", found->second),
           "one whole number per axis, as in 30x48x80");
    unread_ = true;
  }
  return read.value_or(gna::Shape{});
}

std::int64_t GnaReader::count(const std::string& name, const std::string& text, std::int64_t low,
                              std::int64_t high) {
  const auto read = gna::readShape(text);
  if (!read || read->size() != 1 || read->front() < low || read->front() > high) {
    report(name, fmt::format("'{}' is not a whole number from {} to {}", text, low, high), {});
    return low;
  }
  return read->front();
}

std::size_t GnaReader::choice(const std::string& name, const std::string& text,
                              const std::vector<std::string>& known) {
  const auto found = std::find(known.begin(), known.end(), text);
  if (found == known.end()) {
    report(name, fmt::format("there is no '{}'", text), core::suggestion(text, known));
    return 0;
  }
  return static_cast<std::size_t>(found - known.begin());
}

gna::Heads GnaReader::heads() {
  constexpr std::int64_t kMost = 1 << 20;
  gna::Heads heads;
  heads.batch = count("batch", options_.batch, 1, kMost);
  heads.heads = count("heads", options_.heads, 1, kMost);
  heads.kvHeads =
      options_.kvHeads.empty() ? heads.heads : count("kv-heads", options_.kvHeads, 1, heads.heads);
  heads.headDim = count("head-dim", options_.headDim, 1, kMost);
  std::vector<std::string> types;
  for (const auto& [type, bits] : kTypes) {
    types.emplace_back(type);
  }
  heads.bits = kTypes.at(choice("dtype", options_.type, types)).second;
  return heads;
}

void GnaReader::report(const std::string& option, std::string what, std::string help) {
  problems.push_back({gna::optionPlace(option), std::move(what), std::move(help)});
}
void GnaReader::checkTarget() {
  const auto settings = readSettings(options_.settings, {options_.machine});
  if (!settings) {
    problems.insert(problems.end(), settings.error().begin(), settings.error().end());
  }
  if (!settings || !options_.machine.empty()) {
    return;
  }
  if (!settings->machine.empty() || !settings->mapping.empty()) {
    report("set", "arch. and mapping. go with --arch", "name a GPU: -a b200");
  }
  if (!options_.mapping.empty()) {
    report("mapping", "goes with --arch", "name a GPU: -a b200");
  }
}

} // namespace einsight::cli
