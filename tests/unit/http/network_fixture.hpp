#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/wakeup.hpp"
#include "certificates.hpp"
#include "http/dialer.hpp"
#include "scripted_server.hpp"
#include "unit/temporary_folder.hpp"
#include "world.hpp"

namespace leadrelay::http::test {

using leadrelay::test::temporary_folder;

/// An exchange with its answer copied out of the connection.
struct told {
  transport_error error = transport_error::none;
  bool bytes_sent = false;
  std::string detail;
  unsigned status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool reusable = false;
};

inline const identity& test_authority() {
  static const identity made = issue({.common_name = "test authority", .names = {}, .authority = true});
  return made;
}

inline const identity& good_identity() {
  static const identity made = issue({}, &test_authority());
  return made;
}

inline const std::string& authority_file() {
  static const temporary_folder folder;
  static const std::string file = folder.write("ca.pem", certificate_pem(test_authority()));
  return file;
}

/// Answers every name with the loopback.
inline lookup_function loopback_lookup() {
  return
      [](const std::string&, std::uint16_t port, lookup_done done) { done({}, {endpoint(boost::asio::ip::address_v4::loopback(), port)}); };
}

inline std::shared_ptr<boost::asio::ssl::context> client_context(tls_files files = {.ca_file = authority_file(),
                                                                                    .certificate_file = {},
                                                                                    .key_file = {}}) {
  auto made = make_tls_context(files);
  if (made.has_error()) throw std::runtime_error(made.error().detail);
  return *made;
}

inline origin origin_of(bool tls, std::uint16_t port, const std::string& host = "leads.test") {
  return *parse_origin((tls ? "https://" : "http://") + host + ":" + std::to_string(port));
}

/// Real sockets on the loopback, server and client on one loop.
class network_fixture {
 protected:
  static constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  void serve(scripted_server::script plays, bool tls) {
    tls_ = tls;
    server = std::make_unique<scripted_server>(context, std::move(plays), tls ? server_context(good_identity()) : nullptr);
    dials = std::make_unique<dialer>(on, origin_of(tls, server->port()), tls ? client_context() : nullptr, bounds, loopback_lookup());
  }

  connected connect(duration within = std::chrono::seconds{20}) { return run(context, dials->connect(on.now() + within)); }

  std::unique_ptr<connection> open() {
    connected made = connect();
    EXPECT_EQ(made.error, transport_error::none) << made.detail;
    return std::move(made.connection);
  }

  told send(connection& over, const outgoing& what, duration within = std::chrono::seconds{20}) {
    const exchange got = run(context, over.send(what, on.now() + within));
    return copy(got, over);
  }

  told get(connection& over, duration within = std::chrono::seconds{20}) {
    return send(over, {.method = "GET", .target = "/", .headers = "Host: leads.test\r\n", .body = ""}, within);
  }

  told post(connection& over, std::string_view body, duration within = std::chrono::seconds{20}) {
    return send(over, {.method = "POST", .target = "/leads", .headers = "Host: leads.test\r\n", .body = body}, within);
  }

  static told copy(const exchange& got, const connection& over) {
    told out;
    out.error = got.error;
    out.bytes_sent = got.bytes_sent;
    out.detail = got.detail;
    out.status = got.answer.status;
    out.body = got.answer.body;
    out.reusable = over.reusable();
    for (const auto& header : got.answer.headers) out.headers.emplace_back(header.name, header.value);
    return out;
  }

  /// Runs the loop until the condition holds; false where it does not within any reasonable time.
  template <class C>
  bool eventually(C condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
      context.restart();
      context.run_for(std::chrono::milliseconds{1});
    }
    return condition();
  }

  boost::asio::io_context context{1};
  real_loop on{context};
  wakeup never{context.get_executor()};  ///< for one script that waits without end
  answer_bounds bounds;
  std::unique_ptr<scripted_server> server;
  std::unique_ptr<dialer> dials;
  bool tls_ = false;
};

}  // namespace leadrelay::http::test
