#include "events/content_type.hpp"

#include "base/text.hpp"

namespace leadrelay::events {

content content_of(std::string_view media_type) noexcept {
  media_type = media_type.substr(0, media_type.find(';'));
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!media_type.empty() && is_space(media_type.front())) media_type.remove_prefix(1);
  while (!media_type.empty() && is_space(media_type.back())) media_type.remove_suffix(1);
  if (equal_without_case(media_type, "application/protobuf") || equal_without_case(media_type, "application/x-protobuf"))
    return content::protobuf;
  if (equal_without_case(media_type, "application/cloudevents+json")) return content::cloud_event;
  return content::json;
}

}  // namespace leadrelay::events
