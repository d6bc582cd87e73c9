#pragma once
#include "arch/gpu/gpu.hpp"
#include "core/expression.hpp"
#include "einsum/cascade.hpp"

/// How a cascade runs on a GPU, as the user wrote it: kernels, their tiles and their loop.
/// docs/mappings-gpu.md explains each part.
namespace einsight::mappings::gpu {

/// A rank variable with the number of its values in a tile; without a number: all of them.
struct Tile {
  std::string variable;
  std::optional<core::Expression> size;
  core::Where where;
};

/// A number of the file: an expression over sizes, parameters of the workload and of the GPU.
struct Number {
  core::Expression value;
  core::Where where;
};

/// In which order the CTAs of a kernel are launched.
enum class Order {
  InOrder,    ///< as the grid counts, tiles of `cta` fastest
  HeavyFirst, ///< those with the most iterations first
  LightFirst  ///< those with the fewest first
};

/// Stream-K: CTAs take equal pieces of the line of all tiles' iterations.
struct StreamK {
  std::optional<Number> ctas; ///< without: as many as are resident at once
  bool owner = true;          ///< who merges: the CTA that began a tile, or a kernel after it
  core::Where where;
};

/// The kernel that merges what CTAs of a divided loop leave: its CTAs have four warps, which divide
/// the parts of a row among them where there are fewer rows.
struct Merge {
  std::optional<Number> rows;   ///< of a CTA: 1, 2 or 4
  std::optional<Number> stages; ///< parts in flight for each warp
  core::Where where;
};

/// Keys and values (whatever the loop reads) lie in pages of so many values of the loop's ranks.
struct Paged {
  Number tokens;
  core::Where where;
};

/// Results that take each other's place in tensor memory, in the order in which they do.
struct Alias {
  std::vector<std::string> tensors;
  core::Where where;
};

/// One kernel: what a CTA works on and how.
struct Kernel {
  std::string name;
  std::vector<std::string> einsums; ///< empty: all
  /// Tensors it only rewrites in memory (no Einsum then); `added`: all that CTAs of the mapping's
  /// other kernels add up there.
  std::vector<std::string> copies;
  /// Tensors that it sets to zero in memory, where CTAs of the other kernels add them up; `added`:
  /// all of these that no other kernel names.
  std::vector<std::string> clears;
  bool movesOnly = false; ///< copies or clears, and computes no Einsum
  std::vector<Tile> cta;  ///< the first one's values are divided over the warpgroups
  std::optional<Tile> loop;
  std::string each; ///< rank variable that it is launched for value by value; "": launched once
  std::optional<Number> split; ///< CTAs that a loop is divided over, with a merge kernel after
  std::optional<StreamK> streamK{};
  std::optional<Merge> merge{};
  std::optional<Paged> paged{};
  std::optional<Number> warpgroups, stages, registers, resident;
  std::optional<Number> sharedBytes; ///< per CTA beyond what follows from the tiles
  bool producer = false, overlap = false, persistent = false;
  bool lockstep = false; ///< the warpgroups wait for each other after every step
  /// The warps of a warpgroup divide the columns of products, and each has all rows: where rows are
  /// few, and the instruction is one warp's.
  bool columnWarps = false;
  /// Special functions are issued between other arithmetic of the same pass over a tile.
  bool interleave = false;
  bool shrinks = false;   ///< tiles are halved until registers and shared memory hold them
  bool skipMasked = true; ///< tiles in which nothing attends are not visited
  std::string instruction = "mma";
  Order order = Order::InOrder;
  std::optional<Number> section; ///< groups of CTAs with the same streams that `order` mixes; all
  double hostSeconds = 0;        ///< of this launch, beyond the machine's
  /// Operations of the lanes for each score of a partly masked tile; empty: the machine's "mask".
  std::vector<std::pair<std::string, Number>> mask;
  /// Of operations of the lanes, the share that is computed by others: the machine's `X_emulated`.
  std::vector<std::pair<std::string, Number>> emulate;
  std::vector<Alias> aliases;
  std::optional<Number> rescale; ///< share of the iterations in which running sums are multiplied
  core::Where where;
};

/// Whether an instruction's results lie in tensor memory, not in registers (PTX ISA, tcgen05.mma).
inline bool resultsInTensorMemory(std::string_view instruction) {
  return instruction == "tcgen05";
}

/// The operation of a lane that takes an element of a product's result from where it lies.
inline std::string resultOperation(std::string_view instruction) {
  return resultsInTensorMemory(instruction) ? "tensor_memory" : "fragment";
}

/// What a mapping whose kernel visits the tiles of neighborhood attention says besides.
struct Neighborhood {
  std::string tiles;    ///< its pairs of tiles: a kernel of mappings/gna/tile-shapes.yaml
  std::string baseline; ///< the mapping of self attention that speedups are over
  /// Share of DRAM's peak that the copies of the token permutation reach; empty: it permutes none.
  std::optional<Number> permute;
  core::Where where;
};

/// Kernels that follow from the cascade, whatever it is (see chain.hpp): one for each product of
/// tensors, one for each recurrence and one for what lies between.
struct Chain {
  bool fuse = true; ///< a recurrence's kernel takes in what belongs to its iterations
  std::string instruction = "mma";
  Number rows, columns, depth; ///< of the tiles of products
  Number points;               ///< of a tile without products
  Number elements;             ///< most points of a tile that Einsums are joined for
  Number stages, warpgroups;
  core::Where where;
};

struct Mapping {
  std::string name, summary, source, file;
  std::vector<std::pair<std::string, Number>> parameters; ///< of the workload: M0
  std::vector<std::pair<std::string, Number>> sizes;      ///< names for expressions, settable
  std::vector<Kernel> kernels;                            ///< one after another
  std::optional<Chain> chain{};                           ///< then `kernels` are made by it
  std::optional<Neighborhood> neighborhood{};
  core::Where where;
};

/// Names that expressions of a mapping may use: sizes of the mapping, parameters and ranks of the
/// workload, `masked` (1 when an Einsum has a mask), `bits` (of the widest operand of products),
/// and of the GPU: gpu.sms, gpu.shared_per_cta (bytes), gpu.mma, gpu.wgmma, gpu.tcgen05 (1 when it
/// has that instruction).
core::Expression::Lookup names(const Mapping& mapping, const einsum::Cascade& cascade,
                               const arch::Gpu& gpu);

/// Reads a mapping file of kind gpu. `cases:` (the first whose `when:` holds is laid over the file)
/// are decided by the workload and the GPU. `settings` replace `sizes:`. All problems at once.
core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const einsum::Cascade& cascade, const arch::Gpu& gpu,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& catalogue = {});

/// The workload parameters that the mapping sets, as values; the cascade must be read again with
/// them before plan().
core::Expected<core::Settings>
workloadParameters(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu
