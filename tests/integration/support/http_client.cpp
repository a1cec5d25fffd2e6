#include "support/http_client.hpp"

#include <optional>
#include <stdexcept>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace leadrelay::integration {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

struct place {
  std::string host;
  std::string port;
  std::string target;
};

place split(const std::string& url) {
  const std::string scheme = "http://";
  const std::size_t slash = url.find('/', scheme.size());
  const std::string authority = url.substr(0, slash).substr(scheme.size());
  const std::size_t colon = authority.rfind(':');
  if (!url.starts_with(scheme) || colon == std::string::npos) throw std::invalid_argument("expected http://host:port/path, not " + url);
  return {authority.substr(0, colon), authority.substr(colon + 1), slash == std::string::npos ? "/" : url.substr(slash)};
}

/// One exchange as a chain of callbacks: the synchronous calls of Beast know no deadline.
class exchange {
 public:
  exchange(const std::string& url, http::verb method, const std::string& body) : url_(url), place_(split(url)) {
    request_.version(11);
    request_.method(method);
    request_.target(place_.target);
    request_.set(http::field::host, place_.host);
    request_.set(http::field::connection, "close");
    if (!body.empty()) request_.set(http::field::content_type, "application/json");
    request_.body() = body;
    request_.prepare_payload();
    parser_.body_limit(1ull << 30);
  }

  http_answer run(std::chrono::milliseconds within) {
    stream_.expires_after(within);
    const asio::ip::tcp::endpoint to(asio::ip::make_address(place_.host), static_cast<std::uint16_t>(std::stoi(place_.port)));
    stream_.async_connect(to, [this](error_code failed) { connected(failed); });
    context_.run();
    if (failed_) throw std::runtime_error(url_ + ": " + failed_.message());
    const auto& answer = parser_.get();
    return {static_cast<int>(answer.result_int()), std::string(answer[http::field::content_type]), answer.body()};
  }

 private:
  void connected(error_code failed) {
    if ((failed_ = failed)) return;
    http::async_write(stream_, request_, [this](error_code error, std::size_t) { written(error); });
  }

  void written(error_code failed) {
    if ((failed_ = failed)) return;
    http::async_read(stream_, buffer_, parser_, [this](error_code error, std::size_t) { failed_ = error; });
  }

  std::string url_;
  place place_;
  asio::io_context context_{1};
  beast::tcp_stream stream_{context_};
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  error_code failed_;
};

}  // namespace

http_answer http_get(const std::string& url, std::chrono::milliseconds within) { return exchange(url, http::verb::get, {}).run(within); }

http_answer http_put(const std::string& url, const std::string& body, std::chrono::milliseconds within) {
  return exchange(url, http::verb::put, body).run(within);
}

json::document get_json(const std::string& url, std::chrono::milliseconds within) {
  const http_answer answer = http_get(url, within);
  if (answer.status != 200) throw std::runtime_error(url + ": status " + std::to_string(answer.status));
  auto parsed = json::parse(answer.body);
  if (!parsed) throw std::runtime_error(url + ": " + parsed.error().detail);
  return std::move(*parsed);
}

}  // namespace leadrelay::integration
