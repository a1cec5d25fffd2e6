#include "kafka/produce_copy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace leadrelay::kafka {
namespace {

/// librdkafka takes a null pointer for absent bytes; empty ones need a pointer that is none.
void* pointer(std::string_view bytes) {
  static char nothing = 0;
  return bytes.empty() ? &nothing : const_cast<char*>(bytes.data());
}

headers_handle make_headers(const std::vector<produced_header>& from) {
  if (from.empty()) return nullptr;
  headers_handle headers(rd_kafka_headers_new(from.size()));
  for (const produced_header& header : from) {
    const void* const value = header.value ? pointer(*header.value) : nullptr;
    const auto size = static_cast<ssize_t>(header.value.value_or("").size());
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()), value, size);
  }
  return headers;
}

rd_kafka_vu_t argument(rd_kafka_vtype_t type) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  return made;
}

rd_kafka_vu_t bytes_argument(rd_kafka_vtype_t type, std::optional<std::string_view> bytes) {
  rd_kafka_vu_t made = argument(type);
  made.u.mem.ptr = bytes ? pointer(*bytes) : nullptr;
  made.u.mem.size = bytes.value_or("").size();
  return made;
}

/// What `rd_kafka_produceva` takes. Points into the record, `topic` and `headers`.
std::vector<rd_kafka_vu_t> arguments(const outgoing_record& record, const std::string& topic, rd_kafka_headers_t* headers, void* opaque) {
  std::vector<rd_kafka_vu_t> all;
  all.reserve(7);
  all.push_back(argument(RD_KAFKA_VTYPE_TOPIC));
  all.back().u.cstr = topic.c_str();
  all.push_back(argument(RD_KAFKA_VTYPE_MSGFLAGS));
  all.back().u.i = RD_KAFKA_MSG_F_COPY;
  all.push_back(argument(RD_KAFKA_VTYPE_PARTITION));
  all.back().u.i32 = record.partition.value_or(RD_KAFKA_PARTITION_UA);
  all.push_back(bytes_argument(RD_KAFKA_VTYPE_KEY, record.key));
  all.push_back(bytes_argument(RD_KAFKA_VTYPE_VALUE, record.value));
  all.push_back(argument(RD_KAFKA_VTYPE_OPAQUE));
  all.back().u.ptr = opaque;
  if (headers) {
    all.push_back(argument(RD_KAFKA_VTYPE_HEADERS));
    all.back().u.headers = headers;
  }
  return all;
}

}  // namespace

error_handle produce_copy(rd_kafka_t* client, const outgoing_record& record, void* opaque) {
  const std::string topic(record.topic);
  headers_handle headers = make_headers(record.headers);
  const auto given = arguments(record, topic, headers.get(), opaque);
  error_handle error(rd_kafka_produceva(client, given.data(), given.size()));
  if (!error) static_cast<void>(headers.release());  // librdkafka's now
  return error;
}

}  // namespace leadrelay::kafka
