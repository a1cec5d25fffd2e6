#include <algorithm>
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

bool may_not_repeat(const account_terms& by, const providers::request& request) { return request.appends && !by.retries.retry_unknown; }

}  // namespace

task<void> relay::run_lane(account& of, running_lane& lane) {
  auto& changes = lane.queue.changes;
  while (!changes.empty()) {
    lane.from = changes.front().from;
    ++lane.from->busy;
    lane.step = lane_step::starting;
    lane.set_aside = false;
    if (must_wait_for_past(of, lane)) co_await past_is_known(of, lane);
    if (hand_over(of, lane)) {
      --lane.from->busy;
      continue;
    }
    delivery::change& current = changes.front();
    const ending end = co_await deliver(of, lane);
    if (end.changes > 1) {
      settle_together(of, lane, end);
    } else if (end.is != ending::kind::abandoned) {
      settle(&of, current, end);
    }
    const bool settled = lane.from->offsets.is_settled(current.record.offset);
    --lane.from->busy;
    if (end.is == ending::kind::abandoned && lane.set_aside && !lane.from->leaving) continue;
    let_go(of, lane, end.changes);
    of.wake_beside(lane);
    // The next change leaves once the broker knows of this one, so that no restart takes the lead back in time.
    const haste how = changes.empty() ? haste::within_interval : haste_of(of);
    if (settled) co_await committed(lane, lane_step::committing, how);
  }
  release_lane(lane);
  of.wake_beside(lane);
  of.erase_lane(lane);
  --running_;
  tell_progress();
}

task<relay::ending> relay::deliver(account& of, running_lane& lane) {
  delivery::change& current = lane.queue.changes.front();
  if (current.from->leaving || current.from->offsets.is_settled(current.record.offset)) co_return ending{};
  if (!current.decoded) {
    auto decoded = events::decode(current.record);  // was decoded on arrival, so it can be
    current.decoded = std::make_unique<events::lead_change>(std::move(*decoded));
    hold_decoded(of, current);
  }
  ending end;
  providers::request request;
  if (build(of, lane, request, end)) end = co_await send_until_settled(of, lane, std::move(request));
  end.by = lane.terms;
  if (end.is == ending::kind::dead_lettered && current.from->given_up) end.is = ending::kind::abandoned;
  if (end.is == ending::kind::dead_lettered) {
    ++of.metrics().dead_letters[static_cast<std::size_t>(end.reason)];
    lane.step = lane_step::burying;
    if (!co_await bury(&of, current, end)) end.is = ending::kind::abandoned;
  }
  co_return end;
}

/// Builds the request of the lane's first change by its account's settings as they are now. False where there is none to send: `end` says
/// how the change ends then.
bool relay::build(account& of, running_lane& lane, providers::request& into, ending& end) {
  lane.terms = of.terms();
  const delivery::change& current = lane.queue.changes.front();
  if (of.has_given_up()) {
    end.bury({reason::unknown_account, "the account was removed from the configuration, and its provider does not take the change"});
    return false;
  }
  auto built = lane.terms->settings->plan.build(*current.decoded);
  if (!built) {
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
  return false;
}

task<relay::ending> relay::send_until_settled(account& of, running_lane& lane, providers::request request) {
  ending end;
  load what{.own = std::move(request)};
  bool waited = false;
  delivery::try_kind kind = delivery::try_kind::first;
  for (;;) {
    const time_point at_gate = loop_.now();
    enter_step(lane, lane_step::at_gate);
    of.line_up(lane, kind);
    while (!account::is_called(lane)) co_await lane.signal.wait();
    if (!of.pass(lane)) {
      take_back(lane);
      co_return ending{};
    }
    if (end.history.first_try) end.history.waited_for_provider += loop_.now() - at_gate;  // the account's wait is not the change's age
    waited = waited || lane.waited;
    if (!of.is_current(lane)) {
      take_back(lane);
      if (!build(of, lane, what.own, end)) {
        of.gate().put_back(*lane.admitted, loop_.now());
        of.leave();
        co_return end;
      }
    }
    if (!lane.announced) {  // what is announced goes as announced
      const bool was_merged = what.merged.has_value();
      load_up(of, lane, what, waited);
      if (was_merged && !what.merged) end = {};  // what it went through with others says nothing of it alone
    }
    attempt tried = co_await try_once(of, lane, what);
    tell_attempt(of, lane, what, tried, end.requests);
    if (tried.held_back) {
      of.leave();
      continue;
    }
    if (tried.error == delivery::transport_error::stopped) {
      if (!tried.on_the_wire) take_back(lane);
      of.leave(tried.credential_epoch);
      co_return ending{};
    }
    const delivery::decision next = decide_next(of, lane, what, tried, end);
    tell_gate(of, lane, tried, next);
    of.leave(tried.credential_epoch);
    if (next.step == delivery::next_step::settle) {
      end.is = ending::kind::delivered;
      end.changes = what.changes;
      co_return end;
    }
    if (what.merged && next.step == delivery::next_step::dead_letter) {
      const bool rejected = tried.judged.is == providers::verdict::rejected;
      go_one_by_one(of, lane, what, rejected);
      kind = rejected ? delivery::try_kind::first : delivery::try_kind::retry;
      continue;
    }
    if (next.step == delivery::next_step::dead_letter) {
      end.is = ending::kind::dead_lettered;
      end.reason = next.reason;
      end.detail = tried.judged.detail;
      co_return end;
    }
    waited = true;
    if (tried.may_have_had_effect) lane.announced.reset();  // the mark stays
    take_back(lane);
    // A refused credential is no failure of the change, and its gate has a pace of its own.
    kind = tried.judged.is == providers::verdict::credential_refused ? delivery::try_kind::first : delivery::try_kind::retry;
    if (!co_await back_off(lane, next.at)) co_return ending{};
  }
}

task<relay::attempt> relay::try_once(account& of, running_lane& lane, const load& what) {
  attempt tried;
  tried.at = loop_.wall_now();
  if (what.merged || may_not_repeat(*lane.terms, what.own)) {
    const bool announced = co_await announce(lane, what);
    if (!announced) {
      of.gate().cancel();
      tried.error = delivery::transport_error::stopped;
      co_return tried;
    }
  }
  if (!may_leave_still(of, lane, tried)) co_return tried;
  tried.sent = loop_.now();
  enter_step(lane, lane_step::connecting);
  http::pool::acquired got;
  got.lease = of.pool().take_idle();
  if (!got.lease) got = co_await of.pool().acquire();
  // Other settings may have closed its pool meanwhile, or have left it open.
  const bool is_of_pool = got.error != delivery::transport_error::stopped && of.goes_there_still(lane);
  if (!got.lease && (is_of_pool || of.is_current(lane))) {
    of.gate().cancel();
    tried.error = got.error;
    tried.judged.is = providers::verdict::retry;
    tried.judged.detail = std::string(to_string(got.error)) + ": " + got.detail;
    co_return tried;
  }
  of.gate().tell_ready(loop_.now());
  while (!lane.from->leaving && loop_.now() < of.gate().leaves_at()) co_await loop_.wait_until(lane.signal, of.gate().leaves_at());
  if (lane.from->leaving) {
    of.gate().cancel();
    tried.error = delivery::transport_error::stopped;
    co_return tried;
  }
  if (!may_leave_still(of, lane, tried)) co_return tried;
  if (!of.send()) {  // in its next turn it leaves at once, so that its mark stays
    of.gate().put_back(*lane.admitted, loop_.now());
    tried.held_back = true;
    co_return tried;
  }
  lane.over = &*got.lease;
  tried = co_await exchange(of, lane, what);
  lane.over = nullptr;
  co_return tried;
}

/// Much can come to be between the gate and the wire. Where the request may not leave any more it is put back.
bool relay::may_leave_still(account& of, running_lane& lane, attempt& tried) {
  if (of.may_leave(lane)) return true;
  take_back(lane);
  of.gate().put_back(*lane.admitted, loop_.now());
  tried.held_back = true;
  return false;
}

task<relay::attempt> relay::exchange(account& of, running_lane& lane, const load& loaded) {
  const std::shared_ptr<const account_terms> by = lane.terms;
  const providers::request& request = loaded.request();
  attempt tried;
  tried.at = loop_.wall_now();
  tried.on_the_wire = true;
  tried.credential_epoch = of.gate().credential_epoch();
  lane.step = lane_step::requesting;
  const time_point began = tried.sent = loop_.now();
  tried.context = context_of_request(lane, loaded);
  std::string traced;
  if (tried.context && by->settings->passes_trace_context) traced = of.headers() + tracing::to_header_lines(*tried.context);
  const http::outgoing what{request.method, request.target, traced.empty() ? of.headers() : traced, request.body};
  const http::exchange came = co_await lane.over->send(what, began + by->settings->answer_timeout);
  of.metrics().request_seconds.add(loop_.now() - began);
  tried.error = came.error;
  if (came.error != delivery::transport_error::none) {
    tried.judged.is = delivery::judge_transport(came.error, came.bytes_sent, request.repeatable && !request.appends);
    tried.judged.detail = std::string(to_string(came.error)) + ": " + came.detail;
    tried.may_have_had_effect = loaded.merged && came.bytes_sent;
    co_return tried;
  }
  tried.http_status = came.answer.status;
  const providers::definition& definition = by->settings->plan.definition();
  tried.judged = providers::judge(definition, came.answer, request.appends, loop_.wall_now());
  obey_told_limits(of, lane, came.answer);
  if (tried.judged.is != providers::verdict::delivered) {
    if (loaded.merged && tried.judged.is == providers::verdict::retry)
      tried.may_have_had_effect =
          providers::judge(definition, came.answer, true, loop_.wall_now()).is == providers::verdict::outcome_unknown;
    const std::vector<std::string> secrets = secrets_of(of, lane, loaded.changes);
    tried.judged.detail = providers::explain_answer(definition, came.answer, secrets);
    tried.response = providers::mask(came.answer.body, secrets, most_response_bytes);
  }
  co_return tried;
}

/// What a provider says is left of its limits bounds the account beside its own.
void relay::obey_told_limits(account& of, const running_lane& lane, const providers::answer& given) {
  if (!of.goes_there_still(lane)) return;
  const auto told = providers::read_limits(lane.terms->settings->plan.definition(), given, loop_.wall_now());
  of.gate().tell_limits(*lane.admitted, told, loop_.now());
}

/// What a provider may echo and nobody is to see: the account's credential and the sensitive values of the lane's first changes.
std::vector<std::string> relay::secrets_of(const account& of, const running_lane& lane, std::size_t changes) {
  const providers::plan& plan = lane.terms->settings->plan;
  std::vector<std::string> out = plan.sensitive_values(*lane.queue.changes.front().decoded);
  for (std::size_t index = 1; index < changes; ++index) {
    const auto decoded = events::decode(lane.queue.changes[index].record);
    std::ranges::move(plan.sensitive_values(*decoded), std::back_inserter(out));
  }
  out.insert(out.end(), of.secrets().begin(), of.secrets().end());
  return out;
}

/// The tries of several changes count in an outage too, as nothing ends where they run out: one of them may be what keeps the breaker open.
delivery::decision relay::decide_next(account& of, const running_lane& lane, const load& what, attempt& tried, ending& so_far) {
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
  const bool outage = judge_provider(of, lane, tried);
  const time_point now = loop_.now();
  if (outage && !(what.merged && tried.on_the_wire))
    return delivery::decide_in_outage(lane.terms->retries, so_far.history, tried.judged, now, now - lane.admitted->at);
  return delivery::decide(lane.terms->retries, so_far.history, tried.judged, tried.error, now, random_fraction());
}

/// Tells the gate what the try says of the provider that requests go to now. Whether a failure is that of an outage, not the change's.
bool relay::judge_provider(account& of, const running_lane& lane, const attempt& tried) {
  if (!of.goes_there_still(lane)) return false;
  const delivery::change& current = lane.queue.changes.front();
  delivery::request_end end{.of = *lane.admitted, .is = tried.judged.is, .error = tried.error, .status = tried.http_status.value_or(0)};
  if (tried.on_the_wire) end.sent = tried.sent;
  // Offsets, partitions and sides tell an account's changes apart well enough; one beyond, for 0 is none.
  const auto place = static_cast<std::uint64_t>(current.record.offset) << 1 | static_cast<std::uint64_t>(side_of(*current.from));
  end.change = (place << 16 | static_cast<std::uint16_t>(current.record.partition)) + 1;
  const delivery::breaker::finding found = of.gate().judge(end, loop_.now(), random_fraction());
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
