#include "shares_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <map>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "delivery/rate_limit.hpp"

namespace leadrelay::benchmarks {
namespace {

using namespace std::chrono_literals;

const std::vector<providers::limit> limits{{50, 1s}, {300, 10s}};
constexpr std::size_t partitions = 8;
constexpr int imports = 20;
constexpr double import_size = 1800;  // changes: a minute at the full limit
constexpr int units = 50;             // of which each limit has a whole number of requests
constexpr int least = 1;              // units of a worker of which nothing waits, so that its next change waits for no word
constexpr int slack = 2;              // units: parts that are no further off stay
constexpr long little = 60;           // changes: where fewer wait all parts stay
constexpr time_point start{1h};
constexpr time_point never = time_point::max();

struct dice {
  std::mt19937_64 engine;

  duration between(duration low, duration high) { return duration{std::uniform_int_distribution{low.count(), high.count()}(engine)}; }
  bool once_in(int times) { return std::uniform_int_distribution{1, times}(engine) == 1; }
  /// Of an import: how much each partition has, to be seen against their sum.
  std::vector<double> weights(spread over) {
    std::vector<double> out(partitions);
    for (std::size_t i = 0; i < partitions; ++i)
      out[i] = over == spread::even ? 1 : over == spread::zipf ? 1 / static_cast<double>(i + 1) : over == spread::one && i == 0 ? 1 : 0;
    for (int lead = 0; over == spread::leads && lead < 200; ++lead)
      ++out[std::uniform_int_distribution<std::size_t>{0, partitions - 1}(engine)];
    std::ranges::shuffle(out, engine);
    return out;
  }
};

/// What a worker says, and in the view of who reads it also what it has.
struct word {
  std::size_t from = 0;
  long number = 0;  ///< of its worker's: one that comes after a later one is ignored
  long waits = 0;
  int wants = 0;  ///< units
  int has = 0;    ///< units
};

struct worker {
  delivery::rate_limit may{limits};
  long waits = 0;
  int part = 0;  ///< units in use
  long words = 0;
  std::size_t read = 0;       ///< of all words
  duration read_after{};      ///< how long after it is appended the next one comes
  std::vector<word> views{};  ///< of all workers, as the words read so far tell
  time_point speaks_at{};
  time_point stands_until{};
  time_point reads_from{};
};

/// The units of each by what waits.
std::vector<int> divide(const std::vector<word>& views) {
  long all = 0;
  for (const word& each : views) all += each.waits;
  std::vector<int> out;
  long before = 0;
  for (const word& each : views) {
    const auto up_to = [&](long waits) { return all == 0 ? 0 : (units - least * std::ssize(views)) * waits / all; };
    out.push_back(all < little ? each.has : static_cast<int>(least + up_to(before + each.waits) - up_to(before)));
    before += each.waits;
  }
  return out;
}

delivery::limit_share share_of(std::size_t first, std::size_t count, int total) {
  std::vector<int> owned(count);
  std::iota(owned.begin(), owned.end(), static_cast<int>(first));
  return {owned, total};
}

class group {
 public:
  group(const scene& of, figures& out) : of_(of), random_{std::mt19937_64(of.seed)}, workers_(of.workers), out_(out) {
    const std::vector<int> parts = divide(std::vector<word>(of.workers, {.waits = little}));
    for (std::size_t i = 0; i < of.workers; ++i) {
      worker& each = workers_[i];
      for (const int part : parts) each.views.push_back({.wants = part, .has = part});
      each.speaks_at = now_ + (of_.by == design::by_the_clock ? 0s : random_.between(0s, 1s));
      each.may.set_share(share_of(0, 0, of_.by == design::by_partition ? partitions : units), now_, {});
      if (of_.by == design::by_partition)
        each.may.set_share(share_of(i * per_worker(), per_worker(), partitions), now_, {});
      else
        use(each, parts[i]);
    }
  }

  void run() {
    for (int i = 0; i < imports; ++i) {
      bring_import();
      while (std::ranges::any_of(workers_, [](const worker& each) { return each.waits > 0; })) step();
      note_moved(true);
    }
    out_.time_s += std::chrono::duration<double>(now_ - start).count();
  }

 private:
  std::size_t per_worker() const { return partitions / workers_.size(); }
  std::size_t number_of(const worker& of) const { return static_cast<std::size_t>(&of - workers_.data()); }

  void bring_import() {
    const std::vector<double> weights = random_.weights(of_.over);
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<word> truth(workers_.size());
    for (std::size_t i = 0; i < partitions; ++i) truth[i / per_worker()].waits += std::lround(import_size * weights[i] / all);
    for (std::size_t i = 0; i < workers_.size(); ++i) workers_[i].waits = truth[i].waits;
    most_ = static_cast<std::size_t>(std::ranges::max_element(workers_, {}, &worker::waits) - workers_.begin());
    goal_ = of_.by == design::by_partition ? 0 : divide(truth)[most_] - slack;
    came_at_ = now_;
  }

  void note_moved(bool import_ends) {
    if (goal_ == 0 || (workers_[most_].part < goal_ && !import_ends)) return;
    if (now_ > came_at_) out_.moved_s.push_back(std::chrono::duration<double>(now_ - came_at_).count());
    goal_ = 0;
  }

  time_point reads_at(const worker& of) const {
    return of.read < topic_.size() ? std::max(topic_[of.read].first + of.read_after, of.reads_from) : never;
  }
  time_point acts_at(const worker& of) const {
    const time_point sends_at = of.waits > 0 ? of.may.opens_at(now_).value_or(never) : never;
    return std::max(of.stands_until, std::min({sends_at, reads_at(of), of.speaks_at}));
  }

  void step() {
    note_moved(false);
    time_point next = on_the_way_.empty() ? never : on_the_way_.begin()->first;
    for (const worker& each : workers_) next = std::min(next, acts_at(each));
    now_ = std::max(now_, next);
    for (; !on_the_way_.empty() && on_the_way_.begin()->first <= now_; on_the_way_.erase(on_the_way_.begin()))
      topic_.push_back(*on_the_way_.begin());
    for (worker& each : workers_)
      if (each.stands_until <= now_) act(each);
  }

  /// What may be sent goes first: after a standstill the words of that time are still to be fetched.
  void act(worker& at) {
    for (; at.waits > 0 && at.may.open(now_); --at.waits) {
      at.may.reserve(now_);
      at.may.send(now_);
      send();
    }
    if (at.waits > 0) at.may.hold_back(now_);
    for (; reads_at(at) <= now_; at.read_after = half_a_way()) take(at, topic_[at.read++].second);
    if (at.speaks_at > now_) return;
    if (of_.by != design::by_partition) speak(at);
    at.speaks_at += (now_ - at.speaks_at) / 1s * 1s + 1s;
    if (!of_.in_trouble || !random_.once_in(100)) return;
    at.stands_until = now_ + random_.between(2s, 15s);
    at.reads_from = at.stands_until + half_a_way();
  }

  /// The provider refuses what exceeds a limit, and does not count what it refuses.
  void send() {
    bool above = false;
    for (std::size_t i = 0; i < limits.size(); ++i) {
      sent_[i].push_back(now_);
      for (auto* each : {&sent_[i], &accepted_[i]})
        while (!each->empty() && each->front() < now_ - limits[i].per) each->pop_front();
      out_.most = std::max(out_.most, static_cast<double>(sent_[i].size()) / limits[i].requests);
      above = above || std::ssize(accepted_[i]) >= limits[i].requests;
    }
    for (auto& each : accepted_)
      if (!above) each.push_back(now_);
    ++(above ? out_.above : out_.accepted);
  }

  /// To the topic, or from it: a word takes 5 to 500 ms in all.
  duration half_a_way() { return random_.between(2500us, 250ms); }

  /// All fold the words into the same views. Its own part a worker takes from them while no later word of its own is on the way.
  void take(worker& at, const word& said) {
    if (said.number <= at.views[said.from].number) return;
    at.views[said.from] = {said.from, said.number, said.waits, said.wants, at.views[said.from].has};
    if (of_.by == design::by_the_clock) return;
    int room = units;
    for (word& each : at.views) room -= each.has = std::min(each.has, each.wants);
    for (word& each : at.views) {
      const int more = std::min(each.wants - each.has, room);
      each.has += more;
      room -= more;
    }
    const word& own = at.views[number_of(at)];
    if (own.number == at.words) use(at, own.has);
  }

  void speak(worker& at) {
    const std::size_t own = number_of(at);
    std::vector<word> views = at.views;
    if (of_.by == design::acknowledged) views[own] = {.waits = at.waits, .has = at.part};
    int wants = divide(views)[own];
    if (of_.by == design::acknowledged && std::abs(wants - at.part) <= slack) wants = at.part;
    if (wants < at.part || of_.by == design::by_the_clock) use(at, wants);
    at.views[own].waits = at.waits;
    publish({own, ++at.words, at.waits, wants});
  }

  void publish(const word& said) {
    ++out_.words;
    if (of_.in_trouble && random_.once_in(20)) return;
    const duration late = of_.in_trouble && random_.once_in(20) ? random_.between(1s, 10s) : 0s;
    on_the_way_.emplace(now_ + half_a_way() + late, said);
  }

  void use(worker& at, int part) {
    if (part == std::exchange(at.part, part)) return;
    at.may.set_share(share_of(0, static_cast<std::size_t>(part), units), now_, {});
  }

  scene of_;
  dice random_;
  std::vector<worker> workers_;
  std::array<std::deque<time_point>, 2> sent_, accepted_;  ///< in each limit's window
  std::multimap<time_point, word> on_the_way_;
  std::vector<std::pair<time_point, word>> topic_;
  time_point now_ = start;
  time_point came_at_{};
  std::size_t most_ = 0;  ///< the worker with most of the import
  int goal_ = 0;          ///< units that it is to have, 0 once it has
  figures& out_;
};

}  // namespace

void play(const scene& of, figures& out) { group(of, out).run(); }

}  // namespace leadrelay::benchmarks
