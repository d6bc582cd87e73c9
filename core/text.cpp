#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace einsight::core {
namespace {

/// Edits between two words, neighbours swapped counting as one (optimal string alignment).
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> beforeLast(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], beforeLast[j - 2] + 1);
      }
    }
    std::swap(beforeLast, last);
    std::swap(last, row);
  }
  return last.back();
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return out;
}

constexpr std::size_t kLongestTypo = 3;
constexpr std::size_t kSmallTypo = 2; ///< nearer than a name with whole words more or fewer
constexpr std::size_t kLongestList = 40;

/// Whether a name is another one and words that follow it: "mla-decode" of "mla".
bool extends(std::string_view name, std::string_view other) {
  return !other.empty() && name.size() > other.size() && name.starts_with(other) &&
         name[other.size()] == '-';
}

/// The shortest name with more words, or else the longest with fewer.
std::string sameWords(std::string_view got, const std::vector<std::string>& candidates) {
  std::string more;
  std::string fewer;
  for (const auto& candidate : candidates) {
    if (extends(candidate, got) && (more.empty() || candidate.size() < more.size())) {
      more = candidate;
    }
    if (extends(got, candidate) && candidate.size() > fewer.size()) {
      fewer = candidate;
    }
  }
  return more.empty() ? fewer : more;
}

} // namespace

std::string nearest(std::string_view got, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t bestDistance = std::min(kLongestTypo, (got.size() + 1) / 2) + 1;
  std::size_t bestCapitals = 0; // wrong ones of the best
  const auto small = lowered(got);
  for (const auto& candidate : candidates) {
    const std::size_t atLeast =
        std::max(candidate.size(), got.size()) - std::min(candidate.size(), got.size());
    if (atLeast > bestDistance || (got.size() == 1 && !lowered(candidate).starts_with(small))) {
      continue; // of one letter no edit leaves anything, so it has to be there
    }
    const auto distance = editDistance(small, lowered(candidate));
    const auto capitals = editDistance(got, candidate) - distance;
    if (distance < bestDistance ||
        (distance == bestDistance && !best.empty() && capitals < bestCapitals)) {
      best = candidate;
      bestDistance = distance;
      bestCapitals = capitals;
    }
  }
  if (best.empty() || bestDistance > kSmallTypo) {
    const auto same = sameWords(got, candidates);
    return same.empty() ? best : same;
  }
  return best;
}

std::string suggestion(std::string_view got, const std::vector<std::string>& names) {
  std::vector<std::string> candidates; // each once
  for (const auto& name : names) {
    if (std::find(candidates.begin(), candidates.end(), name) == candidates.end()) {
      candidates.push_back(name);
    }
  }
  if (candidates.empty()) {
    return {};
  }
  const auto shown =
      candidates.begin() + static_cast<std::ptrdiff_t>(std::min(candidates.size(), kLongestList));
  std::string all = fmt::format("one of: {}", fmt::join(candidates.begin(), shown, ", "));
  if (shown != candidates.end()) {
    all += fmt::format(", … and {} more", candidates.end() - shown);
  }
  const auto best = nearest(got, candidates);
  return best.empty() ? all : fmt::format("did you mean '{}'? ({})", best, all);
}

std::string binaryCount(std::int64_t value) {
  constexpr std::array kSuffixes{"", "K", "M", "G"};
  std::size_t step = 0;
  while (value != 0 && value % 1024 == 0 && step + 1 < kSuffixes.size()) {
    value /= 1024;
    ++step;
  }
  return fmt::format("{}{}", value, kSuffixes.at(step));
}

} // namespace einsight::core
