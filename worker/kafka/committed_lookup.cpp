#include "kafka/committed_lookup.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <boost/asio/post.hpp>
#include <boost/system/result.hpp>

#include "kafka/partition_count.hpp"
#include "kafka/partition_list.hpp"

namespace leadrelay::kafka {

[[noreturn]] inline void throw_exception_from_error(const lookup_failure& from, const boost::source_location&) {
  throw std::runtime_error(from.what);
}

namespace {

using failure = lookup_failure;
using lookup_result = boost::system::result<std::vector<assigned_partition>, failure>;

boost::system::result<int, failure> count_partitions(rd_kafka_t* client, const std::string& name, std::chrono::milliseconds limit) {
  const topic_partitions found = ask_for_partitions(client, name, static_cast<int>(limit.count()));
  if (found.error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure{found.error, "metadata of " + name + ": " + rd_kafka_err2str(found.error)};
  return found.count;
}

assigned_partition read_committed(const rd_kafka_topic_partition_t& element) {
  assigned_partition found;
  found.partition = {element.topic, element.partition};
  found.committed = element.offset >= 0 ? element.offset : -1;
  if (element.metadata) found.metadata.assign(static_cast<const char*>(element.metadata), element.metadata_size);
  return found;
}

struct numbering {
  std::map<std::string, int> first;  ///< of each topic's partitions
  std::map<std::string, int> count;
  int all = 0;
};

/// A topic that does not exist has no partitions, unless some of its are to be looked up.
boost::system::result<numbering, failure> number_partitions(rd_kafka_t* client, const committed_lookup::request& what,
                                                            std::chrono::milliseconds limit) {
  numbering out;
  for (const std::string& topic : what.topics) {
    const auto count = count_partitions(client, topic, limit);
    const bool needed = std::ranges::any_of(what.partitions, [&](const topic_partition& each) { return each.topic == topic; });
    if (!count && (needed || count.error().error != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)) return count.error();
    out.first[topic] = out.all;
    out.count[topic] = count ? *count : 0;
    out.all += out.count[topic];
  }
  return out;
}

lookup_result look_up(rd_kafka_t* client, const committed_lookup::request& what, std::chrono::milliseconds limit) {
  const partition_list_handle list = make_list(what.partitions);
  const rd_kafka_resp_err_t error = rd_kafka_committed(client, list.get(), static_cast<int>(limit.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure{error, std::string("committed offsets: ") + rd_kafka_err2str(error)};
  const auto numbers = number_partitions(client, what, limit);
  if (!numbers) return numbers.error();
  std::vector<assigned_partition> found;
  for (int at = 0; at < list->cnt; ++at) {
    const rd_kafka_topic_partition_t& element = list->elems[at];
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) return failure{element.err, "committed offsets: " + errors_of(list.get())};
    found.push_back(read_committed(element));
    found.back().number = numbers->first.at(element.topic) + element.partition;
    found.back().of_all = numbers->all;
    found.back().of_topic = numbers->count.at(element.topic);
  }
  if (auto failed = find_beside({client, what.watcher}, what.beside, limit, found)) return std::move(*failed);
  return found;
}

}  // namespace

/// What the thread and the loop share. `tell` belongs to the loop's thread.
struct committed_lookup::shared {
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  bool abandoned = false;  ///< loop's thread only
  outcomes tell;
  leadrelay::executor to;

  shared(outcomes o, leadrelay::executor e) : tell(std::move(o)), to(e) {}

  bool is_stopping() {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  void wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, time, [this] { return stopping; });
  }
};

namespace {

/// The first attempts are short, so that closing meanwhile does not wait long; later ones give a slow broker its time.
struct attempts {
  std::chrono::milliseconds limit{1000};
  std::chrono::milliseconds pause{100};

  void next() {
    limit = std::min(limit * 2, committed_lookup::longest_attempt);
    pause = std::min(pause * 2, std::chrono::milliseconds(2000));
  }
};

}  // namespace

committed_lookup::committed_lookup(loop& on, rd_kafka_t* client, request what, outcomes tell)
    : shared_(std::make_shared<shared>(std::move(tell), on.executor())) {
  thread_ = std::thread([shared = shared_, client, what = std::move(what)] {
    const auto post = [&shared](auto call) {
      boost::asio::post(shared->to, [shared, call = std::move(call)]() mutable {
        if (!shared->abandoned) call(shared->tell);
      });
    };
    for (attempts attempt; !shared->is_stopping(); attempt.next()) {
      lookup_result result = look_up(client, what, attempt.limit);
      if (result) return post([found = std::move(*result)](outcomes& to) mutable { to.found(std::move(found)); });
      post([failed = result.error()](outcomes& to) { to.failed(failed.error, failed.what); });
      shared->wait(attempt.pause);
    }
    post([](outcomes& to) { to.stopped(); });
  });
}

committed_lookup::~committed_lookup() {
  stop();
  shared_->abandoned = true;
  thread_.join();
}

void committed_lookup::stop() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
}

}  // namespace leadrelay::kafka
