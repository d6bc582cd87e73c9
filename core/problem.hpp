#pragma once
#include <string>
#include <vector>
namespace einsight::core {

/// A place in an input file. Lines and columns start at 1; 0 where there is none.
struct Where {
  std::string file;
  int line = 0;
  int column = 0;
  std::string path; // "arch.buffer.capacity"
};

/// One mistake in the user's input: what is wrong, and what would be right.
struct Problem {
  Where where;
  std::string what;
  std::string help;
  /// Where something would be right on a larger machine: how many times what there is it takes,
  /// above 1. 0 for all other mistakes.
  double excess = 0;
};

using Problems = std::vector<Problem>;

/// All problems, one "file:line:column: error: path: what" each and a "  help: …" line below where
/// there is help; file by file as they came up, in file order within. Parts of a place that are
/// empty are left out; the same problem is printed once.
std::string render(Problems problems);

} // namespace einsight::core
