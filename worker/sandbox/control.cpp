// The sandbox's own paths, which no fault touches and no counter counts:
//   GET  /_sandbox/report[?window=250ms]            counters; the window is added to 1s, 10s, 1m and 1h
//   GET  /_sandbox/leads/{provider}[?key=K]         lead id → lead; K is an account key or its label of the report
//   GET  /_sandbox/leads/{provider}/{id}[?key=K]
//   PUT  /_sandbox/leads/{provider}/{id}            seeds a lead for every key
//   GET  /_sandbox/faults, PUT /_sandbox/faults     see `set_faults`
//   POST /_sandbox/reset
//   GET  /_sandbox/requests[?limit=N]               the newest N (100), oldest first
#include <algorithm>
#include <charconv>

#include "base/date_time.hpp"
#include "sandbox/routing.hpp"
#include "sandbox/state.hpp"

namespace leadrelay::sandbox {
namespace {

planned_answer reply(int status, std::string body) {
  planned_answer out;
  out.status = status;
  out.body = std::move(body);
  return out;
}

planned_answer refuse(int status, std::string_view why) {
  std::string body = "{\"error\":";
  append_json_text(body, why);
  return reply(status, body += '}');
}

planned_answer reply_to(const outcome<void>& done) { return done ? reply(200, "{\"ok\":true}") : refuse(400, done.error().detail); }

planned_answer report(const sandbox_state& state, const request& what) {
  std::vector<duration> windows{std::chrono::seconds{1}, std::chrono::seconds{10}, std::chrono::minutes{1}, std::chrono::hours{1}};
  if (const auto asked = query_value(what.target, "window")) {
    const auto window = parse_duration(*asked);
    if (!window || *window == duration::zero()) return refuse(400, "window: expected a duration, for example 250ms");
    if (std::find(windows.begin(), windows.end(), *window) == windows.end()) windows.push_back(*window);
  }
  return reply(200, state.report_json(windows));
}

planned_answer requests(const sandbox_state& state, const request& what) {
  std::size_t count = 100;
  if (const auto asked = query_value(what.target, "limit")) {
    const auto [end, error] = std::from_chars(asked->data(), asked->data() + asked->size(), count);
    if (error != std::errc{} || end != asked->data() + asked->size()) return refuse(400, "limit: expected a whole number");
  }
  return reply(200, state.requests_json(count));
}

planned_answer leads(sandbox_state& state, const request& what, std::string_view rest, moment now) {
  const std::size_t slash = rest.find('/');
  const auto of = provider_from(rest.substr(0, slash));
  if (!of) return refuse(404, "no such provider; there are perch, leadpro, octanist, leadping and orwel");
  const auto key = query_value(what.target, "key");
  const auto wanted = key ? std::optional<std::string_view>(*key) : std::nullopt;
  if (slash == std::string_view::npos) return what.method == "GET" ? reply(200, state.leads_json(*of, wanted)) : refuse(405, "only GET");
  const auto id = percent_decode(rest.substr(slash + 1));
  if (!id || id->empty()) return refuse(400, "the lead's id is malformed");
  if (what.method == "PUT") return reply_to(state.seed_lead(*of, *id, what.body, now.wall));
  if (what.method != "GET") return refuse(405, "only GET and PUT");
  auto json = state.lead_json(*of, *id, wanted);
  return json ? reply(200, std::move(*json)) : refuse(404, "no such lead");
}

}  // namespace

planned_answer answer_control(sandbox_state& state, const request& what, moment now) {
  std::string_view path = what.target.substr(0, what.target.find('?'));
  path.remove_prefix(std::string_view("/_sandbox/").size());
  const bool get = what.method == "GET";
  if (path == "report") return get ? report(state, what) : refuse(405, "only GET");
  if (path == "requests") return get ? requests(state, what) : refuse(405, "only GET");
  if (path.starts_with("leads/")) return leads(state, what, path.substr(6), now);
  if (path == "faults") {
    if (get) return reply(200, faults_json(state.settings()));
    return what.method == "PUT" ? reply_to(state.set_faults(what.body)) : refuse(405, "only GET and PUT");
  }
  if (path == "reset") {
    if (what.method != "POST") return refuse(405, "only POST");
    state.reset();
    return reply(200, "{\"ok\":true}");
  }
  return refuse(404, "no such path; there are report, leads, faults, reset and requests");
}

}  // namespace leadrelay::sandbox
