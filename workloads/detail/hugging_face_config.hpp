#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>

namespace einsight::workloads::detail {

/// Names of one number in the files of different programs; the first is for messages.
using Keys = std::initializer_list<const char*>;

/// A config.json of the Hugging Face format, read key by key; every mistake is recorded.
class Config {
public:
  /// `prefix`: of the paths of its keys.
  Config(const nlohmann::json& content, std::string file, std::string prefix)
      : content_(content), file_(std::move(file)), prefix_(std::move(prefix)) {}

  /// The value of the first of the keys that is there; null where none is.
  [[nodiscard]] const nlohmann::json* find(Keys keys) const;
  [[nodiscard]] bool has(Keys keys) const { return find(keys) != nullptr; }
  /// The size under the first of the keys that is there, not below `least`; a problem, and 1, where
  /// none is.
  std::int64_t whole(Keys keys, std::int64_t least = 1);
  std::int64_t wholeOr(Keys keys, std::int64_t fallback);
  [[nodiscard]] std::string text(Keys keys) const;
  [[nodiscard]] bool flagOr(Keys keys, bool fallback) const;
  void problem(const std::string& key, std::string what, std::string help);
  core::Problems take() { return std::move(problems_); }

private:
  std::int64_t checked(const nlohmann::json& value, const char* key, std::int64_t least);

  const nlohmann::json& content_;
  std::string file_, prefix_;
  core::Problems problems_;
};

/// The object that a JSON file holds. A mistake is told where the file stops being JSON.
core::Expected<nlohmann::json> parseJson(const std::filesystem::path& file);

} // namespace einsight::workloads::detail
