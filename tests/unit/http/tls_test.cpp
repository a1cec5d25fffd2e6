#include "http/tls.hpp"

#include "network_fixture.hpp"

namespace leadrelay::http {
namespace {

using test::identity;
using test::issue;
using test::peer;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const identity& other_authority() {
  static const identity made = issue({.common_name = "other authority", .names = {}, .authority = true});
  return made;
}

class tls_test : public test::network_fixture, public testing::Test {
 protected:
  /// A server that answers every request and notes who came.
  void serve_with(std::shared_ptr<boost::asio::ssl::context> shows) {
    auto plays = [this](peer& client, int) -> task<void> {
      shaken += client.shaken;
      resumed += client.resumed;
      server_name = client.server_name;
      subject = client.subject;
      for (;;) {
        const std::string request = co_await client.read_request();
        if (request.empty()) co_return;
        ++requests;
        co_await client.write(ok);
      }
    };
    server = std::make_unique<test::scripted_server>(context, plays, std::move(shows));
  }

  void dial(const std::string& host = "leads.test",
            tls_files files = {.ca_file = test::authority_file(), .certificate_file = {}, .key_file = {}}) {
    const auto to = test::origin_of(true, server->port(), host);
    dials = std::make_unique<dialer>(on, to, test::client_context(std::move(files)), bounds, test::loopback_lookup());
  }

  /// Why a server with this certificate is not accepted.
  std::string refusal(const identity& shows, const std::string& host = "leads.test") {
    serve_with(test::server_context(shows));
    dial(host);
    const connected got = connect();
    EXPECT_EQ(got.connection, nullptr);
    EXPECT_EQ(got.error, transport_error::tls_failed);
    EXPECT_EQ(dials->trouble(), tls_trouble::certificate);
    EXPECT_TRUE(eventually([&] { return server->accepted() == 1; }));
    EXPECT_EQ(requests, 0);
    return got.detail;
  }

  int shaken = 0;
  int resumed = 0;
  int requests = 0;
  std::string server_name;
  std::string subject;
};

TEST_F(tls_test, good_certificate_is_accepted_and_the_server_told_the_name) {
  serve_with(test::server_context(test::good_identity()));
  dial();
  const auto over = open();
  ASSERT_NE(over, nullptr);
  EXPECT_EQ(get(*over).status, 200u);
  EXPECT_EQ(server_name, "leads.test");
}

TEST_F(tls_test, address_is_verified_but_not_named) {
  serve_with(test::server_context(test::good_identity()));
  dial("127.0.0.1");
  const auto over = open();
  ASSERT_NE(over, nullptr);
  EXPECT_EQ(get(*over).status, 200u);
  EXPECT_EQ(server_name, "");
}

TEST_F(tls_test, wildcard_stands_for_one_whole_label) {
  const identity wild = issue({.names = {"DNS:*.leads.test"}}, &test::test_authority());
  serve_with(test::server_context(wild));
  dial("api.leads.test");
  EXPECT_NE(open(), nullptr);
  EXPECT_THAT(refusal(wild), HasSubstr("hostname mismatch"));
  EXPECT_THAT(refusal(wild, "a.b.leads.test"), HasSubstr("hostname mismatch"));
  EXPECT_THAT(refusal(issue({.names = {"DNS:a*.leads.test"}}, &test::test_authority()), "api.leads.test"), HasSubstr("hostname mismatch"));
}

TEST_F(tls_test, certificate_for_another_host_is_refused) {
  EXPECT_THAT(refusal(issue({.names = {"DNS:other.test"}}, &test::test_authority())), HasSubstr("hostname mismatch"));
  EXPECT_THAT(refusal(issue({.names = {"DNS:127.0.0.1", "IP:127.0.0.2"}}, &test::test_authority()), "127.0.0.1"),
              HasSubstr("IP address mismatch"));
}

TEST_F(tls_test, certificate_out_of_its_time_is_refused) {
  EXPECT_THAT(refusal(issue({.valid_from_s = -7200, .valid_until_s = -3600}, &test::test_authority())),
              HasSubstr("certificate has expired"));
  EXPECT_THAT(refusal(issue({.valid_from_s = 3600, .valid_until_s = 7200}, &test::test_authority())), HasSubstr("not yet valid"));
}

TEST_F(tls_test, certificate_of_an_unknown_authority_is_refused) {
  EXPECT_THAT(refusal(issue({}, &other_authority())), HasSubstr("unable to get local issuer certificate"));
  EXPECT_THAT(refusal(issue({})), HasSubstr("self-signed certificate"));
}

TEST_F(tls_test, certificate_signed_by_no_authority_is_refused) {
  EXPECT_THAT(refusal(issue({.common_name = "leaf"}, &test::good_identity())), HasSubstr("certificate not accepted"));
}

TEST_F(tls_test, systems_authorities_do_not_know_the_test_authority) {
  serve_with(test::server_context(test::good_identity()));
  dial("leads.test", {});
  EXPECT_EQ(connect().error, transport_error::tls_failed);
  EXPECT_EQ(requests, 0);
}

TEST_F(tls_test, server_of_an_old_protocol_is_refused) {
  auto old = test::server_context(test::good_identity());
  SSL_CTX_set_min_proto_version(old->native_handle(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(old->native_handle(), TLS1_1_VERSION);
  SSL_CTX_set_cipher_list(old->native_handle(), "ALL:@SECLEVEL=0");
  serve_with(old);
  dial();
  const connected got = connect();
  EXPECT_EQ(got.error, transport_error::tls_failed);
  EXPECT_EQ(dials->trouble(), tls_trouble::refused);
  EXPECT_THAT(got.detail, HasSubstr("protocol version"));
  EXPECT_EQ(shaken, 0);
}

TEST_F(tls_test, client_certificate_is_shown_where_asked_for) {
  const test::temporary_folder folder;
  const identity own = issue({.common_name = "leadrelay", .names = {}}, &other_authority());
  auto strict = test::server_context(test::good_identity());
  test::require_client_certificate(*strict, other_authority());
  serve_with(strict);
  dial("leads.test", {.ca_file = test::authority_file(),
                      .certificate_file = folder.write("own.pem", test::certificate_pem(own)),
                      .key_file = folder.write("own.key", test::key_pem(own))});
  const auto over = open();
  ASSERT_NE(over, nullptr);
  EXPECT_EQ(get(*over).status, 200u);
  EXPECT_THAT(subject, HasSubstr("CN=leadrelay"));
}

TEST_F(tls_test, missing_client_certificate_shows_at_the_first_exchange_in_tls_1_3) {
  auto strict = test::server_context(test::good_identity());
  test::require_client_certificate(*strict, other_authority());
  serve_with(strict);
  dial();
  const auto over = open();
  ASSERT_NE(over, nullptr);
  const test::told got = get(*over);
  EXPECT_EQ(got.error, transport_error::connection_lost);
  EXPECT_EQ(requests, 0);
}

TEST_F(tls_test, missing_client_certificate_fails_the_handshake_in_tls_1_2) {
  auto strict = test::server_context(test::good_identity());
  test::require_client_certificate(*strict, other_authority());
  SSL_CTX_set_max_proto_version(strict->native_handle(), TLS1_2_VERSION);
  serve_with(strict);
  dial();
  const connected got = connect();
  EXPECT_EQ(got.error, transport_error::tls_failed);
  EXPECT_EQ(dials->trouble(), tls_trouble::refused);
  EXPECT_THAT(got.detail, HasSubstr("alert"));
}

TEST_F(tls_test, missing_client_certificate_shows_at_once_in_tls_1_3_where_it_is_waited_for) {
  auto strict = test::server_context(test::good_identity());
  test::require_client_certificate(*strict, other_authority());
  serve_with(strict);
  dial();
  dials->wait_for_refusal(std::chrono::seconds{10});
  EXPECT_EQ(connect().error, transport_error::tls_failed);
  EXPECT_EQ(dials->trouble(), tls_trouble::refused);
  server->stop();
  EXPECT_EQ(connect().error, transport_error::connect_failed);
  EXPECT_EQ(dials->trouble(), tls_trouble::none) << "of the last connect alone";
}

/// OpenSSL's words for this alert do not say that it is one.
TEST_F(tls_test, server_that_does_not_know_the_host_refuses_it) {
  auto strict = test::server_context(test::good_identity());
  SSL_CTX_set_tlsext_servername_callback(strict->native_handle(), +[](SSL*, int*, void*) -> int { return SSL_TLSEXT_ERR_ALERT_FATAL; });
  serve_with(strict);
  dial();
  const connected got = connect();
  EXPECT_EQ(got.error, transport_error::tls_failed);
  EXPECT_THAT(got.detail, HasSubstr("unrecognized name"));
  EXPECT_EQ(dials->trouble(), tls_trouble::refused);
}

TEST_F(tls_test, next_connection_resumes_the_session) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    resumed = requests = 0;
    auto context_of = test::server_context(test::good_identity());
    SSL_CTX_set_min_proto_version(context_of->native_handle(), version);
    SSL_CTX_set_max_proto_version(context_of->native_handle(), version);
    serve_with(context_of);
    dial();
    for (int number = 0; number < 4; ++number) {
      const auto over = open();
      ASSERT_NE(over, nullptr);
      EXPECT_EQ(get(*over).status, 200u);
    }
    EXPECT_EQ(requests, 4);
    EXPECT_EQ(resumed, 3) << version;
  }
}

TEST_F(tls_test, keys_may_change_between_answers) {
  int asked = 0;
  serve(
      [&](test::peer& client, int) -> task<void> {
        while (true) {
          const std::string request = co_await client.read_request();
          if (request.empty()) co_return;
          ++asked;
          client.update_keys();
          co_await client.write(ok);
        }
      },
      true);
  const auto over = open();
  for (int number = 1; number <= 4; ++number) {
    const test::told got = get(*over);
    EXPECT_EQ(got.status, 200u) << got.detail;
    EXPECT_TRUE(got.reusable);
    EXPECT_FALSE(over->stale());
    EXPECT_EQ(asked, number);
  }
  EXPECT_EQ(server->accepted(), 1);
}

TEST_F(tls_test, an_answer_behind_many_tickets_is_read) {
  serve(
      [&](test::peer& client, int) -> task<void> {
        co_await client.read_request();
        client.send_tickets(1000);
        co_await client.write(ok);
        co_await client.closed();
      },
      true);
  const test::told got = get(*open());
  EXPECT_EQ(got.status, 200u) << got.detail;
}

TEST_F(tls_test, large_request_goes_by_the_suites_of_old_that_encrypt_several_records_at_once) {
  auto context_of = test::server_context(test::good_identity());
  SSL_CTX_set_max_proto_version(context_of->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context_of->native_handle(), SSL_OP_NO_ENCRYPT_THEN_MAC);
  ASSERT_EQ(SSL_CTX_set_cipher_list(context_of->native_handle(), "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA"), 1);
  const std::string body(8 << 20, 'x');
  std::size_t received = 0;
  server = std::make_unique<test::scripted_server>(
      context,
      [&](test::peer& client, int) -> task<void> {
        const std::string request = co_await client.read_request();
        received = request.size() - request.find("\r\n\r\n") - 4;
        co_await client.write(ok);
        co_await client.closed();
      },
      context_of);
  dial();
  const auto over = open();
  ASSERT_NE(over, nullptr);
  const test::told got = post(*over, body);
  EXPECT_EQ(got.status, 200u) << got.detail;
  EXPECT_EQ(received, body.size());
}

TEST_F(tls_test, session_of_one_server_does_not_open_another) {
  serve_with(test::server_context(test::good_identity()));
  const auto port = std::make_shared<std::uint16_t>(server->port());
  auto lookup = [port](const std::string&, std::uint16_t, lookup_done done) {
    done({}, {endpoint(boost::asio::ip::address_v4::loopback(), *port)});
  };
  dials = std::make_unique<dialer>(on, test::origin_of(true, 1), test::client_context(), bounds, lookup);
  EXPECT_EQ(get(*open()).status, 200u);
  server->stop();
  EXPECT_EQ(connect().error, transport_error::connect_failed);  // so that the name is looked up anew
  serve_with(test::server_context(issue({}, &other_authority())));
  *port = server->port();
  EXPECT_EQ(connect().error, transport_error::tls_failed);
  EXPECT_EQ(resumed, 0);
}

class tls_files_test : public testing::Test {
 protected:
  static std::string problem_with(const tls_files& files) {
    const auto made = make_tls_context(files);
    EXPECT_TRUE(made.has_error());
    return made.has_error() ? made.error().detail : "";
  }

  test::temporary_folder folder;
  identity own = issue({});
  std::string certificate = folder.write("own.pem", test::certificate_pem(own));
  std::string key = folder.write("own.key", test::key_pem(own));
};

TEST_F(tls_files_test, good_files_are_taken) {
  EXPECT_TRUE(make_tls_context({}).has_value());
  EXPECT_TRUE(make_tls_context({.ca_file = certificate, .certificate_file = certificate, .key_file = key}).has_value());
}

TEST_F(tls_files_test, missing_file_is_named_with_the_reason) {
  const std::string why = problem_with({.ca_file = "/nowhere/ca.pem", .certificate_file = {}, .key_file = {}});
  EXPECT_THAT(why, HasSubstr("ca `/nowhere/ca.pem`: No such file or directory, expected certificates in PEM"));
  EXPECT_THAT(problem_with({.ca_file = {}, .certificate_file = "/nowhere/own.pem", .key_file = key}),
              HasSubstr("certificate `/nowhere/own.pem`: No such file or directory, expected a certificate in PEM"));
  EXPECT_THAT(problem_with({.ca_file = {}, .certificate_file = certificate, .key_file = "/nowhere/own.key"}),
              HasSubstr("key `/nowhere/own.key`: No such file or directory, expected the certificate's private key in PEM"));
}

TEST_F(tls_files_test, file_of_something_else_is_refused_without_showing_it) {
  const std::string rubbish = folder.write("rubbish.pem", "s3cret");
  for (const tls_files& files : {tls_files{.ca_file = rubbish, .certificate_file = {}, .key_file = {}},
                                 tls_files{.ca_file = {}, .certificate_file = rubbish, .key_file = key},
                                 tls_files{.ca_file = {}, .certificate_file = certificate, .key_file = rubbish}}) {
    const std::string why = problem_with(files);
    EXPECT_THAT(why, HasSubstr("rubbish.pem`: "));
    EXPECT_THAT(why, Not(HasSubstr("s3cret")));
    EXPECT_THAT(why, Not(HasSubstr("unknown error")));
  }
  const std::string empty = folder.write("empty.pem", "");
  EXPECT_THAT(problem_with({.ca_file = empty, .certificate_file = {}, .key_file = {}}), HasSubstr("empty.pem`: is empty, expected "));
}

TEST_F(tls_files_test, folder_is_refused_as_one) {
  for (const tls_files& files : {tls_files{.ca_file = "/", .certificate_file = {}, .key_file = {}},
                                 tls_files{.ca_file = {}, .certificate_file = "/", .key_file = key},
                                 tls_files{.ca_file = {}, .certificate_file = certificate, .key_file = "/"}})
    EXPECT_THAT(problem_with(files), HasSubstr("`/`: Is a directory, expected "));
}

TEST_F(tls_files_test, key_of_another_certificate_is_refused) {
  const std::string other = folder.write("other.key", test::key_pem(issue({})));
  EXPECT_EQ(problem_with({.ca_file = {}, .certificate_file = certificate, .key_file = other}),
            "key `" + other + "`: is the key of another certificate, expected that of the certificate beside it");
}

TEST_F(tls_files_test, key_of_another_kind_than_the_certificates_is_refused) {
  const std::shared_ptr<EVP_PKEY> rsa(EVP_RSA_gen(2048), EVP_PKEY_free);
  const std::string other = folder.write("rsa.key", test::key_pem({own.certificate, rsa}));
  EXPECT_THAT(problem_with({.ca_file = {}, .certificate_file = certificate, .key_file = other}),
              HasSubstr("rsa.key`: is the key of another certificate"));
}

TEST_F(tls_files_test, each_file_s_trouble_is_told) {
  const std::string rubbish = folder.write("rubbish.pem", "s3cret");
  const auto found = check_tls_files({.ca_file = "/nowhere/ca.pem", .certificate_file = rubbish, .key_file = rubbish});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].key, "ca");
  EXPECT_EQ(found[0].what, "`/nowhere/ca.pem`: No such file or directory, expected certificates in PEM");
  EXPECT_EQ(found[1].key, "certificate");
  EXPECT_EQ(found[1].what, "`" + rubbish + "`: no start line, expected a certificate in PEM");
  EXPECT_EQ(found[2].key, "key");
  EXPECT_EQ(found[2].what, "`" + rubbish + "`: holds no key, expected the certificate's private key in PEM, without a passphrase");
}

TEST_F(tls_files_test, files_are_looked_at_without_the_others) {
  EXPECT_TRUE(check_tls_files({}).empty());
  EXPECT_TRUE(check_tls_files({.ca_file = certificate, .certificate_file = certificate, .key_file = key}).empty());
  EXPECT_TRUE(check_tls_files({.ca_file = {}, .certificate_file = certificate, .key_file = {}}).empty());
  EXPECT_TRUE(check_tls_files({.ca_file = {}, .certificate_file = {}, .key_file = key}).empty());
  EXPECT_EQ(check_tls_files({.ca_file = {}, .certificate_file = {}, .key_file = "/"}).size(), 1u);
}

TEST_F(tls_files_test, encrypted_key_is_refused_without_asking) {
  const std::string locked = folder.write("locked.key", test::key_pem(own, "passphrase"));
  const std::string why = problem_with({.ca_file = {}, .certificate_file = certificate, .key_file = locked});
  EXPECT_THAT(why, HasSubstr("locked.key`: "));
  EXPECT_THAT(why, HasSubstr("encrypted"));
}

TEST_F(tls_files_test, certificate_and_key_come_together) {
  EXPECT_THAT(problem_with({.ca_file = {}, .certificate_file = certificate, .key_file = {}}), HasSubstr("expected both or none"));
  EXPECT_THAT(problem_with({.ca_file = {}, .certificate_file = {}, .key_file = key}), HasSubstr("expected both or none"));
}

}  // namespace
}  // namespace leadrelay::http
