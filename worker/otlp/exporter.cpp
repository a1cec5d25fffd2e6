#include "otlp/exporter.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/date_time.hpp"
#include "base/log.hpp"
#include "base/version.hpp"

namespace leadrelay::otlp {
namespace {

/// OpenTelemetry's default size of a batch.
constexpr std::size_t most_in_batch = 512;

}  // namespace

std::string_view to_string(drop_reason why) noexcept {
  constexpr std::array<std::string_view, drop_reason_count> words{"queue_full", "refused", "gave_up", "ended"};
  return words[static_cast<std::size_t>(why)];
}

void export_counts::add(const export_counts& other) noexcept {
  exported += other.exported;
  failures += other.failures;
  queued += other.queued;
  std::ranges::transform(dropped, other.dropped, dropped.begin(), std::plus<>{});
}

exporter::exporter(loop& on, std::unique_ptr<http::connector> connector, exporter_settings settings, std::uint64_t random_seed)
    : loop_(on),
      settings_(std::move(settings)),
      pool_(on, std::move(connector), {.connect_timeout = std::min<duration>(settings_.timeout, std::chrono::seconds{5})}),
      random_(random_seed),
      signal_(on.executor()),
      idle_(on.executor()) {}

exporter::~exporter() {
  if (timer_) loop_.timers().cancel(*timer_);
}

void exporter::take(tracing::span ended) {
  if (queue_.size() + on_the_way_ >= settings_.queue) return drop(1, drop_reason::queue_full);
  queue_.push_back(std::move(ended));
  send_soon();
}

void exporter::send_soon() {
  if (sending_) return;
  if (drain_until_ || queue_.size() >= std::min(most_in_batch, settings_.queue)) return start();
  if (timer_) return;
  timer_ = loop_.timers().add(loop_.now() + settings_.interval, [this] {
    timer_.reset();
    start();
  });
}

void exporter::start() {
  if (timer_) loop_.timers().cancel(*std::exchange(timer_, std::nullopt));
  sending_ = true;
  boost::asio::co_spawn(loop_.executor(), send_all(), boost::asio::detached);
}

task<void> exporter::send_all() {
  for (;;) {
    co_await send_batch();
    const bool is_enough = queue_.size() >= most_in_batch || (drain_until_ && !queue_.empty());
    if (!is_enough) break;
  }
  sending_ = false;
  if (!queue_.empty()) send_soon();
  idle_.notify();
}

task<void> exporter::send_batch() {
  const std::string body = take_batch();
  const std::size_t size = on_the_way_;
  std::optional<time_point> began;
  std::size_t rejected = 0;
  export_decision next{.step = export_step::try_again, .at = {}};
  for (int failures = 0; next.step == export_step::try_again; ++failures) {
    while (loop_.now() < std::min(not_before_, ends_at())) co_await loop_.wait_until(signal_, std::min(not_before_, ends_at()));
    if (loop_.now() >= ends_at()) break;
    if (!began) began = loop_.now();
    const trial made = co_await try_once(body);
    tell(made.trouble);
    rejected = std::min(made.rejected, size);
    next = decide(made.came, failures, *began, loop_.now(), std::uniform_real_distribution<double>{}(random_));
    if (next.step != export_step::accepted) ++counts_.failures;
    not_before_ = next.at;
  }
  on_the_way_ = 0;
  switch (next.step) {
    case export_step::accepted:
      counts_.exported += size - rejected;
      drop(rejected, drop_reason::refused);
      break;
    case export_step::refused: drop(size, drop_reason::refused); break;
    case export_step::give_up: drop(size, drop_reason::gave_up); break;
    case export_step::try_again: drop(size, drop_reason::ended); break;
  }
}

/// The body of the next request; its spans leave the queue.
std::string exporter::take_batch() {
  on_the_way_ = std::min(most_in_batch, queue_.size());
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(on_the_way_);
  const std::vector<tracing::span> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return tracing::to_otlp_json(settings_.resource, batch);
}

task<exporter::trial> exporter::try_once(const std::string& body) {
  trial out;
  http::pool::acquired got = co_await pool_.acquire();
  if (!got.lease) {
    out.came.error = got.error;
    out.trouble = std::string(to_string(got.error)) + ": " + got.detail;
    co_return out;
  }
  if (auto lines = settings_.headers()) headers_ = std::move(*lines);
  const std::string headers = "Host: " + settings_.host + "\r\nContent-Type: application/json\r\nAccept: application/json\r\n" +
                              "User-Agent: leadrelay/" + std::string(version) + "\r\n" + headers_;
  const http::outgoing what{"POST", settings_.target, headers, body};
  over_ = &*got.lease;
  const http::exchange came = co_await over_->send(what, std::min(loop_.now() + settings_.timeout, ends_at()));
  over_ = nullptr;
  out.came.error = came.error;
  if (came.error != http::transport_error::none) {
    out.trouble = std::string(to_string(came.error)) + ": " + came.detail;
    co_return out;
  }
  out.came.status = came.answer.status;
  if (const auto asked = came.answer.header("Retry-After")) out.came.retry_after = parse_retry_after(*asked, loop_.wall_now());
  if (came.answer.status >= 300) {
    out.trouble = "HTTP " + std::to_string(came.answer.status);
    co_return out;
  }
  const tracing::partial_success partial = tracing::read_otlp_answer(came.answer.body);
  out.rejected = static_cast<std::size_t>(partial.rejected);
  if (partial.rejected > 0) out.trouble = "the receiver refuses spans: " + partial.message;
  co_return out;
}

/// The beginning and the end of trouble, not each try.
void exporter::tell(const std::string& trouble) {
  const bool was_troubled = std::exchange(troubled_, !trouble.empty());
  if (troubled_ && !was_troubled) log::warning("spans cannot be exported", {{"error", trouble}});
  if (!troubled_ && was_troubled) log::info("spans are exported again");
}

task<void> exporter::drain(time_point deadline) {
  drain_until_ = deadline;
  signal_.notify();
  if (!queue_.empty() && !sending_) start();
  while (sending_ && loop_.now() < deadline) co_await loop_.wait_until(idle_, deadline);
  if (sending_) {
    pool_.stop();
    if (over_) over_->close();
  }
  while (sending_) co_await idle_.wait();
  drop(std::exchange(queue_, {}).size(), drop_reason::ended);
}

export_counts exporter::counts() const {
  export_counts out = counts_;
  out.queued = queue_.size() + on_the_way_;
  return out;
}

}  // namespace leadrelay::otlp
