#include "validation/measure/file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace einsight::validation {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUnderWay = "under_way";

Json jsonOf(const Provenance& provenance) {
  const auto& device = provenance.device;
  Json json{{"device", device.name},
            {"compute_capability", fmt::format("{}.{}", device.major, device.minor)},
            {"sms", device.multiprocessors},
            {"memory_bytes", device.memoryBytes},
            {"l2_bytes", device.l2Bytes},
            {"shared_bytes_per_block", device.sharedBytesPerBlock},
            {"driver_cuda", device.driver},
            {"cuda", device.runtime},
            {"cublas", device.blas},
            {"einsight", provenance.einsight},
            {"date", provenance.date},
            {"command", provenance.command}};
  const auto& limits = device.limits;
  if (!limits.driver.empty()) {
    json["driver"] = limits.driver;
  }
  if (limits.smMhz > 0) {
    json["max_sm_mhz"] = limits.smMhz;
    json["max_mem_mhz"] = limits.memoryMhz;
  }
  if (limits.powerW > 0) {
    json["power_limit_w"] = limits.powerW;
  }
  return json;
}

void describe(Json& record, const cuda::KernelCase& which) {
  record["batch"] = which.batch;
  record["heads_q"] = which.headsQ;
  record["heads_kv"] = which.headsKv;
  record["seq_q"] = which.seqQ;
  record["seq_kv"] = which.seqKv;
  record["head_dim"] = which.headDim;
  if (which.headDimV != which.headDim) {
    record["head_dim_v"] = which.headDimV;
  }
  record["mask"] = cuda::maskText(which);
  if (which.mask.kind == cuda::MaskKind::Neighborhood) {
    record["layout"] = which.mask.layout;
    record["window"] = which.mask.window;
    record["stride"] = which.mask.stride;
    record["q_tile"] = which.mask.qTile;
    record["kv_tile"] = which.mask.kvTile;
  }
  record["weights"] = which.weights == cuda::Weights::Softmax ? "softmax" : "sigmoid";
  record["direction"] = "forward";
  record["dtype"] = which.fp16 ? "fp16" : "bf16";
}

void describe(Json& record, const cuda::Timing& timing) {
  record["timing"] = timing.how;
  record["median_us"] = quantile(timing.us, 0.5);
  record["p10_us"] = quantile(timing.us, 0.1);
  record["p90_us"] = quantile(timing.us, 0.9);
  record["runs"] = timing.us.size();
  if (timing.clocks.smMhz > 0) {
    record["sm_mhz"] = timing.clocks.smMhz;
    record["mem_mhz"] = timing.clocks.memoryMhz;
    record["power_w"] = timing.clocks.powerW;
  }
}

Json jsonOf(const Measured& measured) {
  Json record{{"id", measured.id}, {"suite", measured.suite}, {"system", measured.system}};
  if (measured.kernel) {
    describe(record, *measured.kernel);
  }
  if (!measured.timing) {
    record["error"] = measured.error;
    return record;
  }
  describe(record, *measured.timing);
  const double us = quantile(measured.timing->us, 0.5);
  if (measured.flops > 0) {
    record["flops"] = measured.flops;
    record["tflops"] = measured.flops / us / 1e6;
  }
  if (measured.bytes > 0) {
    record["bytes"] = measured.bytes;
    record["gb_per_s"] = measured.bytes / us / 1e3;
  }
  if (measured.operations > 0) {
    record["operations"] = measured.operations;
  }
  if (measured.loads > 0) {
    record["loads"] = measured.loads;
  }
  if (!measured.note.empty()) {
    record["note"] = measured.note;
  }
  return record;
}

core::Problems fileProblem(const std::filesystem::path& path, std::string what, std::string help) {
  return {{{path.string(), 0, 0, {}}, std::move(what), std::move(help)}};
}

} // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): assertions of nlohmann::json
struct MeasureFile::Content {
  std::filesystem::path path;
  Json json;
  std::set<std::string> done;
  std::set<std::string> failed; ///< by an earlier run
};

MeasureFile::MeasureFile(std::filesystem::path path, const Provenance& provenance)
    : content_(std::make_unique<Content>()) {
  content_->path = std::move(path);
  content_->json = {
      {"provenance", jsonOf(provenance)}, {"cases", Json::array()}, {"not_run", Json::array()}};
}

MeasureFile::MeasureFile(std::unique_ptr<Content> content) : content_(std::move(content)) {}
MeasureFile::MeasureFile(MeasureFile&&) noexcept = default;
MeasureFile& MeasureFile::operator=(MeasureFile&&) noexcept = default;
MeasureFile::~MeasureFile() = default;

core::Expected<MeasureFile> MeasureFile::resume(std::filesystem::path path,
                                                const Provenance& provenance) {
  std::ifstream stream(path);
  const auto json = Json::parse(stream, nullptr, false);
  const bool readable = json.is_object() && json.contains("cases") && json["cases"].is_array() &&
                        json.contains("provenance") && json["provenance"].is_object();
  if (!readable) {
    return core::failure(fileProblem(path, "this is no file that measure wrote",
                                     "name another file, or leave out --resume"));
  }
  const auto device = json["provenance"].value("device", std::string());
  if (device != provenance.device.name) {
    return core::failure(fileProblem(
        path, fmt::format("measured on '{}', and this is '{}'", device, provenance.device.name),
        "one file has one device: name another file"));
  }
  auto content = std::make_unique<Content>();
  content->path = std::move(path);
  content->json = json;
  auto& cases = content->json["cases"];
  const auto failed = [&](const Json& record) {
    if (record.is_object() && record.contains("error")) {
      content->failed.insert(record.value("id", std::string()));
    }
    return !record.is_object() || record.contains("error");
  };
  cases.erase(std::remove_if(cases.begin(), cases.end(), failed), cases.end());
  content->failed.insert(content->json.value(kUnderWay, std::string()));
  content->json.erase(kUnderWay);
  for (const auto& record : cases) {
    content->done.insert(record.value("id", std::string()));
  }
  return MeasureFile(std::move(content));
}

bool MeasureFile::has(const std::string& id) const {
  return content_->done.count(id) > 0;
}

bool MeasureFile::failedBefore(const std::string& id) const {
  return content_->failed.count(id) > 0;
}

void MeasureFile::setUnderWay(const std::string& id) {
  content_->json[kUnderWay] = id;
}

void MeasureFile::add(const Measured& measured) {
  content_->json.erase(kUnderWay);
  content_->json["cases"].push_back(jsonOf(measured));
  content_->done.insert(measured.id);
}

void MeasureFile::setNotRun(const std::vector<std::string>& ids) {
  content_->json["not_run"] = ids;
}

std::string MeasureFile::text() const {
  return content_->json.dump(1) + "\n";
}

core::Problems MeasureFile::write() const {
  auto beside = content_->path;
  beside += ".new";
  std::ofstream stream(beside, std::ios::binary);
  stream << text();
  stream.close();
  std::error_code error;
  if (stream) {
    std::filesystem::rename(beside, content_->path, error);
  }
  if (!stream || error) {
    return fileProblem(content_->path, "cannot write the file", {});
  }
  return {};
}

double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) {
    return std::nan("");
  }
  const double place = share * double(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const auto high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - double(low));
}

} // namespace einsight::validation
