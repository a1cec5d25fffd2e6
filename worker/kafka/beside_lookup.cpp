#include "kafka/beside_lookup.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "kafka/partition_count.hpp"
#include "kafka/partition_list.hpp"

namespace leadrelay::kafka {
namespace {

using std::chrono::milliseconds;

struct candidate {
  assigned_partition* of;
  beside_partition found;
};

struct search {
  beside_clients clients;
  int limit_ms;
  std::vector<candidate> candidates = {};
};

/// Partitions that are asked for together: librdkafka looks for each of an answer's in the list from its beginning on.
constexpr std::size_t most_together = 500;

template <class T>
std::vector<std::span<T>> in_parts(std::vector<T>& of) {
  std::vector<std::span<T>> out;
  const std::span<T> all(of);
  for (std::size_t at = 0; at < all.size(); at += most_together) out.push_back(all.subspan(at, std::min(most_together, all.size() - at)));
  return out;
}

/// What librdkafka has answered, in an order of its own, by partition.
class answered {
 public:
  explicit answered(const rd_kafka_topic_partition_list_t& list) {
    for (int at = 0; at < list.cnt; ++at) elements_.emplace(std::pair(list.elems[at].topic, list.elems[at].partition), &list.elems[at]);
  }

  /// Null where there is none for it.
  const rd_kafka_topic_partition_t* find(const topic_partition& partition) const {
    const auto found = elements_.find({partition.topic, partition.partition});
    return found == elements_.end() ? nullptr : found->second;
  }

 private:
  std::map<std::pair<std::string_view, std::int32_t>, const rd_kafka_topic_partition_t*> elements_;
};

lookup_failure failure_of(rd_kafka_resp_err_t error, const std::string& doing) { return {error, doing + ": " + rd_kafka_err2str(error)}; }

std::optional<lookup_failure> first_failure(const rd_kafka_topic_partition_list_t& list, const std::string& doing) {
  for (int at = 0; at < list.cnt; ++at)
    if (list.elems[at].err != RD_KAFKA_RESP_ERR_NO_ERROR) return lookup_failure{list.elems[at].err, doing + ": " + errors_of(&list)};
  return std::nullopt;
}

/// By their names: a broker that does not know a topic yet may have commits for it.
void collect_candidates(search& in, const topics_beside& names, std::vector<assigned_partition>& of) {
  for (assigned_partition& partition : of) {
    const auto beside = names.find(partition.partition.topic);
    if (beside == names.end()) continue;
    for (const std::string& name : beside->second) {
      in.candidates.push_back({&partition, {}});
      in.candidates.back().found.partition = {name, partition.partition.partition};
    }
  }
}

/// Those that are known are asked for; of others only those with a commit stay, their end unknown.
void keep_known(search& in, const std::map<std::string, int>& counts) {
  const auto is_known = [&](const candidate& each) {
    const auto count = counts.find(each.found.partition.topic);
    return count != counts.end() && each.found.partition.partition < count->second;
  };
  for (candidate& each : in.candidates)
    if (!is_known(each)) each.found.end = -1;
  std::erase_if(in.candidates, [&](const candidate& each) { return !is_known(each) && each.found.committed < 0; });
}

std::optional<lookup_failure> find_committed(const search& in, std::span<candidate> of) {
  std::vector<topic_partition> partitions;
  for (const candidate& each : of) partitions.push_back(each.found.partition);
  const partition_list_handle list = make_list(partitions);
  const rd_kafka_resp_err_t error = rd_kafka_committed(in.clients.member, list.get(), in.limit_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure_of(error, "committed offsets beside");
  if (auto failed = first_failure(*list, "committed offsets beside")) return failed;
  const answered answers(*list);
  for (candidate& each : of) {
    const auto* const found = answers.find(each.found.partition);
    if (!found) continue;
    each.found.committed = found->offset >= 0 ? found->offset : -1;
    if (found->metadata) each.found.metadata.assign(static_cast<const char*>(found->metadata), found->metadata_size);
  }
  return std::nullopt;
}

std::optional<lookup_failure> find_committed(search& in) {
  for (const auto part : in_parts(in.candidates))
    if (auto failed = find_committed(in, part)) return failed;
  return std::nullopt;
}

/// `logical` in the place of a time asks for the beginning or the end, as the protocol has it (ListOffsets). One that is not answered stays
/// unknown.
void find_offsets(const search& in, std::span<candidate* const> known, std::int64_t logical, std::int64_t beside_partition::* to) {
  std::vector<topic_partition> partitions;
  for (const candidate* each : known) partitions.push_back(each->found.partition);
  const partition_list_handle list = make_list(partitions);
  for (int at = 0; at < list->cnt; ++at) list->elems[at].offset = logical;
  const bool is_answered = rd_kafka_offsets_for_times(in.clients.watcher, list.get(), in.limit_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
  const answered answers(*list);
  for (candidate* each : known) {
    const auto* const found = is_answered ? answers.find(each->found.partition) : nullptr;
    if (!found || found->err != RD_KAFKA_RESP_ERR_NO_ERROR || found->offset < 0)
      each->found.end = -1;
    else
      each->found.*to = found->offset;
  }
}

void find_offsets(search& in, std::int64_t logical, std::int64_t beside_partition::* to) {
  std::vector<candidate*> known;
  for (candidate& each : in.candidates)
    if (each.found.end >= 0) known.push_back(&each);
  for (const auto part : in_parts(known)) find_offsets(in, part, logical, to);
}

}  // namespace

std::optional<lookup_failure> find_beside(beside_clients clients, const topics_beside& names, milliseconds limit,
                                          std::vector<assigned_partition>& of) {
  search in{clients, static_cast<int>(limit.count())};
  collect_candidates(in, names, of);
  if (in.candidates.empty()) return std::nullopt;
  if (auto failed = find_committed(in)) return failed;
  const shown_topics shown = ask_for_topics(in.clients.watcher, in.limit_ms);
  if (shown.error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure_of(shown.error, "metadata of all topics");
  keep_known(in, shown.partitions);
  find_offsets(in, RD_KAFKA_OFFSET_BEGINNING, &beside_partition::begin);
  find_offsets(in, RD_KAFKA_OFFSET_END, &beside_partition::end);
  for (candidate& each : in.candidates)
    if (each.found.committed >= 0 || each.found.end < 0 || each.found.end > each.found.begin)
      each.of->beside.push_back(std::move(each.found));
  return std::nullopt;
}

}  // namespace leadrelay::kafka
