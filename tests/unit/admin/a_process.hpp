#pragma once

#include "admin/process_snapshot.hpp"

namespace leadrelay::admin {

/// Two workers of one account each has counted something.
inline process_snapshot a_process() {
  process_snapshot out;
  out.version = "1.2.3";
  for (int worker = 0; worker < 2; ++worker) {
    relay::relay_snapshot& one = out.workers.emplace_back();
    relay::account_snapshot& account = one.accounts.emplace_back();
    account.name = "ac\"me";
    account.provider = "orwel";
    account.waiting = 3;
    account.counts.taken = 10;
    account.counts.delivered = 7;
    account.counts.dead_letters[static_cast<std::size_t>(reason::rejected)] = 1;
    account.counts.request_seconds.add(std::chrono::milliseconds{20});
    account.counts.delivery_seconds.add(std::chrono::seconds{2});
    one.partitions.push_back({.topic = "changes", .partition = worker, .committed = 5, .settled = 6, .outstanding = 2, .paused = worker == 1});
    one.counts.records = 11;
    one.counts.stalls = 1;
    one.held_bytes = 100;
    one.dead_letters_unwritten = 2;
  }
  for (relay::relay_snapshot& each : out.workers) {
    each.accounts[0].state = delivery::gate_state::credential_refused;
    each.accounts[0].reason = "refused with HTTP 401";
    each.accounts[0].since = wall_time{std::chrono::seconds{1'800'000'010}};
  }
  out.workers[0].accounts[0].state = delivery::gate_state::flowing;
  out.workers[0].accounts[0].reason = "the credential cannot be read anew";
  out.workers[0].accounts[0].since.reset();
  out.workers[0].accounts[0].credential_unreadable = true;
  out.workers[1].troubles = {"commits fail: broker away"};
  return out;
}

}  // namespace leadrelay::admin
