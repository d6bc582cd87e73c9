#pragma once
#include "core/expected.hpp"
#include "results/sweep_row.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace einsight::results {

/// Which sweep a database holds.
struct SweepIdentity {
  std::string sweep; ///< name
  std::string hash;  ///< of everything that the rows depend on
  std::string version;
  std::string objectives;  ///< "latency energy"
  std::int64_t points = 0; ///< of the whole sweep
  std::string shard;       ///< "2/4"; empty: the whole sweep
  std::string per;         ///< "L workload": points that differ in them are not compared
};

/// Numbers of rows by what became of them.
struct SweepCounts {
  std::int64_t done = 0, refused = 0, failed = 0;
  [[nodiscard]] std::int64_t all() const { return done + refused + failed; }
};

/// In place of the name of a file: a database that ends with the program.
inline constexpr const char* kInMemory = ":memory:";

/// The SQLite database of a sweep: table `points`, one row a point with the columns of SweepRow,
/// and table `meta`. One process writes (others are refused), any number reads at the same time.
/// What `write` returned from survives the end of the process at any moment.
class SweepStore {
public:
  /// A new database. Fails when the file is there already or cannot be written.
  static core::Expected<SweepStore> create(const std::string& file, const SweepIdentity& identity);
  /// The same, in place of a database of a sweep that is there. Fails when it is any other file.
  static core::Expected<SweepStore> replace(const std::string& file, const SweepIdentity& identity);
  /// A database that is there goes on; a new one where there is none. Fails when it is of another
  /// sweep, shard or format. A database of a shard may go on as the whole sweep.
  static core::Expected<SweepStore> resume(const std::string& file, const SweepIdentity& identity);
  /// A database that is there, to read.
  static core::Expected<SweepStore> open(const std::string& file);

  SweepStore(SweepStore&&) noexcept;
  SweepStore& operator=(SweepStore&&) noexcept;
  ~SweepStore();

  [[nodiscard]] const SweepIdentity& identity() const;
  /// Adds rows in one transaction. A row that is there already must be equal.
  core::Expected<void> write(std::span<const SweepRow> rows);
  /// The numbers of the rows that are there, ascending.
  [[nodiscard]] core::Expected<std::vector<std::int64_t>> numbers() const;
  [[nodiscard]] core::Expected<SweepCounts> counts() const;
  /// Every row, by number.
  core::Expected<void> forEach(const std::function<void(const SweepRow&)>& use) const;

private:
  struct Inside;
  explicit SweepStore(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

/// Makes a new database of the rows of several of the same sweep. Rows that are in more than one
/// must be equal. All problems at once; the file is removed when it could not be completed.
/// `replace`: a database of a sweep that is there makes room.
core::Expected<SweepStore> merge(const std::string& file, const std::vector<std::string>& shards,
                                 bool replace = false);

} // namespace einsight::results
