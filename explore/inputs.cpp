#include "explore/inputs.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

namespace einsight::explore {
namespace {

std::string keyOf(const std::string& name, const core::Settings& settings) {
  auto key = name;
  for (const auto& [setting, value] : settings) {
    key += '\n';
    key += setting;
    key += '=';
    key += value.toString();
  }
  return key;
}

std::vector<std::filesystem::path> mappingFolders() {
  return {config::catalogueRoot() / "mappings"};
}

} // namespace

Shared<einsum::Cascade> Inputs::cascade(const std::string& reference,
                                        const core::Settings& settings) {
  return get(cascades_, keyOf(reference, settings),
             [&] { return workloads::load(reference, settings); });
}

Shared<std::optional<workloads::Lengths>> Inputs::lengths(const std::string& reference,
                                                          const core::Settings& settings) {
  return get(lengths_, keyOf(reference, settings),
             [&]() -> core::Expected<std::optional<workloads::Lengths>> {
               const auto read = cascade(reference, settings);
               return *read ? workloads::lengthsOf(reference, **read)
                            : core::failure(read->error());
             });
}

Shared<arch::Machine> Inputs::machine(const std::string& name, const core::Settings& settings) {
  return get(machines_, keyOf(name, settings), [&] { return arch::load(name, settings); });
}

Shared<arch::Gpu> Inputs::gpu(const std::string& name, const core::Settings& settings) {
  return get(gpus_, keyOf(name, settings), [&] { return arch::loadGpu(name, settings); });
}

Shared<std::string> Inputs::kind(const std::string& machine) {
  return get(kinds_, machine, [&] { return arch::kindOf(machine); });
}

Shared<mappings::Mapping> Inputs::mapping(const std::filesystem::path& file,
                                          const einsum::Cascade& cascade,
                                          const arch::Machine& machine,
                                          const core::Settings& settings) {
  const auto read = [&] {
    return mappings::readMapping(file, cascade, machine, settings, mappingFolders());
  };
  const auto depends = [&] {
    const auto document = config::load(file, mappingFolders());
    return !document || document->find("cases") != nullptr ||
           document->find("one_by_one") != nullptr;
  };
  if (!remember_ || *decided_.get(file.native(), depends)) {
    return std::make_shared<const core::Expected<mappings::Mapping>>(read());
  }
  return mappings_.get(keyOf(file.native(), settings), read);
}

std::shared_ptr<const std::vector<std::string>> Inputs::candidates(const einsum::Cascade& cascade) {
  std::string einsums; // all that candidates for spatial machines depend on
  for (const auto& einsum : cascade.einsums()) {
    einsums += einsum.view ? "" : einsum.name + '\n';
  }
  return get(candidates_, einsums, [&] { return mappings::candidates(cascade); });
}

std::shared_ptr<const std::vector<std::string>>
Inputs::gpuCandidates(const std::function<std::vector<std::string>()>& list) {
  return get(candidates_, "gpu", list);
}

} // namespace einsight::explore
