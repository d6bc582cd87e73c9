#include "workloads/detail/hugging_face_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace einsight::workloads::detail {

using nlohmann::json;

const json* Config::find(Keys keys) const {
  for (const auto* key : keys) {
    if (const auto found = content_.find(key); found != content_.end() && !found->is_null()) {
      return &*found;
    }
  }
  return nullptr;
}

std::int64_t Config::whole(Keys keys, std::int64_t least) {
  if (const auto* value = find(keys)) {
    return checked(*value, *keys.begin(), least);
  }
  std::string others;
  for (const auto* key = keys.begin() + 1; key != keys.end(); ++key) {
    others += fmt::format("{}'{}'", others.empty() ? "or " : ", ", *key);
  }
  problem(*keys.begin(), "this size is missing", others);
  return 1;
}

std::int64_t Config::wholeOr(Keys keys, std::int64_t fallback) {
  const auto* value = find(keys);
  return value == nullptr ? fallback : checked(*value, *keys.begin(), 0);
}

std::string Config::text(Keys keys) const {
  const auto* value = find(keys);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool Config::flagOr(Keys keys, bool fallback) const {
  const auto* value = find(keys);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : fallback;
}

void Config::problem(const std::string& key, std::string what, std::string help) {
  problems_.push_back({{file_, 0, 0, prefix_ + key}, std::move(what), std::move(help)});
}

std::int64_t Config::checked(const json& value, const char* key, std::int64_t least) {
  constexpr double kMost = 1e12;
  const double number = value.is_number_integer() ? value.get<double>() : -1;
  if (number >= static_cast<double>(least) && number < kMost) {
    return value.get<std::int64_t>();
  }
  problem(key, fmt::format("'{}' is not a size", value.dump()),
          least > 0 ? "a whole number from 1 on" : "a whole number");
  return 1;
}

core::Expected<json> parseJson(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::error_code error;
  if (!stream || !std::filesystem::is_regular_file(file, error)) {
    return core::failure({{{file.string(), 0, 0, {}}, "cannot read the file", {}}});
  }
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  try {
    auto content = json::parse(text);
    if (content.is_object()) {
      return content;
    }
    return core::failure(
        {{{file.string(), 1, 1, {}}, "this is no config.json of a model", "a JSON object"}});
  } catch (const json::parse_error& wrong) {
    const auto before = text.substr(0, wrong.byte > 0 ? wrong.byte - 1 : 0);
    const auto line = 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const auto start = before.rfind('\n');
    const auto column = before.size() - (start == std::string::npos ? 0 : start + 1) + 1;
    return core::failure({{{file.string(), line, static_cast<int>(column), {}},
                           "this is not JSON",
                           "a config.json of the Hugging Face format"}});
  }
}

} // namespace einsight::workloads::detail
