#include "kafka/librdkafka_mover.hpp"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>

#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "kafka/group_membership.hpp"
#include "kafka/mover_work.hpp"

namespace leadrelay::kafka {
namespace {

constexpr duration time_to_end = std::chrono::seconds(2);

}  // namespace

/// What the thread and the loop share; a thread that does not end in time keeps it.
struct librdkafka_mover::shared {
  using told = std::function<void()>;
  using job = std::function<told(mover_work&)>;  ///< returns what is to be called from the loop, null where nothing is

  explicit shared(leadrelay::executor e) : to(e) {}

  std::optional<job> next() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return closed || !jobs.empty(); });
    if (closed) return std::nullopt;
    job first = std::move(jobs.front());
    jobs.pop_front();
    return first;
  }

  void tell(told what, const std::shared_ptr<shared>& self) {
    const std::lock_guard lock(mutex);
    if (closed) return;
    boost::asio::post(to, [self, what = std::move(what)] {
      if (self->closed_here) return;
      --self->under_way;
      what();
    });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<job> jobs;
  bool closed = false;
  work_limit limit;
  leadrelay::executor to;
  std::promise<void> ended;

  int under_way = 0;         ///< loop's thread only
  bool closed_here = false;  ///< loop's thread only
};

librdkafka_mover::librdkafka_mover(loop& on, properties given, librdkafka_consumer& of_group)
    : given_(std::move(given)),
      group_(of_group),
      transactional_id_(make_transactional_id(given_)),
      shared_(std::make_shared<shared>(on.executor())) {}

librdkafka_mover::~librdkafka_mover() { close(time_to_end); }

template <class work>
void librdkafka_mover::enqueue(work task) {
  if (shared_->closed_here) return;
  ++shared_->under_way;
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->jobs.push_back(std::move(task));
    shared_->changed.notify_one();
  }
  if (thread_.joinable()) return;
  thread_ = std::thread([shared = shared_, given = given_, id = transactional_id_] {
    {
      mover_work works(given, id, shared->limit);
      while (const auto job = shared->next())
        if (auto told = (*job)(works)) shared->tell(std::move(told), shared);
    }
    shared->ended.set_value();
  });
}

void librdkafka_mover::begin(move what, std::function<void(const move_result&)> done) {
  auto membership = membership_of(group_.client());
  const auto refused = membership ? std::string() : membership.error().what;
  std::shared_ptr<rd_kafka_consumer_group_metadata_t> of;  // shared, as a function object can be copied
  if (membership) of = std::move(*membership);
  enqueue([what = std::move(what), done = std::move(done), of, refused](mover_work& works) -> std::function<void()> {
    auto result = of ? works.perform(what, *of) : std::optional(move_result{refused, true, {}});
    if (!result) return nullptr;
    return [done, result = std::move(*result)] { done(result); };
  });
}

void librdkafka_mover::check(std::vector<needed_topic> topics, std::function<void(const std::vector<std::string>& problems)> done) {
  enqueue([topics = std::move(topics), done = std::move(done)](mover_work& works) -> std::function<void()> {
    return [done, problems = works.check(topics)] { done(problems); };
  });
}

bool librdkafka_mover::busy() const noexcept { return shared_->under_way > 0; }

void librdkafka_mover::close(duration grace) {
  if (shared_->closed_here) return;
  shared_->closed_here = true;
  shared_->under_way = 0;
  shared_->limit.stop(std::chrono::steady_clock::now() + grace / 2);
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
    shared_->changed.notify_one();
  }
  if (!thread_.joinable()) return;
  if (shared_->ended.get_future().wait_for(grace) == std::future_status::ready) return thread_.join();
  log::warning("a move does not end in time; left to end by itself");
  thread_.detach();
}

made<std::unique_ptr<mover>> make_mover(loop& on, const properties& given, consumer& of_group) {
  auto* const group = dynamic_cast<librdkafka_consumer*>(&of_group);
  if (!group) return refusal{"the consumer is none of librdkafka's"};
  const auto configuration = make_configuration(given, role::mover);
  if (!configuration) return configuration.error();
  return std::unique_ptr<mover>(std::make_unique<librdkafka_mover>(on, given, *group));
}

}  // namespace leadrelay::kafka
