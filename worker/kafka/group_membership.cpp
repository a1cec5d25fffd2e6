#include "kafka/group_membership.hpp"

#include <cstdlib>
#include <memory>

namespace leadrelay::kafka {
namespace {

/// librdkafka forgets its member id as soon as the group does not know it any more.
bool has_member_id(rd_kafka_t* consumer) {
  const std::unique_ptr<char, destroys<std::free>> id(rd_kafka_memberid(consumer));
  return id && *id != '\0';
}

}  // namespace

made<group_metadata_handle> membership_of(rd_kafka_t* consumer) {
  if (!consumer) return refusal{"the consumer has closed"};
  group_metadata_handle membership(rd_kafka_consumer_group_metadata(consumer));
  // Asked after it: a member id that is there now was there before.
  if (!membership || !has_member_id(consumer)) return refusal{"the consumer is no member of its group"};
  if (rd_kafka_assignment_lost(consumer)) return refusal{"the consumer has lost its partitions"};
  return membership;
}

}  // namespace leadrelay::kafka
