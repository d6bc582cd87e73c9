#include "explore/sweep/worker.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <memory>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace einsight::explore::sweep {
namespace {

constexpr std::size_t kMostErrorText = 1000;
constexpr char kAnswer = 'A';
constexpr char kThrew = 'E';

/// What goes before an answer.
struct Header {
  char kind = kAnswer;
  std::uint64_t size = 0;
};

bool sendAll(int socket, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const auto sent = send(socket, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {
      continue;
    }
    if (sent <= 0) {
      return false;
    }
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool answer(int socket, char kind, const std::string& text) {
  std::string message(sizeof(Header), '\0');
  const Header header{kind, text.size()};
  std::memcpy(message.data(), &header, sizeof header);
  message += text;
  return sendAll(socket, message.data(), message.size());
}

/// The life of a worker process.
[[noreturn]] void serve(int socket, int errors, pid_t parent,
                        const std::function<std::string(std::int64_t)>& work) {
  for (const int asked : {SIGINT, SIGTERM}) { // sent to all at once: a point is not to blame, and
    std::signal(asked, SIG_IGN);              // this process ends with its parent
  }
  for (const int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    std::signal(fatal, SIG_DFL); // what this process does about them is not for a worker to do
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(0);
  }
  dup2(errors, STDERR_FILENO);
  std::int64_t task = 0;
  while (recv(socket, &task, sizeof task, MSG_WAITALL) == sizeof task) {
    bool alive = false;
    try {
      alive = answer(socket, kAnswer, work(task));
    } catch (const std::exception& error) { alive = answer(socket, kThrew, error.what()); }
    if (!alive) {
      break;
    }
  }
  _exit(0);
}

core::Problems noProcess(const char* what) {
  return {{{}, fmt::format("cannot {}: {}", what, std::strerror(errno)), "use fewer --jobs"}};
}

std::string endOf(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("the process was ended by signal {} ({})", number, strsignal(number));
  }
  return fmt::format("the process ended with status {}", WEXITSTATUS(status));
}

} // namespace

core::Expected<std::unique_ptr<Worker>>
Worker::start(const std::function<std::string(std::int64_t)>& work,
              const std::vector<int>& others) {
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    return core::failure(noProcess("make a socket"));
  }
  const int errors = memfd_create("stderr", MFD_CLOEXEC);
  const auto parent = getpid();
  const auto process = errors < 0 ? -1 : fork();
  if (process < 0) {
    auto problems = noProcess("start a worker process");
    close(sockets[0]);
    close(sockets[1]);
    if (errors >= 0) {
      close(errors);
    }
    return core::failure(std::move(problems));
  }
  if (process == 0) {
    close(sockets[0]);
    for (const int other : others) {
      close(other);
    }
    serve(sockets[1], errors, parent, work);
  }
  close(sockets[1]);
  return std::unique_ptr<Worker>(new Worker(process, sockets[0], errors));
}

Worker::~Worker() {
  if (process_ >= 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  close(socket_);
  close(errors_);
}

void Worker::give(std::int64_t task) {
  if (tasks_.empty()) {
    begin_ = Clock::now();
  }
  tasks_.push_back(task);
  sendAll(socket_, &task, sizeof task);
}

Outcome Worker::finish(bool answered, std::string text) {
  constexpr double kMemory = 0.8; // of what tasks took before
  const auto now = Clock::now();
  const auto seconds = std::chrono::duration<double>(now - begin_).count();
  secondsPerTask_ = kMemory * secondsPerTask_.value_or(seconds) + (1 - kMemory) * seconds;
  Outcome outcome{tasks_.front(), answered, std::move(text)};
  tasks_.pop_front();
  begin_ = now;
  return outcome;
}

std::vector<Outcome> Worker::read() {
  constexpr std::size_t kBlock = 65536;
  const auto before = received_.size();
  received_.resize(before + kBlock);
  const auto count = recv(socket_, received_.data() + before, kBlock, MSG_DONTWAIT);
  const int error = errno;
  received_.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
  std::vector<Outcome> out;
  while (auto answer = takeAnswer()) {
    out.push_back(std::move(*answer));
  }
  if (count == 0 || (count < 0 && error != EAGAIN && error != EINTR)) {
    if (auto last = crashed()) {
      out.push_back(std::move(*last));
    }
  }
  return out;
}

std::optional<Outcome> Worker::takeAnswer() {
  Header header;
  if (received_.size() < sizeof header) {
    return std::nullopt;
  }
  std::memcpy(&header, received_.data(), sizeof header);
  const auto size = sizeof header + header.size;
  if (received_.size() < size || tasks_.empty()) {
    return std::nullopt;
  }
  auto text = received_.substr(sizeof header, header.size);
  received_.erase(0, size);
  return header.kind == kAnswer ? finish(true, std::move(text))
                                : finish(false, "internal error: " + text);
}

std::optional<Outcome> Worker::crashed() {
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  if (tasks_.empty()) {
    return std::nullopt;
  }
  const auto said = errorText();
  return finish(false, endOf(status) + (said.empty() ? "" : ": " + said));
}

std::string Worker::errorText() const {
  std::string text(kMostErrorText, '\0');
  const auto size = lseek(errors_, 0, SEEK_END);
  const auto first = std::max<off_t>(0, size - static_cast<off_t>(kMostErrorText));
  const auto count = pread(errors_, text.data(), text.size(), first);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

bool Worker::late(std::int64_t seconds) const {
  return !tasks_.empty() && Clock::now() - begin_ > std::chrono::seconds(seconds);
}

Outcome Worker::endLate(std::int64_t seconds) {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
  return finish(false, fmt::format("took longer than {} s", seconds));
}

} // namespace einsight::explore::sweep
