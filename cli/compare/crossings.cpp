#include "cli/compare/points.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace einsight::cli {
namespace {

constexpr double kAlike = 0.01; ///< of two times: neither is faster
constexpr std::string_view kDecode = "-decode";

std::optional<double> secondsAt(const std::vector<ComparePoint>& points, const ComparePoint& like,
                                const std::string& name) {
  const auto found = std::find_if(points.begin(), points.end(), [&](const ComparePoint& each) {
    return each.phase == like.phase && each.machine == like.machine && each.value == like.value &&
           mechanismName(each.workload) == name;
  });
  return found == points.end() ? std::nullopt : found->seconds;
}

/// Crossings of two workloads along values that both have, in one phase on one machine.
void addCrossings(const std::vector<ComparePoint>& points, const std::vector<ComparePoint>& along,
                  const std::string& first, const std::string& second,
                  std::vector<Crossover>& out) {
  std::optional<std::pair<double, double>> before; // value, log of the quotient of times
  for (const auto& point : along) {
    const auto a = secondsAt(points, point, first);
    const auto b = secondsAt(points, point, second);
    if (!a || !b) {
      continue;
    }
    const double quotient = std::log(*a / *b);
    if (std::abs(quotient) < kAlike) {
      continue;
    }
    if (before && (before->second < 0) != (quotient < 0)) {
      const double part = before->second / (before->second - quotient);
      const double at =
          std::exp(std::log(before->first) + part * std::log(point.value / before->first));
      out.push_back({point.phase, point.machine, quotient < 0 ? first : second,
                     quotient < 0 ? second : first, before->first, point.value, at});
    }
    before = {point.value, quotient};
  }
}

template <class T>
bool addOnce(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) != list.end()) {
    return false;
  }
  list.push_back(value);
  return true;
}

} // namespace

std::string mechanismName(const std::string& workload) {
  return workload.ends_with(kDecode) ? workload.substr(0, workload.size() - kDecode.size())
                                     : workload;
}

std::vector<Crossover> crossoversOf(const std::vector<ComparePoint>& points) {
  std::vector<Crossover> out;
  std::vector<std::pair<std::string, std::string>> places;
  for (const auto& point : points) {
    if (!addOnce(places, {point.phase, point.machine})) {
      continue;
    }
    std::vector<std::string> names;
    std::vector<ComparePoint> along; // one for each value
    std::vector<double> values;
    for (const auto& other : points) {
      if (other.phase == point.phase && other.machine == point.machine) {
        addOnce(names, mechanismName(other.workload));
        if (addOnce(values, other.value)) {
          along.push_back(other);
        }
      }
    }
    std::sort(along.begin(), along.end(),
              [](const auto& a, const auto& b) { return a.value < b.value; });
    for (std::size_t i = 0; i < names.size(); ++i) {
      for (std::size_t j = i + 1; j < names.size(); ++j) {
        addCrossings(points, along, names[i], names[j], out);
      }
    }
  }
  return out;
}

} // namespace einsight::cli
