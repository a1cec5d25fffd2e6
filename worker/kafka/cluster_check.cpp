#include "kafka/cluster_check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include "kafka/client_configuration.hpp"
#include "kafka/needed_topics.hpp"
#include "kafka/partition_count.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/readable_topics.hpp"
#include "kafka/teardown.hpp"
#include "kafka/trouble.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds longest_call{1000};
constexpr milliseconds between_calls{50};
constexpr milliseconds longest_look{3000};
constexpr duration time_to_end = std::chrono::seconds(1);

std::string counted(int count, const std::string& one) { return std::to_string(count) + " " + one + (count == 1 ? "" : "s"); }

/// What would be right, by what has gone wrong on the way to a broker.
std::string_view remedy(rd_kafka_resp_err_t error, const std::string& text) {
  if (text.find("SSL_HANDSHAKE") != std::string::npos) error = RD_KAFKA_RESP_ERR__SSL;  // a listener without TLS may just close
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM: return "expected security.protocol and sasl.* as the brokers take them";
    case RD_KAFKA_RESP_ERR__SSL: return "expected security.protocol and ssl.* as the brokers' listener has them";
    case RD_KAFKA_RESP_ERR__RESOLVE: return "expected a name that can be looked up in bootstrap.servers";
    default: return "expected bootstrap.servers to name brokers that can be reached, and their listener's security.protocol";
  }
}

/// Whether asking again may be answered.
bool may_pass(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR__WAIT_COORD || error == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE ||
         error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS || error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
         error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE || error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
}

bool is_missing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

std::string rights(rd_kafka_resp_err_t error, const std::string& needed) {
  const bool refused = error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
  return refused ? "; allow the worker to: " + needed : "";
}

class cluster_check {
 public:
  cluster_check(const cluster_questions& questions, client_handle client, time_point deadline)
      : questions_(questions),
        deadline_(deadline),
        client_(std::move(client)) {
    rd_kafka_poll_set_consumer(client_.get());
    events_.reset(rd_kafka_queue_get_consumer(client_.get()));
    rd_kafka_set_log_queue(client_.get(), events_.get());
  }

  ~cluster_check() {
    events_.reset();
    tear_down(std::move(client_), nullptr, time_to_end);
  }

  cluster_check(const cluster_check&) = delete;
  cluster_check& operator=(const cluster_check&) = delete;

  std::vector<cluster_finding> run() {
    if (!reach_brokers()) return std::move(findings_);
    for (const asked_topic& each : questions_.topics) check_topic(each);
    check_group();
    check_rights();
    check_leaders();
    return std::move(findings_);
  }

 private:
  milliseconds left() const { return std::chrono::duration_cast<milliseconds>(deadline_ - steady_clock::now()); }

  void tell(std::string subject, bool good, std::string what) {
    findings_.push_back({std::move(subject), good, without_secrets(std::move(what), questions_.given)});
  }

  /// Asks again and again while the failure may pass, until it is out of time. `call` gets the milliseconds that it may take.
  template <class function>
  rd_kafka_resp_err_t ask(const function& call) {
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    trouble_.clear();
    hopeless_ = false;
    while (left() > milliseconds::zero()) {
      error = call(static_cast<int>(std::min(left(), longest_call).count()));
      collect_trouble();
      if (!may_pass(error) || hopeless_) return error;
      std::this_thread::sleep_for(std::min(std::max(left(), milliseconds::zero()), between_calls));
    }
    return error;
  }

  /// Takes the events that are there. The first that says why, other than that all brokers are down, is what people are told.
  void collect_trouble() {
    while (const event_handle event{rd_kafka_queue_poll(events_.get(), 0)}) {
      if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
      const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
      const trouble found = trouble_of(client_.get(), *event, questions_.given);
      const bool is_down = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
      hopeless_ = hopeless_ || found.fatal || is_down || error == RD_KAFKA_RESP_ERR__SSL;
      if (trouble_.empty() || (!is_down && found.fatal)) {
        trouble_ = found.what;
        trouble_error_ = error;
      }
    }
  }

  std::string failure(rd_kafka_resp_err_t error) const {
    if (!trouble_.empty()) return trouble_;
    if (may_pass(error) && left() <= milliseconds::zero()) return "no answer in time";
    return make_trouble(error, rd_kafka_err2str(error), questions_.given).what;
  }

  bool reach_brokers() {
    int brokers = 0;
    std::string first;
    const auto error = ask([&](int limit_ms) {
      const rd_kafka_metadata_t* raw = nullptr;
      const auto failed = rd_kafka_metadata(client_.get(), 0, nullptr, &raw, limit_ms);
      const metadata_handle metadata(raw);
      if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return failed;
      brokers = metadata->broker_cnt;
      if (brokers > 0) first = std::string(metadata->brokers[0].host) + ":" + std::to_string(metadata->brokers[0].port);
      return failed;
    });
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      tell("kafka", false,
           failure(error) + "; " + std::string(remedy(trouble_.empty() ? error : trouble_error_, trouble_)) +
               (trouble_.empty() ? ", or a longer --timeout" : ""));
      return false;
    }
    const auto protocol = find_property(questions_.given, {"security.protocol"}).value_or("plaintext");
    tell("kafka", true,
         counted(brokers, "broker") + (brokers == 1 ? " answers" : " answer") + ", " + (first.empty() ? "" : first + ", ") + "over " +
             std::string(protocol));
    return true;
  }

  void check_topic(const asked_topic& topic) {
    const std::string subject = topic.key + " " + topic.name;
    if (left() <= milliseconds::zero()) return tell(subject, false, "was not asked in time, expected a longer --timeout");
    topic_partitions found;
    const auto error = ask([&](int limit_ms) {
      found = ask_for_partitions(client_.get(), topic.name, limit_ms);
      return found.error;
    });
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      partitions_[topic.name] = found.count;
      return tell_partitions(topic, subject, found.count);
    }
    if (!is_missing(error)) return tell(subject, false, failure(error) + rights(error, "Describe on the topic"));
    if (topic.as != asked_topic::use::parked)
      return tell(subject, false, "is not there, expected a topic; create it: kafka-topics.sh --create --topic " + topic.name);
    check_creation(topic, subject);
  }

  int needed(const asked_topic& topic) const {
    const auto source = partitions_.find(topic.source);
    return source == partitions_.end() ? 1 : source->second;
  }

  void tell_partitions(const asked_topic& topic, const std::string& subject, int count) {
    if (topic.as != asked_topic::use::parked || count >= needed(topic)) return tell(subject, true, counted(count, "partition"));
    tell(subject, false,
         counted(count, "partition") + ", expected " + std::to_string(needed(topic)) + " as " + topic.source +
             " has; add some: kafka-topics.sh --alter --topic " + topic.name + " --partitions " + std::to_string(needed(topic)));
  }

  void check_creation(const asked_topic& topic, const std::string& subject) {
    const needed_topic wanted{.name = topic.name, .partitions = needed(topic), .largest_record = topic.largest_record};
    const auto refused = create_topic(client_.get(), wanted, true, questions_.given, std::max(left(), milliseconds{1}));
    if (!refused) return tell(subject, true, "is not there yet; the worker may create it with " + counted(wanted.partitions, "partition"));
    tell(subject, false,
         "is not there, and the worker may not create it: " + refused->what + "; create it: " + creating_command(wanted) +
             ", or allow the worker to: Create and Describe on the topic");
  }

  std::vector<topic_partition> sources() const {
    std::vector<topic_partition> out;
    for (const asked_topic& each : questions_.topics)
      if (each.as == asked_topic::use::read && partitions_.contains(each.name))
        for (int number = 0; number < partitions_.at(each.name); ++number) out.push_back({each.name, number});
    return out;
  }

  void check_rights() {
    std::set<std::string> names;
    for (const topic_partition& each : sources()) names.insert(each.topic);
    const work_limit limit;
    for (const failed_step& each : unreadable(names, questions_.given, limit, std::min(left(), longest_look)))
      tell("topics.lead_changes", false, each.what);
  }

  /// A broker may be reached by `bootstrap.servers` and not by the address that it gives itself.
  void check_leaders() {
    const std::vector<topic_partition> wanted = sources();
    if (wanted.empty()) return;
    partition_list_handle list;
    const auto error = ask([&](int limit_ms) {
      list = make_list(wanted);
      for (int at = 0; at < list->cnt; ++at) list->elems[at].offset = RD_KAFKA_OFFSET_END;
      return rd_kafka_offsets_for_times(client_.get(), list.get(), limit_ms);
    });
    const std::string wrong = error != RD_KAFKA_RESP_ERR_NO_ERROR ? failure(error) : errors_of(list.get());
    if (wrong.empty()) return tell("topics.lead_changes", true, "the leaders of all partitions answer");
    tell("topics.lead_changes", false,
         "the leaders of the partitions do not answer: " + wrong +
             "; expected advertised.listeners of the brokers that can be reached from here");
  }

  void check_group() {
    const std::string subject = "kafka.group.id " + std::string(find_property(questions_.given, {"group.id"}).value_or(""));
    const std::vector<topic_partition> wanted = sources();
    if (wanted.empty()) return tell(subject, false, "was not asked, expected a topic that it reads");
    const partition_list_handle list = make_list(wanted);
    const auto error = ask([&](int limit_ms) { return rd_kafka_committed(client_.get(), list.get(), limit_ms); });
    const std::string wrong = error == RD_KAFKA_RESP_ERR_NO_ERROR ? errors_of(list.get()) : failure(error);
    if (!wrong.empty())
      return tell(subject, false, "committed offsets cannot be read: " + wrong + rights(error, "Read and Describe on the group"));
    const std::span offsets(list->elems, static_cast<std::size_t>(list->cnt));
    const auto committed = std::ranges::count_if(offsets, [](const auto& each) { return each.offset >= 0; });
    tell(subject, true, "can be read, has offsets of " + std::to_string(committed) + " of " + counted(list->cnt, "partition"));
  }

  const cluster_questions& questions_;
  time_point deadline_;
  client_handle client_;
  queue_handle events_;
  std::map<std::string, int> partitions_;  ///< of the topics that are there
  std::string trouble_;
  rd_kafka_resp_err_t trouble_error_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  bool hopeless_ = false;  ///< waiting longer changes nothing
  std::vector<cluster_finding> findings_;
};

}  // namespace

std::vector<cluster_finding> check_cluster(const cluster_questions& questions, time_point deadline) {
  auto configuration = make_configuration(questions.given, role::reader);
  if (!configuration) return {{"kafka", false, configuration.error().what}};
  auto client = make_client(std::move(*configuration), role::reader, questions.given);
  if (!client) return {{"kafka", false, client.error().what}};
  return cluster_check(questions, std::move(*client), deadline).run();
}

}  // namespace leadrelay::kafka
