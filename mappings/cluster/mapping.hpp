#pragma once
#include "core/expected.hpp"
#include "core/expression.hpp"
#include "core/settings.hpp"
#include "mappings/cluster/collectives.hpp"
#include "mappings/cluster/tokens.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// How one operator or layer runs on the devices of a cluster, as the user wrote it.
/// docs/clusters.md explains each part.
namespace einsight::mappings::cluster {

/// An expression with the place where it stands.
struct Number {
  core::Expression value;
  core::Where where;
};
using Numbers = std::vector<std::pair<std::string, Number>>; ///< in the order of the file

/// What a device computes at a time: a workload under a mapping of kind gpu; or, without a
/// workload, so many operations and bytes, whichever takes longer.
struct Piece {
  std::string name;
  std::string workload;
  std::string kernel; ///< mapping of kind gpu; empty: the file's, else the catalogue's first
  Numbers parameters; ///< of the workload; others of the same name come from the run's workload
  std::optional<Number> flops, read, write; ///< write: bytes beyond those read
  core::Where where;
};

/// Bytes that element-wise kernels move per element of a tensor, and how many kernels.
struct Pass {
  double read = 0, write = 0;
  std::int64_t kernels = 0;
};

/// How partial results are put together.
struct Merge {
  std::string tensor; ///< of whose elements there are so many
  Pass first;         ///< what the first partial result costs
  Pass each;          ///< and each further one
  Pass part;          ///< on top of `each` where only some rows are concerned, per row concerned
  Pass last;          ///< at the end
  core::Where where;
};

/// One line of a program.
struct Step {
  enum class Kind { Attend, Rotate, Exchange, AllGather, ReduceScatter, AllReduce, Chain, Compute };
  Kind kind = Kind::Compute;
  std::string name;                 ///< others may wait for it
  std::vector<std::string> tensors; ///< that move
  std::string over;                 ///< axis of the grid
  std::string piece;                ///< Chain, Compute
  std::vector<std::string> returns; ///< Rotate: results that go back to where the queries are from
  std::vector<std::string> carries; ///< Rotate: sums that travel behind the tensors and come home
  bool queriesMove = false;         ///< Rotate: what moves are the queries, not the keys
  bool everyKey = false;            ///< Attend: keys of the whole axis, which were gathered
  bool overlap = true;              ///< Rotate: messages go while the devices compute
  bool async = false;               ///< the next step does not wait for it
  std::vector<std::string> waits;   ///< names of asynchronous steps
  Way way = Way::Ring;
  std::vector<Merge> merges;
  core::Where where;
};

/// A tensor that the workload does not have.
struct Extra {
  Number elements; ///< of all devices together
  std::int64_t bits = 16;
};

/// Names of axes with the place where they stand.
struct Axes {
  std::vector<std::string> names;
  core::Where where;
};

struct Tokens {
  std::string queries, keys; ///< parameters of the workload that say how many
  std::string over;          ///< axis over which they are dealt; empty: each device has all
  Order order = Order::Contiguous;
  core::Where where;
};

struct Mapping {
  std::string name, summary, file, source;
  std::string group;  ///< of devices; empty: the only one of GPUs
  std::string kernel; ///< mapping of kind gpu for all pieces
  Numbers sizes;      ///< names for the expressions of the file
  Numbers grid;       ///< axes, the last one goes fastest
  Numbers repeat;     ///< the program is done so many times
  std::optional<Tokens> tokens;
  std::map<std::string, Axes> place;  ///< tensor -> axes that divide it
  std::map<std::string, Axes> divide; ///< parameter -> axes that divide it
  std::map<std::string, Extra> extras;
  std::vector<std::string> resident; ///< tensors that stay on the devices all the time
  std::vector<Piece> pieces;
  std::vector<Step> program;
  core::Where where;

  [[nodiscard]] const Piece* piece(const std::string& name) const;
};

/// Reads a mapping file of kind cluster; `settings` replace its sizes. Every problem at once.
/// `folders`: where names that it extends are looked up.
core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& folders = {});

} // namespace einsight::mappings::cluster
