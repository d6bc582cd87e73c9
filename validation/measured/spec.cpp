#include "validation/measured/spec.hpp"

#include "config/reader.hpp"

#include <array>

namespace einsight::validation {
namespace {

class SpecReader {
public:
  SpecReader(std::filesystem::path folder, core::Problems& problems)
      : folder_(std::move(folder)), problems_(problems) {}

  MeasuredSpec read(const config::Node& document) {
    config::MapReader reader(document, problems_);
    spec_.name = reader.text("suite").value_or("");
    reader.text("summary");
    spec_.folder = folder_ / reader.text("folder").value_or("");
    spec_.file = reader.text("file").value_or("");
    spec_.calibrationFile = reader.text("microbenchmarks").value_or("");
    spec_.reason = reader.textOr("reason", "").value_or("");
    if (const auto name = reader.text("systems")) {
      auto systems = readKernelSystems(folder_ / *name);
      if (systems) {
        spec_.kernels.systems = std::move(*systems);
      } else {
        problems_.insert(problems_.end(), systems.error().begin(), systems.error().end());
      }
    }
    spec_.times = readClass(reader.map("times"));
    spec_.speedups = readClass(reader.map("speedups"));
    if (const auto* list = reader.sequence("calibration")) {
      for (const auto& item : list->items) {
        readCalibrated(item);
      }
    }
    if (const auto* variants = reader.map("variants")) {
      for (const auto& [name, node] : variants->entries) {
        readSpeedup(name.scalar, node);
      }
    }
    reader.finish();
    return std::move(spec_);
  }

private:
  KernelClass readClass(const config::Node* node) {
    KernelClass out;
    if (node != nullptr) {
      config::MapReader reader(*node, problems_);
      out.tolerance = reader.realOr("tolerance", 0).value_or(0);
      out.familyMean = reader.realOr("family_mean", 0).value_or(0);
      reader.finish();
    }
    return out;
  }

  void readCalibrated(const config::Node& node) {
    config::MapReader reader(node, problems_);
    Calibrated out;
    out.setting = reader.text("set").value_or("");
    out.when = reader.textOr("architecture", "*").value_or("*");
    out.id = reader.text("from").value_or("");
    out.take = reader.oneOf("take", calibrationQuantities()).value_or("");
    reader.finish();
    spec_.calibration.push_back(std::move(out));
  }

  Variant readVariant(const config::Node* node) {
    Variant out;
    if (node != nullptr) {
      config::MapReader reader(*node, problems_);
      out.system = reader.textOr("system", "").value_or("");
      out.mask = reader.textOr("mask", "").value_or("");
      out.weights = reader.textOr("weights", "").value_or("");
      reader.finish();
    }
    return out;
  }

  void readSpeedup(const std::string& name, const config::Node& node) {
    config::MapReader reader(node, problems_);
    MeasuredSpeedup out{name, readVariant(reader.map("of")), readVariant(reader.map("against"))};
    reader.finish();
    spec_.variants.push_back(std::move(out));
  }

  std::filesystem::path folder_;
  core::Problems& problems_;
  MeasuredSpec spec_;
};

} // namespace

std::span<const std::string_view> calibrationQuantities() {
  static constexpr std::array<std::string_view, 7> kNames{"time",
                                                          "cycles each",
                                                          "lane cycles",
                                                          "share of the matrix rate",
                                                          "share of the special functions",
                                                          "share of the bandwidth",
                                                          "share of the bandwidth when writing"};
  return kNames;
}

core::Expected<MeasuredSpec> readMeasuredSpec(const std::filesystem::path& file) {
  const auto document = config::load(file);
  if (!document) {
    return core::failure(document.error());
  }
  core::Problems problems;
  auto spec = SpecReader(file.parent_path().parent_path(), problems).read(*document);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return spec;
}

} // namespace einsight::validation
