#include "results/store.hpp"
#include "tests/config/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace einsight;
using namespace einsight::results;

namespace {

const SweepIdentity kIdentity{"x", "0123", "0.1.0", "latency", 3, "", "L"};

SweepRow row(std::int64_t number) {
  SweepRow out;
  out.number = number;
  out.workload = "bert";
  out.machine = "a \"quoted\" one\n";
  out.settings = {{"L", "4096"}, {"arch.PE", "1/3"}};
  out.seconds = 0.1 * static_cast<double>(number);
  out.energyPj = 1e300;
  out.usdPerMtoken = 0.1;
  out.meets = number % 2 == 0;
  out.detail = R"({"units":{"array_2d":0.30000000000000004}})";
  return out;
}

std::string said(const config::ScratchFolder& folder, const core::Problems& problems) {
  return folder.relative(core::render(problems));
}

} // namespace

TEST_CASE("rows come back as they were written, by number", "[results]") {
  const config::ScratchFolder folder;
  const auto file = (folder.root() / "r.db").string();
  {
    auto store = SweepStore::create(file, kIdentity);
    REQUIRE(store);
    REQUIRE(store->write(std::vector{row(3), row(1)}));
    REQUIRE(store->write(std::vector{row(2), row(3)})); // 3 is there, and equal
  }
  const auto store = SweepStore::open(file);
  REQUIRE(store);
  CHECK(*store->numbers() == std::vector<std::int64_t>{1, 2, 3});
  std::int64_t number = 0;
  REQUIRE(
      store->forEach([&](const SweepRow& each) { CHECK(toJson(each) == toJson(row(++number))); }));
  CHECK(store->identity().points == 3);
  CHECK(store->identity().per == "L");
  CHECK(!std::filesystem::exists(file + ".lock"));
  CHECK(!std::filesystem::exists(file + "-wal"));
}

TEST_CASE("a second result for a point is refused, and nothing of its batch is kept", "[results]") {
  const config::ScratchFolder folder;
  auto store = SweepStore::create((folder.root() / "r.db").string(), kIdentity);
  REQUIRE(store);
  REQUIRE(store->write(std::vector{row(1)}));
  auto other = row(1);
  other.seconds = 7;
  const auto written = store->write(std::vector{row(2), other});
  REQUIRE(!written);
  CHECK(said(folder, written.error()) ==
        "r.db: error: point 1 is there already with another result\n"
        "  help: the same point gave two results; run the sweep again\n");
  CHECK(store->counts()->all() == 1);
}

TEST_CASE("files that are no database of ours are refused", "[results]") {
  const config::ScratchFolder folder;
  const auto text = folder.write("t.db", std::string(5000, 'x')).string();
  CHECK(said(folder, SweepStore::open(text).error()) ==
        "t.db: error: the file is not a database of sweep results\n  help: give another file\n");
  CHECK(said(folder, SweepStore::resume(text, kIdentity).error()) ==
        "t.db: error: the file is not a database of sweep results\n  help: give another file\n");
  const auto missing = (folder.root() / "none.db").string();
  CHECK(said(folder, SweepStore::open(missing).error()) ==
        "none.db: error: there is no such file\n");
}

TEST_CASE("one process writes at a time", "[results]") {
  const config::ScratchFolder folder;
  const auto file = (folder.root() / "r.db").string();
  const auto store = SweepStore::create(file, kIdentity);
  REQUIRE(store);
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto second = SweepStore::resume(file, kIdentity);
    _exit(!second && second.error()[0].what == "another process writes this database" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(SweepStore::open(file)); // reading is allowed
}

TEST_CASE("parts of different sweeps or with different rows are not merged", "[results]") {
  const config::ScratchFolder folder;
  const auto path = [&](const std::string& name) { return (folder.root() / name).string(); };
  auto changed = row(1);
  changed.seconds = 9;
  auto other = kIdentity;
  other.hash = "4567";
  REQUIRE(SweepStore::create(path("a.db"), kIdentity)->write(std::vector{row(1), row(2)}));
  REQUIRE(SweepStore::create(path("b.db"), kIdentity)->write(std::vector{changed}));
  REQUIRE(SweepStore::create(path("c.db"), other));
  CHECK(said(folder, merge(path("r.db"), {path("a.db"), path("c.db"), path("d.db")}).error()) ==
        "c.db: error: the database holds another sweep: 'x' of 3 points\n"
        "  help: the sweep or a file that it uses has changed since; give another file\n"
        "d.db: error: there is no such file\n");
  CHECK(said(folder, merge(path("r.db"), {path("a.db"), path("b.db")}).error()) ==
        "b.db: error: point 1 is there already with another result\n"
        "  help: the same point gave two results; run the sweep again\n");
  CHECK(!std::filesystem::exists(path("r.db")));
  CHECK(said(folder, merge(path("a.db"), {path("a.db")}, true).error()) ==
        "a.db: error: this is where the result goes\n  help: give another file\n");
  const auto merged = merge(path("b.db"), {path("a.db"), path("a.db")}, true);
  REQUIRE(merged);
  CHECK(merged->counts()->all() == 2);
}

TEST_CASE("a database of another format or version is refused", "[results]") {
  const config::ScratchFolder folder;
  const auto file = (folder.root() / "r.db").string();
  auto newer = kIdentity;
  newer.version = "9.9.9";
  REQUIRE(SweepStore::create(file, newer));
  CHECK(said(folder, SweepStore::resume(file, kIdentity).error()) ==
        "r.db: error: the database is from version 9.9.9 of einsight, this is 0.1.0\n"
        "  help: give another file\n");
  {
    SQLite::Database database(file, SQLite::OPEN_READWRITE);
    database.exec("UPDATE meta SET value = '1' WHERE key = 'format'");
  }
  CHECK(said(folder, SweepStore::open(file).error()) ==
        "r.db: error: the database has format 1, and this einsight reads 2\n"
        "  help: use the einsight that wrote it\n");
  CHECK(SweepStore::replace(file, kIdentity)); // it may make room
}

TEST_CASE("a full disk is said, and what was complete is kept", "[results]") {
  const config::ScratchFolder folder;
  const auto file = (folder.root() / "r.db").string();
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    constexpr rlim_t kRoom = 200'000; // bytes
    const rlimit limit{kRoom, kRoom};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto store = SweepStore::create(file, kIdentity);
    for (std::int64_t number = 1; store && number < 100'000; ++number) {
      if (const auto written = store->write(std::vector{row(number)}); !written) {
        const auto& problem = written.error()[0];
        _exit(problem.what.starts_with("cannot be written: ") &&
                      problem.help == "what is complete is kept: make room, and go on with --resume"
                  ? 0
                  : 1);
      }
    }
    _exit(2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  auto store = SweepStore::resume(file, kIdentity);
  REQUIRE(store);
  const auto kept = store->counts()->all();
  CHECK(kept > 10);
  std::int64_t number = 0;
  REQUIRE(
      store->forEach([&](const SweepRow& each) { CHECK(toJson(each) == toJson(row(++number))); }));
  CHECK(number == kept);
  CHECK(store->write(std::vector{row(kept + 1)}));
}

TEST_CASE("a merge that the disk has no room for is said, and leaves nothing", "[results]") {
  const config::ScratchFolder folder;
  const auto part = (folder.root() / "1.db").string();
  const auto file = (folder.root() / "r.db").string();
  {
    std::vector<SweepRow> rows;
    for (std::int64_t number = 1; number <= 3000; ++number) {
      rows.push_back(row(number));
    }
    REQUIRE(SweepStore::create(part, kIdentity)->write(rows));
  }
  for (const rlim_t room : {rlim_t{0}, rlim_t{200'000}}) { // bytes
    const auto child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{room, room};
      setrlimit(RLIMIT_FSIZE, &limit);
      const auto merged = merge(file, {part});
      const bool good = !merged && merged.error()[0].where.file == file &&
                        merged.error()[0].what.starts_with("cannot be written: ") &&
                        merged.error()[0].help == "make room, and merge again";
      _exit(good ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(!std::filesystem::exists(file));
  }
  CHECK(merge(file, {part})->counts()->all() == 3000);
  CHECK(said(folder, merge(file, {part}).error()) == "r.db: error: the file is there already\n"
                                                     "  help: --overwrite merges into it anew\n");
}

TEST_CASE("an empty file makes room, another database does not", "[results]") {
  const config::ScratchFolder folder;
  const auto empty = folder.write("e.db", "").string(); // a sweep that ended before its tables
  CHECK(SweepStore::replace(empty, kIdentity));
  const auto other = (folder.root() / "o.db").string();
  SQLite::Database(other, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE accounts(name TEXT)");
  CHECK(said(folder, SweepStore::replace(other, kIdentity).error()) ==
        "o.db: error: the file is a database, but not of sweep results\n"
        "  help: give another file\n");
}

TEST_CASE("a folder that cannot be written is said", "[results]") {
  CHECK(core::render(SweepStore::create("/proc/r.db", kIdentity).error()) ==
        "/proc/r.db: error: cannot write '/proc/r.db.lock': No such file or directory\n"
        "  help: give a file in a folder that can be written\n");
}

TEST_CASE("a database in memory leaves no file", "[results]") {
  auto store = SweepStore::create(kInMemory, kIdentity);
  REQUIRE(store);
  REQUIRE(store->write(std::vector{row(1)}));
  CHECK(store->counts()->done == 1);
  CHECK(SweepStore::create(kInMemory, kIdentity)->counts()->done == 0);
  CHECK_FALSE(std::filesystem::exists(":memory:.lock"));
  CHECK_FALSE(std::filesystem::exists(kInMemory));
}
