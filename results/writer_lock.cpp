#include "results/detail/database.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace einsight::results::detail {
namespace {

constexpr mode_t kMode = 0666;

/// Is the open file still the one at the path? (Its holder removes it when it is done.)
bool stillThere(const std::string& path, int descriptor) {
  struct stat opened {};
  struct stat there {};
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &there) == 0 &&
         opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

} // namespace

core::Expected<WriterLock> WriterLock::take(const std::string& file) {
  const auto path = file + ".lock";
  while (true) {
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
    if (descriptor < 0) {
      return core::failure({{{file, 0, 0, {}},
                             fmt::format("cannot write '{}': {}", path, std::strerror(errno)),
                             "give a file in a folder that can be written"}});
    }
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    if (fcntl(descriptor, F_SETLK, &range) != 0) {
      close(descriptor);
      return core::failure({{{file, 0, 0, {}},
                             "another process writes this database",
                             "wait for it, or give another file"}});
    }
    if (stillThere(path, descriptor)) {
      return WriterLock(path, descriptor);
    }
    close(descriptor);
  }
}

WriterLock::WriterLock(WriterLock&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

WriterLock::~WriterLock() {
  if (descriptor_ >= 0) {
    unlink(path_.c_str());
    close(descriptor_);
  }
}

} // namespace einsight::results::detail
