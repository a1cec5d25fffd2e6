#include "sandbox/desk.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"

namespace leadrelay::sandbox {
namespace {

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return equal_without_case(type, plain_json);
}

void spoil(planned_answer& answer, fault what, const fault_settings& by) {
  switch (what) {
    case fault::reset_after: answer.how = planned_answer::kind::reset; break;
    case fault::truncated: answer.how = planned_answer::kind::truncated; break;
    case fault::bad_body: answer.body = "{\"data\": <html>"; break;
    case fault::oversized: answer.filler = by.oversized_bytes; break;
    case fault::malformed:
      answer.how = planned_answer::kind::raw;
      answer.body = "this is not HTTP\r\n\r\n";
      break;
    default: break;
  }
}

}  // namespace

desk::desk(provider which, const provider_options& by, std::uint64_t seed, std::size_t kept_arrivals)
    : which_(which),
      options_(by),
      kept_arrivals_(kept_arrivals),
      dialect_(make_dialect(which, by)),
      dice_(seed) {
  for (const sandbox::seed_lead& each : by.leads)
    if (const auto seeded = seed_lead(each.id, each.json, {}); !seeded)
      throw std::invalid_argument("seeded lead of " + std::string(to_string(which)) + ": " + seeded.error().detail);
}

planned_answer desk::handle(const route& where, const request& what, moment now, std::string_view now_text) {
  ++counters_.requests;
  visit of{where, what, now, now_text};
  planned_answer out = decide(of);
  conclude(of, out);
  return out;
}

planned_answer desk::decide(visit& of) {
  if (which_ == provider::leadping && of.what.method == "GET" && of.where.id == "intake") return intake(of);
  if (auto refused = check_method(of)) return std::move(*refused);
  if (auto refused = check_credential(of)) return std::move(*refused);
  identify(of);
  count_overlap(of);
  if (!pass_limits(of)) return refuse_by_limit(of);
  of.served = true;
  const auto fault = dice_.draw_fault(options_.faults);
  if (fault) ++counters_.faults[static_cast<std::size_t>(*fault)];
  if (fault && *fault < fault::reset_after) return fail_on_purpose(of, *fault);
  planned_answer out = of.update ? update(of) : read(of);
  if (fault) spoil(out, *fault, options_.faults);
  return out;
}

std::optional<planned_answer> desk::check_method(visit& of) {
  const bool update_here = which_ != provider::octanist || of.where.id.empty();
  const bool read_here = which_ != provider::octanist || !of.where.id.empty();
  of.update = update_here && dialect_->updates_with(of.what.method);
  if (of.update || (read_here && of.what.method == "GET")) return std::nullopt;
  planned_answer out = failure_answer(failure::method, of);
  std::string allowed = read_here ? "GET" : "";
  if (update_here) allowed += (read_here ? ", " : "") + std::string(dialect_->updates_with("PUT") ? "PUT" : "PATCH");
  out.headers += "Allow: " + allowed + "\r\n";
  return out;
}

std::optional<planned_answer> desk::check_credential(visit& of) {
  const std::string_view key = dialect_->credential(of.what);
  if (key.empty()) return failure_answer(failure::unauthorized, of);
  of.who = &account_of(key, of.now_text);
  of.who->arrivals.add(of.now.steady);
  const auto& rejected = options_.faults.rejected_keys;
  if (std::find(rejected.begin(), rejected.end(), key) == rejected.end()) return std::nullopt;
  return failure_answer(options_.faults.rejected_status == 403 ? failure::forbidden : failure::unauthorized, of);
}

void desk::identify(visit& of) {
  if (of.update) {
    if (!is_json(of.what.content_type)) ++mistakes_["content_type"];
    auto parsed = json::parse(of.what.body);
    if (parsed && parsed->IsObject()) of.body = std::move(*parsed);
  }
  if (of.where.bad_id) return;
  static const json::value none;
  const match found = dialect_->find_leads(of.body ? *of.body : none, of.where.id, of.who->leads);
  if (!found.identity.empty()) of.found = found;
}

void desk::count_overlap(visit& of) {
  if (!of.found || of.who->in_flight.empty()) return;
  const auto under_way = of.who->in_flight.find(of.found->identity);
  if (under_way == of.who->in_flight.end()) return;
  const std::vector<std::uint64_t> tokens = under_way->second;
  for (const std::uint64_t token : tokens) {
    if (!still_waiting || still_waiting(token)) {
      ++counters_.overlaps;
      return;
    }
    finish(token);
  }
}

/// Other limits than before begin with empty windows.
bool desk::pass_limits(visit& of) {
  const std::vector<limit>& rules = options_.faults.limits ? *options_.faults.limits : options_.limits;
  if (of.who->limits.rules() != rules) of.who->limits = account_limits(rules);
  of.who->limits.arrive(of.now.steady);
  return of.who->limits.admit(of.now.steady);
}

/// Where a page says nothing of `Retry-After`, a limit that is enforced sends it all the same, as most servers do.
planned_answer desk::refuse_by_limit(visit& of) {
  ++counters_.limited;
  planned_answer out = failure_answer(failure::limited, of);
  out.headers += retry_after_line(std::max(of.who->limits.until_free(of.now.steady), duration{1}), options_.faults.retry_after_as_date, of.now);
  return out;
}

planned_answer desk::fail_on_purpose(visit& of, fault what) {
  const fault_settings& by = options_.faults;
  planned_answer out;
  if (what == fault::hang || what == fault::reset_before) {
    out.how = what == fault::hang ? planned_answer::kind::hang : planned_answer::kind::reset;
    return out;
  }
  if (what == fault::redirect) {
    out.status = 302;
    out.headers = "Location: " + by.redirect_location + "\r\n";
    out.body = "{}";
    add_limit_headers(of, out);
    return out;
  }
  if (what == fault::status_500) return failure_answer(failure::internal, of);
  const bool limited = what == fault::status_429;
  out = failure_answer(limited ? failure::limited : failure::unavailable, of);
  if (limited ? by.retry_after_s || dialect_->sends_retry_after() : by.retry_after_on_503)
    out.headers += retry_after_line(std::chrono::seconds{by.retry_after_s.value_or(1)}, by.retry_after_as_date, of.now);
  return out;
}

planned_answer desk::read(visit& of) {
  if (of.where.bad_id || !dialect_->valid_id(of.where.id)) return failure_answer(failure::bad_id, of);
  if (of.found->never_exists || (of.found->leads.empty() && options_.known_leads_only)) return failure_answer(failure::not_found, of);
  planned_answer out;
  ++counters_.reads;
  book bare;  // a lead that nothing has been written to yet is there, and is not kept for having been read
  const lead& from = of.found->leads.empty() ? bare.require(of.where.id, of.now_text) : *of.found->leads.front();
  dialect_->write_read(from, of.now_text, out.body);
  add_limit_headers(of, out);
  return out;
}

planned_answer desk::update(visit& of) {
  if (of.where.bad_id || (!of.where.id.empty() && !dialect_->valid_id(of.where.id))) return failure_answer(failure::bad_id, of);
  if (!of.body) return failure_answer(failure::bad_body, of);
  if (const auto wrong = dialect_->check(*of.body, of.where.id); !wrong.empty()) return failure_answer(failure::invalid, of, wrong);
  if (of.found->never_exists) return failure_answer(failure::not_found, of);
  if (of.found->several) return failure_answer(failure::conflict, of);
  if (of.found->leads.empty()) {
    if (options_.known_leads_only) return failure_answer(failure::not_found, of);
    make_leads(of);
  }
  return apply(of);
}

void desk::make_leads(visit& of) {
  for (std::size_t i = 0; i < of.found->to_make; ++i) {
    const std::string id = of.found->identity + (i == 0 ? std::string() : "_" + std::to_string(i + 1));
    lead& made = of.who->leads.require(id, of.now_text);
    dialect_->fill_new(*of.body, made);
    if (which_ == provider::octanist) of.who->leads.index(made);
    of.found->leads.push_back(&made);
  }
}

planned_answer desk::apply(visit& of) {
  const auto sequence = sequence_of(*dialect_, *of.body);
  const std::size_t body_hash = text_hash{}(of.what.body);
  if (const auto mistake = dialect_->mistake(*of.body, *of.found->leads.front()); !mistake.empty()) ++mistakes_[std::string(mistake)];
  for (lead* each : of.found->leads) {
    count_order(*each, sequence, body_hash);
    dialect_->apply(*of.body, *each);
    each->updated.assign(of.now_text);
  }
  ++counters_.applied;
  planned_answer out;
  dialect_->write_updated(of.found->leads, of.now_text, out.body);
  add_limit_headers(of, out);
  return out;
}

void desk::count_order(lead& to, std::optional<std::int64_t> sequence, std::size_t body_hash) {
  if (sequence) {
    if (to.last_sequence && *sequence < *to.last_sequence) ++counters_.order_violations;
    if (to.last_sequence && *sequence == *to.last_sequence) ++counters_.repeats;
    to.last_sequence = sequence;
  } else if (to.last_body_hash == body_hash) {
    ++counters_.repeats;
  }
  to.last_body_hash = body_hash;
}

planned_answer desk::intake(visit& of) {
  ++mistakes_["leadping_intake"];
  account& who = account_of(dialect_->credential(of.what), of.now_text);
  planned_answer out;
  dialect_->write_lead(who.leads.require("intake_" + std::to_string(++intakes_), of.now_text), out.body);
  return out;
}

planned_answer desk::failure_answer(failure what, const visit& of, std::span<const violation> found) const {
  failed form = dialect_->fail(what, found, of.now_text);
  planned_answer out;
  out.status = form.status;
  out.content_type = form.content_type;
  out.body = std::move(form.body);
  add_limit_headers(of, out);
  return out;
}

void desk::add_limit_headers(const visit& of, planned_answer& to) const {
  if (dialect_->sends_limit_headers() && of.who) of.who->limits.append_headers(of.now, to.headers);
}

void desk::conclude(visit& of, planned_answer& to) {
  using kind = planned_answer::kind;
  if (to.how == kind::whole || to.how == kind::truncated) ++counters_.by_status[to.status];
  to.delay = dice_.draw_latency(options_.faults);
  if (of.served && to.how != kind::hang) to.delay = load_.serve(of.now.steady, to.delay, options_.faults);
  if (to.how == kind::whole && dice_.draw_slow_body(options_.faults)) {
    to.slow_body = options_.faults.slow_body_time;
    ++counters_.slow_bodies;
  }
  const bool takes_time = to.how == kind::hang || to.delay > duration::zero() || to.slow_body > duration::zero();
  if (!takes_time || (!of.found && !of.served)) return;
  to.token = ++tokens_given_ * provider_count + static_cast<std::size_t>(which_);
  if (of.found) of.who->in_flight[of.found->identity].push_back(to.token);
  if (of.served) load_.enter();
  tokens_.emplace(to.token, under_way{of.who, of.found ? of.found->identity : std::string(), of.served});
}

void desk::finish(std::uint64_t token) {
  const auto given = tokens_.find(token);
  if (given == tokens_.end()) return;
  const auto& [who, identity, served] = given->second;
  if (served) load_.leave();
  if (!identity.empty()) {
    const auto of_lead = who->in_flight.find(identity);
    std::erase(of_lead->second, token);
    if (of_lead->second.empty()) who->in_flight.erase(of_lead);
  }
  tokens_.erase(given);
}

void desk::reset(std::uint64_t seed) {
  counters_ = {};
  mistakes_.clear();
  tokens_.clear();
  accounts_.clear();
  load_ = {};
  intakes_ = 0;
  reseed(seed);
}

void desk::reseed(std::uint64_t seed) { dice_ = fault_dice(seed); }

outcome<void> desk::seed_lead(std::string_view id, std::string_view json_text, std::string_view now_text) {
  const auto parsed = json::parse(json_text);
  if (!parsed) return parsed.error();
  if (!parsed->IsObject()) return problem{reason::invalid_field, "expected an object, not " + std::string(json::kind(*parsed))};
  const auto seed_into = [&](book& leads) {
    const lead& seeded = leads.seed(id, *parsed, now_text);
    if (which_ == provider::octanist) leads.index(seeded);
  };
  seed_into(seeded_);
  for (auto& [key, each] : accounts_) seed_into(each.leads);
  return {};
}

desk::account& desk::account_of(std::string_view key, std::string_view now_text) {
  if (const auto known = accounts_.find(key); known != accounts_.end()) return known->second;
  const std::string label = "key_" + std::to_string(accounts_.size() + 1);
  account& made = accounts_.try_emplace(std::string(key), label, kept_arrivals_).first->second;
  made.leads = seeded_;
  made.leads.date_undated(now_text);
  return made;
}

}  // namespace leadrelay::sandbox
