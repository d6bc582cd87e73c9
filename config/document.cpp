#include "config/detail/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

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

/// yaml-cpp's tree as a Node tree.
class Converter {
public:
  explicit Converter(const std::string& file) : file_(file) {}

  Node convert(const YAML::Node& source, std::string path, int depth) {
    Node node;
    node.where = placeOf(source.Mark(), file_, std::move(path));
    if (depth > kDeepest) {
      throw Refused{{node.where, fmt::format("nested deeper than {} levels", kDeepest),
                     "does an alias contain itself?"}};
    }
    if (++nodes_ > kMostNodes) {
      throw Refused{{node.where, fmt::format("the file has more than {} values", kMostNodes),
                     "aliases count each time they are used"}};
    }
    switch (source.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      break;
    case YAML::NodeType::Scalar:
      node.kind = Node::Kind::Scalar;
      node.scalar = source.Scalar();
      node.quoted = source.Tag() == "!"; // yaml-cpp's tag for what is not plain
      break;
    case YAML::NodeType::Sequence:
      convertItems(source, node, depth);
      break;
    case YAML::NodeType::Map:
      convertEntries(source, node, depth);
      break;
    }
    return node;
  }

private:
  void convertItems(const YAML::Node& source, Node& node, int depth) {
    node.kind = Node::Kind::Sequence;
    for (const auto& item : source) {
      auto path = fmt::format("{}[{}]", node.where.path, node.items.size());
      node.items.push_back(convert(item, std::move(path), depth + 1));
    }
  }

  void convertEntries(const YAML::Node& source, Node& node, int depth) {
    node.kind = Node::Kind::Map;
    const std::string prefix = node.where.path.empty() ? "" : node.where.path + ".";
    for (const auto& entry : source) {
      if (!entry.first.IsScalar()) {
        throw Refused{{placeOf(entry.first.Mark(), file_, node.where.path),
                       "a key must be a plain value", ""}};
      }
      Node key;
      key.kind = Node::Kind::Scalar;
      key.scalar = entry.first.Scalar();
      key.where = placeOf(entry.first.Mark(), file_, prefix + key.scalar);
      Node value = convert(entry.second, prefix + key.scalar, depth + 1);
      if (value.kind == Node::Kind::Null) { // yaml-cpp puts it at whatever comes next
        value.where = key.where;
      }
      node.entries.emplace_back(std::move(key), std::move(value));
    }
  }

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

/// Where a second document begins. YAML::LoadAll never comes back from text like ",", of which
/// yaml-cpp makes empty documents without end.
std::optional<YAML::Mark> secondDocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  Beginning beginning;
  if (!parser.HandleNextDocument(beginning) || !parser.HandleNextDocument(beginning)) {
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
    const auto document = YAML::Load(text);
    if (const auto second = secondDocument(text)) {
      return refuse({placeOf(*second, name, ""), "a second document begins here",
                     "write one document per file, without '---' between"});
    }
    auto root = Converter(name).convert(document, "", 0);
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
