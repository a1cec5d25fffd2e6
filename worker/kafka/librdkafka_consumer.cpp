#include "kafka/librdkafka_consumer.hpp"

#include <algorithm>
#include <string_view>

#include <boost/asio/post.hpp>

#include "kafka/fetching.hpp"
#include "kafka/message.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/teardown.hpp"
#include "kafka/trouble.hpp"

namespace leadrelay::kafka {
namespace {

constexpr duration closed_poll_interval = std::chrono::milliseconds(10);  // `rd_kafka_consumer_closed` wakes nobody
constexpr duration time_to_end = std::chrono::milliseconds(1500);         // librdkafka's threads look once a second whether they shall end
constexpr duration least_time_to_end = std::chrono::milliseconds(500);

}  // namespace

librdkafka_consumer::librdkafka_consumer(loop& on, client_handle client, std::vector<std::string> topics, properties given,
                                         topics_beside beside, client_handle watcher)
    : loop_(on),
      client_(std::move(client)),
      topics_(std::move(topics)),
      given_(std::move(given)),
      beside_(std::move(beside)),
      watcher_(std::move(watcher)),
      full_bytes_(1000 * number_of(rd_kafka_conf(client_.get()), "queued.max.messages.kbytes")),
      progress_(on.executor()) {
  rd_kafka_poll_set_consumer(client_.get());
}

librdkafka_consumer::~librdkafka_consumer() { end(time_to_end); }

void librdkafka_consumer::start(consumer_events& to) {
  events_ = &to;
  commits_.emplace(loop_, client_.get(), [this](const commit_result& result) { on_committed(result); });
  pump_.emplace(loop_, queue_handle(rd_kafka_queue_get_consumer(client_.get())), [this](rd_kafka_event_t& event) { on_event(event); });
  records_.emplace(loop_, [this](rd_kafka_event_t& event) { on_event(event); });
  records_->watch(number_of(rd_kafka_conf(client_.get()), "queued.min.messages"), [this] { wake_fetching(client_.get(), given_); });
  rd_kafka_set_log_queue(client_.get(), pump_->queue());
  const partition_list_handle list(rd_kafka_topic_partition_list_new(static_cast<int>(topics_.size())));
  for (const std::string& topic : topics_) rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t error = rd_kafka_subscribe(client_.get(), list.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) events_->on_error(make_trouble(error, "subscribe", given_).what, true);
}

// --- Events ---------------------------------------------------------------------------------------------------------------------------

void librdkafka_consumer::on_event(rd_kafka_event_t& event) {
  switch (rd_kafka_event_type(&event)) {
    case RD_KAFKA_EVENT_FETCH: on_message(event); break;
    case RD_KAFKA_EVENT_REBALANCE: on_rebalance(event); break;
    case RD_KAFKA_EVENT_LOG: write_log(event, given_); break;
    case RD_KAFKA_EVENT_ERROR: {
      const trouble found = trouble_of(client_.get(), event, given_);
      events_->on_error(found.what, found.fatal);
      break;
    }
    default: break;
  }
  if (closing_) progress_.notify();
}

void librdkafka_consumer::on_message(rd_kafka_event_t& event) {
  const rd_kafka_message_t* const message = rd_kafka_event_message_next(&event);
  if (!message) return;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return tell_error(message->err, rd_kafka_message_errstr(message));
  auto topic = assignment_.topic_if_held(rd_kafka_topic_name(message->rkt), message->partition);
  if (!topic) return;
  count_taken(message->len + message->key_len);
  events_->on_record(copy_message(*message, std::move(topic)));
}

/// Queues are full by their bytes, too: whichever is has given as many by now, or will have when the next wake is due.
void librdkafka_consumer::count_taken(std::size_t bytes) {
  taken_bytes_ += bytes;
  if (taken_bytes_ < full_bytes_) return;
  taken_bytes_ = 0;
  wake_fetching(client_.get(), given_);
}

void librdkafka_consumer::on_rebalance(rd_kafka_event_t& event) {
  const rd_kafka_resp_err_t kind = rd_kafka_event_error(&event);
  if (kind != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && kind != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
    tell_error(kind, rd_kafka_event_error_string(&event));
  rebalances_.push_back({kind == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS, copy_list(rd_kafka_event_topic_partition_list(&event))});
  serve_rebalances();
}

void librdkafka_consumer::on_committed(const commit_result& result) {
  if (events_) events_->on_committed(result);
  if (give_up_wanted_ && commits_->idle()) finish_revoke();
  if (closing_) progress_.notify();
}

// --- Rebalances -----------------------------------------------------------------------------------------------------------------------

void librdkafka_consumer::serve_rebalances() {
  while (step_ == step::idle && !rebalances_.empty()) {
    if (rebalances_.front().assigns)
      begin_assign();
    else
      begin_revoke();
  }
}

void librdkafka_consumer::begin_assign() {
  auto partitions = partitions_of(rebalances_.front().partitions.get());
  if (closing_) return abandon_assign();
  step_ = step::looking_up;
  if (partitions.empty()) return finish_assign({});
  committed_lookup::outcomes tell;
  tell.found = [this](std::vector<assigned_partition> found) { finish_assign(std::move(found)); };
  tell.failed = [this](rd_kafka_resp_err_t error, const std::string& what) { tell_error(error, what); };
  tell.stopped = [this] { abandon_assign(); };
  looked_up_with_ = beside_version_;
  committed_lookup::request what{std::move(partitions), {topics_.begin(), topics_.end()}, beside_, watcher_.get()};
  lookup_ = std::make_unique<committed_lookup>(loop_, client_.get(), std::move(what), std::move(tell));
}

void librdkafka_consumer::finish_assign(std::vector<assigned_partition> found) {
  lookup_.reset();
  if (closing_) return abandon_assign();
  if (!found.empty() && looked_up_with_ != beside_version_) return begin_assign();
  rd_kafka_topic_partition_list_t* const list = rebalances_.front().partitions.get();
  for (const assigned_partition& partition : found)
    if (partition.committed >= 0)
      rd_kafka_topic_partition_list_set_offset(list, partition.partition.topic.c_str(), partition.partition.partition, partition.committed);
  const std::vector<topic_partition> partitions = partitions_of(list);
  resume(partitions);
  take_records_of(partitions);
  const std::string error = assign(list);
  if (error.empty()) assignment_.add(partitions);
  rebalances_.pop_front();
  step_ = step::idle;
  tell_error_if("assign", error);
  if (error.empty()) events_->on_assigned(found);
  serve_rebalances();
}

void librdkafka_consumer::add_beside(const topics_beside& more, std::function<void(const std::vector<assigned_partition>&)> found) {
  for (const auto& [topic, names] : more)
    for (const std::string& name : names)
      if (auto& known = beside_[topic]; std::ranges::find(known, name) == known.end()) known.push_back(name);
  const std::uint64_t number = ++beside_version_;
  for (const auto& [former, lookup] : beside_lookups_) lookup->stop();
  if (closing_) return;
  const std::vector<topic_partition> held(assignment_.held().begin(), assignment_.held().end());
  if (held.empty() || !watcher_) return boost::asio::post(loop_.executor(), [found = std::move(found)] { found({}); });
  const auto end_lookup = [this, number] {
    beside_lookups_.erase(number);
    if (closing_) progress_.notify();
  };
  committed_lookup::outcomes tell;
  tell.found = [end_lookup, found = std::move(found)](const std::vector<assigned_partition>& all) {
    end_lookup();
    found(all);
  };
  tell.failed = [this](rd_kafka_resp_err_t error, const std::string& what) { tell_error(error, what); };
  tell.stopped = end_lookup;
  committed_lookup::request what{held, {topics_.begin(), topics_.end()}, more, watcher_.get()};
  beside_lookups_[number] = std::make_unique<committed_lookup>(loop_, client_.get(), std::move(what), std::move(tell));
}

void librdkafka_consumer::take_records_of(const std::vector<topic_partition>& partitions) {
  leave_records_of(partitions);
  for (const topic_partition& each : partitions) {
    queue_handle fetched(rd_kafka_queue_get_partition(client_.get(), each.topic.c_str(), each.partition));
    if (!fetched) continue;
    rd_kafka_queue_forward(fetched.get(), nullptr);
    record_queues_[each] = records_->add(std::move(fetched));
  }
}

void librdkafka_consumer::leave_records_of(const std::vector<topic_partition>& partitions) {
  for (const topic_partition& each : partitions)
    if (const auto found = record_queues_.find(each); found != record_queues_.end()) {
      records_->remove(found->second);
      record_queues_.erase(found);
    }
}

/// Once it closes, an eager consumer must not answer: librdkafka does not wait for it, and `rd_kafka_assign` would wait for ever for a
/// group that has ended. A cooperative one is waited for.
void librdkafka_consumer::abandon_assign() {
  lookup_.reset();
  if (cooperative()) unassign(rebalances_.front().partitions.get());
  rebalances_.pop_front();
  step_ = step::idle;
  progress_.notify();
  serve_rebalances();
}

void librdkafka_consumer::begin_revoke() {
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  auto partitions = partitions_of(rebalances_.front().partitions.get());
  std::erase_if(partitions, [this](const topic_partition& p) { return !assignment_.contains(p); });
  assignment_.remove(partitions);
  step_ = step::revoking;
  if (partitions.empty()) return finish_revoke();
  events_->on_revoked(partitions, lost);
}

void librdkafka_consumer::give_up() {
  if (step_ != step::revoking) return;
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  if (commits_->idle() || lost)
    finish_revoke();
  else
    give_up_wanted_ = true;
}

void librdkafka_consumer::finish_revoke() {
  give_up_wanted_ = false;
  leave_records_of(partitions_of(rebalances_.front().partitions.get()));
  const std::string error = unassign(rebalances_.front().partitions.get());
  rebalances_.pop_front();
  step_ = step::idle;
  tell_error_if("unassign", error);
  serve_rebalances();
}

bool librdkafka_consumer::cooperative() const {
  const char* const protocol = rd_kafka_rebalance_protocol(client_.get());
  return protocol && std::string_view(protocol) == "COOPERATIVE";
}

std::string librdkafka_consumer::assign(const rd_kafka_topic_partition_list_t* list) {
  if (cooperative()) return text_of(error_handle(rd_kafka_incremental_assign(client_.get(), list)));
  const rd_kafka_resp_err_t error = rd_kafka_assign(client_.get(), list);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::string() : rd_kafka_err2str(error);
}

std::string librdkafka_consumer::unassign(const rd_kafka_topic_partition_list_t* list) {
  if (cooperative()) return text_of(error_handle(rd_kafka_incremental_unassign(client_.get(), list)));
  const rd_kafka_resp_err_t error = rd_kafka_assign(client_.get(), nullptr);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? std::string() : rd_kafka_err2str(error);
}

// --- Commands -------------------------------------------------------------------------------------------------------------------------

void librdkafka_consumer::commit(std::vector<offset_to_commit> offsets) {
  if (commits_) commits_->send(std::move(offsets));
}

void librdkafka_consumer::pause(const std::vector<topic_partition>& partitions) {
  if (!client_) return;
  std::vector<topic_partition> held = partitions;
  std::erase_if(held, [this](const topic_partition& p) { return !assignment_.contains(p) || !paused_.insert(p).second; });
  if (!held.empty()) rd_kafka_pause_partitions(client_.get(), make_list(held).get());
}

void librdkafka_consumer::resume(const std::vector<topic_partition>& partitions) {
  if (client_) resume_fetching(client_.get(), given_, paused_, partitions);
}

void librdkafka_consumer::rest(bool rests) {
  if (records_) records_->rest(rests);
}

log_bounds librdkafka_consumer::known_bounds(const topic_partition& of) const {
  if (!client_ || !assignment_.contains(of)) return {};
  log_bounds out;
  const rd_kafka_resp_err_t error = rd_kafka_get_watermark_offsets(client_.get(), of.topic.c_str(), of.partition, &out.begin, &out.end);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || out.begin < 0 || out.end < 0) return {};
  return out;
}

// --- The end --------------------------------------------------------------------------------------------------------------------------

bool librdkafka_consumer::is_closed() const { return rd_kafka_consumer_closed(client_.get()) && commits_->idle() && step_ == step::idle; }

task<void> librdkafka_consumer::close(duration grace) {
  if (!client_ || closing_) co_return;
  const time_point end_by = loop_.now() + grace;
  const time_point deadline = end_by - std::min(grace / 4, time_to_end);
  closing_ = true;
  if (lookup_) lookup_->stop();
  for (const auto& [number, lookup] : beside_lookups_) lookup->stop();
  while ((lookup_ || !beside_lookups_.empty()) && loop_.now() < deadline) co_await loop_.wait_until(progress_, deadline);
  if (pump_) {
    const std::string error = text_of(error_handle(rd_kafka_consumer_close_queue(client_.get(), pump_->queue())));
    tell_error_if("close", error);
    while (error.empty() && !is_closed() && loop_.now() < deadline)
      co_await loop_.wait_until(progress_, std::min(deadline, loop_.now() + closed_poll_interval));
  }
  end(std::max(end_by - loop_.now(), least_time_to_end));
}

void librdkafka_consumer::end(duration limit) {
  if (!client_) return;
  if (commits_) commits_->fail_all("the consumer has closed");
  events_ = nullptr;
  pump_.reset();
  records_.reset();
  commits_.reset();
  rebalances_.clear();
  // A look-up under way uses the client until its call returns; a revocation that nobody has answered would hold up the end.
  const auto before = [lookup = std::shared_ptr<committed_lookup>(std::move(lookup_)),
                       beside = std::make_shared<decltype(beside_lookups_)>(std::move(beside_lookups_)),
                       watcher = std::shared_ptr<rd_kafka_t>(std::move(watcher_))](rd_kafka_t* client) mutable {
    lookup.reset();
    beside.reset();
    watcher.reset();
    if (!rd_kafka_consumer_closed(client)) rd_kafka_assign(client, nullptr);
  };
  tear_down(std::move(client_), before, limit);
}

void librdkafka_consumer::tell_error(rd_kafka_resp_err_t error, const std::string& text) {
  const trouble found = make_trouble(error, text, given_);
  if (events_) events_->on_error(found.what, found.fatal);
}

void librdkafka_consumer::tell_error_if(const std::string& doing, const std::string& text) {
  if (!text.empty()) tell_error(RD_KAFKA_RESP_ERR__FAIL, doing + ": " + text);
}

made<std::unique_ptr<consumer>> make_consumer(loop& on, const properties& given, std::vector<std::string> topics, topics_beside beside) {
  if (topics.empty()) return refusal{"no topic to consume is given"};
  auto configuration = make_configuration(given, role::consumer);
  if (!configuration) return configuration.error();
  auto client = make_client(std::move(*configuration), role::consumer, given);
  if (!client) return client.error();
  client_handle watcher;
  if (!beside.empty()) {
    auto watching = make_configuration(given, role::watcher);
    if (!watching) return watching.error();
    auto made = make_client(std::move(*watching), role::watcher, given);
    if (!made) return made.error();
    watcher = std::move(*made);
  }
  return std::unique_ptr<consumer>(
      std::make_unique<librdkafka_consumer>(on, std::move(*client), std::move(topics), given, std::move(beside), std::move(watcher)));
}

}  // namespace leadrelay::kafka
