#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "base/origin.hpp"
#include "http/streams.hpp"

namespace leadrelay::http {

/// Looks a name up in the background and tells the result once, on the loop.
using lookup_done = std::function<void(const boost::system::error_code&, std::vector<endpoint>)>;
using lookup_function = std::function<void(const std::string& host, std::uint16_t port, lookup_done)>;

/// The system's resolver. It cannot be cancelled: the io_context has work until the lookup ends, and its destructor waits for it.
lookup_function system_lookup(loop& on);

/// The addresses of one origin, looked up when asked for and kept for a short time. Connections that are opened meanwhile share a lookup.
/// An origin that is an address itself is never looked up. The loop must live as long as its io_context runs; `get` must have
/// returned before this is destroyed, a lookup under way may end later. One thread.
class addresses {
 public:
  addresses(loop& on, const origin& of, lookup_function lookup, duration keep_for = std::chrono::seconds{30});
  ~addresses();

  struct result {
    std::vector<endpoint> found;  ///< empty where none was found or not in time
    bool in_time = true;
    std::string detail;  ///< the system's words where none was found
  };
  task<result> get(time_point deadline);

  /// The next `get` looks up anew, as these addresses do not serve.
  void forget() noexcept { fresh_until_ = time_point::min(); }

 private:
  struct lookup_state;
  void start_lookup();
  void adopt();

  loop& loop_;
  std::string host_;
  std::uint16_t port_;
  lookup_function lookup_;
  duration keep_for_;
  std::vector<endpoint> found_;
  time_point fresh_until_ = time_point::min();
  std::shared_ptr<lookup_state> under_way_;
};

}  // namespace leadrelay::http
