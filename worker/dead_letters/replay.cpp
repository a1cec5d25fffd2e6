#include "dead_letters/replay.hpp"

#include <algorithm>
#include <thread>

#include "base/date_time.hpp"
#include "dead_letters/replay_run.hpp"
#include "dead_letters/replayed_record.hpp"

namespace leadrelay::dead_letters {
namespace {

using kafka::step_result;
using std::chrono::steady_clock;

constexpr std::uint64_t most_planned = 100'000;
constexpr std::uint64_t least_planned = 1000;  // each plan takes a look into the source
constexpr std::size_t most_batch = 1000;
constexpr std::size_t most_batch_bytes = 2 << 20;
constexpr double batches_per_second = 5;  // where there is a speed limit
constexpr std::uint64_t between_surveyed = 10'000;
constexpr auto slice = std::chrono::milliseconds(50);
constexpr std::chrono::hours longest_turn{24 * 365};  // a clock's nanoseconds end after 292 years

std::size_t largest_batch_of(const replay_options& options) {
  if (!options.per_second) return most_batch;
  return static_cast<std::size_t>(std::clamp(*options.per_second / batches_per_second, 1.0, double{most_batch}));
}

/// Not another record, of a topic that was made anew.
bool is_whole_of(const events::record& whole, const read_letter_record& part) {
  const std::string_view value = whole.value.value_or("");
  const bool same_time = part.says().written_ms < 0 || part.says().written_ms == whole.timestamp_ms;
  return same_time && value.size() == part.says().truncated && value.starts_with(part.record().value.value_or(""));
}

}  // namespace

replay_report replay(const config::configuration& by, const replay_options& options, replay_listener& tell, const std::atomic<bool>& stop) {
  return replay_run(by, options, tell, stop).run();
}

replay_run::replay_run(const config::configuration& by, const replay_options& options, replay_listener& tell, const std::atomic<bool>& stop)
    : configuration_(by),
      options_(options),
      tell_(tell),
      stop_(stop),
      read_book_(by.topics.dead_letters),
      largest_batch_(largest_batch_of(options)),
      next_turn_(steady_clock::now()) {}

replay_report replay_run::run() {
  step failed = open();
  if (!failed) failed = check_book();
  if (!failed) failed = survey();
  if (!failed) failed = replay_all();
  if (failed && failed->what != kafka::told_to_stop) report_.trouble = failed->what;
  report_.interrupted = stop_;
  return report_;
}

// --- Before -----------------------------------------------------------------------------------------------------------------------------

step_result replay_run::open() {
  auto log = letter_log::open(configuration_, &stop_);
  if (!log) return kafka::failed_step{log.error().what};
  log_.emplace(std::move(*log));
  auto sources = source_logs::open(configuration_, stop_);
  if (!sources) return kafka::failed_step{sources.error().what};
  sources_.emplace(std::move(*sources));
  if (options_.dry_run) return read_book(log_->scanner(), book_topic_of(configuration_), read_book_);
  writer_.emplace(configuration_, stop_);
  return writer_->open();
}

/// A book of another topic would keep letters back for ever.
step_result replay_run::check_book() {
  const auto strangers = log_->find_strangers(book());
  if (!strangers) return kafka::failed_step{strangers.error().what};
  for (const replayed_letter& one : *strangers) {
    if (!options_.anew) {
      return kafka::failed_step{
          "topic \"" + book_topic_of(configuration_) + "\" tells that " + std::to_string(one.partition) + ":" + std::to_string(one.offset) +
          " of " + format_date_time(wall_time(std::chrono::milliseconds(one.time_ms))) + " has been replayed, which topic \"" +
          log_->topic() +
          "\" does not hold; where that topic was deleted and made anew, --anew forgets what was replayed of the former one"};
    }
    if (auto failed = writer_ ? writer_->forget(one.partition) : step{}) return failed;
    if (!writer_) read_book_.forget(one.partition);
  }
  return std::nullopt;
}

/// Places in the source that have ended as dead letters count as undelivered, whichever letters are asked for; but for those that may have
/// been applied. With `again` only what this run replays is taken.
step_result replay_run::survey() {
  std::uint64_t of = 0;
  for (const kafka::log_span& each : log_->partitions()) {
    next_.push_back(each.begin);
    of += static_cast<std::uint64_t>(each.end - each.begin);
  }
  std::uint64_t read = 0;
  return log_->read_all([&](const read_letter_record& one) {
    if (++read % between_surveyed == 0) tell_.surveyed(read, of);
    const letter& says = one.says();
    const bool already = book().contains(one.record().partition, one.record().offset);
    const auto log = says.reason && says.source ? sources_->find(*says.source) : std::nullopt;
    if (log) sources_->note(*log, says);
    if (log && already && !options_.again) sources_->take(*log, says);
    if (!matches(options_.which, one)) return !stop_;
    ++report_.matched;
    if (already) ++report_.already;
    if (!already || options_.again) ++candidates_;
    return !stop_.load();
  });
}

// --- Plans ------------------------------------------------------------------------------------------------------------------------------

bool replay_run::is_over() const { return stop_ || report_.replayed >= options_.most; }

bool replay_run::is_wanted(const read_letter_record& one) const {
  if (!options_.again && book().contains(one.record().partition, one.record().offset)) return false;
  return matches(options_.which, one);
}

void replay_run::hinder(std::int32_t partition, std::int64_t offset, hindrance why, std::optional<std::int64_t> newer) {
  ++report_.hindered[static_cast<std::size_t>(why)];
  tell_.hindered(partition, offset, why, newer);
  count_done(1);
}

void replay_run::count_done(std::uint64_t letters) {
  done_ += letters;
  tell_.progressed(done_, std::min(candidates_, options_.most));
}

std::optional<hindrance> replay_run::find_hindrance(const letter& says) const {
  if (!says.reason || !says.source) return hindrance::no_letter;
  if (says.reason == reason::outcome_unknown && !options_.which.reason) return hindrance::outcome_unknown;
  const auto log = sources_->find(*says.source);
  if (!log) return hindrance::other_topic;
  const bool seen = may_be_unseen() || sources_->holds_all_after(*log, says.age(), says.source->offset);
  return seen ? std::nullopt : std::optional(hindrance::unchecked);
}

step_result replay_run::fill_plan(replay_plan& plan) {
  const std::size_t most = std::clamp(options_.most - report_.replayed, least_planned, most_planned);
  for (const kafka::log_span& each : log_->partitions()) {
    auto& next = next_[static_cast<std::size_t>(each.partition.partition)];
    const auto failed = log_->read({each.partition, next, each.end}, [&](const read_letter_record& one) {
      if (plan.size() >= most || stop_) return false;
      next = one.record().offset + 1;
      if (!is_wanted(one)) return true;
      const letter& says = one.says();
      if (const auto why = find_hindrance(says)) {
        hinder(one.record().partition, one.record().offset, *why);
      } else {
        plan.add({one.record().partition, one.record().offset, *sources_->find(*says.source), says.age(), says.source->offset},
                 marks_of(one.lead(), one.record().key));
      }
      return true;
    });
    if (failed) return failed;
    if (plan.size() >= most) break;
    next = std::max(next, each.end);
  }
  plan.complete();
  return std::nullopt;
}

step_result replay_run::replay_all() {
  while (!is_over()) {
    replay_plan plan;
    if (auto failed = fill_plan(plan)) return failed;
    if (plan.size() == 0 || stop_) return std::nullopt;
    if (auto failed = replay_plan_of(plan)) return failed;
  }
  return std::nullopt;
}

step_result replay_run::replay_plan_of(replay_plan& plan) {
  if (!options_.over_newer)
    if (auto failed = sources_->watch(plan, [this](std::uint64_t read, std::uint64_t of) { tell_.compared(read, of); })) return failed;
  for (int pass = 0; pass < plan.passes(); ++pass) {
    for (const kafka::log_span& each : log_->partitions()) {
      const auto span = plan.where(each.partition.partition, pass);
      if (span.begin < 0 || is_over()) continue;
      if (auto failed = replay_pass(plan, {each.partition, span.begin, span.end}, pass)) return failed;
    }
  }
  return std::nullopt;
}

// --- Passes -----------------------------------------------------------------------------------------------------------------------------

step_result replay_run::replay_pass(const replay_plan& plan, const kafka::log_span& span, int pass) {
  step failed;
  const auto read_failed = log_->read(span, [&](const read_letter_record& one) {
    const auto index = plan.find(one.record().partition, one.record().offset, pass);
    if (index) failed = collect(one, *index);
    const bool full = batch_.size() >= largest_batch_ || batch_bytes_ >= most_batch_bytes;
    if (!failed && full) failed = flush(plan);
    return !failed && !is_over();
  });
  if (failed || read_failed) return failed ? failed : read_failed;
  return flush(plan);
}

/// Makes the letter's record. The whole of one that was cut is in the source alone.
step_result replay_run::collect(const read_letter_record& one, std::size_t index) {
  const letter& says = one.says();
  std::optional<events::record> whole;
  if (says.truncated) {
    auto fetched = sources_->fetch(*says.source);
    if (!fetched) return kafka::failed_step{fetched.error().what};
    whole = std::move(*fetched);
    if (!whole || !is_whole_of(*whole, one)) {
      hinder(one.record().partition, one.record().offset, hindrance::cut);
      return std::nullopt;
    }
  }
  const std::uint32_t log = *sources_->find(*says.source);
  if (!sources_->take(log, says)) {
    hinder(one.record().partition, one.record().offset, hindrance::repeated);
    return std::nullopt;
  }
  const events::record& from = whole ? *whole : one.record();
  const std::size_t topic = sources_->topic_of(log);
  batch_.push_back({{one.record().partition, one.record().offset, one.record().timestamp_ms}, make_replayed_record(from, says, topic)});
  batch_letters_.push_back(index);
  batch_bytes_ += from.size;
  return std::nullopt;
}

/// A change may have come while the letters before it were replayed; and what the source holds is known for certain now.
void replay_run::drop_overtaken(const replay_plan& plan) {
  std::vector<replay_item> left;
  const std::uint64_t most = options_.most - report_.replayed;
  for (std::size_t at = 0; at < batch_.size() && left.size() < most; ++at) {
    const planned_letter& planned = plan.at(batch_letters_[at]);
    const bool unseen = !may_be_unseen() && !sources_->holds_all_after(planned.log, planned.age, planned.source_offset);
    const auto newer = options_.over_newer ? std::nullopt : plan.newer().newer_than(batch_letters_[at]);
    if (unseen) {
      hinder(planned.partition, planned.offset, hindrance::unchecked);
    } else if (newer) {
      hinder(planned.partition, planned.offset, hindrance::newer_change, newer);
    } else {
      left.push_back(std::move(batch_[at]));
    }
  }
  batch_ = std::move(left);
}

void replay_run::wait_for_turn() {
  if (!options_.per_second || options_.dry_run) return;
  while (!stop_ && steady_clock::now() < next_turn_)
    std::this_thread::sleep_for(std::min<steady_clock::duration>(slice, next_turn_ - steady_clock::now()));
  next_turn_ = std::max(next_turn_, steady_clock::now());
}

/// The next turn comes that much after this one began.
void replay_run::take_turn(std::size_t letters) {
  if (!options_.per_second) return;
  const std::chrono::duration<double> takes(static_cast<double>(letters) / *options_.per_second);
  next_turn_ += std::chrono::duration_cast<steady_clock::duration>(std::min<std::chrono::duration<double>>(takes, longest_turn));
}

step_result replay_run::flush(const replay_plan& plan) {
  if (batch_.empty()) return std::nullopt;
  wait_for_turn();
  step failed = stop_ || options_.over_newer || options_.dry_run ? step{} : sources_->look();
  if (!failed) drop_overtaken(plan);
  take_turn(batch_.size());
  const auto count = [this](std::span<replay_item> items, replay_writer::result result) {
    if (result == replay_writer::result::too_large)
      return hinder(items.front().letter.partition, items.front().letter.offset, hindrance::too_large);
    report_.replayed += items.size();
    count_done(items.size());
  };
  if (!failed && !batch_.empty() && !stop_) {
    if (writer_)
      failed = writer_->write(batch_, count);
    else
      count(batch_, replay_writer::result::written);
  }
  batch_.clear();
  batch_letters_.clear();
  batch_bytes_ = 0;
  return failed;
}

}  // namespace leadrelay::dead_letters
