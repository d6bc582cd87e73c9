#include "config/catalogue.hpp"

#include "config/catalogue_place.hpp"
#include "config/detail/memory.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

namespace einsight::config {
namespace {

namespace fs = std::filesystem;

/// Every YAML file in a folder and below, in the order of their paths. Unreadable folders are
/// empty.
detail::NamedFiles listFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  const auto skip = fs::directory_options::skip_permission_denied;
  fs::recursive_directory_iterator entry(folder, skip, error);
  for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().extension() == ".yaml" && entry->is_regular_file(ignored)) {
      files.push_back(entry->path());
    }
  }
  std::ranges::sort(files);
  detail::NamedFiles named;
  for (auto& file : files) {
    auto name = file.stem().string();
    named.emplace_back(std::move(name), std::move(file));
  }
  return named;
}

std::shared_ptr<const detail::NamedFiles> yamlFiles(const fs::path& folder) {
  return detail::memories().files.get(folder.native(), [&] {
    return std::make_shared<const detail::NamedFiles>(listFiles(folder));
  });
}

bool isBareName(const std::string& text) {
  return text.find('/') == std::string::npos && fs::path(text).extension() != ".yaml";
}

tl::unexpected<core::Problems> refuse(std::string what, std::string help) {
  return core::failure({{{}, std::move(what), std::move(help)}});
}

core::Expected<fs::path> findPath(const std::string& path, std::string_view kindOfThing) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) {
    return fs::path(path);
  }
  return refuse(fmt::format("unknown {} '{}'", kindOfThing, path),
                fs::is_directory(path, error) ? "that is a folder; give a file in it"
                                              : "there is no such file");
}

/// Folders of the catalogue, and what the names in them are.
struct Shelf {
  const char* folder;
  const char* thing;
};
constexpr std::array kShelves{Shelf{"workloads", "workload"}, Shelf{"arch/machines", "machine"},
                              Shelf{"mappings", "mapping"}};

/// What a name of the catalogue is that was given for something else: "that is a machine".
std::string otherThing(const std::string& name, const std::vector<fs::path>& folders) {
  const auto root = catalogueRoot();
  for (const auto& shelf : kShelves) {
    const auto place = root / shelf.folder;
    const auto files = yamlFiles(place);
    if (std::ranges::find(folders, place) == folders.end() &&
        std::ranges::any_of(*files, [&](const auto& file) { return file.first == name; })) {
      return fmt::format("that is a {}", shelf.thing);
    }
  }
  return {};
}

fs::path findRoot() {
  const char* chosen = std::getenv("EINSIGHT_CATALOGUE"); // NOLINT(concurrency-mt-unsafe)
  if (chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  const auto beside = program.parent_path().parent_path() / "share" / "einsight";
  return !error && fs::is_directory(beside, error) ? beside : fs::path(kCataloguePlace);
}

std::vector<std::string> findNames(const fs::path& folder) {
  std::vector<std::string> found;
  const auto files = yamlFiles(folder);
  for (const auto& [name, file] : *files) {
    found.push_back(name);
  }
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

core::Expected<fs::path> findFile(const std::string& nameOrPath,
                                  const std::vector<fs::path>& folders,
                                  std::string_view kindOfThing) {
  if (!isBareName(nameOrPath)) {
    return findPath(nameOrPath, kindOfThing);
  }
  std::vector<fs::path> matches;
  std::vector<std::string> known;
  for (const auto& folder : folders) {
    const auto files = yamlFiles(folder);
    for (const auto& [name, file] : *files) {
      known.push_back(name);
      if (name == nameOrPath && std::ranges::find(matches, file) == matches.end()) {
        matches.push_back(file);
      }
    }
  }
  if (matches.size() == 1) {
    return matches.front();
  }
  if (matches.size() > 1) {
    std::string paths;
    for (const auto& match : matches) {
      paths += (paths.empty() ? "" : ", ") + match.string();
    }
    return refuse(fmt::format("'{}' is the name of {} files", nameOrPath, matches.size()),
                  "write one of the paths: " + paths);
  }
  if (auto path = findPath(nameOrPath, kindOfThing)) {
    return path;
  }
  std::ranges::sort(known);
  auto other = otherThing(nameOrPath, folders);
  return refuse(fmt::format("unknown {} '{}'", kindOfThing, nameOrPath),
                other.empty() ? core::suggestion(nameOrPath, known) : std::move(other));
}

std::string hashNow(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code error;
  if (!stream || !fs::is_regular_file(file, error)) {
    return {};
  }
  std::uint64_t hash = 0xcbf29ce484222325U; // offset basis and prime of 64-bit FNV-1a
  std::array<char, 4096> block{};
  while (stream.read(block.data(), block.size()) || stream.gcount() > 0) {
    for (std::streamsize i = 0; i < stream.gcount(); ++i) {
      hash = (hash ^ static_cast<unsigned char>(block.at(static_cast<std::size_t>(i)))) *
             0x100000001b3U;
    }
  }
  return fmt::format("{:016x}", hash);
}

} // namespace

fs::path catalogueRoot() {
  return detail::memories().root.get({}, findRoot);
}

std::vector<std::string> names(const fs::path& folder) {
  return detail::memories().names.get(folder.native(), [&] { return findNames(folder); });
}

core::Expected<fs::path> find(const std::string& nameOrPath, const std::vector<fs::path>& folders,
                              std::string_view kindOfThing) {
  return detail::memories().found.get(
      detail::keyOf(nameOrPath + '\n' + std::string(kindOfThing), folders),
      [&] { return findFile(nameOrPath, folders, kindOfThing); });
}

std::string hashOfFile(const fs::path& file) {
  return detail::memories().hashes.get(file.native(), [&] { return hashNow(file); });
}

} // namespace einsight::config
