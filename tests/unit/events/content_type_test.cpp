#include "events/content_type.hpp"

#include <gtest/gtest.h>

namespace leadrelay::events {
namespace {

TEST(content_of, protobuf_is_known_by_both_names) {
  for (const char* type :
       {"application/protobuf", "application/x-protobuf", "Application/ProtoBuf", " application/protobuf ; proto=leadrelay.v1.LeadChange",
        "application/x-protobuf;charset=x", "\tapplication/protobuf\t"})
    EXPECT_EQ(content_of(type), content::protobuf) << type;
}

TEST(content_of, structured_cloud_event_is_known) {
  EXPECT_EQ(content_of("application/cloudevents+json"), content::cloud_event);
  EXPECT_EQ(content_of("application/CloudEvents+JSON; charset=UTF-8"), content::cloud_event);
}

TEST(content_of, all_else_is_json) {
  for (const char* type : {"", ";", "application/json", "text/plain", "application/protobuf2", "xapplication/protobuf",
                           "application / protobuf", "application/json; a=application/protobuf", "application/cloudevents-batch+json"})
    EXPECT_EQ(content_of(type), content::json) << type;
}

}  // namespace
}  // namespace leadrelay::events
