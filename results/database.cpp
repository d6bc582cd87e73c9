#include "results/detail/database.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <map>

namespace einsight::results::detail {
namespace {

constexpr const char* kFormat = "2"; ///< of the tables
constexpr int kPatience = 10'000;    ///< ms in which a reader may hold the writer up
// Primary result codes: sqlite.org/rescode.html
constexpr int kReadOnly = 8, kInputOutput = 10, kFull = 13, kCannotOpen = 14, kNoDatabase = 26;
constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS points(
  number INTEGER PRIMARY KEY, status TEXT NOT NULL, reason TEXT NOT NULL,
  workload TEXT NOT NULL, machine TEXT NOT NULL, mapping TEXT NOT NULL, engine TEXT NOT NULL,
  settings TEXT NOT NULL, cycles REAL, seconds REAL, energy_pj REAL, area_um2 REAL,
  edp_pj_s REAL, utilization REAL, flops REAL, meets INTEGER NOT NULL, detail TEXT NOT NULL,
  tokens_per_s REAL, usd REAL, usd_per_mtoken REAL, power_w REAL);
)";
constexpr const char* kInsert =
    "INSERT OR IGNORE INTO points VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kSelect = "SELECT * FROM points";

constexpr std::array kNumbers{&SweepRow::cycles,  &SweepRow::seconds, &SweepRow::energyPj,
                              &SweepRow::areaUm2, &SweepRow::edpPjS,  &SweepRow::utilization,
                              &SweepRow::flops};
/// Behind `detail`: columns of later versions come last.
constexpr std::array kLastNumbers{&SweepRow::tokensPerS, &SweepRow::usd, &SweepRow::usdPerMtoken,
                                  &SweepRow::powerW};

RowStatus statusOf(const std::string& name) {
  return name == nameOf(RowStatus::Done)      ? RowStatus::Done
         : name == nameOf(RowStatus::Refused) ? RowStatus::Refused
                                              : RowStatus::Failed;
}

void bind(SQLite::Statement& statement, int at, const std::optional<double>& value) {
  if (value) {
    statement.bind(at, *value);
  } else {
    statement.bind(at);
  }
}

void bind(SQLite::Statement& statement, const SweepRow& row) {
  int at = 0;
  statement.bind(++at, row.number);
  statement.bind(++at, nameOf(row.status));
  for (const auto* text : {&row.reason, &row.workload, &row.machine, &row.mapping, &row.engine}) {
    statement.bind(++at, *text);
  }
  statement.bind(++at, settingsToJson(row));
  for (const auto column : kNumbers) {
    bind(statement, ++at, row.*column);
  }
  statement.bind(++at, row.meets ? 1 : 0);
  statement.bind(++at, row.detail);
  for (const auto column : kLastNumbers) {
    bind(statement, ++at, row.*column);
  }
}

std::optional<double> numberAt(SQLite::Statement& statement, int at) {
  const auto value = statement.getColumn(at);
  return value.isNull() ? std::nullopt : std::optional(value.getDouble());
}

SweepRow rowOf(SQLite::Statement& statement) {
  SweepRow row;
  int at = 0;
  row.number = statement.getColumn(at++).getInt64();
  row.status = statusOf(statement.getColumn(at++).getString());
  for (auto* text : {&row.reason, &row.workload, &row.machine, &row.mapping, &row.engine}) {
    *text = statement.getColumn(at++).getString();
  }
  row.settings = settingsFromJson(statement.getColumn(at++).getString()).value_or(row.settings);
  for (const auto column : kNumbers) {
    row.*column = numberAt(statement, at++);
  }
  row.meets = statement.getColumn(at++).getInt() != 0;
  row.detail = statement.getColumn(at++).getString();
  for (const auto column : kLastNumbers) {
    row.*column = numberAt(statement, at++);
  }
  return row;
}

std::map<std::string, std::string> valuesOf(const SweepIdentity& identity) {
  return {{"format", kFormat},
          {"sweep", identity.sweep},
          {"hash", identity.hash},
          {"version", identity.version},
          {"objectives", identity.objectives},
          {"points", std::to_string(identity.points)},
          {"shard", identity.shard},
          {"per", identity.per}};
}

} // namespace

core::Problems Database::problem(const SQLite::Exception& error) const {
  if (error.getErrorCode() == SQLite::OK || error.getErrorCode() == kNoDatabase) {
    return {
        {{file_, 0, 0, {}}, "the file is not a database of sweep results", "give another file"}};
  }
  const int code = error.getErrorCode();
  if (code == kFull || code == kInputOutput) {
    return {{{file_, 0, 0, {}}, fmt::format("cannot be written: {}", error.what()), kMakeRoom}};
  }
  if (code == kReadOnly || code == kCannotOpen) {
    return {{{file_, 0, 0, {}},
             fmt::format("cannot be written: {}", error.what()),
             "give a file in a folder that can be written"}};
  }
  return {{{file_, 0, 0, {}}, fmt::format("the database refuses: {}", error.what()), {}}};
}

Database::~Database() {
  try {
    if (connection_ && writes_) {
      connection_->exec("PRAGMA journal_mode=DELETE");
    }
  } catch (const SQLite::Exception&) { // somebody reads: the log stays, and holds for them
    writes_ = false;
  }
}

core::Expected<Database> Database::openToWrite(const std::string& file) {
  Database database(file, nullptr);
  try {
    database.connection_ = std::make_unique<SQLite::Database>(
        file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kPatience);
    database.connection_->exec("PRAGMA journal_mode=WAL");
    database.connection_->exec("PRAGMA synchronous=NORMAL");
    database.writes_ = true;
  } catch (const SQLite::Exception& error) { return core::failure(database.problem(error)); }
  return database;
}

core::Expected<Database> Database::openToRead(const std::string& file) {
  Database database(file, nullptr);
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) {
    return core::failure({{{file, 0, 0, {}}, "there is no such file", {}}});
  }
  try {
    database.connection_ =
        std::make_unique<SQLite::Database>(file, SQLite::OPEN_READONLY, kPatience);
  } catch (const SQLite::Exception& error) { return core::failure(database.problem(error)); }
  return database;
}

core::Expected<std::optional<SweepIdentity>> Database::identity() const {
  try {
    const auto tables =
        connection_->execAndGet("SELECT count(*) FROM sqlite_master WHERE type = 'table'").getInt();
    if (tables == 0) {
      return std::optional<SweepIdentity>();
    }
    std::map<std::string, std::string> found;
    if (connection_->tableExists("meta") && connection_->tableExists("points")) {
      SQLite::Statement read(*connection_, "SELECT key, value FROM meta");
      while (read.executeStep()) {
        found[read.getColumn(0).getString()] = read.getColumn(1).getString();
      }
    }
    if (!found.contains("format")) {
      return core::failure({{{file_, 0, 0, {}},
                             "the file is a database, but not of sweep results",
                             "give another file"}});
    }
    if (found["format"] != kFormat) {
      return core::failure({{{file_, 0, 0, {}},
                             fmt::format("the database has format {}, and this einsight reads {}",
                                         found["format"], kFormat),
                             "use the einsight that wrote it"}});
    }
    return SweepIdentity{found["sweep"],
                         found["hash"],
                         found["version"],
                         found["objectives"],
                         std::atoll(found["points"].c_str()),
                         found["shard"],
                         found["per"]};
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
}

core::Expected<bool> Database::replaceable() const {
  try {
    if (connection_->execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0) {
      return true;
    }
    return connection_->tableExists("points") && connection_->tableExists("meta") &&
           connection_->execAndGet("SELECT count(*) FROM meta WHERE key = 'format'").getInt() == 1;
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
}

core::Expected<void> Database::begin(const SweepIdentity& identity) {
  try {
    SQLite::Transaction transaction(*connection_);
    connection_->exec(kTables);
    for (const auto& [key, value] : valuesOf(identity)) {
      SQLite::Statement insert(*connection_, "INSERT OR REPLACE INTO meta VALUES(?,?)");
      insert.bind(1, key);
      insert.bind(2, value);
      insert.exec();
    }
    transaction.commit();
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
  return {};
}

core::Expected<void> Database::write(std::span<const SweepRow> rows) {
  try {
    SQLite::Transaction transaction(*connection_);
    SQLite::Statement insert(*connection_, kInsert);
    SQLite::Statement read(*connection_, std::string(kSelect) + " WHERE number = ?");
    for (const auto& row : rows) {
      bind(insert, row);
      const bool added = insert.exec() == 1;
      insert.reset();
      if (added) {
        continue;
      }
      read.bind(1, row.number);
      const bool same = read.executeStep() && toJson(rowOf(read)) == toJson(row);
      read.reset();
      if (!same) {
        return core::failure(
            {{{file_, 0, 0, {}},
              fmt::format("point {} is there already with another result", row.number),
              kRunAgain}});
      }
    }
    transaction.commit();
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
  return {};
}

core::Expected<std::vector<std::int64_t>> Database::numbers() const {
  std::vector<std::int64_t> out;
  try {
    SQLite::Statement read(*connection_, "SELECT number FROM points ORDER BY number");
    while (read.executeStep()) {
      out.push_back(read.getColumn(0).getInt64());
    }
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
  return out;
}

core::Expected<SweepCounts> Database::counts() const {
  SweepCounts counts;
  try {
    SQLite::Statement read(*connection_, "SELECT status, count(*) FROM points GROUP BY status");
    while (read.executeStep()) {
      const auto status = statusOf(read.getColumn(0).getString());
      auto& count = status == RowStatus::Done      ? counts.done
                    : status == RowStatus::Refused ? counts.refused
                                                   : counts.failed;
      count = read.getColumn(1).getInt64();
    }
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
  return counts;
}

core::Expected<void> Database::forEach(const std::function<void(const SweepRow&)>& use) const {
  try {
    SQLite::Statement read(*connection_, std::string(kSelect) + " ORDER BY number");
    while (read.executeStep()) {
      use(rowOf(read));
    }
  } catch (const SQLite::Exception& error) { return core::failure(problem(error)); }
  return {};
}

} // namespace einsight::results::detail
