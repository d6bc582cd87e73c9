#pragma once
#include "config/reader.hpp"
#include "mappings/gpu/mapping.hpp"

/// Keys of a kernel about how its work is divided and where its operands lie.
namespace einsight::mappings::gpu {

/// An expression of a file, with its place; nothing, with a problem, where it is none.
std::optional<Number> number(const config::Node& node, core::Problems& problems);
/// The same of a key, if it is there.
std::optional<Number> numberIf(config::MapReader& reader, std::string_view key,
                               core::Problems& problems);

/// `stream_k: wave`, `stream_k: 264`, or `stream_k: {ctas: 264, merge: kernel}`.
std::optional<StreamK> streamKIf(config::MapReader& reader, core::Problems& problems);

/// `merge: {rows: 1, stages: 4}`.
std::optional<Merge> mergeIf(config::MapReader& reader, core::Problems& problems);

/// `paged: {tokens: 16}`.
std::optional<Paged> pagedIf(config::MapReader& reader, core::Problems& problems);

/// `alias: [[QK, A], [DA, DQ]]`.
std::vector<Alias> aliasesIf(config::MapReader& reader, core::Problems& problems);

/// What divides or pages a loop needs one, and only one may divide it.
void checkDivision(const Kernel& kernel, core::Problems& problems);

} // namespace einsight::mappings::gpu
