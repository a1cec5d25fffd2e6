#include "process/worker_thread.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/origin.hpp"
#include "http/dialer.hpp"
#include "http/tls.hpp"
#include "kafka/librdkafka_consumer.hpp"
#include "kafka/librdkafka_producer.hpp"

namespace leadrelay::process {

namespace {

using connector_map = std::map<std::string, std::unique_ptr<http::connector>>;

outcome<std::unique_ptr<http::connector>> make_dialer(loop& on, const config::account& of) {
  const auto to = parse_origin(of.plan.base_url());
  if (!to) return to.error();
  std::shared_ptr<boost::asio::ssl::context> tls;
  if (to->is_tls()) {
    auto made = http::make_tls_context({of.tls.ca_file, of.tls.certificate_file, of.tls.key_file});
    if (!made) return problem{made.error().reason, "accounts." + of.name + ".tls: " + made.error().detail};
    tls = std::move(*made);
  }
  return std::make_unique<http::dialer>(on, *to, std::move(tls), http::answer_bounds{.body = of.largest_answer});
}

}  // namespace

worker_thread::worker_thread() : keep_turning_(context_.get_executor()), loop_(context_) {}

worker_thread::~worker_thread() = default;

outcome<std::unique_ptr<worker_thread>> worker_thread::make(const config::configuration& configuration, std::uint64_t memory,
                                                            std::uint64_t random_seed) {
  std::unique_ptr<worker_thread> made(new worker_thread);
  auto consumer = kafka::make_consumer(made->loop_, configuration.kafka, configuration.topics.lead_changes);
  if (!consumer) return problem{reason::rejected, consumer.error().what};
  made->consumer_ = std::move(*consumer);
  auto tell = [self = made.get()](const std::string& what, bool fatal) { self->relay_->on_error(what, fatal); };
  auto producer = kafka::make_producer(made->loop_, configuration.kafka, std::move(tell));
  if (!producer) return problem{reason::rejected, producer.error().what};
  made->producer_ = std::move(*producer);
  connector_map dialers;
  for (const config::account& of : configuration.accounts) {
    auto dialer = make_dialer(made->loop_, of);
    if (!dialer) return dialer.error();
    dialers.emplace(of.name, std::move(*dialer));
  }
  auto connectors = [&dialers](const config::account& of) { return std::move(dialers.at(of.name)); };
  made->relay_ = std::make_unique<leadrelay::relay::relay>(leadrelay::relay::relay_parts{.on = made->loop_,
                                                                                           .configuration = configuration,
                                                                                           .consumer = *made->consumer_,
                                                                                           .producer = *made->producer_,
                                                                                           .connectors = connectors,
                                                                                           .memory = memory,
                                                                                           .random_seed = random_seed});
  if (const auto started = made->relay_->start(); !started) return started.error();
  return made;
}

void worker_thread::run() { context_.run(); }

task<void> worker_thread::drain(duration grace) {
  const time_point deadline = loop_.now() + grace;
  co_await relay_->drain(grace);
  co_await producer_->flush(std::max(deadline - loop_.now(), duration{std::chrono::seconds{1}}));
}

void worker_thread::end() {
  keep_turning_.reset();
  context_.stop();
}

task<void> worker_thread::drain_and_end(duration grace) {
  co_await drain(grace);
  end();
}

}  // namespace leadrelay::process
