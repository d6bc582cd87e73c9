#pragma once
#include "core/expected.hpp"
#include "validation/cuda/gpu/gpu.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The file that `measure` writes: a device, and a record per case. third_party.py writes the same.
namespace einsight::validation {

/// One case, timed or failed. Empty numbers are not written.
struct Measured {
  std::string id;
  std::string suite;
  std::string system; ///< kernel, or "microbenchmark"
  std::optional<cuda::KernelCase> kernel;
  std::optional<cuda::Timing> timing;
  std::string error; ///< in place of a timing
  double flops = 0;
  double bytes = 0;
  double operations = 0;
  double loads = 0;
  std::string note;
};

/// What makes a run repeatable.
struct Provenance {
  cuda::GpuFacts device;
  std::string einsight; ///< version
  std::string date;     ///< UTC
  std::string command;
};

class MeasureFile {
public:
  /// A new file's content; nothing is written yet.
  explicit MeasureFile(std::filesystem::path path, const Provenance& provenance);
  /// The content of a file that an earlier run wrote. Fails: not readable, not such a file, or
  /// another device than this.
  static core::Expected<MeasureFile> resume(std::filesystem::path path,
                                            const Provenance& provenance);
  MeasureFile(MeasureFile&&) noexcept;
  MeasureFile& operator=(MeasureFile&&) noexcept;
  ~MeasureFile();

  /// Whether a case is recorded, without an error: failed ones are tried again.
  [[nodiscard]] bool has(const std::string& id) const;
  /// Whether an earlier run recorded it with an error, or ended while it was under way.
  [[nodiscard]] bool failedBefore(const std::string& id) const;
  /// The case that is running now: a file that still has one was left by a program that hung, was
  /// killed, or crashed with it.
  void setUnderWay(const std::string& id);
  /// A case that is done, no longer under way.
  void add(const Measured& measured);
  void setNotRun(const std::vector<std::string>& ids);
  /// The whole content, beside the old file and then in its place.
  [[nodiscard]] core::Problems write() const;
  [[nodiscard]] std::string text() const;

private:
  struct Content;
  explicit MeasureFile(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

/// The element at a share of sorted numbers: 0.5 is the median (of an even count, the mean of the
/// two).
double quantile(const std::vector<double>& sorted, double share);

} // namespace einsight::validation
