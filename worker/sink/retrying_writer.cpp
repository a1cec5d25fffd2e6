#include "sink/retrying_writer.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace leadrelay::sink {
namespace {

constexpr duration first_back_off = std::chrono::milliseconds(100);
constexpr duration longest_back_off = std::chrono::seconds(10);

}  // namespace

retrying_writer::retrying_writer(loop& on, kafka::producer& through, std::string what)
    : loop_(on), producer_(through), what_(std::move(what)), back_off_(first_back_off) {}

retrying_writer::~retrying_writer() { stop(); }

void retrying_writer::write(maker make, std::function<void()> written, std::function<bool()> wanted) {
  if (!alive_) return;
  ++unwritten_;
  auto added = std::make_shared<item>(item{std::move(make), std::move(written), std::move(wanted)});
  if (one_goes_alone_ || !waiting_.empty() || !attempt(added)) waiting_.push_back(std::move(added));
  if (!waiting_.empty() && !one_goes_alone_) retry_later();
}

/// Whether the producer has taken it.
bool retrying_writer::attempt(const item_pointer& what) {
  const std::string refused = producer_.produce(what->make(what->too_large), [this, alive = std::weak_ptr(alive_), what](const std::string& error) {
    if (!alive.expired()) on_report(what, error);
  });
  if (refused.empty()) {
    ++under_way_;
    one_goes_alone_ = what->alone;
    return true;
  }
  if (kafka::is_too_large(refused)) what->alone = true;  // the client speaks of this record
  note_failure(*what, refused);
  return false;
}

void retrying_writer::on_report(const item_pointer& what, const std::string& error) {
  --under_way_;
  if (what->alone) one_goes_alone_ = false;
  if (!error.empty()) {
    note_failure(*what, error);
    waiting_.push_back(what);
    return retry_later();
  }
  if (!trouble_.empty()) log::info(what_ + " are written again");
  trouble_.clear();
  back_off_ = first_back_off;
  --unwritten_;
  ++written_;
  if (!waiting_.empty()) retry_at(loop_.now());
  if (what->written) std::exchange(what->written, nullptr)();
}

void retrying_writer::note_failure(item& what, const std::string& error) {
  ++failures_;
  if (kafka::is_too_large(error)) {
    if (what.alone) ++what.too_large;
    what.alone = true;
  }
  if (trouble_.empty()) log::warning(what_ + " cannot be written, trying again", {{"error", error}});
  trouble_ = error;
}

void retrying_writer::retry_at(time_point when) {
  if (timer_) loop_.timers().cancel(*timer_);
  timer_ = loop_.timers().add(when, [this] {
    timer_.reset();
    retry();
  });
}

void retrying_writer::retry_later() {
  if (timer_) return;
  retry_at(loop_.now() + back_off_);
  back_off_ = std::min(back_off_ * 2, longest_back_off);
}

void retrying_writer::drop_unwanted() {
  unwritten_ -= std::erase_if(waiting_, [](const item_pointer& each) { return each->wanted && !each->wanted(); });
}

void retrying_writer::retry() {
  drop_unwanted();
  while (!waiting_.empty() && !one_goes_alone_) {
    if (waiting_.front()->alone && under_way_ > 0) return;  // their reports come here again
    if (!attempt(waiting_.front())) return retry_later();
    waiting_.pop_front();
  }
}

void retrying_writer::stop() {
  alive_.reset();
  if (timer_) loop_.timers().cancel(*timer_);
  timer_.reset();
  waiting_.clear();
}

}  // namespace leadrelay::sink
