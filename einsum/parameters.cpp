#include "einsum/parameters.hpp"

#include "config/reader.hpp"
#include "core/expression.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace einsight::einsum {
namespace {

std::optional<std::int64_t> wholeAndPositive(const core::Rational& value) {
  if (value.denominator() != 1 || value.numerator() < 1) {
    return std::nullopt;
  }
  return value.numerator();
}

/// Parameters of one file, evaluated in the order in which they need each other.
class Binder {
public:
  Binder(const config::Node& map, const core::Settings& defaults, const core::Settings& settings,
         core::Problems& problems)
      : map_(map), defaults_(defaults), settings_(settings), problems_(problems) {}

  std::vector<Parameter> bind() {
    for (const auto& [key, value] : map_.entries) {
      declare(key, value);
    }
    refuseUnknownSettings();
    for (Entry& entry : entries_) {
      evaluate(entry);
    }
    std::vector<Parameter> out;
    for (Entry& entry : entries_) {
      out.push_back(std::move(entry.parameter));
    }
    return out;
  }

private:
  enum class State { Waiting, Running, Done, Failed };
  struct Entry {
    const config::Node* node = nullptr;
    core::Expression expression;
    Parameter parameter;
    State state = State::Waiting;
  };

  void declare(const config::Node& key, const config::Node& value) {
    if (key.scalar.empty() || std::isupper(static_cast<unsigned char>(key.scalar.front())) == 0) {
      config::report(key,
                     fmt::format("parameter '{}' must begin with a capital letter", key.scalar),
                     "lower case names are rank variables", problems_);
      return;
    }
    if (find(key.scalar) != nullptr) {
      config::report(key, fmt::format("parameter '{}' given twice", key.scalar), {}, problems_);
      return;
    }
    auto expression = config::expression(value, problems_);
    if (!expression) {
      return;
    }
    Parameter parameter{key.scalar, 1, value.scalar, !expression->names().empty()};
    entries_.push_back({&value, std::move(*expression), std::move(parameter), State::Waiting});
  }

  Entry* find(std::string_view name) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const Entry& e) { return e.parameter.name == name; });
    return found == entries_.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::vector<std::string> names(bool onlyFree) const {
    std::vector<std::string> out;
    for (const Entry& entry : entries_) {
      if (!onlyFree || !entry.parameter.derived) {
        out.push_back(entry.parameter.name);
      }
    }
    return out;
  }

  void refuseUnknownSettings() {
    for (const auto& [name, value] : settings_) {
      const Entry* entry = find(name);
      if (entry == nullptr) {
        config::report(map_, fmt::format("there is no parameter '{}' to set", name),
                       core::suggestion(name, names(true)), problems_);
      } else if (entry->parameter.derived) {
        config::report(*entry->node,
                       fmt::format("'{}' is derived ({} = {}) and cannot be set", name, name,
                                   entry->parameter.expression),
                       fmt::format("set {} instead", fmt::join(roots(*entry), " or ")), problems_);
      }
    }
  }

  /// The free parameters that a derived one depends on.
  std::set<std::string> roots(const Entry& entry, int depth = 0) {
    std::set<std::string> out;
    for (const std::string& name : entry.expression.names()) {
      const Entry* other = find(name);
      if (other == nullptr || depth > kDeepest) {
        continue;
      }
      if (other->parameter.derived) {
        out.merge(roots(*other, depth + 1));
      } else {
        out.insert(name);
      }
    }
    return out;
  }

  std::optional<core::Rational> given(const Parameter& parameter) const {
    for (const core::Settings* source : {&settings_, &defaults_}) {
      const auto found = source->find(parameter.name);
      if (found != source->end() && !parameter.derived) {
        return found->second;
      }
    }
    return std::nullopt;
  }

  std::optional<core::Rational> lookup(std::string_view name) {
    Entry* entry = find(name);
    if (entry == nullptr) {
      return std::nullopt;
    }
    if (entry->state == State::Running) {
      circular_ = entry->parameter.name;
      return std::nullopt;
    }
    evaluate(*entry);
    return entry->state == State::Done ? std::optional<core::Rational>(entry->parameter.value)
                                       : std::nullopt;
  }

  /// Whether a name of the expression failed already: its own problem says enough.
  bool dependsOnFailure(const Entry& entry) {
    const auto names = entry.expression.names();
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      const Entry* other = find(name);
      return other != nullptr && other->state == State::Failed;
    });
  }

  void evaluate(Entry& entry) {
    if (entry.state != State::Waiting) {
      return;
    }
    entry.state = State::Running;
    tl::expected<core::Rational, std::string> value;
    if (const auto set = given(entry.parameter)) {
      value = *set;
    } else {
      value = entry.expression.evaluate([&](std::string_view name) { return lookup(name); });
    }
    entry.state = State::Failed;
    const Parameter& parameter = entry.parameter;
    if (circular_ == parameter.name) {
      config::report(*entry.node, fmt::format("'{}' depends on itself", parameter.name), {},
                     problems_);
      circular_.clear();
    } else if (!value) {
      if (!dependsOnFailure(entry) && circular_.empty()) {
        config::report(*entry.node, value.error(), suggestionFor(entry), problems_);
      }
    } else if (const auto whole = wholeAndPositive(*value)) {
      entry.parameter.value = *whole;
      entry.state = State::Done;
    } else {
      config::report(*entry.node,
                     fmt::format("'{}' is {}, but a parameter is a whole number of at least 1",
                                 parameter.name, value->toString()),
                     valuesOf(entry), problems_);
    }
  }

  /// "G = H/R, where H = 16, R = 7"; nothing where a number was given.
  std::string valuesOf(const Entry& entry) {
    std::string out;
    for (const std::string& name : entry.expression.names()) {
      if (const auto* used = find(name); used != nullptr && used->state == State::Done) {
        out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", name, used->parameter.value);
      }
    }
    return out.empty() ? out
                       : fmt::format("{} = {}, where {}", entry.parameter.name,
                                     entry.expression.text(), out);
  }

  std::string suggestionFor(const Entry& entry) {
    for (const std::string& name : entry.expression.names()) {
      if (find(name) == nullptr) {
        return core::suggestion(name, names(false));
      }
    }
    return {};
  }

  static constexpr int kDeepest = 64;
  const config::Node& map_;
  const core::Settings& defaults_;
  const core::Settings& settings_;
  core::Problems& problems_;
  std::vector<Entry> entries_;
  std::string circular_;
};

} // namespace

std::optional<std::int64_t> sizeOf(const config::Node& node,
                                   const std::vector<Parameter>& parameters, std::string_view what,
                                   core::Problems& problems) {
  const auto expression = config::expression(node, problems);
  if (!expression) {
    return std::nullopt;
  }
  const auto lookup = [&](std::string_view name) -> std::optional<core::Rational> {
    for (const Parameter& parameter : parameters) {
      if (parameter.name == name) {
        return parameter.value;
      }
    }
    return std::nullopt;
  };
  const auto value = expression->evaluate(lookup);
  if (!value) {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters) {
      names.push_back(parameter.name);
    }
    std::string help;
    for (const std::string& name : expression->names()) {
      if (!lookup(name)) {
        help = core::suggestion(name, names);
      }
    }
    config::report(node, value.error(), help, problems);
    return std::nullopt;
  }
  const auto whole = wholeAndPositive(*value);
  if (!whole) {
    config::report(node,
                   fmt::format("{} is {}, but a size is a whole number of at least 1", what,
                               value->toString()),
                   {}, problems);
  }
  return whole;
}

std::vector<Parameter> bindParameters(const config::Node& map, const core::Settings& defaults,
                                      const core::Settings& settings, core::Problems& problems) {
  return Binder(map, defaults, settings, problems).bind();
}

} // namespace einsight::einsum
