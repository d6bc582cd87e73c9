#include "cli/schema_table.hpp"

#include <array>

namespace einsight::cli {
namespace {

using enum SchemaRow::Type;

constexpr SchemaRow kVersion{"version", Whole, "version of the format: 1"};
constexpr SchemaRow kExtends{"extends", Text, "name or file that this one is laid over"};
constexpr SchemaRow kSummary{"summary", Text, "one line for `einsight list`"};
constexpr SchemaRow kSource{"source", Text, "where the content comes from"};

constexpr std::array kWorkload{
    kVersion,
    kExtends,
    SchemaRow{"workload", Text, "name of the cascade"},
    SchemaRow{"model", Text, "name of the model, in a file of sizes"},
    SchemaRow{"cascade", Text, "in a model: the workload it is shown with"},
    kSummary,
    kSource,
    SchemaRow{"parameters.*", Expression, "a size, or an expression over other parameters"},
    SchemaRow{"ranks.*", Expression, "size of the rank variable"},
    SchemaRow{"tensors.*[]", Expression, "a rank: a rank variable or a size"},
    SchemaRow{"tensors.*.ranks[]", Expression, "a rank: a rank variable or a size"},
    SchemaRow{"tensors.*.bits", Whole, "storage type, in bits"},
    SchemaRow{"tensors.*.accumulate_bits", Whole, "type of partial sums, in bits"},
    SchemaRow{"tensors.*.initial", Expression, "value at index 0 of the iterative rank"},
    SchemaRow{"results[]", Text, "a tensor that is asked for"},
    SchemaRow{"neighborhood.layout[]", Expression, "in a model: tokens along an axis"},
    SchemaRow{"neighborhood.layers", Whole, "layers of the model, if patterns differ by layer"},
    SchemaRow{"neighborhood.attention_share", Expression, "of the time with self attention"},
    SchemaRow{"neighborhood.steps", Whole, "steps of a run"},
    SchemaRow{"neighborhood.dense_steps", Whole, "first steps that keep self attention"},
    SchemaRow{"neighborhood.q_tile[]", Expression, "queries of a tile along an axis"},
    SchemaRow{"neighborhood.kv_tile[]", Expression, "keys of a tile along an axis"},
    SchemaRow{"neighborhood.patterns.*.window[]", Expression, "keys that a query sees"},
    SchemaRow{"neighborhood.patterns.*.stride[]", Expression, "queries that share a window"},
    SchemaRow{"neighborhood.patterns.*.dilation[]", Expression, "gap between a query's keys"},
    SchemaRow{"neighborhood.patterns.*.causal[]", Whole, "1: the axis sees only the past"},
    SchemaRow{"neighborhood.patterns.*.q_tile[]", Expression, "instead of the model's"},
    SchemaRow{"neighborhood.patterns.*.kv_tile[]", Expression, "instead of the model's"},
    SchemaRow{"neighborhood.patterns.*.kv_tiling", Text, "where tiles of keys lie",
              "static|dynamic"},
    SchemaRow{"neighborhood.patterns.*.layers[]", Expression, "its layers: 3, or 6-9"},
    SchemaRow{"masks.*", Text, "points that count: `m <= p`"},
    SchemaRow{"masks.*[]", Text, "points that count: `m <= p`"},
    SchemaRow{"einsums[]", Text, "Z[m,n] = A[m,k] * B[k,n] :: add(k)"},
    SchemaRow{"einsums[].einsum", Text, "Z[m,n] = A[m,k] * B[k,n] :: add(k)"},
    SchemaRow{"einsums[].where", Text, "points that count: `m <= p`"},
    SchemaRow{"einsums[].where[]", Text, "points that count: `m <= p`"},
    SchemaRow{"einsums[].*", Text, "an Einsum without quotes, which YAML reads as a map"},
};

constexpr std::array kMachine{
    kVersion,
    kExtends,
    SchemaRow{"machine", Text, "name of the machine"},
    SchemaRow{"kind", Text, "kind of machine", "spatial"},
    kSummary,
    kSource,
    SchemaRow{"technology", Text, "what the energy and area tables are made for: 45nm"},
    SchemaRow{"tables", Text, "name or file of the energy and area tables"},
    SchemaRow{"parameters.*", Expression, "a number, or an expression over other parameters"},
    SchemaRow{"clock", Text, "frequency, such as 940 MHz"},
    SchemaRow{"dram.bandwidth", Text, "rate, such as 400 GiB/s"},
    SchemaRow{"dram.access", Text, "bytes of one access, such as 8 B"},
    SchemaRow{"dram.capacity", Text, "size; absent: no bound"},
    SchemaRow{"dram.interleave", Text, "bytes after which a waiting transfer takes its turn"},
    SchemaRow{"dram.table", Text, "part of the tables"},
    SchemaRow{"dram.source", Text, "where the numbers come from"},
    SchemaRow{"buffers.*.capacity", Text, "size, such as 16 MiB"},
    SchemaRow{"buffers.*.width", Text, "bytes of one access, such as 512 B"},
    SchemaRow{"buffers.*.ports", Expression, "accesses per cycle, or unlimited"},
    SchemaRow{"buffers.*.table", Text, "part of the tables"},
    SchemaRow{"buffers.*.links.nodes", Expression, "nodes of its links, for area"},
    SchemaRow{"buffers.*.links.table", Text, "part of the tables"},
    SchemaRow{"buffers.*.source", Text, "where the numbers come from"},
    SchemaRow{"arrays.*.axes.*.size", Expression, "PEs along the axis"},
    SchemaRow{"arrays.*.axes.*.reduces", Boolean, "can neighbours along it add up as data pass?"},
    SchemaRow{"arrays.*.links.hop_latency", Expression, "cycles per neighbour hop: 0 or 1"},
    SchemaRow{"arrays.*.links.nodes", Expression, "nodes of its links, for area"},
    SchemaRow{"arrays.*.links.table", Text, "part of the tables"},
    SchemaRow{"arrays.*.pe.units[]", Text, "a functional unit of the PE: a part of the tables"},
    SchemaRow{"arrays.*.pe.operations.*.unit", Text, "the functional unit that performs it"},
    SchemaRow{"arrays.*.pe.operations.*.action", Text, "the unit's action that is paid for"},
    SchemaRow{"arrays.*.pe.operations.*.times", Expression, "actions per operation"},
    SchemaRow{"arrays.*.pe.operations.*.cycles", Expression, "cycles per operation"},
    SchemaRow{"arrays.*.pe.operations.*.as", Text, "operation that it is made of"},
    SchemaRow{"arrays.*.pe.operations.*.as[]", Text, "operations that it is made of"},
    SchemaRow{"arrays.*.pe.chained[][]", Text, "operations that are one pipelined pass"},
    SchemaRow{"arrays.*.pe.registers.name", Text, "name of the memory that PEs hold"},
    SchemaRow{"arrays.*.pe.registers.words", Expression, "what a mapping may keep in one PE"},
    SchemaRow{"arrays.*.pe.registers.table_words", Expression,
              "depth that energy and area are for"},
    SchemaRow{"arrays.*.pe.registers.word", Text, "size of a word, such as 2 B"},
    SchemaRow{"arrays.*.pe.registers.table", Text, "part of the tables"},
    SchemaRow{"arrays.*.pe.registers.source", Text, "where the numbers come from"},
    SchemaRow{"arrays.*.source", Text, "where the numbers come from"},
    SchemaRow{"conventions.*", Boolean, "a publication's rule of counting"},
};

constexpr std::array kMapping{
    kVersion,
    kExtends,
    SchemaRow{"mapping", Text, "name of the mapping"},
    SchemaRow{"kind", Text, "kind of machine that it is for", "spatial"},
    kSummary,
    kSource,
    SchemaRow{"preference", Whole, "1 is chosen before 2 when no mapping is given"},
    SchemaRow{"parameters.*", Expression, "value of a parameter of the workload"},
    SchemaRow{"partition.*[]", Text, "parts of the rank variable, outermost first"},
    SchemaRow{"sizes.*", Expression, "trips of the part"},
    SchemaRow{"sizes.*.fit", Text, "the largest with which everything kept in this memory fits"},
    SchemaRow{"sizes.*.within_bytes", Expression, "bytes to use instead of the memory's capacity"},
    SchemaRow{"sizes.*.divides", Boolean, "must it divide the number of tiles?"},
    SchemaRow{"bind.*.on", Text, "unit of the Einsum"},
    SchemaRow{"bind.*.*", Text, "rank variable or part that is spatial on this axis"},
    SchemaRow{"bind.*.*[]", Text, "rank variables or parts that are spatial on this axis"},
    SchemaRow{"sections.*", Shape, "a part of the run, with a barrier behind it", "nest"},
    SchemaRow{"order", Text, "the section that runs first"},
    SchemaRow{"order[]", Text, "sections in the order in which they run"},
    SchemaRow{"cases.*.when", Expression, "condition; the first case that holds is laid over"},
    SchemaRow{"cases.*.*", Anything, "any key of a mapping"},
    SchemaRow{"$nest.loops", Text, "a rank variable or part"},
    SchemaRow{"$nest.loops[]", Text, "rank variables or parts, outermost first"},
    SchemaRow{"$nest.skip_masked", Boolean, "leave out tiles in which nothing attends?"},
    SchemaRow{"$nest.stage", Whole, "epochs behind the nest around it"},
    SchemaRow{"$nest.keep.*.*", Text, "the loop whose iteration's tile is kept, or run"},
    SchemaRow{"$nest.keep.*.*.per", Text, "the loop whose iteration's tile is kept, or run"},
    SchemaRow{"$nest.keep.*.*.tiles", Whole, "tiles held at once"},
    SchemaRow{"$nest.keep.*.*.counted_tiles", Whole, "a publication's count, where it differs"},
    SchemaRow{"$nest.keep.*.*.spill", Expression, "fraction that stays in DRAM"},
    SchemaRow{"$nest.keep.*.*.streamed", Text, "rank variable of which one value is held"},
    SchemaRow{"$nest.keep.*.*.streamed[]", Text, "rank variables of which one value is held"},
    SchemaRow{"$nest.keep.*.*.shares", Text, "tensor in whose place it lies"},
    SchemaRow{"$nest.do[]", Shape, "runs as units and data allow", "line"},
    SchemaRow{"$nest.phases[][]", Shape, "runs side by side; a barrier behind", "line"},
    SchemaRow{"$nest.phases[].do[]", Shape, "runs side by side; a barrier behind", "line"},
    SchemaRow{"$nest.phases[].wait", Expression, "cycles that pass after the barrier"},
    SchemaRow{"$line", Text, "an Einsum, or NAME@k: k epochs behind"},
    SchemaRow{"$line", Shape, "loops of its own", "nest"},
};

constexpr std::array kKinds{
    SchemaKind{"workload", "Einsight workload: a cascade of extended Einsums, or a model's sizes",
               kWorkload},
    SchemaKind{"machine", "Einsight machine: memories and arrays of processing elements", kMachine},
    SchemaKind{"mapping", "Einsight mapping: how a cascade runs on a machine", kMapping},
};

} // namespace

std::span<const SchemaKind> schemaKinds() {
  return kKinds;
}

} // namespace einsight::cli
