#include "dead_letters/replay_writer.hpp"

#include <thread>

#include "kafka/mover_work.hpp"
#include "kafka/needed_topics.hpp"

namespace leadrelay::dead_letters {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_init{30'000};
constexpr milliseconds between_attempts{1000};
constexpr int most_attempts = 5;

/// Begins with the group's name, as those of the workers, so that one right covers all.
std::string transactional_id_of(const config::configuration& by) {
  return std::string(kafka::find_property(by.kafka, {"group.id"}).value_or("")) + "-dead-letters";
}

const char* const taken_over =
    "another replay of this group has begun and goes on in this one's place; what this one has told as replayed is replayed";

}  // namespace

replay_writer::replay_writer(const config::configuration& by, const std::atomic<bool>& stop)
    : configuration_(by),
      stop_(stop),
      book_topic_{book_topic_of(by), 1, true},
      book_(by.topics.dead_letters),
      run_(kafka::random_name()) {}

kafka::step_result replay_writer::open() {
  auto failed = open_client();
  if (!failed) last_written_ = book_.last_move();
  return failed;
}

kafka::step_result replay_writer::open_client() {
  client_.reset();
  auto client = kafka::transactional_client::make(configuration_.kafka, transactional_id_of(configuration_));
  if (!client) return kafka::failed_step{client.error().what, false};
  if (auto failed = (*client)->init(limit_, longest_init, &stop_)) {
    if (failed->what == kafka::told_to_stop) return failed;
    failed->what += ": no transaction can be begun; a replay needs Describe and Write on the transactional id \"" +
                    transactional_id_of(configuration_) + "\"";
    return failed;
  }
  if (auto failed = kafka::ensure_topic((*client)->handle(), book_topic_, configuration_.kafka, limit_)) return failed;
  book_ = replay_book(configuration_.topics.dead_letters);
  auto scanner = kafka::log_scanner::make(configuration_.kafka, &stop_);
  if (!scanner) return kafka::failed_step{scanner.error().what, false};
  if (auto failed = read_book(**scanner, book_topic_.name, book_)) return failed;
  client_ = std::move(*client);
  return std::nullopt;
}

kafka::move replay_writer::make_move(std::span<replay_item> items, std::vector<book_record> records) const {
  kafka::move out;
  for (const std::string& topic : configuration_.topics.lead_changes) out.topics.push_back({topic});
  out.topics.push_back(book_topic_);
  for (const replay_item& each : items) out.records.push_back(each.record);
  for (book_record& each : records) out.records.push_back({out.topics.size() - 1, 0, std::move(each.key), std::move(each.value), {}});
  return out;
}

/// A commit that nobody has answered may have happened: the next client of the transactional id makes it certain, and the book tells.
kafka::step_result replay_writer::commit(const kafka::move& what) {
  std::vector<std::int64_t> next_offsets;
  kafka::step_result failed = client_->begin();
  if (!failed) failed = client_->write(what, limit_, next_offsets);
  if (!failed && client_->commit(limit_)) return std::nullopt;
  if (!failed) failed = kafka::failed_step{"the broker has not answered the commit"};
  if (client_->is_fenced()) return kafka::failed_step{taken_over, false};
  client_->abort(limit_);
  client_.reset();
  return failed;
}

/// What another replay has written between two of this one's attempts may be the same letters.
kafka::step_result replay_writer::attempt(std::span<replay_item> items, const std::string& name) {
  if (!client_)
    if (auto failed = open_client()) return failed;
  if (book_.last_move() == name) return std::nullopt;  // an attempt that was taken for a failure
  if (book_.last_move() != last_written_) return kafka::failed_step{taken_over, false};
  std::vector<replayed_letter> letters;
  for (const replay_item& each : items) letters.push_back(each.letter);
  return commit(make_move(items, book_.add(letters, name)));
}

kafka::step_result replay_writer::write(std::span<replay_item> items, const teller& tell) {
  const std::string name = next_name();
  for (int count = 1;; ++count) {
    const auto failed = attempt(items, name);
    if (!failed) {
      last_written_ = name;
      tell(items, result::written);
      return std::nullopt;
    }
    if (kafka::is_too_large(failed->what)) return write_apart(items, tell);
    if (!failed->may_work_later || count == most_attempts || stop_) return failed;
    std::this_thread::sleep_for(between_attempts);
  }
}

/// Perhaps they are too large only together.
kafka::step_result replay_writer::write_apart(std::span<replay_item> items, const teller& tell) {
  if (items.size() == 1) {
    tell(items, result::too_large);
    return std::nullopt;
  }
  const std::size_t half = items.size() / 2;
  if (auto failed = write(items.first(half), tell)) return failed;
  if (stop_) return std::nullopt;
  return write(items.subspan(half), tell);
}

kafka::step_result replay_writer::forget(std::int32_t partition) {
  if (!client_)
    if (auto failed = open_client()) return failed;
  auto records = book_.forget(partition);
  return records.empty() ? std::nullopt : commit(make_move({}, std::move(records)));
}

}  // namespace leadrelay::dead_letters
