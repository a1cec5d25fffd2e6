#include "sandbox/state.hpp"

#include "base/date_time.hpp"
#include "base/yaml_reader.hpp"

namespace leadrelay::sandbox {
namespace {

planned_answer not_routed() {
  planned_answer out;
  out.status = 404;
  out.body = "{\"error\":\"no such path\"}";
  return out;
}

void write_limits(json::writer& out, const account_limits& from) {
  out.Key("limits");
  out.StartArray();
  for (std::size_t at = 0; at < from.rules().size(); ++at) {
    out.StartObject();
    out.Key("requests");
    out.Uint64(from.rules()[at].requests);
    out.Key("per_ms");
    out.Double(static_cast<double>(from.rules()[at].per.count()) / 1e6);
    out.Key("most");
    out.Uint64(from.most_arrived(at));
    out.EndObject();
  }
  out.EndArray();
}

void write_load(json::writer& out, const provider_load& from) {
  out.Key("most_at_once");
  out.Uint64(from.most_inside());
  out.Key("queued");
  out.Uint64(from.queued());
  out.Key("degraded");
  out.Uint64(from.degraded());
}

void write_account(json::writer& out, const desk::account& from, std::span<const duration> windows) {
  out.Key(from.label.c_str());
  out.StartObject();
  out.Key("requests");
  out.Uint64(from.arrivals.total());
  out.Key("arrivals_kept");
  out.Uint64(from.arrivals.kept());
  out.Key("leads");
  out.Uint64(from.leads.leads().size());
  out.Key("most_within");
  out.StartObject();
  for (const duration window : windows) {
    out.Key(yaml::format_duration(window).c_str());
    out.Uint64(from.arrivals.most_within(window));
  }
  out.EndObject();
  write_limits(out, from.limits);
  out.EndObject();
}

bool is_asked_for(const std::string& key, const desk::account& each, std::optional<std::string_view> wanted) {
  return !wanted || *wanted == key || *wanted == each.label;
}

}  // namespace

sandbox_state::sandbox_state(options from) : options_(std::move(from)), requests_(options_.kept_requests) {
  for (const provider which : all_providers)
    desks_[static_cast<std::size_t>(which)] = std::make_unique<desk>(which, options_[which], seed_of(which), options_.kept_arrivals);
}

planned_answer sandbox_state::handle(const request& what, moment now) {
  if (what.target.starts_with("/_sandbox/")) return answer_control(*this, what, now);
  const auto where = find_route(what.target);
  if (!where) ++unrouted_;
  planned_answer out = where ? desk_of(where->to).handle(*where, what, now, text_of(now.wall)) : not_routed();
  const bool answered = out.how == planned_answer::kind::whole || out.how == planned_answer::kind::truncated;
  requests_.add(what, answered ? out.status : 0, now.wall);
  return out;
}

void sandbox_state::finish(std::uint64_t token) { desks_[token % provider_count]->finish(token); }

void sandbox_state::reset() {
  for (const provider which : all_providers) desk_of(which).reset(seed_of(which));
  requests_ = request_log(options_.kept_requests);
  unrouted_ = 0;
}

outcome<void> sandbox_state::set_faults(std::string_view json) {
  if (auto set = sandbox::set_faults(options_, json); !set) return set;
  for (const provider which : all_providers) desk_of(which).reseed(seed_of(which));
  return {};
}

outcome<void> sandbox_state::seed_lead(provider of, std::string_view id, std::string_view json, wall_time now) {
  return desk_of(of).seed_lead(id, json, text_of(now));
}

std::uint64_t sandbox_state::mistakes(std::string_view what) const {
  std::uint64_t count = 0;
  for (const auto& each : desks_)
    if (const auto found = each->mistakes().find(what); found != each->mistakes().end()) count += found->second;
  return count;
}

std::size_t sandbox_state::most_within(provider of, std::string_view key, duration window) const {
  const auto& accounts = desk_of(of).accounts();
  const auto found = accounts.find(key);
  return found == accounts.end() ? 0 : found->second.arrivals.most_within(window);
}

std::string sandbox_state::report_json(std::span<const duration> windows) const {
  json::buffer text;
  json::writer out(text);
  std::map<std::string_view, std::uint64_t> mistakes_by_name;
  out.StartObject();
  out.Key("providers");
  out.StartObject();
  for (const provider which : all_providers) {
    const desk& of = desk_of(which);
    out.Key(to_string(which).data());
    out.StartObject();
    write_counters(out, of.counted());
    write_load(out, of.load());
    out.Key("keys");
    out.StartObject();
    for (const auto& [key, each] : of.accounts()) write_account(out, each, windows);
    out.EndObject();
    out.EndObject();
    for (const auto& [name, count] : of.mistakes()) mistakes_by_name[name] += count;
  }
  out.EndObject();
  out.Key("mistakes");
  out.StartObject();
  for (const auto& [name, count] : mistakes_by_name) {
    out.Key(name.data());
    out.Uint64(count);
  }
  out.EndObject();
  out.Key("unrouted");
  out.Uint64(unrouted_);
  out.EndObject();
  return {text.GetString(), text.GetSize()};
}

std::string sandbox_state::leads_json(provider of, std::optional<std::string_view> key) const {
  std::map<std::string_view, const lead*> found;
  if (!key)
    for (const auto& [id, entry] : desk_of(of).seeded().leads()) found[id] = &entry;
  for (const auto& [its_key, each] : desk_of(of).accounts())
    if (is_asked_for(its_key, each, key))
      for (const auto& [id, entry] : each.leads.leads()) found[id] = &entry;
  std::string out = "{";
  for (const auto& [id, entry] : found) {
    if (out.size() > 1) out += ',';
    out += entry->quoted_id;
    out += ':';
    desk_of(of).speaks().write_lead(*entry, out);
  }
  return out += '}';
}

std::optional<std::string> sandbox_state::lead_json(provider of, std::string_view id, std::optional<std::string_view> key) const {
  const lead* found = key ? nullptr : desk_of(of).seeded().find(id);
  for (const auto& [its_key, each] : desk_of(of).accounts())
    if (const lead* entry = is_asked_for(its_key, each, key) ? each.leads.find(id) : nullptr) found = entry;
  if (!found) return std::nullopt;
  std::string out;
  desk_of(of).speaks().write_lead(*found, out);
  return out;
}

void sandbox_state::ask_still_waiting(std::function<bool(std::uint64_t)> question) {
  for (const auto& each : desks_) each->still_waiting = question;
}

std::string_view sandbox_state::text_of(wall_time now) {
  if (text_.empty() || now != text_time_) {
    text_ = format_date_time(now);
    text_time_ = now;
  }
  return text_;
}

}  // namespace leadrelay::sandbox
