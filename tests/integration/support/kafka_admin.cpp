#include "support/kafka_admin.hpp"

#include <array>
#include <stdexcept>

#include "support/environment.hpp"

namespace leadrelay::integration {
namespace {

constexpr int wait_ms = 30'000;

/// The result event of an admin request, which comes to `queue`.
kafka_owned<rd_kafka_event_t> wait_for_result(rd_kafka_queue_t* queue, const std::string& what) {
  kafka_owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue, wait_ms));
  if (!event) throw std::runtime_error(what + ": no answer");
  expect_kafka(rd_kafka_event_error(event.get()), what);
  return event;
}

void expect_topics(const rd_kafka_topic_result_t** results, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    expect_kafka(rd_kafka_topic_result_error(results[i]), std::string("topic ") + rd_kafka_topic_result_name(results[i]));
}

}  // namespace

kafka_admin::kafka_admin(const std::string& bootstrap)
    : bootstrap_(bootstrap),
      client_(make_kafka(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap}, {"isolation.level", "read_uncommitted"}})) {}

void kafka_admin::create_topic(const std::string& name, int partitions, const std::map<std::string, std::string>& settings) {
  std::array<char, 512> reason{};
  kafka_owned<rd_kafka_NewTopic_t> topic(rd_kafka_NewTopic_new(name.c_str(), partitions, 1, reason.data(), reason.size()));
  if (!topic) throw std::runtime_error("topic " + name + ": " + reason.data());
  for (const auto& [key, value] : settings)
    expect_kafka(rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str()), "topic " + name + ": " + key);
  kafka_owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client_.get()));
  rd_kafka_NewTopic_t* one = topic.get();
  rd_kafka_CreateTopics(client_.get(), &one, 1, nullptr, queue.get());
  const auto event = wait_for_result(queue.get(), "create " + name);
  std::size_t count = 0;
  expect_topics(rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count), count);
  const bool ready = eventually(std::chrono::milliseconds{wait_ms}, [&] { return partition_count(name) == partitions; });
  if (!ready) throw std::runtime_error("topic " + name + " did not become ready");
}

void kafka_admin::delete_topic(const std::string& name) {
  kafka_owned<rd_kafka_DeleteTopic_t> topic(rd_kafka_DeleteTopic_new(name.c_str()));
  kafka_owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client_.get()));
  rd_kafka_DeleteTopic_t* one = topic.get();
  rd_kafka_DeleteTopics(client_.get(), &one, 1, nullptr, queue.get());
  const auto event = wait_for_result(queue.get(), "delete " + name);
  std::size_t count = 0;
  expect_topics(rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count), count);
}

void kafka_admin::deny_reading(const std::string& topic) {
  std::array<char, 512> reason{};
  const auto make = [&](rd_kafka_AclOperation_t what, rd_kafka_AclPermissionType_t may) {
    kafka_owned<rd_kafka_AclBinding_t> made(rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str(),
                                                                    RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:ANONYMOUS", "*", what, may,
                                                                    reason.data(), reason.size()));
    if (!made) throw std::runtime_error("rights of " + topic + ": " + reason.data());
    return made;
  };
  const auto all = make(RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
  const auto not_read = make(RD_KAFKA_ACL_OPERATION_READ, RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
  std::array<rd_kafka_AclBinding_t*, 2> rights{all.get(), not_read.get()};
  kafka_owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client_.get()));
  rd_kafka_CreateAcls(client_.get(), rights.data(), rights.size(), nullptr, queue.get());
  const auto event = wait_for_result(queue.get(), "rights of " + topic);
  std::size_t count = 0;
  const auto* const* const results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* const error = rd_kafka_acl_result_error(results[i]);
    if (error) throw std::runtime_error("rights of " + topic + ": " + rd_kafka_error_string(error));
  }
}

void kafka_admin::delete_records(const std::string& topic, std::int32_t partition, std::int64_t before) {
  const kafka_owned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = before;
  kafka_owned<rd_kafka_DeleteRecords_t> records(rd_kafka_DeleteRecords_new(list.get()));
  kafka_owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client_.get()));
  rd_kafka_DeleteRecords_t* one = records.get();
  rd_kafka_DeleteRecords(client_.get(), &one, 1, nullptr, queue.get());
  const auto event = wait_for_result(queue.get(), "delete records of " + topic);
  const auto* const answer = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  expect_kafka(answer->elems[0].err, "delete records of " + topic);
}

int kafka_admin::partition_count(const std::string& name) {
  struct topic_deleter {
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  };
  const std::unique_ptr<rd_kafka_topic_t, topic_deleter> topic(rd_kafka_topic_new(client_.get(), name.c_str(), nullptr));
  const rd_kafka_metadata_t* found = nullptr;
  expect_kafka(rd_kafka_metadata(client_.get(), 0, topic.get(), &found, wait_ms), "metadata of " + name);
  const kafka_owned<const rd_kafka_metadata_t> metadata(found);
  if (metadata->topic_cnt != 1 || metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i)
    if (metadata->topics[0].partitions[i].leader < 0) return 0;
  return metadata->topics[0].partition_cnt;
}

bool kafka_admin::group_exists(const std::string& group) {
  const rd_kafka_group_list* found = nullptr;
  expect_kafka(rd_kafka_list_groups(client_.get(), group.c_str(), &found, wait_ms), "group " + group);
  const std::unique_ptr<const rd_kafka_group_list, decltype([](const rd_kafka_group_list* list) { rd_kafka_group_list_destroy(list); })>
      list(found);
  return list->group_cnt > 0 && list->groups[0].err == RD_KAFKA_RESP_ERR_NO_ERROR && list->groups[0].state != std::string("Dead");
}

std::vector<std::int64_t> kafka_admin::end_offsets(const std::string& topic) {
  std::vector<std::int64_t> ends;
  const int partitions = partition_count(topic);
  for (int partition = 0; partition < partitions; ++partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    expect_kafka(rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), partition, &low, &high, wait_ms), "offsets of " + topic);
    ends.push_back(high);
  }
  return ends;
}

std::vector<committed_offset> kafka_admin::committed(const std::string& group, const std::string& topic) {
  auto& client = groups_[group];
  if (!client) client = make_kafka(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap_}, {"group.id", group}});
  const auto list = partition_list(topic, partition_count(topic));
  expect_kafka(rd_kafka_committed(client.get(), list.get(), wait_ms), "committed offsets of " + group);
  std::vector<committed_offset> found;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& each = list->elems[i];
    expect_kafka(each.err, "committed offset of " + group);
    found.push_back({each.offset < 0 ? -1 : each.offset, {static_cast<const char*>(each.metadata), each.metadata_size}});
  }
  return found;
}

std::int64_t kafka_admin::lag(const std::string& group, const std::string& topic) {
  const std::vector<committed_offset> done = committed(group, topic);
  const std::vector<std::int64_t> ends = end_offsets(topic);
  std::int64_t behind = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) behind += ends[i] - (done[i].next < 0 ? 0 : done[i].next);
  return behind;
}

}  // namespace leadrelay::integration
