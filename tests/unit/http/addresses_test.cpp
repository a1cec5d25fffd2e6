#include "http/addresses.hpp"

#include <list>

#include <boost/asio/error.hpp>

#include "network_fixture.hpp"

namespace leadrelay::http {
namespace {

using namespace std::chrono_literals;

/// A resolver in the test's hands, on a clock in the test's hands.
class addresses_test : public testing::Test {
 protected:
  struct asked {
    std::string host;
    std::uint16_t port;
    lookup_done done;
  };

  lookup_function lookup() {
    return [this](const std::string& host, std::uint16_t port, lookup_done done) { lookups.push_back({host, port, std::move(done)}); };
  }

  /// All that ask get their answer while what they ask still lives.
  void TearDown() override { on.advance(1min); }

  addresses& of(const std::string& url) { return asked_of.emplace_back(on, *parse_origin(url), lookup(), 30s); }

  /// Starts a `get` whose result is put here once it returns.
  std::shared_ptr<std::optional<addresses::result>> get(addresses& from, duration within) {
    auto out = std::make_shared<std::optional<addresses::result>>();
    auto ended = [out](std::exception_ptr, addresses::result result) { *out = std::move(result); };
    boost::asio::co_spawn(context.get_executor(), from.get(on.now() + within), std::move(ended));
    on.run_ready();
    return out;
  }

  static std::vector<endpoint> one(const char* address) { return {endpoint(boost::asio::ip::make_address(address), 443)}; }

  boost::asio::io_context context{1};
  test::virtual_loop on{context};
  std::vector<asked> lookups;
  std::list<addresses> asked_of;
};

TEST_F(addresses_test, address_is_never_looked_up) {
  for (const char* url : {"http://127.0.0.1:8080", "http://[::1]:8080"}) {
    addresses& from = of(url);
    const auto got = get(from, 1s);
    ASSERT_TRUE(got->has_value());
    ASSERT_EQ((*got)->found.size(), 1u);
    EXPECT_EQ((*got)->found[0].port(), 8080);
    from.forget();
    EXPECT_EQ((*get(from, 1s))->found.size(), 1u);
  }
  EXPECT_TRUE(lookups.empty());
}

TEST_F(addresses_test, name_is_kept_for_its_time_only) {
  addresses& from = of("https://leads.test");
  const auto first = get(from, 1s);
  ASSERT_EQ(lookups.size(), 1u);
  EXPECT_EQ(lookups[0].host, "leads.test");
  EXPECT_EQ(lookups[0].port, 443);
  EXPECT_FALSE(first->has_value());
  lookups[0].done({}, one("127.0.0.1"));
  on.run_ready();
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->found, one("127.0.0.1"));
  on.advance(29s);
  EXPECT_TRUE(get(from, 1s)->has_value());
  EXPECT_EQ(lookups.size(), 1u);
  on.advance(2s);
  EXPECT_FALSE(get(from, 1s)->has_value());
  EXPECT_EQ(lookups.size(), 2u);
}

TEST_F(addresses_test, forgotten_name_is_looked_up_anew) {
  addresses& from = of("https://leads.test");
  get(from, 1s);
  lookups[0].done({}, one("127.0.0.1"));
  on.run_ready();
  from.forget();
  const auto got = get(from, 1s);
  ASSERT_EQ(lookups.size(), 2u);
  lookups[1].done({}, one("127.0.0.2"));
  on.run_ready();
  EXPECT_EQ((*got)->found, one("127.0.0.2"));
}

TEST_F(addresses_test, failed_lookup_is_told_and_not_kept) {
  addresses& from = of("https://leads.test");
  const auto got = get(from, 1s);
  lookups[0].done(boost::asio::error::host_not_found, {});
  on.run_ready();
  ASSERT_TRUE(got->has_value());
  EXPECT_TRUE((*got)->found.empty());
  EXPECT_TRUE((*got)->in_time);
  EXPECT_THAT((*got)->detail, testing::HasSubstr("not found"));
  get(from, 1s);
  ASSERT_EQ(lookups.size(), 2u);
  lookups[1].done({}, {});
  on.run_ready();
  const auto third = get(from, 0s);
  EXPECT_EQ(lookups.size(), 3u);
  on.advance(0s);
  ASSERT_TRUE(third->has_value());
  EXPECT_FALSE((*third)->in_time);
}

TEST_F(addresses_test, those_who_ask_meanwhile_share_a_lookup) {
  addresses& from = of("https://leads.test");
  const auto first = get(from, 1s);
  const auto second = get(from, 1s);
  EXPECT_EQ(lookups.size(), 1u);
  lookups[0].done({}, one("127.0.0.1"));
  on.run_ready();
  EXPECT_EQ((*first)->found, one("127.0.0.1"));
  EXPECT_EQ((*second)->found, one("127.0.0.1"));
}

TEST_F(addresses_test, slow_lookup_is_left_at_the_deadline) {
  addresses& from = of("https://leads.test");
  const auto impatient = get(from, 1s);
  const auto patient = get(from, 5s);
  on.advance(1s);
  ASSERT_TRUE(impatient->has_value());
  EXPECT_FALSE((*impatient)->in_time);
  EXPECT_FALSE(patient->has_value());
  lookups[0].done({}, one("127.0.0.1"));
  on.run_ready();
  EXPECT_EQ((*patient)->found, one("127.0.0.1"));
  EXPECT_EQ(lookups.size(), 1u);
  EXPECT_EQ(on.timers().size(), 0u);
}

TEST_F(addresses_test, result_that_came_too_late_serves_the_next_while_it_is_fresh) {
  addresses& from = of("https://leads.test");
  get(from, 1s);
  on.advance(2s);
  lookups[0].done({}, one("127.0.0.1"));
  on.run_ready();
  on.advance(10s);
  EXPECT_EQ((*get(from, 1s))->found, one("127.0.0.1"));
  on.advance(21s);
  get(from, 1s);
  on.advance(1s);
  ASSERT_EQ(lookups.size(), 2u);
  lookups[1].done({}, one("127.0.0.2"));
  on.advance(60s);
  get(from, 1s);
  EXPECT_EQ(lookups.size(), 3u);
}

TEST_F(addresses_test, result_after_the_end_is_harmless) {
  get(of("https://leads.test"), 1s);
  on.advance(1s);
  asked_of.clear();
  lookups[0].done({}, one("127.0.0.1"));
  on.run_ready();
}

TEST_F(addresses_test, systems_resolver_knows_localhost) {
  real_loop real(context);
  addresses from(real, *parse_origin("http://localhost:81"), system_lookup(real));
  const auto got = test::run(context, from.get(real.now() + 20s));
  ASSERT_FALSE(got.found.empty()) << got.detail;
  EXPECT_TRUE(got.found[0].address().is_loopback());
  EXPECT_EQ(got.found[0].port(), 81);
}

}  // namespace
}  // namespace leadrelay::http
