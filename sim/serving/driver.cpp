#include "sim/serving/driver.hpp"

#include "core/invariant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>

namespace einsight::sim::serving {
namespace {

constexpr std::int64_t kProgressEvery = 512; ///< iterations

/// A request that was admitted.
struct Active {
  std::size_t request = 0;
  std::int64_t generated = 0;
  std::int64_t computed = 0; ///< tokens before the next one to generate whose keys are there
  std::int64_t needed = 0;   ///< of them before the next token can be made
  double lastToken = -1;     ///< when its last token came; -1: none yet
  [[nodiscard]] bool decodes() const { return computed >= needed; }
};

/// What is measured: of all the time, and of the part of it in which requests wait.
struct Window {
  double seconds = 0;
  std::int64_t tokens = 0, iterations = 0;
  void add(double time, std::int64_t made) {
    seconds += time;
    tokens += made;
    ++iterations;
  }
};

class Driver {
public:
  Driver(const std::vector<Request>& requests, const Rules& rules)
      : requests_(requests), rules_(rules) {
    capacity_ = rules.capacityTokens - residentTokens(rules, rules.sharedPrefix);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      queue_.push_back({i, 0, 0, 0, -1});
    }
  }

  core::Expected<Served> run(const IterationOf& iteration,
                             const std::function<bool(double)>& progress) {
    if (auto problems = unservable(); !problems.empty()) {
      return core::failure(std::move(problems));
    }
    while (!queue_.empty() || !active_.empty()) {
      admit();                               // 1. as memory allows
      makeRoom();                            // 2. for the tokens of this iteration
      const auto shape = shapeOfIteration(); // 3. decode, then chunks of prompts
      const auto time = iteration(shape);    // 4. how long that takes
      if (!time) {
        return core::failure(time.error());
      }
      finish(*time); // 5. tokens come out, requests leave
      if (progress && all_.iterations % kProgressEvery == 0 &&
          !progress(static_cast<double>(finished_) / static_cast<double>(requests_.size()))) {
        return core::failure({{{}, "the simulation was stopped", {}}});
      }
    }
    return answer();
  }

private:
  [[nodiscard]] std::int64_t prefixOf(const Request& request) const {
    return std::min(rules_.sharedPrefix, request.prompt);
  }

  /// Tokens' worth of memory of its own that a request holds with so many tokens.
  [[nodiscard]] double held(const Active& one, std::int64_t tokens) const {
    const auto prefix = prefixOf(requests_[one.request]);
    return residentTokens(rules_, tokens) - residentTokens(rules_, prefix);
  }

  [[nodiscard]] core::Problems unservable() const {
    for (const auto& request : requests_) {
      const Active alone{static_cast<std::size_t>(&request - requests_.data()), 0, 0, 0, -1};
      const double needed = held(alone, request.prompt + request.output);
      if (needed > capacity_) {
        return {{{},
                 fmt::format("a request of {} prompt tokens and {} generated ones does not fit: it "
                             "needs room for the keys and values of {:.0f} tokens, and there is "
                             "room for {:.0f}, {:.0f} too few",
                             request.prompt, request.output, needed, std::max(0.0, capacity_),
                             needed - std::max(0.0, capacity_)),
                 "give more devices for keys and values, or shorter requests"}};
      }
    }
    return {};
  }

  void admit() {
    if (active_.empty() && !queue_.empty()) { // nothing to do until the next arrival
      now_ = std::max(now_, requests_[queue_.front().request].arrivalSeconds);
    }
    while (!queue_.empty() && static_cast<std::int64_t>(active_.size()) < rules_.mostRequests) {
      auto next = queue_.front();
      const auto& request = requests_[next.request];
      next.needed = request.prompt + next.generated;
      const double room = held(next, next.needed + 1);
      const double spare = active_.empty() ? 0 : rules_.spareShare * capacity_;
      if (request.arrivalSeconds > now_ || resident_ + room + spare > capacity_) {
        break;
      }
      queue_.pop_front();
      next.computed = rules_.decodeOnly ? next.needed : seenPrefix_ ? prefixOf(request) : 0;
      next.computed = std::min(next.computed, next.needed);
      seenPrefix_ = true;
      resident_ += held(next, next.needed);
      active_.push_back(next);
    }
    waiting_ = !queue_.empty() && requests_[queue_.front().request].arrivalSeconds <= now_;
    admitted_ = std::max(admitted_, static_cast<std::int64_t>(active_.size()));
  }

  /// Every request may need room for one token more; the last admitted ones make way.
  void makeRoom() {
    double wanted = 0;
    for (const auto& one : active_) {
      wanted += growth(one);
    }
    while (resident_ + wanted > capacity_ && active_.size() > 1) {
      auto last = active_.back();
      active_.pop_back();
      wanted -= growth(last);
      resident_ -= held(last, last.needed);
      queue_.push_front({last.request, last.generated, 0, 0, last.lastToken});
      ++preemptions_;
    }
  }

  [[nodiscard]] double growth(const Active& one) const {
    return held(one, one.needed + 1) - held(one, one.needed);
  }

  Shape shapeOfIteration() {
    Shape shape;
    chunks_.assign(active_.size(), 0);
    for (const auto& one : active_) {
      if (one.decodes()) {
        shape.requests += 1;
        shape.tokens += residentTokens(rules_, one.needed);
      }
    }
    auto left = rules_.chunkTokens - static_cast<std::int64_t>(shape.requests);
    for (std::size_t i = 0; i < active_.size() && left > 0; ++i) {
      const auto& one = active_[i];
      const auto chunk = std::min(left, one.needed - one.computed);
      chunks_[i] = chunk;
      left -= chunk;
      const auto tokens = static_cast<double>(chunk);
      shape.prompt += tokens;
      shape.pairs += tokens * (static_cast<double>(one.computed) + (tokens + 1) / 2);
    }
    const auto parts = std::max<std::size_t>(
        1, std::min(static_cast<std::size_t>(rules_.batches), active_.size()));
    shape.batches = static_cast<int>(parts);
    for (auto* value : {&shape.requests, &shape.tokens, &shape.prompt, &shape.pairs}) {
      *value /= static_cast<double>(parts);
    }
    return shape;
  }

  void finish(const Iteration& time) {
    EINSIGHT_INVARIANT(time.seconds > 0, "an iteration takes time");
    const double began = now_;
    now_ += time.seconds;
    std::int64_t made = 0, steady = 0;
    std::size_t kept = 0;
    double left = 0;
    for (std::size_t i = 0; i < active_.size(); ++i) {
      auto one = active_[i];
      const bool decodes = one.decodes();
      one.computed += chunks_[i];
      if (decodes || (chunks_[i] > 0 && one.decodes())) { // a last chunk makes the first token
        ++made;
        steady += token(one, began) ? 1 : 0;
      }
      if (one.generated < requests_[one.request].output) {
        active_[kept++] = one;
      } else {
        left += held(one, one.needed);
        ++finished_;
      }
    }
    peak_ = std::max(peak_, resident_);
    resident_ -= left;
    active_.resize(kept);
    if (steady > 0) {
      tbt_.emplace_back(time.seconds, steady);
    }
    account(time, made);
  }

  /// A request gets a token. True where its last one came when this iteration began.
  bool token(Active& one, double began) {
    const bool follows = one.lastToken == began;
    if (one.lastToken < 0) {
      ttft_.emplace_back(now_ - requests_[one.request].arrivalSeconds, 1);
    } else if (!follows) {
      tbt_.emplace_back(now_ - one.lastToken, 1);
    }
    one.lastToken = now_;
    ++one.generated;
    resident_ += growth(one);
    ++one.needed;
    ++one.computed;
    return follows;
  }

  void account(const Iteration& time, std::int64_t made) {
    constexpr double kRounding = 1e-6;
    EINSIGHT_INVARIANT(peak_ <= capacity_ * (1 + kRounding) + 1,
                       "keys and values that are resident fit the memory");
    busy_.resize(time.busySeconds.size());
    for (std::size_t part = 0; part < busy_.size(); ++part) {
      EINSIGHT_INVARIANT(time.busySeconds[part] <= time.seconds * (1 + kRounding),
                         "nothing is busy for longer than an iteration takes");
      busy_[part] += time.busySeconds[part];
    }
    all_.add(time.seconds, made);
    if (waiting_) {
      waitingSeconds_ += time.seconds;
      if (finished_ >= admitted_) {
        full_.add(time.seconds, made);
      }
    }
  }

  core::Expected<Served> answer() {
    EINSIGHT_INVARIANT(finished_ == static_cast<std::int64_t>(requests_.size()) &&
                           ttft_.size() == requests_.size(),
                       "every request ends once");
    Served out;
    const auto& window = full_.tokens > 0 ? full_ : all_;
    const double first = requests_.empty() ? 0 : requests_.front().arrivalSeconds;
    out.seconds = now_ - first;
    out.serving.ttft = quantilesOf(ttft_);
    out.serving.tbt = quantilesOf(tbt_);
    const double seconds = full_.tokens > 0 ? full_.seconds : out.seconds;
    out.serving.tokensPerSecond = seconds > 0 ? static_cast<double>(window.tokens) / seconds : 0;
    out.serving.requests = finished_;
    out.serving.tokens = all_.tokens;
    out.serving.iterations = all_.iterations;
    out.serving.preemptions = preemptions_;
    out.serving.meanBatch = window.iterations > 0 ? static_cast<double>(window.tokens) /
                                                        static_cast<double>(window.iterations)
                                                  : 0;
    out.serving.capacityTokens = rules_.capacityTokens;
    out.serving.peakTokens = peak_ + residentTokens(rules_, rules_.sharedPrefix);
    out.steady = full_.tokens > 0;
    out.busySeconds = busy_;
    out.waitingShare = out.seconds > 0 ? waitingSeconds_ / out.seconds : 0;
    return out;
  }

  const std::vector<Request>& requests_;
  const Rules& rules_;
  double capacity_ = 0; ///< tokens, besides the shared prefix
  double now_ = 0, resident_ = 0, peak_ = 0, waitingSeconds_ = 0;
  std::int64_t finished_ = 0, admitted_ = 0, preemptions_ = 0;
  bool waiting_ = false, seenPrefix_ = false;
  std::deque<Active> queue_;         ///< not admitted, in order
  std::vector<Active> active_;       ///< in the order of admission
  std::vector<std::int64_t> chunks_; ///< prompt tokens of this iteration, as active_
  Window all_, full_;
  std::vector<double> busy_;
  std::vector<std::pair<double, std::int64_t>> ttft_, tbt_;
};

} // namespace

double residentTokens(const Rules& rules, std::int64_t tokens) {
  return rules.fullShare * static_cast<double>(tokens) +
         (1 - rules.fullShare) * static_cast<double>(std::min(tokens, rules.window));
}

core::Expected<Served> serve(const std::vector<Request>& requests, const Rules& rules,
                             const IterationOf& iteration,
                             const std::function<bool(double)>& progress) {
  return Driver(requests, rules).run(iteration, progress);
}

} // namespace einsight::sim::serving
