#include "core/text.hpp"
#include "mappings/cluster/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::mappings::cluster {
namespace {

using config::MapReader;
using config::Node;
using Kind = Step::Kind;

struct Verb {
  std::string_view key;
  Kind kind;
};
constexpr std::array kVerbs{Verb{"attend", Kind::Attend},
                            Verb{"rotate", Kind::Rotate},
                            Verb{"exchange", Kind::Exchange},
                            Verb{"all_gather", Kind::AllGather},
                            Verb{"reduce_scatter", Kind::ReduceScatter},
                            Verb{"all_reduce", Kind::AllReduce},
                            Verb{"chain", Kind::Chain},
                            Verb{"compute", Kind::Compute}};
constexpr std::array<std::string_view, 2> kKeys{"own", "all"};
constexpr std::array<std::string_view, 2> kWays{"ring", "direct"};
constexpr std::array<std::string_view, 2> kMovers{"keys", "queries"};
constexpr std::int64_t kMostKernels = 64;

std::string verbs() {
  std::string names;
  for (const auto& verb : kVerbs) {
    names += (names.empty() ? "" : ", ") + std::string(verb.key);
  }
  return names;
}

Pass readPass(const Node* node, core::Problems& problems) {
  Pass pass;
  if (node == nullptr) {
    return pass;
  }
  MapReader reader(*node, problems);
  pass.read = reader.realOr("read", 0).value_or(0);
  pass.write = reader.realOr("write", 0).value_or(0);
  pass.kernels = reader.integerOr("kernels", 1, kMostKernels, 1).value_or(1);
  for (const auto* key : {"read", "write"}) {
    if ((std::string_view(key) == "read" ? pass.read : pass.write) < 0) {
      reader.problem(key, "must not be below zero");
    }
  }
  reader.finish();
  return pass;
}

Merge readMerge(const Node& node, core::Problems& problems) {
  MapReader reader(node, problems);
  Merge merge;
  merge.where = node.where;
  merge.tensor = reader.text("tensor").value_or("");
  merge.first = readPass(reader.mapIf("first"), problems);
  merge.each = readPass(reader.mapIf("each"), problems);
  merge.part = readPass(reader.mapIf("part"), problems);
  merge.last = readPass(reader.mapIf("last"), problems);
  reader.finish();
  return merge;
}

/// The one verb of a line; a problem where there is none, or more.
std::optional<Verb> readVerb(MapReader& reader) {
  std::optional<Verb> found;
  bool one = true;
  for (const auto& verb : kVerbs) {
    if (!reader.has(verb.key)) {
      continue;
    }
    if (found) {
      reader.problem(verb.key,
                     fmt::format("a step is '{}' or '{}', not both", found->key, verb.key),
                     "write two steps");
      one = false;
    } else {
      found = verb;
    }
  }
  if (!found) {
    reader.problem({}, "this step does nothing", "one of: " + verbs());
  }
  return one ? found : std::nullopt;
}

void readRotation(MapReader& reader, Step& step, core::Problems& problems) {
  step.queriesMove = reader.oneOfOr("moves", kMovers, "keys") == "queries";
  step.overlap = reader.booleanOr("overlap", true).value_or(true);
  step.returns = reader.textListIf("returns");
  step.carries = reader.textListIf("carries");
  if (const auto* merges = reader.sequenceIf("merge")) {
    for (const auto& merge : merges->items) {
      step.merges.push_back(readMerge(merge, problems));
    }
  }
  if (step.queriesMove && step.returns.empty()) {
    reader.problem("returns", "queries that move must get their results back",
                   "write returns: [AV]");
  }
}

/// Names that must be among those known.
class Names {
public:
  Names(std::string kind, std::vector<std::string> known, core::Problems& problems)
      : kind_(std::move(kind)), known_(std::move(known)), problems_(problems) {}
  void expect(const std::string& name, const core::Where& where) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      problems_.push_back(
          {where, fmt::format("there is no {} '{}'", kind_, name),
           known_.empty() ? "this mapping has none" : core::suggestion(name, known_)});
    }
  }

private:
  std::string kind_;
  std::vector<std::string> known_;
  core::Problems& problems_;
};

template <class Things>
std::vector<std::string> firstsOf(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) {
    names.push_back(thing.first);
  }
  return names;
}

void checkSteps(const Mapping& mapping, Names& axes, core::Problems& problems) {
  std::vector<std::string> pieceNames;
  for (const auto& piece : mapping.pieces) {
    pieceNames.push_back(piece.name);
  }
  Names pieces("piece", pieceNames, problems);
  std::vector<std::string> earlier;
  for (const auto& step : mapping.program) {
    if (!step.over.empty()) {
      axes.expect(step.over, step.where);
    }
    if (!step.piece.empty()) {
      pieces.expect(step.piece, step.where);
    }
    const bool attends = step.kind == Kind::Attend || step.kind == Kind::Rotate;
    if (attends && !mapping.tokens) {
      problems.push_back({step.where, "attention needs to know which tokens are where",
                          "write tokens: {queries: P, keys: M, over: AXIS}"});
    }
    if (attends) {
      pieces.expect("full", step.where);
    }
    if (step.kind == Kind::Rotate && mapping.tokens && mapping.tokens->over != step.over) {
      problems.push_back({step.where,
                          fmt::format("tokens are dealt over '{}', but go around '{}'",
                                      mapping.tokens->over, step.over),
                          "rotate over the axis of the tokens"});
    }
    Names names("step before this one that is named", earlier, problems);
    for (const auto& name : step.waits) {
      names.expect(name, step.where);
    }
    if (!step.name.empty()) {
      earlier.push_back(step.name);
    }
  }
}

} // namespace

Step readStep(const Node& node, core::Problems& problems) {
  Step step;
  step.where = node.where;
  if (!config::expectKind(node, Node::Kind::Map, problems)) {
    return step;
  }
  MapReader reader(node, problems);
  step.name = reader.textOr("name", "").value_or("");
  step.async = reader.booleanOr("async", false).value_or(false);
  step.waits = reader.textListIf("waits");
  if (const auto verb = readVerb(reader)) {
    step.kind = verb->kind;
    if (verb->kind == Kind::Attend) {
      step.everyKey = reader.oneOf("attend", kKeys) == "all";
    } else if (verb->kind == Kind::Compute) {
      step.piece = reader.text("compute").value_or("");
    } else {
      step.tensors = reader.textListIf(verb->key);
      step.over = reader.text("over").value_or("");
    }
    if (verb->kind == Kind::Chain) {
      step.piece = reader.text("piece").value_or("");
    } else if (verb->kind == Kind::Rotate) {
      readRotation(reader, step, problems);
    } else if (verb->kind == Kind::AllGather || verb->kind == Kind::AllReduce ||
               verb->kind == Kind::ReduceScatter) {
      step.way = reader.oneOfOr("way", kWays, "ring") == "direct" ? Way::Direct : Way::Ring;
    }
    reader.finish();
  }
  return step;
}

void checkNames(const Mapping& mapping, core::Problems& problems) {
  auto known = firstsOf(mapping.grid);
  const auto repeats = firstsOf(mapping.repeat);
  known.insert(known.end(), repeats.begin(), repeats.end());
  Names axes("axis", known, problems);
  for (const auto* divided : {&mapping.place, &mapping.divide}) {
    for (const auto& [name, over] : *divided) {
      for (const auto& axis : over.names) {
        axes.expect(axis, over.where);
      }
    }
  }
  Names grid("axis of the grid", firstsOf(mapping.grid), problems);
  if (mapping.tokens && !mapping.tokens->over.empty()) {
    grid.expect(mapping.tokens->over, mapping.tokens->where);
  }
  checkSteps(mapping, grid, problems);
}

} // namespace einsight::mappings::cluster
