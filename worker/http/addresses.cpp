#include "http/addresses.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/ip/address.hpp>

namespace leadrelay::http {
namespace {

using boost::system::error_code;
using resolver = boost::asio::ip::basic_resolver<boost::asio::ip::tcp, executor>;

}  // namespace

lookup_function system_lookup(loop& on) {
  return [resolves = std::make_shared<resolver>(on.context())](const std::string& host, std::uint16_t port, lookup_done done) {
    auto collect = [done = std::move(done)](const error_code& error, const resolver::results_type& results) {
      std::vector<endpoint> found;
      for (const auto& entry : results) found.push_back(entry.endpoint());
      done(error, std::move(found));
    };
    resolves->async_resolve(host, std::to_string(port), resolver::numeric_service, std::move(collect));
  };
}

/// Shared with the lookup, which may end after all who asked have given up.
struct addresses::lookup_state {
  std::vector<wakeup*> waiting;
  bool done = false;
  time_point done_at;
  error_code error;
  std::vector<endpoint> found;
};

addresses::addresses(loop& on, const origin& of, lookup_function lookup, duration keep_for)
    : loop_(on),
      host_(of.host),
      port_(of.port),
      lookup_(std::move(lookup)),
      keep_for_(keep_for) {
  if (!of.is_address()) return;
  error_code error;
  const auto address = boost::asio::ip::make_address(host_, error);
  if (error) return;
  found_.emplace_back(address, port_);
  lookup_ = nullptr;
}

addresses::~addresses() = default;

task<addresses::result> addresses::get(time_point deadline) {
  result out;
  if (!lookup_ || loop_.now() < fresh_until_) {
    out.found = found_;
    co_return out;
  }
  if (under_way_ && under_way_->done && under_way_->done_at + keep_for_ <= loop_.now())
    under_way_ = nullptr;  // nobody waited for it, it aged
  if (!under_way_) start_lookup();
  const auto lookup = under_way_;
  if (!lookup->done) {
    wakeup done(loop_.executor());
    lookup->waiting.push_back(&done);
    co_await loop_.wait_until(done, deadline);
    std::erase(lookup->waiting, &done);
  }
  out.in_time = lookup->done;
  if (lookup->done) {
    if (under_way_ == lookup) adopt();
    out.found = lookup->found;
    if (lookup->found.empty()) out.detail = lookup->error ? lookup->error.message() : "no address";
  } else {
    out.detail = "name lookup not finished in time";
  }
  co_return out;
}

void addresses::start_lookup() {
  under_way_ = std::make_shared<lookup_state>();
  auto finished = [state = under_way_, &on = loop_](const error_code& error, std::vector<endpoint> found) {
    state->done = true;
    state->done_at = on.now();
    state->error = error;
    state->found = std::move(found);
    for (wakeup* waiter : state->waiting) waiter->notify();
  };
  lookup_(host_, port_, std::move(finished));
}

/// A lookup that found nothing is not kept: the next one asks again.
void addresses::adopt() {
  const auto lookup = std::exchange(under_way_, nullptr);
  if (lookup->found.empty()) return;
  found_ = lookup->found;
  fresh_until_ = lookup->done_at + keep_for_;
}

}  // namespace leadrelay::http
