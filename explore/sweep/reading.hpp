#pragma once
#include "config/reader.hpp"
#include "explore/sweep/sweep.hpp"

#include <map>
#include <set>

namespace einsight::explore::sweep {

inline constexpr const char* kWorkload = "workload";
inline constexpr const char* kMachine = "machine";
inline constexpr const char* kMapping = "mapping";
inline constexpr const char* kTrace = "trace"; ///< that whole models serve

/// A workload, machine, mapping or trace that the file names.
struct Input {
  std::string text; ///< as written
  std::string path; ///< a name, or a path from where the program runs
  core::Where where;
};

/// A parameter that the file or an override varies.
struct Varied {
  std::string name; ///< "L", "arch.PE", "mapping.p1"
  core::Where where;
};

/// What a sweep file says, before names are looked up.
struct Raw {
  Sweep sweep;
  std::map<std::string, std::vector<Input>> inputs; ///< by kWorkload, kMachine, …
  std::set<std::string> absent;                     ///< of those names: points may be without it
  std::vector<Varied> varied;
  std::map<std::string, core::Where> prices; ///< where those of the sweep are said
};

/// Reads the keys of a sweep file and the overrides; every mistake is recorded.
Raw readRaw(const config::Node& root, const std::string& file, const Overrides& overrides,
            core::Problems& problems);

/// The items of a list, or the one value in its place; none where there is no node.
std::vector<const config::Node*> itemsOf(const config::Node* node);

/// `prices:`, dollars per hour by the name of a device's machine.
void readPrices(const config::Node& map, Raw& raw, core::Problems& problems);

/// `timeout:`, seconds that a point may take.
std::int64_t readTimeout(config::MapReader& reader);

/// `objectives:` and `per:`; what is varied is known by now.
void readObjectives(const config::Node* objectives, const config::Node* per, Sweep& sweep,
                    core::Problems& problems);
/// `strategy:` and `search:`, for the objectives that are known by now.
void readStrategy(const config::Node* strategy, const config::Node* search, Sweep& sweep,
                  core::Problems& problems);
/// At most so many points.
void limitPoints(std::int64_t points, Sweep& sweep, core::Problems& problems);

/// Looks everything up that the file names: inputs, parameters that they have, results that
/// `where` speaks of. Every mistake is recorded. The hash of what the results depend on.
std::string checkNames(const Raw& raw, core::Problems& problems);

/// The path that a name stands for: relative paths are from the folder of the sweep file, or else
/// from where the program runs.
std::string resolved(const std::string& text, const std::string& sweepFile);

} // namespace einsight::explore::sweep
