#include "mappings/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace einsight::mappings {
namespace {

constexpr std::size_t kWidth = 100; ///< of a line with a flow map

/// A scalar as YAML reads it back: in quotes where a character could mean something else.
std::string scalar(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./*+-()@ ").find(c) != std::string_view::npos;
  };
  const bool wordFirst =
      !text.empty() &&
      (std::isalnum(static_cast<unsigned char>(text.front())) != 0 || text.front() == '_');
  constexpr std::array kSpecial{"null", "Null", "NULL", "true", "false"};
  const bool usual = std::find(kSpecial.begin(), kSpecial.end(), text) == kSpecial.end();
  if (wordFirst && usual && text.back() != ' ' && std::all_of(text.begin(), text.end(), plain)) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c == '\n' ? ' ' : c;
  }
  return quoted + "\"";
}

std::string list(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) {
    text += (text.empty() ? "" : ", ") + item;
  }
  return "[" + text + "]";
}

std::string map(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string text;
  for (const auto& [key, value] : entries) {
    text += text.empty() ? "" : ", ";
    text.append(key).append(": ").append(value);
  }
  return "{" + text + "}";
}

std::string names(const std::vector<std::string>& items) {
  std::vector<std::string> written;
  for (const auto& item : items) {
    written.push_back(scalar(item));
  }
  return list(written);
}

std::string sizeOf(const PartSize& size) {
  if (!size.fit) {
    return scalar(size.size->text());
  }
  std::vector<std::pair<std::string, std::string>> entries{{"fit", scalar(size.fit->memory)}};
  if (size.fit->within) {
    entries.emplace_back("within_bytes", scalar(size.fit->within->text()));
  }
  if (size.fit->divides) {
    entries.emplace_back("divides", "true");
  }
  return map(entries);
}

std::string keepOf(const Keep& keep) {
  std::vector<std::pair<std::string, std::string>> entries{{"per", scalar(keep.per)}};
  if (keep.tiles) {
    entries.emplace_back("tiles", std::to_string(*keep.tiles));
  }
  if (keep.countedTiles) {
    entries.emplace_back("counted_tiles", std::to_string(*keep.countedTiles));
  }
  if (keep.spill) {
    entries.emplace_back("spill", scalar(keep.spill->text()));
  }
  if (!keep.streamed.empty()) {
    entries.emplace_back("streamed", keep.streamed.size() == 1 ? scalar(keep.streamed.front())
                                                               : names(keep.streamed));
  }
  if (!keep.shares.empty()) {
    entries.emplace_back("shares", scalar(keep.shares));
  }
  return entries.size() == 1 ? entries.front().second : map(entries);
}

class Writer {
public:
  std::string write(const Mapping& mapping, const std::vector<std::string>& comment) {
    for (const auto& each : comment) {
      line(0, "# " + each);
    }
    line(0, "version: 1");
    line(0, "mapping: " + scalar(mapping.name));
    line(0, "kind: " + scalar(mapping.machineKind));
    if (!mapping.summary.empty()) {
      line(0, "summary: " + scalar(mapping.summary));
    }
    if (!mapping.source.empty()) {
      line(0, "source: " + scalar(mapping.source));
    }
    head(mapping);
    line(0, "sections:");
    for (const auto& section : mapping.sections) {
      line(1, scalar(section.name) + ":");
      nest(2, section.nest, 0);
    }
    return std::move(out_);
  }

private:
  void line(std::size_t depth, const std::string& text) {
    out_ += std::string(2 * depth, ' ') + text + "\n";
  }

  void head(const Mapping& mapping) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& parameter : mapping.parameters) {
      entries.emplace_back(scalar(parameter.name), scalar(parameter.value.text()));
    }
    flow(0, "parameters", entries);
    entries.clear();
    for (const auto& partition : mapping.partitions) {
      entries.emplace_back(scalar(partition.variable), names(partition.parts));
    }
    flow(0, "partition", entries);
    entries.clear();
    for (const auto& [part, size] : mapping.sizes) { // a case may have left the part out
      const bool inner = std::any_of(
          mapping.partitions.begin(), mapping.partitions.end(), [&, name = part](const auto& each) {
            const auto found = std::find(each.parts.begin(), each.parts.end(), name);
            return found != each.parts.end() && found != each.parts.begin();
          });
      if (inner) {
        entries.emplace_back(scalar(part), sizeOf(size));
      }
    }
    flow(0, "sizes", entries);
    line(0, "bind:");
    std::size_t widest = 0;
    for (const auto& binding : mapping.bindings) {
      widest = std::max(widest, scalar(binding.einsum).size());
    }
    for (const auto& binding : mapping.bindings) {
      entries = {{"on", scalar(binding.unit)}};
      for (const auto& [axis, parts] : binding.spatial) {
        entries.emplace_back(scalar(axis),
                             parts.size() == 1 ? scalar(parts.front()) : names(parts));
      }
      const auto name = scalar(binding.einsum) + ":";
      line(1, name + std::string(widest + 2 - name.size(), ' ') + map(entries));
    }
  }

  /// A map on one line where it is short, else a line for each entry; nothing when it is empty.
  void flow(std::size_t depth, const std::string& key,
            const std::vector<std::pair<std::string, std::string>>& entries) {
    const auto all = key + ": " + map(entries);
    if (entries.empty()) {
      return;
    }
    if (2 * depth + all.size() <= kWidth) {
      line(depth, all);
      return;
    }
    line(depth, key + ":");
    for (const auto& [name, value] : entries) {
      line(depth + 1, std::string(name).append(": ").append(value));
    }
  }

  void nest(std::size_t depth, const Nest& nest, int stage) {
    if (!nest.loops.empty()) {
      line(depth, "loops: " + names(nest.loops));
    }
    if (stage > 0) {
      line(depth, "stage: " + std::to_string(stage));
    }
    if (nest.skipMasked) {
      line(depth, "skip_masked: true");
    }
    keeps(depth, nest);
    if (!nest.synchronised) {
      lines(depth, "do:", nest.phases.empty() ? std::vector<Line>{} : nest.phases.front().lines);
      return;
    }
    line(depth, "phases:");
    for (const auto& phase : nest.phases) {
      if (phase.wait) {
        line(depth + 1, "- wait: " + scalar(phase.wait->text()));
        lines(depth + 2, "do:", phase.lines);
      } else {
        lines(depth + 1, "-", phase.lines);
      }
    }
  }

  void keeps(std::size_t depth, const Nest& nest) {
    std::vector<std::string> memories;
    for (const auto& keep : nest.keeps) {
      if (std::find(memories.begin(), memories.end(), keep.memory) == memories.end()) {
        memories.push_back(keep.memory);
      }
    }
    if (!memories.empty()) {
      line(depth, "keep:");
    }
    for (const auto& memory : memories) {
      std::vector<std::pair<std::string, std::string>> entries;
      for (const auto& keep : nest.keeps) {
        if (keep.memory == memory) {
          entries.emplace_back(scalar(keep.tensor), keepOf(keep));
        }
      }
      flow(depth + 1, scalar(memory), entries);
    }
  }

  /// Einsums on one line where there are no nests among them, else one line each.
  void lines(std::size_t depth, const std::string& key, const std::vector<Line>& members) {
    const auto text = [](const Line& member) {
      return member.stage == 0 ? scalar(member.einsum)
                               : scalar(fmt::format("{}@{}", member.einsum, member.stage));
    };
    if (std::all_of(members.begin(), members.end(),
                    [](const Line& member) { return member.nest.empty(); })) {
      std::vector<std::string> items;
      for (const auto& member : members) {
        items.push_back(text(member));
      }
      line(depth, key + " " + list(items));
      return;
    }
    line(depth, key);
    for (const auto& member : members) {
      if (member.nest.empty()) {
        line(depth + 1, "- " + text(member));
        continue;
      }
      const auto start = out_.size();
      nest(depth + 2, member.nest.front(), member.stage);
      out_[start + 2 * depth + 2] = '-'; // the dash stands before the first key
    }
  }

  std::string out_;
};

} // namespace

std::string write(const Mapping& mapping, const std::vector<std::string>& comment) {
  return Writer().write(mapping, comment);
}

} // namespace einsight::mappings
