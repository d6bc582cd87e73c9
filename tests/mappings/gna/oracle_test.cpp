#include "mappings/gna/count.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <map>

using namespace einsight;
using namespace einsight::mappings::gna;

namespace {

using Row = std::map<std::string, std::string>;

/// The cells of a line; commas inside quotes separate nothing.
std::vector<std::string> cellsOf(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char letter : line) {
    quoted = quoted != (letter == '"');
    if (letter == ',' && !quoted) {
      cells.emplace_back();
    } else if (letter != '"' && letter != '\r') {
      cells.back() += letter;
    }
  }
  return cells;
}

std::vector<Row> oracle() {
  std::ifstream file(EINSIGHT_SOURCE_DIR "/validation/published/gna_oracle.csv");
  std::string line;
  std::getline(file, line);
  const auto columns = cellsOf(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const auto cells = cellsOf(line);
    REQUIRE(cells.size() == columns.size());
    Row row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      row[columns[i]] = cells[i];
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Question questionOf(const Row& row) {
  return test::ask(row.at("layout"), row.at("window"), row.at("stride"), row.at("dilation"),
                   row.at("causal"), row.at("q_tile"), row.at("kv_tile"),
                   row.at("kv_tiling") == "dynamic" ? KvTiling::Dynamic : KvTiling::Static,
                   row.at("tiling") == "1d");
}

void checkCount(const Row& row, const char* column, std::int64_t count) {
  INFO(column);
  if (!row.at(column).empty()) { // the kernel_ columns of tilings that its header does not cover
    CHECK(row.at(column) == std::to_string(count));
  }
}

/// A ratio that the file gives to six or more digits.
void checkRatio(const Row& row, const char* column, double ratio) {
  INFO(column);
  CHECK(std::strtod(row.at(column).c_str(), nullptr) == Approx(ratio).epsilon(1e-5).margin(1e-6));
}

} // namespace

// Not compared, because they are no counts: group, backend, source, paper_* (as published, see the
// suite `gna`) and model_e2e_* (of shares and steps of models, see use_case_test.cpp).
TEST_CASE("every count of every row of the oracle comes out exactly", "[gna]") {
  const auto rows = oracle();
  CHECK(rows.size() == 350);
  for (const auto& row : rows) {
    INFO("row " << row.at("id"));
    const auto found = tally(questionOf(row));
    REQUIRE(found.has_value());
    const auto& counts = found->counts;
    checkCount(row, "tokens", found->tokens);
    checkCount(row, "q_tiles_run", counts.qTilesRun);
    checkCount(row, "q_tiles_dense", counts.qTilesDense);
    checkCount(row, "kv_tiles_dense", counts.kvTilesDense);
    checkCount(row, "visited_total", counts.visited);
    checkCount(row, "visited_max", counts.visitedMost);
    checkCount(row, "visited_min", counts.visitedLeast);
    checkCount(row, "full_tiles", counts.full);
    checkCount(row, "partial_tiles", counts.visited - counts.full);
    checkCount(row, "exact_visited_total", counts.needed);
    checkCount(row, "exact_visited_max", counts.neededMost);
    checkCount(row, "kernel_visited_total", counts.visited);
    checkCount(row, "kernel_visited_max", counts.visitedMost);
    checkCount(row, "kernel_visited_min", counts.visitedLeast);
    checkCount(row, "kernel_fully_block_sparse_flag", found->fullyBlockSparse ? 1 : 0);
    checkCount(row, "block_sparse_exact", found->fullyBlockSparse ? 1 : 0);
    checkRatio(row, "flop_fraction", 1 / found->flopSpeedup());
    checkRatio(row, "flop_speedup", found->flopSpeedup());
    checkRatio(row, "visited_fraction_mean", 1 / found->meanSpeedup());
    checkRatio(row, "visited_fraction_max", 1 / found->simSpeedup());
    checkRatio(row, "sim_speedup", found->simSpeedup());
    checkRatio(row, "mean_speedup", found->meanSpeedup());
    checkRatio(row, "wasted_fraction", found->wastedFraction());
  }
}

TEST_CASE("what the kernels call fully block-sparse has no tile with a masked pair", "[gna]") {
  for (const auto& row : oracle()) {
    INFO("row " << row.at("id"));
    const auto found = tally(questionOf(row));
    REQUIRE(found.has_value());
    CHECK(found->fullyBlockSparse == (found->counts.full == found->counts.real));
  }
}
