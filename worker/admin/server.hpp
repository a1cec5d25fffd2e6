#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "admin/process_snapshot.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"

namespace leadrelay::admin {

/// Collects the process's snapshot, asking the other threads' workers on their own loops.
using snapshot_source = std::function<task<process_snapshot>()>;

/// Serves `/livez`, `/readyz`, `/metrics`, `/status.json`, `/history.json` and, on `/`, the page that shows them, over HTTP/1.1. It answers
/// GET and HEAD, changes nothing, and shows neither credentials nor data of leads. One thread, the first worker's loop: that it answers
/// shows that the loop turns.
class server {
 public:
  server(loop& on, snapshot_source snapshots);
  ~server();

  /// Listens; port 0 picks one. The port, or a problem that names the address and the system's reason.
  outcome<std::uint16_t> listen(const std::string& host, std::uint16_t port);

  /// Closes the listener and every connection.
  void stop();

 private:
  struct sessions;
  std::shared_ptr<sessions> sessions_;
};

}  // namespace leadrelay::admin
