#include "results/store.hpp"

#include "results/detail/database.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace einsight::results {

struct SweepStore::Inside {
  std::optional<detail::WriterLock> lock; ///< outlives the database: closed after it
  detail::Database database;
  SweepIdentity identity;
};

SweepStore::SweepStore(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
SweepStore::SweepStore(SweepStore&&) noexcept = default;
SweepStore& SweepStore::operator=(SweepStore&&) noexcept = default;
SweepStore::~SweepStore() = default;

namespace {

tl::unexpected<core::Problems> refuse(const std::string& file, std::string what, std::string help) {
  return core::failure({{{file, 0, 0, {}}, std::move(what), std::move(help)}});
}

/// Why rows of `wanted` may not go into a database of `there`.
core::Expected<void> checkSame(const std::string& file, const SweepIdentity& there,
                               const SweepIdentity& wanted) {
  if (there.version != wanted.version) {
    return refuse(file,
                  fmt::format("the database is from version {} of einsight, this is {}",
                              there.version, wanted.version),
                  "give another file");
  }
  if (there.sweep != wanted.sweep || there.hash != wanted.hash) {
    return refuse(file,
                  fmt::format("the database holds another sweep: '{}' of {} points", there.sweep,
                              there.points),
                  there.sweep == wanted.sweep
                      ? "the sweep or a file that it uses has changed since; give another file"
                      : "give another file");
  }
  return {};
}

} // namespace

core::Expected<SweepStore> SweepStore::create(const std::string& file,
                                              const SweepIdentity& identity) {
  std::error_code none;
  if (std::filesystem::exists(file, none)) {
    return refuse(file, "the file is there already",
                  "--resume goes on with it, --overwrite begins again");
  }
  return resume(file, identity);
}

core::Expected<SweepStore> SweepStore::replace(const std::string& file,
                                               const SweepIdentity& identity) {
  std::error_code none;
  if (std::filesystem::exists(file, none)) {
    const auto lock = detail::WriterLock::take(file);
    if (!lock) {
      return core::failure(lock.error());
    }
    const auto there = detail::Database::openToRead(file).and_then(
        [](const detail::Database& database) { return database.replaceable(); });
    if (!there) {
      return core::failure(there.error());
    }
    if (!*there) {
      return refuse(file, "the file is a database, but not of sweep results", "give another file");
    }
    for (const auto* part : {"", "-wal", "-shm"}) {
      std::filesystem::remove(file + part, none);
    }
  }
  return create(file, identity);
}

core::Expected<SweepStore> SweepStore::resume(const std::string& file,
                                              const SweepIdentity& identity) {
  std::optional<detail::WriterLock> lock;
  if (file != kInMemory) {
    auto taken = detail::WriterLock::take(file);
    if (!taken) {
      return core::failure(std::move(taken.error()));
    }
    lock.emplace(std::move(*taken));
  }
  auto database = detail::Database::openToWrite(file);
  if (!database) {
    return core::failure(std::move(database.error()));
  }
  auto there = database->identity();
  if (!there) {
    return core::failure(std::move(there.error()));
  }
  if (*there) {
    if (const auto same = checkSame(file, **there, identity); !same) {
      return core::failure(same.error());
    }
    if (!identity.shard.empty() && (*there)->shard != identity.shard) {
      return refuse(
          file,
          fmt::format("the database holds {}, not shard {}",
                      (*there)->shard.empty() ? "the whole sweep" : "shard " + (*there)->shard,
                      identity.shard),
          "give every shard a file of its own");
    }
  }
  if (!*there || (*there)->shard != identity.shard) {
    if (const auto begun = database->begin(identity); !begun) {
      return core::failure(begun.error());
    }
  }
  return SweepStore(
      std::make_unique<Inside>(Inside{std::move(lock), std::move(*database), identity}));
}

core::Expected<SweepStore> SweepStore::open(const std::string& file) {
  auto database = detail::Database::openToRead(file);
  if (!database) {
    return core::failure(std::move(database.error()));
  }
  auto identity = database->identity();
  if (!identity) {
    return core::failure(std::move(identity.error()));
  }
  if (!*identity) {
    return refuse(file, "the database holds no sweep", "einsight sweep makes one");
  }
  return SweepStore(
      std::make_unique<Inside>(Inside{std::nullopt, std::move(*database), std::move(**identity)}));
}

const SweepIdentity& SweepStore::identity() const {
  return inside_->identity;
}

core::Expected<void> SweepStore::write(std::span<const SweepRow> rows) {
  return inside_->database.write(rows);
}

core::Expected<std::vector<std::int64_t>> SweepStore::numbers() const {
  return inside_->database.numbers();
}

core::Expected<SweepCounts> SweepStore::counts() const {
  return inside_->database.counts();
}

core::Expected<void> SweepStore::forEach(const std::function<void(const SweepRow&)>& use) const {
  return inside_->database.forEach(use);
}

namespace {

constexpr std::size_t kBatch = 1000;

/// Copies every row of one database into another.
core::Expected<void> copy(const SweepStore& from, SweepStore& to) {
  std::vector<SweepRow> batch;
  core::Expected<void> written;
  const auto flush = [&] {
    written = written ? to.write(batch) : written;
    batch.clear();
  };
  const auto read = from.forEach([&](const SweepRow& row) {
    batch.push_back(row);
    if (batch.size() == kBatch) {
      flush();
    }
  });
  flush();
  return read ? written : read;
}

/// Of rows that differ the shard is the place; a merge is not resumed.
core::Problems ofMerge(core::Problems problems, const std::string& shard) {
  for (auto& problem : problems) {
    if (problem.help == detail::kRunAgain) {
      problem.where.file = shard;
    } else if (problem.help == detail::kMakeRoom) {
      problem.help = "make room, and merge again";
    }
  }
  return problems;
}

} // namespace

core::Expected<SweepStore> merge(const std::string& file, const std::vector<std::string>& shards,
                                 bool replace) {
  core::Problems problems;
  std::vector<SweepStore> parts;
  std::error_code none;
  const bool there = std::filesystem::exists(file, none);
  if (there && !replace) {
    problems.push_back(
        {{file, 0, 0, {}}, "the file is there already", "--overwrite merges into it anew"});
  }
  for (const auto& shard : shards) {
    if (std::filesystem::equivalent(file, shard, none)) {
      problems.push_back({{shard, 0, 0, {}}, "this is where the result goes", "give another file"});
      continue;
    }
    auto part = SweepStore::open(shard);
    const auto same = part && !parts.empty()
                          ? checkSame(shard, part->identity(), parts.front().identity())
                          : core::Expected<void>();
    const auto& wrong = part ? (same ? core::Problems{} : same.error()) : part.error();
    problems.insert(problems.end(), wrong.begin(), wrong.end());
    if (part) {
      parts.push_back(std::move(*part));
    }
  }
  if (parts.empty() || !problems.empty()) {
    return core::failure(std::move(problems));
  }
  auto identity = parts.front().identity();
  identity.shard.clear();
  auto whole = replace ? SweepStore::replace(file, identity) : SweepStore::create(file, identity);
  const bool begun = whole.has_value();
  if (!whole) {
    whole = core::failure(ofMerge(std::move(whole.error()), file));
  }
  for (std::size_t i = 0; whole && i < parts.size(); ++i) {
    if (auto copied = copy(parts[i], *whole); !copied) {
      whole = core::failure(ofMerge(std::move(copied.error()), shards[i]));
    }
  }
  if (!whole && (begun || (!there && std::filesystem::is_empty(file, none)))) { // not whole
    std::filesystem::remove(file, none);
  }
  return whole;
}

} // namespace einsight::results
