#pragma once

namespace einsight::config {

/// While one lives, this process reads every file once: load, find, names, hashOfFile and
/// catalogueRoot answer again what they answered first. For what reads the same files again and
/// again; a file that changes meanwhile is not seen. What was read is forgotten with the last of
/// them.
class ReadOnce {
public:
  ReadOnce();
  ~ReadOnce();
  ReadOnce(const ReadOnce&) = delete;
  ReadOnce& operator=(const ReadOnce&) = delete;
};

} // namespace einsight::config
