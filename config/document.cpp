#include "config/detail/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <sstream>

namespace einsight::config {
namespace {

constexpr std::size_t kLargestText = std::size_t{16} << 20U;
constexpr int kDeepest = 64;
constexpr int kMostNodes = 1'000'000; // aliases count each time they are used

/// Ends the conversion of a document at its first problem.
struct Refused {
  core::Problem problem;
};

core::Where placeOf(const YAML::Mark& mark, const std::string& file, std::string path) {
  return mark.is_null() ? core::Where{file, 1, 1, std::move(path)}
                        : core::Where{file, mark.line + 1, mark.column + 1, std::move(path)};
}

/// A document as yaml-cpp tells it, value by value. An alias is the value that it names once more.
class Tree : public YAML::EventHandler {
public:
  struct Value {
    Node::Kind kind = Node::Kind::Null;
    YAML::Mark mark = YAML::Mark::null_mark();
    std::string scalar{};
    bool quoted = false;
    std::vector<std::size_t> parts{}; ///< items, or keys and values in turns
  };

  /// The first one is the document's; an empty document has one that is null.
  [[nodiscard]] const Value& operator[](std::size_t index) const { return values_[index]; }

  void OnDocumentStart(const YAML::Mark&) override { values_.clear(); }
  void OnDocumentEnd() override {
    if (values_.empty()) {
      values_.emplace_back();
    }
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({Node::Kind::Null, mark}, anchor);
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override { attach(anchors_.at(anchor)); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add({Node::Kind::Scalar, mark, value, tag == "!"}, anchor); // the tag of what is not plain
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back(add({Node::Kind::Sequence, mark}, anchor));
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back(add({Node::Kind::Map, mark}, anchor));
  }
  void OnMapEnd() override { open_.pop_back(); }

private:
  std::size_t add(Value value, YAML::anchor_t anchor) {
    const auto index = values_.size();
    values_.push_back(std::move(value));
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = index;
    }
    attach(index);
    return index;
  }
  void attach(std::size_t index) {
    if (!open_.empty()) {
      values_[open_.back()].parts.push_back(index);
    }
  }

  std::vector<Value> values_;
  std::vector<std::size_t> open_; ///< sequences and maps around the next value
  std::map<YAML::anchor_t, std::size_t> anchors_;
};

/// Values of a document as a Node tree.
class Converter {
public:
  Converter(const Tree& tree, const std::string& file) : tree_(tree), file_(file) {}

  Node convert(std::size_t index, std::string path, int depth) {
    const auto& source = tree_[index];
    Node node;
    node.where = placeOf(source.mark, file_, std::move(path));
    if (depth > kDeepest) {
      throw Refused{{node.where, fmt::format("nested deeper than {} levels", kDeepest),
                     "does an alias contain itself?"}};
    }
    if (++nodes_ > kMostNodes) {
      throw Refused{{node.where, fmt::format("the file has more than {} values", kMostNodes),
                     "aliases count each time they are used"}};
    }
    node.kind = source.kind;
    node.scalar = source.scalar;
    node.quoted = source.quoted;
    if (source.kind == Node::Kind::Sequence) {
      convertItems(source, node, depth);
    } else if (source.kind == Node::Kind::Map) {
      convertEntries(source, node, depth);
    }
    return node;
  }

private:
  void convertItems(const Tree::Value& source, Node& node, int depth) {
    for (const auto item : source.parts) {
      auto path = fmt::format("{}[{}]", node.where.path, node.items.size());
      node.items.push_back(convert(item, std::move(path), depth + 1));
    }
  }

  void convertEntries(const Tree::Value& source, Node& node, int depth) {
    const std::string prefix = node.where.path.empty() ? "" : node.where.path + ".";
    for (std::size_t part = 0; part + 1 < source.parts.size(); part += 2) {
      const auto& named = tree_[source.parts[part]];
      if (named.kind != Node::Kind::Scalar) {
        throw Refused{
            {placeOf(named.mark, file_, node.where.path), "a key must be a plain value", ""}};
      }
      Node key;
      key.kind = Node::Kind::Scalar;
      key.scalar = named.scalar;
      key.where = placeOf(named.mark, file_, prefix + key.scalar);
      Node value = convert(source.parts[part + 1], prefix + key.scalar, depth + 1);
      if (value.kind == Node::Kind::Null) { // yaml-cpp puts it at whatever comes next
        value.where = key.where;
      }
      node.entries.emplace_back(std::move(key), std::move(value));
    }
  }

  const Tree& tree_;
  const std::string& file_;
  int nodes_ = 0;
};

/// Remembers where a document's content begins, and nothing else.
class Beginning : public YAML::EventHandler {
public:
  std::optional<YAML::Mark> mark;

  void OnDocumentStart(const YAML::Mark&) override { mark.reset(); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& at, YAML::anchor_t) override { note(at); }
  void OnAlias(const YAML::Mark& at, YAML::anchor_t) override { note(at); }
  void OnScalar(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                const std::string&) override {
    note(at);
  }
  void OnSequenceStart(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    note(at);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& at, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    note(at);
  }
  void OnMapEnd() override {}

private:
  void note(const YAML::Mark& at) { mark = mark.value_or(at); }
};

/// Where a second document begins, after the first was handled. YAML::LoadAll never comes back from
/// text like ",", of which yaml-cpp makes empty documents without end.
std::optional<YAML::Mark> secondDocument(YAML::Parser& parser) {
  Beginning beginning;
  if (!parser.HandleNextDocument(beginning)) {
    return std::nullopt;
  }
  return beginning.mark.value_or(YAML::Mark::null_mark());
}

tl::unexpected<core::Problems> refuse(core::Problem problem) {
  return core::failure({std::move(problem)});
}

/// YAML is printable text. yaml-cpp would take such bytes for the end of the file (4), or never
/// come back (0).
std::optional<core::Problem> controlCharacter(const std::string& text, const std::string& name) {
  core::Where where{name, 1, 1, ""};
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if ((code < 0x20 && c != '\t' && c != '\n' && c != '\r') || code == 0x7f) {
      return core::Problem{where, fmt::format("control character 0x{:02x}", code),
                           "write the file as UTF-8 text"};
    }
    where.column = c == '\n' ? 1 : where.column + 1;
    where.line += c == '\n' ? 1 : 0;
  }
  return std::nullopt;
}

} // namespace

core::Expected<Node> readDocument(const std::string& text, const std::string& name) {
  if (text.size() > kLargestText) {
    return refuse({{name, 0, 0, ""}, "the file is larger than 16 MiB", ""});
  }
  if (auto problem = controlCharacter(text, name)) {
    return refuse(std::move(*problem));
  }
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Tree tree;
    if (!parser.HandleNextDocument(tree)) {
      tree.OnDocumentEnd();
    } else if (const auto second = secondDocument(parser)) {
      return refuse({placeOf(*second, name, ""), "a second document begins here",
                     "write one document per file, without '---' between"});
    }
    auto root = Converter(tree, name).convert(0, "", 0);
    if (root.kind == Node::Kind::Null) {
      root.where = {name, 1, 1, ""};
    }
    return root;
  } catch (const Refused& refused) {
    return refuse(refused.problem);
  } catch (const YAML::Exception& error) {
    return refuse({placeOf(error.mark, name, ""), "not valid YAML: " + error.msg, ""});
  }
}

} // namespace einsight::config
