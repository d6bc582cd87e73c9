#pragma once
#include "config/node.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace einsight::config::detail {

/// Does a ReadOnce live?
bool remembering();

/// Answers by key, kept while a ReadOnce lives.
template <class Value>
class Memory {
public:
  /// What `make` gave the first time; without a ReadOnce, what it gives now.
  template <class Make>
  Value get(const std::string& key, const Make& make) {
    if (!remembering()) {
      return make();
    }
    {
      const std::scoped_lock lock(mutex_);
      if (const auto known = values_.find(key); known != values_.end()) {
        return known->second;
      }
    }
    auto made = make();
    const std::scoped_lock lock(mutex_);
    return values_.emplace(key, std::move(made)).first->second;
  }

  void clear() {
    const std::scoped_lock lock(mutex_);
    values_.clear();
  }

private:
  std::mutex mutex_;
  std::map<std::string, Value> values_;
};

/// Files by their names without ".yaml".
using NamedFiles = std::vector<std::pair<std::string, std::filesystem::path>>;

struct Memories {
  Memory<std::filesystem::path> root;
  Memory<core::Expected<Node>> documents;
  Memory<core::Expected<std::filesystem::path>> found;
  Memory<std::vector<std::string>> names;
  Memory<std::shared_ptr<const NamedFiles>> files; ///< per folder
  Memory<std::string> hashes;
};
/// Of this process.
Memories& memories();

/// A key of a text and folders.
std::string keyOf(const std::string& text, const std::vector<std::filesystem::path>& folders);

} // namespace einsight::config::detail
