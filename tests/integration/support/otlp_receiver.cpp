#include "support/otlp_receiver.hpp"

#include <mutex>
#include <stdexcept>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "base/json.hpp"
#include "support/loopback_server.hpp"

namespace leadrelay::integration {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

std::string text_at(const json::value& of, const char* name) {
  const json::value* found = json::find(of, name);
  if (!found) return {};
  if (!found->IsString()) throw std::runtime_error(std::string(name) + " is no text");
  return std::string(json::text(*found));
}

std::map<std::string, std::string> attributes_at(const json::value& of) {
  std::map<std::string, std::string> out;
  for (const json::value& each : of["attributes"].GetArray()) {
    const json::value& value = each["value"];
    out[text_at(each, "key")] = text_at(value, value.HasMember("intValue") ? "intValue" : "stringValue");
  }
  return out;
}

received_span read_span(const json::value& from) {
  received_span out;
  out.trace = text_at(from, "traceId");
  out.id = text_at(from, "spanId");
  out.parent = text_at(from, "parentSpanId");
  out.name = text_at(from, "name");
  out.kind = from["kind"].GetInt();
  out.start_ns = std::stoll(text_at(from, "startTimeUnixNano"));
  out.end_ns = std::stoll(text_at(from, "endTimeUnixNano"));
  out.failed = from.HasMember("status") && from["status"]["code"].GetInt() == 2;
  out.attributes = attributes_at(from);
  if (from.HasMember("links"))
    for (const json::value& each : from["links"].GetArray()) out.links.push_back(text_at(each, "spanId"));
  return out;
}

void read_spans(const std::string& body, std::vector<received_span>& into) {
  const auto read = json::parse(body);
  if (!read) throw std::runtime_error(read.error().detail);
  for (const json::value& resource : (*read)["resourceSpans"].GetArray())
    for (const json::value& scope : resource["scopeSpans"].GetArray())
      for (const json::value& each : scope["spans"].GetArray()) {
        into.push_back(read_span(each));
        into.back().resource = attributes_at(resource["resource"]);
      }
}

}  // namespace

struct otlp_receiver::server {
  /// One connection; lives while a read or write of it is under way.
  struct session : std::enable_shared_from_this<session> {
    session(tcp::socket taken, server& of) : socket(std::move(taken)), owner(of) {}

    void read() {
      request = {};
      http::async_read(socket, buffer, request, [self = shared_from_this()](error_code failed, std::size_t) {
        if (!failed) self->answer();
      });
    }

    void answer() {
      response = {};
      response.result(static_cast<unsigned>(owner.take(request)));
      response.set(http::field::content_type, "application/json");
      if (response.result_int() != 200) response.set(http::field::retry_after, "1");
      response.body() = "{}";
      response.prepare_payload();
      http::async_write(socket, response, [self = shared_from_this()](error_code failed, std::size_t) {
        if (!failed) self->read();
      });
    }

    tcp::socket socket;
    server& owner;
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::response<http::string_body> response;
  };

  explicit server(std::vector<int> first_statuses) : statuses(std::move(first_statuses)) {}

  int take(const http::request<http::string_body>& request) {
    const std::lock_guard lock(mutex);
    const int status = requests.size() < statuses.size() ? statuses[requests.size()] : 200;
    requests.push_back({std::string(request.target()), std::string(request[http::field::content_type]),
                        std::string(request[http::field::authorization]), request.body()});
    accepted.push_back(status == 200);
    return status;
  }

  std::vector<int> statuses;
  mutable std::mutex mutex;
  std::vector<received_request> requests;
  std::vector<bool> accepted;
  loopback_server clients{[this](tcp::socket client) { std::make_shared<session>(std::move(client), *this)->read(); }};
};

otlp_receiver::otlp_receiver(std::vector<int> first_statuses) : server_(std::make_unique<server>(std::move(first_statuses))) {}

otlp_receiver::~otlp_receiver() = default;

std::string otlp_receiver::url() const { return "http://127.0.0.1:" + std::to_string(server_->clients.port()); }

std::vector<received_request> otlp_receiver::requests() const {
  const std::lock_guard lock(server_->mutex);
  return server_->requests;
}

std::vector<received_span> otlp_receiver::spans() const {
  const std::lock_guard lock(server_->mutex);
  std::vector<received_span> out;
  for (std::size_t index = 0; index < server_->requests.size(); ++index)
    if (server_->accepted[index]) read_spans(server_->requests[index].body, out);
  return out;
}

}  // namespace leadrelay::integration
