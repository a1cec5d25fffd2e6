#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "delivery/transport_error.hpp"
#include "events/decode.hpp"
#include "providers/mask.hpp"
#include "providers/plan.hpp"
#include "relay/ending.hpp"
#include "relay/relay.hpp"

// The story of an event: a lane's changes are built into requests, pass the gate, are sent, judged, retried, and settled,
// one after another.
namespace leadrelay::relay {
namespace {

constexpr std::size_t most_response_bytes = 1024;

/// What a change decodes to takes many times the bytes of its record, and lasts no longer than this.
outcome<providers::request> build_request(const providers::plan& by, const events::record& from) {
  const auto decoded = events::decode(from);
  return decoded ? by.build(*decoded) : decoded.error();
}

bool may_not_repeat(const account_terms& by, const providers::request& request) { return request.appends && !by.retries.retry_unknown; }

}  // namespace

/// A lane that waits costs its changes' records and this coroutine; what a request takes is made once the gate has let it through.
task<void> relay::run_lane(account& of, running_lane& lane) {
  auto& changes = lane.queue.changes;
  std::size_t ended = 0;
  lane.frame = frame_around(ended);
  while (!changes.empty()) {
    lane.from = changes.front().from;
    ++lane.from->busy;
    lane.step = lane_step::starting;
    lane.set_aside = false;
    lane.admitted.reset();
    if (must_wait_for_past(of, lane)) co_await past_is_known(of, lane);
    if (hand_over(of, lane)) {
      --lane.from->busy;
      continue;
    }
    const std::int64_t offset = changes.front().record.offset;
    ended = 0;
    if (!lane.from->leaving && !lane.from->offsets.is_settled(offset)) {
      const bool is_to_pass = !of.has_given_up();
      if (is_to_pass) come_to_gate(of, lane, delivery::try_kind::first);
      while (is_to_pass && !account::is_called(lane)) co_await lane.signal.wait();
      if (!is_to_pass || of.pass(lane)) {
        const std::uint64_t request_bytes = changes.front().record.size;  // about as many as its record's
        budget_.take(request_bytes);
        pause_or_resume(*lane.from);
        ended = co_await deliver(of, lane);
        budget_.give(request_bytes);
        pause_or_resume(*lane.from);
      }
    }
    const bool settled = lane.from->offsets.is_settled(offset);
    --lane.from->busy;
    if (ended == 0 && lane.set_aside && !lane.from->leaving) continue;
    let_go(of, lane, std::max<std::size_t>(ended, 1));
    of.wake_beside(lane);
    // The next change leaves once the broker knows of this one, so that no restart takes the lead back in time.
    const haste how = changes.empty() ? haste::within_interval : haste_of(of);
    const std::uint64_t commit = settled ? commit_to_wait_for(lane, lane_step::committing, how) : 0;
    if (commit > 0) of.wait_for(commit);
    while (commits_acknowledged_ < commit && !lane.from->leaving) co_await lane.signal.wait();
  }
  release_lane(lane);
  of.wake_beside(lane);
  of.erase_lane(lane);
  --running_;
  tell_progress();
}

void relay::come_to_gate(account& of, running_lane& lane, delivery::try_kind kind) const {
  enter_step(lane, lane_step::at_gate);
  of.line_up(lane, kind);
}

/// Delivers the lane's first change, which the gate has let through, or buries it, and settles it. How many changes have ended so, all in
/// one request; 0 where it has not ended: its partition was given up, or it is to be parked.
task<std::size_t> relay::deliver(account& of, running_lane& lane) {
  delivery::change& current = lane.queue.changes.front();
  ending end;
  load what;
  if (build(of, lane, what.own, end)) co_await send_until_settled(of, lane, what, end);
  end.by = lane.terms;
  if (end.is == ending::kind::dead_lettered && current.from->given_up) end.is = ending::kind::abandoned;
  if (end.is == ending::kind::dead_lettered) {
    ++of.metrics().dead_letters[static_cast<std::size_t>(end.reason)];
    lane.step = lane_step::burying;
    if (!co_await bury(&of, current, end)) end.is = ending::kind::abandoned;
  }
  if (end.is == ending::kind::abandoned) co_return 0;
  settle_together(of, lane, end);
  co_return end.changes;
}

/// Builds the request of the lane's first change by its account's settings as they are now. False where there is none to send: `end` says
/// how the change ends then, and the gate has back what it has let through.
bool relay::build(account& of, running_lane& lane, providers::request& into, ending& end) {
  lane.terms = of.terms();
  const delivery::change& current = lane.queue.changes.front();
  auto built = build_request(lane.terms->settings->plan, current.record);
  if (of.has_given_up()) {
    end.bury({reason::unknown_account, "the account was removed from the configuration, and its provider does not take the change"});
  } else if (!built) {
    end.bury(built.error());
  } else if (built->nothing_to_send) {
    end.is = ending::kind::delivered;
  } else if (current.from->offsets.is_started(current.record.offset) && may_not_repeat(*lane.terms, *built)) {
    end.bury({reason::outcome_unknown, "its request was under way when the worker that had sent it ended"});
  } else if (end.is_outcome_unknown && may_not_repeat(*lane.terms, *built)) {
    end.bury({reason::outcome_unknown, "an earlier try may have been applied, and the account is set to repeat none such any more"});
  } else {
    into = std::move(*built);
    return true;
  }
  if (lane.admitted) {
    const time_point now = loop_.now();
    of.gate().put_back(*lane.admitted, now);
    of.leave(now);
  }
  return false;
}

/// Tries until the change has ended, as `end` then says; where it has not, `end` says that it is abandoned.
task<void> relay::send_until_settled(account& of, running_lane& lane, load& what, ending& end) {
  bool waited = lane.waited;
  delivery::try_kind kind = delivery::try_kind::first;
  for (;;) {
    if (!lane.announced) {  // what is announced goes as announced
      const bool was_merged = what.merged.has_value();
      load_up(of, lane, what, waited);
      if (was_merged && !what.merged) end = {};  // what it went through with others says nothing of it alone
    }
    attempt tried;
    co_await try_once(of, lane, what, tried);
    const time_point now = loop_.now();
    tell_attempt(of, lane, what, tried, end.requests);
    if (tried.held_back) {
      of.leave(now);
    } else if (tried.error == delivery::transport_error::stopped) {
      if (!tried.on_the_wire) take_back(lane);
      co_return of.leave(now, tried.credential_epoch);
    } else {
      const delivery::decision next = decide_next(of, lane, what, tried, end, now);
      tell_gate(of, lane, tried, next);
      of.leave(now, tried.credential_epoch);
      if (has_ended(what, tried, next, end)) co_return;
      if (next.step == delivery::next_step::dead_letter) {
        const bool rejected = tried.judged.is == providers::verdict::rejected;
        go_one_by_one(of, lane, what, rejected);
        kind = rejected ? delivery::try_kind::first : delivery::try_kind::retry;
      } else {
        waited = true;
        if (tried.may_have_had_effect) lane.announced.reset();  // the mark stays
        take_back(lane);
        // A refused credential is no failure of the change, and its gate has a pace of its own.
        kind = tried.judged.is == providers::verdict::credential_refused ? delivery::try_kind::first : delivery::try_kind::retry;
        if (!co_await back_off(lane, next.at)) co_return;
      }
    }
    const time_point at_gate = loop_.now();
    come_to_gate(of, lane, kind);
    while (!account::is_called(lane)) co_await lane.signal.wait();
    if (!of.pass(lane)) co_return take_back(lane);
    if (end.history.first_try) end.history.waited_for_provider += loop_.now() - at_gate;  // the account's wait is not the change's age
    waited = waited || lane.waited;
    if (of.is_current(lane)) continue;
    take_back(lane);
    if (!build(of, lane, what.own, end)) co_return;
  }
}

/// Whether all that the request carried has ended with its try. Where several were refused together each goes alone first.
bool relay::has_ended(const load& what, const attempt& tried, const delivery::decision& next, ending& end) {
  if (next.step == delivery::next_step::settle) {
    end.is = ending::kind::delivered;
    end.changes = what.changes;
    return true;
  }
  if (what.merged || next.step != delivery::next_step::dead_letter) return false;
  end.bury({next.reason, tried.judged.detail});
  return true;
}

task<void> relay::try_once(account& of, running_lane& lane, const load& what, attempt& tried) {
  if (what.merged || may_not_repeat(*lane.terms, what.own)) {
    const bool announced = co_await announce(lane, what);
    if (!announced) co_return stop(of, tried);
  }
  time_point now = loop_.now();
  if (!may_leave_still(of, lane, tried, now)) co_return;
  tried.sent = now;
  enter_step(lane, lane_step::connecting);
  http::pool::lease over = of.pool().take_idle(now);
  if (!over) {
    over = co_await connect(of, lane, tried);
    now = loop_.now();
  }
  if (tried.error != delivery::transport_error::none) co_return;
  of.gate().tell_ready(now);
  for (; !lane.from->leaving && now < of.gate().leaves_at(); now = loop_.now())
    co_await loop_.wait_until(lane.signal, of.gate().leaves_at());
  if (lane.from->leaving) co_return stop(of, tried);
  if (!may_leave_still(of, lane, tried, now)) co_return;
  if (!of.send(now)) {  // in its next turn it leaves at once, so that its mark stays
    of.gate().put_back(*lane.admitted, now);
    tried.held_back = true;
    co_return;
  }
  begin_exchange(of, lane, what, tried, now);
  const providers::request& request = what.request();
  const std::string traced = traced_headers(of, lane, tried);
  const std::array needed{frame_around(over), part_of(tried), part_of(what), part_of(lane), lane.signal.waiter(), lane.frame};
  const http::outgoing out{request.method, request.target, traced.empty() ? of.headers() : traced, request.body, needed};
  lane.over = &*over;
  const http::exchange came = co_await lane.over->send(out, tried.sent + lane.terms->settings->answer_timeout);
  lane.over = nullptr;
  now = loop_.now();
  of.metrics().request_seconds.add(now - tried.sent);
  judge(of, lane, what, came, tried, now);
}

/// A connection that nobody has used before. Where other settings have closed the account's pool meanwhile there is none, and no error.
task<http::pool::lease> relay::connect(account& of, running_lane& lane, attempt& tried) {
  http::pool::acquired got = co_await of.pool().acquire();
  const bool is_of_pool = got.error != delivery::transport_error::stopped && of.goes_there_still(lane);
  if (!got.lease && (is_of_pool || of.is_current(lane))) {
    of.gate().cancel();
    tried.error = got.error;
    tried.judged.is = providers::verdict::retry;
    tried.judged.detail = std::string(to_string(got.error)) + ": " + got.detail;
  }
  co_return std::move(got.lease);
}

void relay::stop(account& of, attempt& tried) {
  of.gate().cancel();
  tried.error = delivery::transport_error::stopped;
}

/// Much can come to be between the gate and the wire. Where the request may not leave any more it is put back.
bool relay::may_leave_still(account& of, running_lane& lane, attempt& tried, time_point now) {
  if (of.may_leave(lane, now)) return true;
  take_back(lane);
  of.gate().put_back(*lane.admitted, now);
  tried.held_back = true;
  return false;
}

/// The request goes on the wire now.
void relay::begin_exchange(account& of, running_lane& lane, const load& what, attempt& tried, time_point now) {
  lane.step = lane_step::requesting;
  tried.at = loop_.wall_now();
  tried.sent = now;
  tried.on_the_wire = true;
  tried.credential_epoch = of.gate().credential_epoch();
  tried.context = context_of_request(lane, what);
}

/// What the provider's answer says, or that none came. What it says is left of its limits bounds the account beside its own.
void relay::judge(account& of, const running_lane& lane, const load& loaded, const http::exchange& came, attempt& tried, time_point now) {
  const providers::request& request = loaded.request();
  tried.error = came.error;
  if (came.error != delivery::transport_error::none) {
    tried.judged.is = delivery::judge_transport(came.error, came.bytes_sent, request.repeatable && !request.appends);
    tried.judged.detail = std::string(to_string(came.error)) + ": " + came.detail;
    tried.may_have_had_effect = loaded.merged && came.bytes_sent;
    return;
  }
  tried.http_status = came.answer.status;
  const providers::definition& definition = lane.terms->settings->plan.definition();
  const wall_time wall_now = loop_.wall_now();
  tried.judged = providers::judge(definition, came.answer, request.appends, wall_now);
  if (of.goes_there_still(lane)) of.gate().tell_limits(*lane.admitted, providers::read_limits(definition, came.answer, wall_now), now);
  if (tried.judged.is == providers::verdict::delivered) return;
  if (loaded.merged && tried.judged.is == providers::verdict::retry)
    tried.may_have_had_effect = providers::judge(definition, came.answer, true, wall_now).is == providers::verdict::outcome_unknown;
  const std::vector<std::string> secrets = secrets_of(of, lane, loaded.changes);
  tried.judged.detail = providers::explain_answer(definition, came.answer, secrets);
  tried.response = providers::mask(came.answer.body, secrets, most_response_bytes);
}

/// What a provider may echo and nobody is to see: the account's credential and the sensitive values of the lane's first changes.
std::vector<std::string> relay::secrets_of(const account& of, const running_lane& lane, std::size_t changes) {
  const providers::plan& plan = lane.terms->settings->plan;
  std::vector<std::string> out;
  for (std::size_t index = 0; index < changes; ++index) {
    const auto decoded = events::decode(lane.queue.changes[index].record);  // a request was made of it
    std::ranges::move(plan.sensitive_values(*decoded), std::back_inserter(out));
  }
  out.insert(out.end(), of.secrets().begin(), of.secrets().end());
  return out;
}

/// The tries of several changes count in an outage too, as nothing ends where they run out: one of them may be what keeps the breaker open.
delivery::decision relay::decide_next(account& of, const running_lane& lane, const load& what, attempt& tried, ending& so_far,
                                      time_point now) {
  ++of.metrics().verdicts[static_cast<std::size_t>(tried.judged.is)];
  ++of.metrics().transport_errors[static_cast<std::size_t>(tried.error)];
  if (tried.on_the_wire) {
    ++so_far.requests;
    if (!so_far.first_attempt) so_far.first_attempt = tried.at;
    so_far.last_attempt = tried.at;
    so_far.http_status = tried.http_status;
    so_far.response = std::move(tried.response);
    so_far.leads_updated = tried.judged.leads_updated;
    if (tried.judged.leads_updated.value_or(1) > 1) ++of.metrics().several_leads_matched;
  }
  if (tried.judged.is == providers::verdict::outcome_unknown) so_far.is_outcome_unknown = true;
  const bool outage = judge_provider(of, lane, tried, now);
  if (outage && !(what.merged && tried.on_the_wire))
    return delivery::decide_in_outage(lane.terms->retries, so_far.history, tried.judged, now, now - lane.admitted->at);
  return delivery::decide(lane.terms->retries, so_far.history, tried.judged, tried.error, now, random_fraction());
}

/// Tells the gate what the try says of the provider that requests go to now. Whether a failure is that of an outage, not the change's.
bool relay::judge_provider(account& of, const running_lane& lane, const attempt& tried, time_point now) {
  if (!of.goes_there_still(lane)) return false;
  const delivery::change& current = lane.queue.changes.front();
  delivery::request_end end{.of = *lane.admitted, .is = tried.judged.is, .error = tried.error, .status = tried.http_status.value_or(0)};
  if (tried.on_the_wire) end.sent = tried.sent;
  // Offsets, partitions and sides tell an account's changes apart well enough; one beyond, for 0 is none.
  const auto place = static_cast<std::uint64_t>(current.record.offset) << 1 | static_cast<std::uint64_t>(side_of(*current.from));
  end.change = (place << 16 | static_cast<std::uint16_t>(current.record.partition)) + 1;
  const delivery::breaker::finding found = of.gate().judge(end, now, random_fraction());
  if (found.is == delivery::breaker::effect::opened) {
    of.set_failure(tried.http_status ? "HTTP " + std::to_string(*tried.http_status) : std::string(to_string(tried.error)));
    log::warning("provider fails, its changes wait", {{"account", of.name()},
                                                      {"detail", tried.judged.detail},
                                                      {"event_id", event_id_in_log(current)},
                                                      {"trace_id", trace_id_in_log(current)}});
  }
  if (found.is == delivery::breaker::effect::closed) log::info("provider works again", {{"account", of.name()}});
  return found.forgiven;
}

void relay::tell_gate(account& of, const running_lane& lane, const attempt& tried, const delivery::decision& next) {
  if (!of.goes_there_still(lane)) return;
  of.tell_credential(tried.judged.is, tried.http_status.value_or(0), tried.credential_epoch);
  tell_reachable(of, tried);
  if (next.hold_account) of.gate().hold_until(next.at);
}

/// Tells the beginning and the end of trouble with reaching a provider, not each try.
void relay::tell_reachable(account& of, const attempt& tried) {
  const bool reached = !delivery::is_connect_error(tried.error);
  if (reached == of.reachable()) return;
  of.set_reachable(reached);
  if (reached) {
    log::info("provider reached again", {{"account", of.name()}});
  } else {
    log::warning("provider not reached", {{"account", of.name()}, {"error", to_string(tried.error)}, {"detail", tried.judged.detail}});
  }
}

task<bool> relay::back_off(running_lane& lane, time_point until) {
  enter_step(lane, lane_step::backing_off);
  const delivery::change& current = lane.queue.changes.front();
  while (!lane.set_aside && !current.from->leaving && loop_.now() < until) co_await loop_.wait_until(lane.signal, until);
  co_return !lane.set_aside && !current.from->leaving;
}

}  // namespace leadrelay::relay
