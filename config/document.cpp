#include "config/detail/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <stdexcept>

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

tl::unexpected<core::Problems> refuse(core::Problem problem) {
  return core::failure({std::move(problem)});
}

} // namespace

core::Expected<Node> readDocument(const std::string& text, const std::string& name) {
  if (text.size() > kLargestText) {
    return refuse({{name, 0, 0, ""}, "the file is larger than 16 MiB", ""});
  }
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.empty()) {
      Node empty;
      empty.where = {name, 1, 1, ""};
      return empty;
    }
    if (documents.size() > 1) {
      return refuse({placeOf(documents[1].Mark(), name, ""), "a second document begins here",
                     "write one document per file, without '---' between"});
    }
    return Converter(name).convert(documents.front(), "", 0);
  } catch (const Refused& refused) {
    return refuse(refused.problem);
  } catch (const YAML::Exception& error) {
    return refuse({placeOf(error.mark, name, ""), "not valid YAML: " + error.msg, ""});
  }
}

} // namespace einsight::config
