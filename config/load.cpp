#include "config/catalogue.hpp"
#include "config/detail/document.hpp"
#include "config/detail/memory.hpp"
#include "config/scalar.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace einsight::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersionHelp = "write 'version: 1' at the top of the file";

/// Everything that stays the same while a chain of `extends:` is followed.
struct Chain {
  const std::vector<fs::path>& catalogue;
  std::vector<fs::path> files; ///< from the file asked for to the one being read
};

core::Expected<std::string> readText(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return core::failure({{{file.string(), 0, 0, ""}, "no such file", ""}});
  }
  constexpr std::uintmax_t kTooLarge = (std::uintmax_t{16} << 20U) + 1;
  const auto size = std::min(fs::file_size(file, error), kTooLarge); // refused when it is parsed
  std::ifstream stream(file, std::ios::binary);
  std::string text(size, '\0');
  if (error || !stream.read(text.data(), static_cast<std::streamsize>(size))) {
    return core::failure({{{file.string(), 0, 0, ""}, "the file cannot be read", ""}});
  }
  return text;
}

/// Takes a key out of a map; null when it is not there.
std::optional<Node> take(Node& map, std::string_view key) {
  const auto entry = std::ranges::find_if(
      map.entries, [&](const auto& candidate) { return candidate.first.scalar == key; });
  if (entry == map.entries.end()) {
    return std::nullopt;
  }
  Node value = std::move(entry->second);
  map.entries.erase(entry);
  return value;
}

void checkVersion(Node& root, core::Problems& problems) {
  const auto version = take(root, "version");
  if (!version) {
    core::Where where = root.where;
    where.path = "version";
    problems.push_back({where, "required key is missing", std::string(kVersionHelp)});
  } else if (version->scalar != "1") {
    report(*version,
           version->kind == Node::Kind::Scalar ? "unknown version '" + version->scalar + "'"
                                               : "expected 1",
           std::string(kVersionHelp), problems);
  }
}

core::Expected<Node> readLayers(const std::string& text, const fs::path& file, Chain& chain);

std::string cycleText(const Chain& chain, const fs::path& again) {
  std::string text = "extends itself: ";
  for (auto file = std::ranges::find(chain.files, again); file != chain.files.end(); ++file) {
    text += file->filename().string() + " -> ";
  }
  return text + again.filename().string();
}

/// The file that `extends:` means: a path relative to the file it stands in, or a catalogue name.
core::Expected<fs::path> baseFile(const std::string& target, const fs::path& file,
                                  const Chain& chain) {
  std::error_code error;
  const fs::path beside = (file.parent_path() / target).lexically_normal();
  if (!target.empty() && fs::is_regular_file(beside, error)) {
    return beside;
  }
  return find(target, chain.catalogue, "file");
}

core::Expected<Node> readBase(const Node& extends, const fs::path& file, Chain& chain) {
  core::Problems problems;
  const auto target = text(extends, problems);
  if (!target) {
    return core::failure(std::move(problems));
  }
  const auto found = baseFile(*target, file, chain);
  if (!found) {
    for (const auto& problem : found.error()) {
      report(extends, problem.what, problem.help, problems);
    }
    return core::failure(std::move(problems));
  }
  std::error_code error;
  const fs::path base = fs::weakly_canonical(*found, error);
  if (std::ranges::find(chain.files, base) != chain.files.end()) {
    report(extends, cycleText(chain, base), "", problems);
    return core::failure(std::move(problems));
  }
  const auto content = readText(*found);
  if (!content) {
    return core::failure(content.error());
  }
  chain.files.push_back(base);
  auto node = readLayers(*content, *found, chain);
  chain.files.pop_back();
  return node;
}

core::Expected<Node> readLayers(const std::string& text, const fs::path& file, Chain& chain) {
  auto root = readDocument(text, file.string());
  core::Problems problems;
  if (!root) {
    return root;
  }
  if (root->kind != Node::Kind::Null && !expectKind(*root, Node::Kind::Map, problems)) {
    return core::failure(std::move(problems));
  }
  root->kind = Node::Kind::Map;
  checkVersion(*root, problems);
  const auto extends = take(*root, "extends");
  auto base = extends ? readBase(*extends, file, chain) : core::Expected<Node>(Node{});
  if (!base) {
    problems.insert(problems.end(), base.error().begin(), base.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return config::overlay(std::move(*base), std::move(*root));
}

} // namespace

Node overlay(Node base, Node above) {
  if (base.kind != Node::Kind::Map || above.kind != Node::Kind::Map) {
    return above;
  }
  base.where = above.where;
  std::set<std::string> seen; // a key that is given twice stays twice, for the reader to report
  for (auto& [key, value] : above.entries) {
    const auto old = std::ranges::find_if(
        base.entries, [&](const auto& entry) { return entry.first.scalar == key.scalar; });
    const bool repeated = !seen.insert(key.scalar).second;
    if (repeated || old == base.entries.end()) {
      base.entries.emplace_back(std::move(key), std::move(value));
    } else if (value.kind == Node::Kind::Null) {
      base.entries.erase(old);
    } else {
      old->first = std::move(key);
      old->second = config::overlay(std::move(old->second), std::move(value));
    }
  }
  return base;
}

core::Expected<Node> load(const fs::path& file, const std::vector<fs::path>& catalogue) {
  return detail::memories().documents.get(
      detail::keyOf(file.native(), catalogue), [&]() -> core::Expected<Node> {
        const auto text = readText(file);
        if (!text) {
          return core::failure(text.error());
        }
        std::error_code error;
        Chain chain{catalogue, {fs::weakly_canonical(file, error)}};
        return readLayers(*text, file, chain);
      });
}

core::Expected<Node> parse(const std::string& text, const std::string& name) {
  const std::vector<fs::path> noCatalogue;
  std::error_code error;
  Chain chain{noCatalogue, {fs::weakly_canonical(name, error)}};
  return readLayers(text, name, chain);
}

core::Expected<Node> loadAlone(const fs::path& file) {
  return readText(file).and_then(
      [&](const std::string& text) { return readDocument(text, file.string()); });
}

} // namespace einsight::config
