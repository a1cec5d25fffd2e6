#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "config/configuration.hpp"
#include "http/transport.hpp"
#include "kafka/consumer.hpp"
#include "kafka/producer.hpp"
#include "relay/relay.hpp"
#include "simulation/simulated_parking.hpp"

/// A world around one relay without sockets, librdkafka or real time: a clock that jumps to the next deadline, a broker and a provider
/// that a test tells what to do.
namespace leadrelay::simulated {

class virtual_loop final : public loop {
 public:
  using loop::loop;
  time_point now() const override { return now_; }
  wall_time wall_now() const override {
    return wall_time{std::chrono::duration_cast<std::chrono::milliseconds>((now_ + calendar_ahead).time_since_epoch())};
  }

  /// Runs what is ready, then jumps from deadline to deadline, until `reached` holds (true) or nothing is left before `deadline` (false).
  bool run_until(const std::function<bool()>& reached, duration at_most = std::chrono::hours{24});
  /// Runs all that happens within `time`.
  void run_for(duration time);

  duration calendar_ahead{};  ///< of now()

 private:
  time_point now_{std::chrono::hours{500'000}};
};

/// What the provider does with one request.
struct reaction {
  unsigned status = 200;
  duration latency = std::chrono::milliseconds{20};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body = "{}";
  http::transport_error error = http::transport_error::none;  ///< instead of an answer
  bool applies = true;                                        ///< whether an error comes after the change was applied
};

struct seen_request {
  std::string target;
  std::string body;
  std::string headers;
  time_point at;
};

/// The provider's side of every account.
class provider {
 public:
  std::function<reaction(const seen_request&)> react = [](const seen_request&) { return reaction{}; };
  std::function<http::transport_error()> on_connect = [] { return http::transport_error::none; };
  duration connect_time = std::chrono::milliseconds{1};

  std::vector<seen_request> requests;       ///< in the order they came
  std::vector<seen_request> applied;        ///< those that took effect
  std::map<std::string, int> in_flight_of;  ///< by target
  bool overlapped = false;                  ///< two requests of one target were in flight at once

  /// The bodies applied to a target, in order.
  std::vector<std::string> applied_to(const std::string& target) const;
};

/// Opens connections to it.
std::unique_ptr<http::connector> make_connector(loop& on, provider& to);

class broker final : public kafka::consumer {
 public:
  broker(loop& on, parked_logs& beside) : loop_(on), logs_(beside) {}

  void start(kafka::consumer_events& to) override { events_ = &to; }
  void commit(std::vector<kafka::offset_to_commit> offsets) override;
  void pause(const std::vector<kafka::topic_partition>&) override { ++pauses; }
  void resume(const std::vector<kafka::topic_partition>&) override { ++resumes; }
  void rest(bool wanted) override {
    rests = wanted;
    times_rested += wanted ? 1 : 0;
  }
  void add_beside(const kafka::topics_beside& more, std::function<void(const std::vector<kafka::assigned_partition>&)> found) override;
  void give_up() override;
  task<void> close(duration grace) override;

  /// The first partitions, all that there are or the first of so many.
  void assign(int partitions, int of_all = 0);
  void revoke(bool lost = false);
  /// What a commit has, one of parked changes or one that goes with a move.
  void take_commit(const std::vector<kafka::offset_to_commit>& offsets);
  /// Delivers one record of the partition, at its next offset.
  void deliver(int partition, std::optional<std::string> key, std::optional<std::string> value,
               const std::vector<events::header>& headers = {});

  std::map<int, std::int64_t> committed;
  std::map<int, std::string> metadata;         ///< kept beside it
  std::size_t longest_metadata = 0;            ///< of all commits, in bytes
  std::map<int, std::int64_t> delivered_next;  ///< one beyond the last delivered
  int pauses = 0;
  int resumes = 0;
  bool rests = false;
  int times_rested = 0;
  int given_up = 0;
  int commits = 0;
  bool refuse_commits = false;
  duration commit_time = std::chrono::milliseconds{3};
  duration lookup_time = std::chrono::milliseconds{4};  ///< of what is beside
  std::set<std::string> told_beside;                    ///< the topics that assignments tell of; empty: all

 private:
  std::vector<kafka::beside_partition> beside(int partition) const;

  loop& loop_;
  parked_logs& logs_;
  kafka::consumer_events* events_ = nullptr;
  std::vector<kafka::topic_partition> owned_;
  int of_all_ = 1;
  std::unique_ptr<wakeup> closing_;
};

struct written_record {
  std::string topic;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::map<std::string, std::string> headers;
};

class log_writer final : public kafka::producer {
 public:
  explicit log_writer(loop& on) : loop_(on) {}
  std::string produce(const kafka::outgoing_record& record, kafka::delivery_report report) override;
  task<void> flush(duration) override { co_return; }

  std::vector<written_record> written;                                     ///< acknowledged ones
  std::function<std::string()> on_produce = [] { return std::string(); };  ///< a text refuses the record
  std::function<std::string()> on_report = [] { return std::string(); };   ///< a text fails it
  duration acknowledged_after = std::chrono::milliseconds{2};

 private:
  loop& loop_;
};

/// A relay in its world, which can park changes where that is asked for. The configuration's account `acme` is Orwel, `other` as well;
/// `configuration_text` may say otherwise.
class world {
 public:
  explicit world(const std::string& accounts = default_accounts, const std::string& more = {}, std::uint64_t memory = 64ull << 20,
                 std::uint64_t seed = 1, int first_concurrency = 10'000, bool can_park = false);
  ~world();

  static const std::string default_accounts;

  boost::asio::io_context context;
  virtual_loop loop{context};
  std::shared_ptr<const config::configuration> configuration;
  parked_logs logs;
  broker kafka{loop, logs};
  log_mover mover{loop, logs, [this](const auto& offsets) { kafka.take_commit(offsets); }};
  log_reader reader{loop, logs};
  log_writer log{loop};
  simulated::provider provider;
  tracing::span_sink* spans = nullptr;         ///< of the relays that are made from then on
  std::optional<std::size_t> enough_ahead{};  ///< the same
  std::unique_ptr<relay::relay> relay;

  /// Ends the relay; false where that does not come to an end.
  bool drain(duration grace = std::chrono::seconds{30});
  /// Ends the relay as `drain` and begins another, which knows what the cluster has. The group has not given it anything yet.
  void restart(duration grace = std::chrono::seconds{1});
  /// Prepares another configuration, of these accounts, and applies it; why it is refused.
  std::optional<std::string> reload(const std::string& accounts);
  /// Prepares it; nothing where that takes longer than a minute.
  std::optional<outcome<void>> prepare(const std::string& accounts);
  /// Runs until every delivered record is settled and committed; false where that does not come.
  bool settle_all() {
    return loop.run_until([this] { return all_committed(); });
  }
  /// Whether every delivered record is settled and committed.
  bool all_committed() const;

 private:
  void make_relay();

  std::string more_;
  std::uint64_t memory_;
  std::uint64_t seed_;
  int first_concurrency_;
  bool can_park_;
  bool drained_ = false;
};

/// The event of change `number` of lead `lead` (a number that becomes a UUID) for an Orwel account.
std::string orwel_event(int lead, int number, const std::string& account = "acme");
std::string orwel_target(int lead);
std::string orwel_body(int number);

}  // namespace leadrelay::simulated
