#include "kafka/log_scanner.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "kafka/client_configuration.hpp"
#include "kafka/fetching.hpp"
#include "kafka/message.hpp"
#include "kafka/partition_count.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/teardown.hpp"
#include "kafka/trouble.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::steady_clock;

constexpr int poll_ms = 100;
constexpr int poll_full_ms = 5;
constexpr int answer_ms = 10'000;
constexpr duration longest_silence = std::chrono::minutes(1);
constexpr duration between_questions = std::chrono::milliseconds(200);
constexpr duration time_to_end = std::chrono::seconds(1);

constexpr std::size_t most_queued = 6000;
constexpr std::size_t most_queued_bytes = 4 << 20;

using setting = std::pair<const char*, std::string>;

/// The end of a log is told by an empty answer, which the broker gives after the first of these. The others bound what is held.
const std::array settings = {
    setting{"fetch.wait.max.ms", "10"}, setting{"fetch.message.max.bytes", "262144"},
    setting{"queued.max.messages.kbytes", std::to_string(most_queued_bytes / 1024)},  // of keys and values
    setting{"queued.min.messages", std::to_string(most_queued)},                      // the most, in spite of its name
};

void configure(rd_kafka_conf_t* to) {
  std::array<char, reason_bytes> reason{};
  for (const auto& [name, value] : settings) rd_kafka_conf_set(to, name, value.c_str(), reason.data(), reason.size());
}

bool is_unknown(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

std::vector<topic_partition> partitions_of(const std::vector<log_span>& logs) {
  std::vector<topic_partition> out;
  for (const log_span& each : logs) out.push_back(each.partition);
  return out;
}

}  // namespace

made<std::unique_ptr<log_scanner>> log_scanner::make(const properties& given, const std::atomic<bool>* stop) {
  auto configuration = make_configuration(given, role::reader);
  if (!configuration) return configuration.error();
  configure(configuration->get());
  auto client = make_client(std::move(*configuration), role::reader, given);
  if (!client) return client.error();
  return std::unique_ptr<log_scanner>(new log_scanner(std::move(*client), given, stop));
}

log_scanner::log_scanner(client_handle client, properties given, const std::atomic<bool>* stop)
    : client_(std::move(client)),
      given_(std::move(given)),
      stop_(stop) {
  rd_kafka_poll_set_consumer(client_.get());
  events_.reset(rd_kafka_queue_get_consumer(client_.get()));
  rd_kafka_set_log_queue(client_.get(), events_.get());
}

log_scanner::~log_scanner() {
  events_.reset();
  tear_down(std::move(client_), [](rd_kafka_t* reader) { rd_kafka_assign(reader, nullptr); }, time_to_end);
}

// --- Questions ------------------------------------------------------------------------------------------------------------------------

/// What the client has told beside the call that was not answered says more than the call: which address, and why.
failed_step log_scanner::unanswered(rd_kafka_resp_err_t error, const std::string& doing) {
  collect_trouble();
  failed_step out = make_failure(error, doing + ": " + rd_kafka_err2str(error), given_);
  if (!trouble_.empty()) out.what += " (" + trouble_ + ")";
  return out;
}

/// Takes all events that are there, of which only trouble is of use: records among them have to be fetched again.
void log_scanner::collect_trouble() {
  has_dropped_ = true;
  while (const event_handle event{rd_kafka_queue_poll(events_.get(), 0)})
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) take_error(*event);
}

made<partition_list_handle> log_scanner::ask(const std::vector<topic_partition>& of, const std::vector<std::int64_t>& at) {
  const auto deadline = steady_clock::now() + longest_silence;
  while (true) {
    auto answered = ask_once(of, at);
    if (answered) has_answered_ = true;
    if (answered || !has_answered_ || fatal_ || stopped() || steady_clock::now() >= deadline) return answered;
    std::this_thread::sleep_for(between_questions);
  }
}

made<partition_list_handle> log_scanner::ask_once(const std::vector<topic_partition>& of, const std::vector<std::int64_t>& at) {
  partition_list_handle list = make_list(of);
  for (int index = 0; index < list->cnt; ++index) list->elems[index].offset = at[static_cast<std::size_t>(index)];
  const auto error = rd_kafka_offsets_for_times(client_.get(), list.get(), answer_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return refusal{unanswered(error, "offsets of topic \"" + of.front().topic + "\"").what};
  const std::string wrong = errors_of(list.get());
  if (!wrong.empty()) return refusal{"offsets: " + without_secrets(wrong, given_)};
  return list;
}

made<std::vector<log_span>> log_scanner::find_bounds(const std::vector<topic_partition>& of) {
  if (of.empty()) return std::vector<log_span>{};
  const auto begins = ask(of, std::vector<std::int64_t>(of.size(), RD_KAFKA_OFFSET_BEGINNING));
  if (!begins) return begins.error();
  const auto ends = ask(of, std::vector<std::int64_t>(of.size(), RD_KAFKA_OFFSET_END));
  if (!ends) return ends.error();
  std::vector<log_span> out;
  for (const topic_partition& each : of) {
    const auto offset_in = [&](const partition_list_handle& list) {
      return rd_kafka_topic_partition_list_find(list.get(), each.topic.c_str(), each.partition)->offset;
    };
    out.push_back({each, offset_in(*begins), offset_in(*ends)});
  }
  return out;
}

made<std::vector<log_span>> log_scanner::find_logs(const std::string& topic) {
  const topic_partitions found = ask_for_partitions(client_.get(), topic, answer_ms);
  if (is_unknown(found.error)) return std::vector<log_span>{};
  if (found.error != RD_KAFKA_RESP_ERR_NO_ERROR) return refusal{unanswered(found.error, "metadata of topic \"" + topic + "\"").what};
  std::vector<topic_partition> partitions;
  for (int number = 0; number < found.count; ++number) partitions.push_back({topic, number});
  return find_bounds(partitions);
}

made<std::vector<std::int64_t>> log_scanner::find_time(const std::vector<log_span>& in, std::int64_t time_ms) {
  if (in.empty()) return std::vector<std::int64_t>{};
  const auto found = ask(partitions_of(in), std::vector<std::int64_t>(in.size(), time_ms));
  if (!found) return found.error();
  std::vector<std::int64_t> out;
  for (const log_span& each : in) {
    const auto* const at = rd_kafka_topic_partition_list_find(found->get(), each.partition.topic.c_str(), each.partition.partition);
    out.push_back(at->offset < 0 ? each.end : at->offset);
  }
  return out;
}

// --- Reading --------------------------------------------------------------------------------------------------------------------------

step_result log_scanner::start(const std::vector<read_position>& from) {
  positions_.clear();
  for (const read_position& each : from) positions_[each.partition] = each.next;
  return begin_to_fetch();
}

step_result log_scanner::begin_to_fetch() {
  rd_kafka_assign(client_.get(), nullptr);
  const auto positions = std::exchange(positions_, {});
  collect_trouble();  // what is left of an earlier reading, which may have been of the same partitions
  positions_ = positions;
  std::vector<offset_to_commit> offsets;
  for (const auto& [partition, next] : positions_) offsets.push_back({partition, next, {}});
  has_dropped_ = false;
  taken_ = 0;
  taken_bytes_ = 0;
  const auto error = rd_kafka_assign(client_.get(), make_list(offsets).get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return unanswered(error, "assign");
  return std::nullopt;
}

/// A queue that has given half of what a full one holds, and is empty, may have been full, and nobody fetches what follows for up to a
/// second.
step_result log_scanner::read_to(const std::vector<log_span>& ends, const visitor& visit) {
  const auto is_read = [this](const log_span& log) { return positions_.at(log.partition) >= log.end; };
  if (has_dropped_)
    if (step_result failed = begin_to_fetch()) return failed;
  auto deadline = steady_clock::now() + longest_silence;
  std::size_t read = 0;  // of `ends`, without a gap
  while (true) {
    while (read < ends.size() && is_read(ends[read])) ++read;
    if (read == ends.size()) return std::nullopt;
    if (stopped()) return failed_step{told_to_stop, false};
    const bool was_full = taken_ >= most_queued / 2 || taken_bytes_ >= most_queued_bytes / 2;
    const event_handle event(rd_kafka_queue_poll(events_.get(), was_full ? poll_full_ms : poll_ms));
    if (!event && was_full) {
      wake_fetching(client_.get(), given_);
      taken_ = taken_bytes_ = 0;
    }
    if (event && !take(*event, visit)) return std::nullopt;
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_FETCH) deadline = steady_clock::now() + longest_silence;
    if (fatal_) return failed_step{trouble_, false};
    if (steady_clock::now() < deadline) continue;
    const std::string where = "topic \"" + ends[read].partition.topic + "\" [" + std::to_string(ends[read].partition.partition) + "]";
    return unanswered(RD_KAFKA_RESP_ERR__TIMED_OUT,
                      "reading " + where + " at offset " + std::to_string(positions_.at(ends[read].partition)));
  }
}

step_result log_scanner::scan(const log_span& log, const visitor& visit) {
  if (log.begin >= log.end) return std::nullopt;
  if (step_result failed = start({{log.partition, log.begin}})) return failed;
  return read_to({log}, [&](events::record&& record) { return record.offset >= log.end || visit(std::move(record)); });
}

bool log_scanner::take(rd_kafka_event_t& event, const visitor& visit) {
  if (rd_kafka_event_type(&event) == RD_KAFKA_EVENT_ERROR) take_error(event);
  if (rd_kafka_event_type(&event) != RD_KAFKA_EVENT_FETCH) return true;
  while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event))
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && !take_record(*message, visit)) return false;
  return true;
}

/// What was fetched for an earlier assignment may still come.
bool log_scanner::take_record(const rd_kafka_message_t& message, const visitor& visit) {
  const auto at = positions_.find({rd_kafka_topic_name(message.rkt), message.partition});
  if (at == positions_.end() || message.offset < at->second) return true;
  at->second = message.offset + 1;
  ++taken_;
  taken_bytes_ += message.len + message.key_len;
  auto& name = names_[at->first.topic];
  if (!name) name = std::make_shared<const std::string>(at->first.topic);
  return visit(copy_message(message, name));
}

void log_scanner::take_error(rd_kafka_event_t& event) {
  const topic_partition_handle of(rd_kafka_event_topic_partition(&event));
  if (rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    const auto at = of ? positions_.find({of->topic, of->partition}) : positions_.end();
    if (at != positions_.end()) at->second = std::max(at->second, of->offset);
    return;
  }
  const trouble found = trouble_of(client_.get(), event, given_);
  if (rd_kafka_event_error(&event) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !trouble_.empty()) return;
  trouble_ = found.what;
  fatal_ = fatal_ || found.fatal;
}

}  // namespace leadrelay::kafka
