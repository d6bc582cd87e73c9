#include "tests/generators/machine.hpp"

#include "tests/generators/draw.hpp"

#include <fmt/format.h>

namespace einsight::generators {
namespace {

std::string operations(const MachineShape& machine, bool array2d) {
  std::string text = "macc: {unit: macc}, mul: {unit: macc, action: macc}, "
                     "add: {unit: macc, action: add}";
  if (array2d && machine.array2d == MachineShape::Array2d::Products) {
    return text;
  }
  text += fmt::format(", sub: {{unit: macc, action: sub}}, max: {{unit: max}}, "
                      "min: {{unit: max, action: max}}, exp: {{unit: macc, times: {}}}, "
                      "neg: {{as: [sub]}}, relu: {{as: [max]}}",
                      array2d ? machine.expTimes2d : machine.expTimes1d);
  if (array2d && machine.array2d == MachineShape::Array2d::Softmax) {
    return text;
  }
  return text + fmt::format(", div: {{unit: divide, times: {}}}, sigmoid: {{as: [exp, add, div]}}",
                            machine.divTimes);
}

std::string array(const MachineShape& machine, bool array2d) {
  const std::string axes =
      array2d ? fmt::format("rows: {{size: {}, reduces: true}}, columns: {{size: {}, reduces: {}}}",
                            machine.rows, machine.columns, machine.columnsReduce)
              : fmt::format("lanes: {{size: {}, reduces: true}}", machine.lanes);
  const bool subtracts = !array2d || machine.array2d != MachineShape::Array2d::Products;
  return fmt::format(
      "  array_{0}:\n"
      "    axes: {{{1}}}\n"
      "    links: {{hop_latency: {2}}}\n"
      "    source: drawn\n"
      "    pe:\n"
      "      units: [macc, max, divide]\n"
      "      operations: {{{3}}}\n"
      "{4}"
      "      registers: {{name: registers_{0}, words: {5}, word: 2 B, source: drawn}}\n",
      array2d ? "2d" : "1d", axes, array2d ? machine.hopLatency : 0, operations(machine, array2d),
      machine.chained && subtracts ? "      chained: [[sub, exp]]\n" : "",
      array2d ? machine.words2d : machine.words1d);
}

} // namespace

MachineShape drawMachine() {
  MachineShape machine;
  machine.array2d =
      anyOf<MachineShape::Array2d>({MachineShape::Array2d::All, MachineShape::Array2d::Softmax,
                                    MachineShape::Array2d::Products});
  machine.rows = between(1, 6);
  machine.columns = between(1, 6);
  machine.lanes = oneIn(2) ? between(1, 6) : machine.columns;
  machine.columnsReduce = oneIn(2);
  machine.hopLatency = choice(0, 1);
  machine.bufferBytes = anyOf<std::int64_t>({1 << 20, 4096, 1024, 512, 256, 128});
  if (oneIn(2)) {
    machine.ports = between(1, 4);
  }
  machine.words2d = choice(0, 1) == 0 ? 64 : between(2, 16);
  machine.words1d = choice(0, 1) == 0 ? 64 : between(3, 32);
  machine.bytesNumerator = between(1, 60);
  machine.bytesDenominator = anyOf<std::int64_t>({1, 7, 13, 4});
  machine.interleave = anyOf<std::int64_t>({131072, 64, 24});
  machine.expTimes2d = between(1, 6);
  machine.expTimes1d = between(1, 6);
  machine.divTimes = between(1, 3);
  machine.chained = oneIn(2);
  return machine;
}

std::string text(const MachineShape& machine) {
  return fmt::format(
      "version: 1\nmachine: random\nkind: spatial\nsummary: random\nsource: drawn\n"
      "clock: 1 GHz\n"
      "dram: {{bandwidth: {}/{} GB/s, access: 8 B, interleave: {} B, source: drawn}}\n"
      "buffers:\n"
      "  global_buffer: {{capacity: {} B, width: {} B, ports: {}, source: drawn}}\n"
      "arrays:\n{}{}",
      machine.bytesNumerator, machine.bytesDenominator, machine.interleave, machine.bufferBytes,
      2 * machine.columns, machine.ports ? std::to_string(*machine.ports) : "unlimited",
      array(machine, true), array(machine, false));
}

} // namespace einsight::generators
