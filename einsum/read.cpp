#include "einsum/read.hpp"

#include "config/reader.hpp"
#include "core/text.hpp"
#include "einsum/bind.hpp"
#include "einsum/check_einsum.hpp"
#include "einsum/parameters.hpp"
#include "einsum/read_tensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace einsight::einsum {
namespace {

/// Reads the parts of one document in the order in which they need each other.
class Reader {
public:
  Reader(const config::Node& document, std::string file, core::Problems& problems)
      : map_(document, problems), problems_(problems) {
    data_.file = std::move(file);
  }

  Cascade::Data read(const core::Settings& defaults, const core::Settings& settings) {
    data_.name = map_.text("workload").value_or("");
    data_.summary = map_.textOr("summary", "").value_or("");
    map_.optional("source");
    map_.optional("mechanism");  // what the library says about it: workloads/mechanism
    map_.optional("selections"); // how its index tensors are drawn: workloads/selections
    map_.optional("lengths");    // of the sequences of a batch: workloads/lengths
    readParameters(defaults, settings);
    readRanks();
    if (const auto* tensors = map_.mapIf("tensors")) {
      data_.tensors = readTensors(*tensors, data_, problems_);
    }
    const bool named = problems_.empty();
    readEinsums();
    complete_ = problems_.empty();
    if (named && !complete_ && !nameless_ && !data_.einsums.empty()) {
      const auto others = problemsBeside(data_, unbound_);
      problems_.insert(problems_.end(), others.begin(), others.end());
    }
    readMasks();
    readResults();
    map_.finish();
    return std::move(data_);
  }

  /// Whether every parameter, rank, tensor and Einsum was understood, so that checking the cascade
  /// as a whole finds the user's mistakes and not the consequences of earlier ones.
  [[nodiscard]] bool complete() const { return complete_; }

private:
  void readParameters(const core::Settings& defaults, const core::Settings& settings) {
    const config::Node none;
    const auto* map = map_.mapIf("parameters");
    data_.parameters = bindParameters(map == nullptr ? none : *map, defaults, settings, problems_);
    for (const Parameter& parameter : data_.parameters) {
      scope_.parameters.emplace(parameter.name, parameter.value);
    }
  }

  void readRanks() {
    const auto* map = map_.map("ranks");
    if (map == nullptr) {
      return;
    }
    for (const auto& [key, value] : map->entries) {
      const auto& name = key.scalar;
      if (name.empty() || std::islower(static_cast<unsigned char>(name.front())) == 0) {
        config::report(key, fmt::format("rank variable '{}' must begin with a small letter", name),
                       "capital names are parameters", problems_);
      } else if (isDeclared(name)) {
        config::report(key, fmt::format("rank variable '{}' given twice", name), {}, problems_);
      } else {
        const auto what = fmt::format("the size of '{}'", name);
        const auto size = sizeOf(value, data_.parameters, what, problems_);
        data_.sizes.emplace_back(name, size.value_or(1));
      }
    }
    scope_.sizes = data_.sizes;
  }

  [[nodiscard]] bool isDeclared(const std::string& name) const {
    return std::any_of(data_.sizes.begin(), data_.sizes.end(),
                       [&](const auto& size) { return size.first == name; });
  }

  void readEinsums() {
    const auto* list = map_.sequence("einsums");
    if (list == nullptr) {
      return;
    }
    if (list->items.empty()) {
      config::report(*list, "a cascade has at least one Einsum", {}, problems_);
    }
    for (const config::Node& item : list->items) {
      if (const auto text = sourceText(item)) {
        addEinsum(*text, nullptr);
      } else if (item.kind == config::Node::Kind::Map) {
        readEinsumMap(item);
      } else {
        nameless_ = true;
        config::report(item, "this is not an Einsum",
                       R"(write Z[m,n] = A[m,k] * B[k,n], or {einsum: "...", where: "m <= n"})",
                       problems_);
      }
    }
  }

  void readEinsumMap(const config::Node& item) {
    if (!item.entries.empty() && item.entries.front().first.scalar.find('=') != std::string::npos) {
      nameless_ = true;
      config::report(item, "this is not an Einsum",
                     R"(with a mask it stands in braces and quotes: {einsum: "...", where: "..."})",
                     problems_);
      return;
    }
    config::MapReader reader(item, problems_);
    reader.text("einsum");
    reader.optional("where");
    reader.finish();
    const auto* node = item.find("einsum");
    if (const auto text = node == nullptr ? std::nullopt : sourceText(*node)) {
      addEinsum(*text, item.find("where"));
    } else {
      nameless_ = true;
    }
  }

  void addEinsum(const SourceText& text, const config::Node* mask) {
    auto einsum = bindEinsum(text, scope_, problems_);
    if (!einsum) {
      const auto isPart = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
      const auto end = std::find_if_not(text.text.begin(), text.text.end(), isPart);
      nameless_ = nameless_ || end == text.text.begin();
      unbound_.emplace_back(text.text.begin(), end);
      return;
    }
    if (mask != nullptr) {
      addMask(*einsum, *mask);
    }
    data_.einsums.push_back(std::move(*einsum));
  }

  void addMask(Einsum& einsum, const config::Node& node) {
    if (const auto text = sourceText(node)) {
      const auto constraints = bindMask(*text, scope_, problems_);
      einsum.domain.insert(einsum.domain.end(), constraints.begin(), constraints.end());
      einsum.masks = einsum.domain.size();
    } else {
      config::report(node, "a mask is a text such as m <= p", {}, problems_);
    }
  }

  /// What the Einsums compute, also those that were not understood, which come last.
  [[nodiscard]] std::vector<std::string> computed() const {
    std::vector<std::string> names;
    for (const Einsum& einsum : data_.einsums) {
      names.push_back(einsum.name);
    }
    names.insert(names.end(), unbound_.begin(), unbound_.end());
    return names;
  }

  void readMasks() {
    const auto* masks = map_.mapIf("masks");
    if (masks == nullptr) {
      return;
    }
    const auto names = computed();
    for (const auto& [key, value] : masks->entries) {
      const auto found = std::find(names.begin(), names.end(), key.scalar);
      if (found == names.end()) {
        config::report(key, fmt::format("there is no Einsum '{}' to mask", key.scalar),
                       core::suggestion(key.scalar, names), problems_);
      } else if (const auto at = found - names.begin(); at < std::ssize(data_.einsums)) {
        addMask(data_.einsums[static_cast<std::size_t>(at)], value);
      }
    }
  }

  void readResults() {
    const auto* results = map_.sequenceIf("results");
    if (results == nullptr) {
      return;
    }
    const auto names = computed();
    for (const config::Node& item : results->items) {
      if (std::find(names.begin(), names.end(), item.scalar) == names.end()) {
        config::report(item, fmt::format("no Einsum computes the result '{}'", item.scalar),
                       core::suggestion(item.scalar, names), problems_);
      } else {
        markResult(item.scalar);
      }
    }
  }

  void markResult(const std::string& name) {
    auto found = std::find_if(data_.tensors.begin(), data_.tensors.end(),
                              [&](const Tensor& t) { return t.name == name; });
    if (found == data_.tensors.end()) {
      data_.tensors.emplace_back();
      data_.tensors.back().name = name;
      found = std::prev(data_.tensors.end());
    }
    found->result = true;
  }

  config::MapReader map_;
  core::Problems& problems_;
  Scope scope_;
  Cascade::Data data_;
  std::vector<std::string> unbound_; ///< outputs of Einsums that were not understood
  bool nameless_ = false;            ///< there is one whose output nobody knows
  bool complete_ = false;
};

} // namespace

core::Expected<Cascade> readCascade(const config::Node& document, const std::string& file,
                                    const core::Settings& defaults,
                                    const core::Settings& settings) {
  core::Problems problems;
  Reader reader(document, file, problems);
  Cascade::Data data = reader.read(defaults, settings);
  if (!reader.complete()) {
    return core::failure(std::move(problems));
  }
  auto cascade = check(std::move(data));
  if (!cascade) {
    problems.insert(problems.end(), cascade.error().begin(), cascade.error().end());
  }
  return problems.empty() ? std::move(cascade) : core::failure(std::move(problems));
}

core::Expected<Cascade> readCascade(const std::filesystem::path& file,
                                    const core::Settings& settings,
                                    const std::vector<std::filesystem::path>& catalogue) {
  const auto document = config::load(file, catalogue);
  if (!document) {
    return core::failure(document.error());
  }
  return readCascade(*document, file.string(), {}, settings);
}

core::Expected<Cascade> parseCascade(const std::string& yaml, const std::string& name,
                                     const core::Settings& settings) {
  const auto document = config::parse(yaml, name);
  if (!document) {
    return core::failure(document.error());
  }
  return readCascade(*document, name, {}, settings);
}

} // namespace einsight::einsum
