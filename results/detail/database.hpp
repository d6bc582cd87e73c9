#pragma once
#include "results/store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

namespace einsight::results::detail {

// What helps where a batch of rows is not written.
inline constexpr const char* kMakeRoom =
    "what is complete is kept: make room, and go on with --resume";
inline constexpr const char* kRunAgain = "the same point gave two results; run the sweep again";

/// The right to write a database, held by one process at a time: a lock on FILE.lock, which ends
/// with the process. The file is removed at the end.
class WriterLock {
public:
  /// Fails when another process writes the database, or the folder cannot be written.
  static core::Expected<WriterLock> take(const std::string& file);
  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&&) = delete;
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock();

private:
  WriterLock(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  std::string path_;
  int descriptor_ = -1; ///< -1: moved from
};

/// The tables of a sweep. Whatever SQLite refuses is a problem of the file. While it is open to
/// write, the file has a write-ahead log beside it; closed, it is one file.
class Database {
public:
  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) = delete;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  static core::Expected<Database> openToWrite(const std::string& file);
  static core::Expected<Database> openToRead(const std::string& file);

  /// Empty: nothing was begun yet. Fails on a database that is not of ours or of another format.
  [[nodiscard]] core::Expected<std::optional<SweepIdentity>> identity() const;
  /// May another sweep take its place: does it hold a sweep, of this format or of another, or
  /// nothing at all? Fails on a file that is no database.
  [[nodiscard]] core::Expected<bool> replaceable() const;
  /// Makes the tables, in one transaction, or says of those that are there what they now hold.
  core::Expected<void> begin(const SweepIdentity& identity);
  core::Expected<void> write(std::span<const SweepRow> rows);
  [[nodiscard]] core::Expected<std::vector<std::int64_t>> numbers() const;
  [[nodiscard]] core::Expected<SweepCounts> counts() const;
  core::Expected<void> forEach(const std::function<void(const SweepRow&)>& use) const;

private:
  Database(std::string file, std::unique_ptr<SQLite::Database> connection)
      : file_(std::move(file)), connection_(std::move(connection)) {}
  [[nodiscard]] core::Problems problem(const SQLite::Exception& error) const;

  std::string file_;
  std::unique_ptr<SQLite::Database> connection_;
  bool writes_ = false;
};

} // namespace einsight::results::detail
