#include "simulation/ledger.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace leadrelay::simulation {
namespace {

constexpr int most_left_shown = 5;
constexpr duration longest_reading = std::chrono::seconds{30};

std::string header_of(const kafka::outgoing_record& letter, std::string_view name) {
  for (const kafka::produced_header& header : letter.headers)
    if (header.name == name) return header.value.value_or("");
  return {};
}

}  // namespace

std::int64_t number_of(const std::string& text) {
  std::int64_t out = -1;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string lead_id(bool octanist, int lead) {
  char text[48];
  std::snprintf(text, sizeof text, octanist ? "L%d" : "550e8400-e29b-41d4-a716-%012d", lead);
  return text;
}

ledger::ledger(trace& to, std::vector<account_rules> accounts, int partitions)
    : trace_(to),
      accounts_(std::move(accounts)),
      partitions_(partitions),
      log_(static_cast<std::size_t>(partitions)),
      streams_(log_.size() * (1 + accounts_.size())),
      current_(log_.size(), -1) {}

std::string ledger::name(const change& c) const {
  return "change " + std::to_string(c.id) + " (partition " + std::to_string(c.partition) + ", offset " + std::to_string(c.offset) +
         ", lane " + std::to_string(c.lane) + ", account " + (c.account < 0 ? "none" : account(c.account).name) + ")";
}

// --- The source topic -----------------------------------------------------------------------------------------------------------------

change& ledger::add(change made) {
  made.id = static_cast<int>(changes_.size());
  log_[static_cast<std::size_t>(made.partition)].push_back(made.id);
  streams_[static_cast<std::size_t>(made.partition)].entries.push_back({made.offset, made.id});
  if (made.lane >= 0) lanes_[made.lane].changes.push_back(made.id);
  return changes_.emplace_back(std::move(made));
}

change* ledger::at(int partition, std::int64_t offset) {
  if (partition < 0 || partition >= static_cast<int>(log_.size())) return nullptr;
  const stream::entry* const found = entry_at(partition, offset);
  return found ? &of(found->change) : nullptr;
}

ledger::stream::entry* ledger::entry_at(int number, std::int64_t offset) {
  auto& entries = streams_[static_cast<std::size_t>(number)].entries;
  const auto found = std::ranges::lower_bound(entries, offset, {}, &stream::entry::offset);
  return found != entries.end() && found->offset == offset ? &*found : nullptr;
}

// --- Who owns what --------------------------------------------------------------------------------------------------------------------

int ledger::begin_ownership(int worker, int partition) {
  ownership begun{.worker = worker, .partition = partition, .marked_at_start = {}};
  for (const int id : log_[static_cast<std::size_t>(partition)])
    if (was_left_marked_by_another(of(id), living(worker))) begun.marked_at_start.push_back(id);
  owned_.push_back(std::move(begun));
  return current_[static_cast<std::size_t>(partition)] = static_cast<int>(owned_.size()) - 1;
}

void ledger::end_ownership(int partition) {
  int& current = current_[static_cast<std::size_t>(partition)];
  if (current < 0) return;
  owned_[static_cast<std::size_t>(current)].over = true;
  owned_[static_cast<std::size_t>(current)].over_at = ++clock_;
  current = -1;
  for (const int id : log_[static_cast<std::size_t>(partition)])
    if (of(id).marked) {
      of(id).left_marked_by.insert(of(id).marked_by);
      of(id).marks_refuted = false;
    }
}

void ledger::know_ownership(int worker, int ownership) {
  struct ownership& by = owned_[static_cast<std::size_t>(ownership)];
  believed_[{worker, by.partition}] = ownership;
  for (const int id : log_[static_cast<std::size_t>(by.partition)])
    if (of(id).marked) by.told_marked.insert(id);
  by.marked_ahead = by.told_marked;
}

int ledger::believed(int worker, int partition) const {
  const auto found = believed_.find({worker, partition});
  return found == believed_.end() ? -1 : found->second;
}

int ledger::owned_by(int worker) const {
  return static_cast<int>(std::ranges::count(believed_, worker, [](const auto& each) { return each.first.first; }));
}

void ledger::give_up(int worker, int partition, bool clean) {
  const int under = believed(worker, partition);
  believed_.erase({worker, partition});
  if (clean && under >= 0 && !is_late(under)) check_peace(worker, partition, under);
}

life ledger::living(int worker) const {
  const auto found = lives_.find(worker);
  return {worker, found == lives_.end() ? 0 : found->second};
}

/// A worker that marked an append itself knows whether its request has left; of the mark of another it cannot.
bool ledger::was_left_marked_by_another(const change& c, life by) const {
  return std::ranges::any_of(c.left_marked_by, [&](const life& each) { return each != by; });
}

/// Few repeats: when a worker gives a partition up in peace, its requests have ended, and what it knows the end of is committed.
void ledger::check_peace(int worker, int partition, int under) {
  for (const int id : log_[static_cast<std::size_t>(partition)]) {
    const change& c = of(id);
    if (c.ended_in == under && !c.told)
      trace_.broken("clean_end_commits_all", name(c) + " had ended, and the partition was given up without a commit of it");
    // What may have been applied together stays marked, and what may go before changes of its lane that are parked.
    const bool stays = c.is != kind::append && (c.unknown || is_parked_beside(c));
    if (c.marked && !stays && c.left_marked_by.empty())
      trace_.broken("clean_end_takes_marks_back", name(c) + " is marked as started, and the partition was given up in peace");
    const auto flying = in_flight_.find({worker, c.lane});
    if (flying != in_flight_.end() && flying->second.change == id && flying->second.under == under)
      trace_.broken("clean_end_waits", name(c) + " was in flight when its partition was given up");
  }
}

bool ledger::is_parked_beside(const change& c) const {
  return std::ranges::any_of(log_[static_cast<std::size_t>(c.partition)], [&](int id) {
    const change& other = changes_[static_cast<std::size_t>(id)];
    return other.account == c.account && other.parked_in >= 0 && !other.told;
  });
}

void ledger::forget_worker(int worker) {
  ++lives_[worker];
  std::erase_if(believed_, [worker](const auto& each) { return each.first.first == worker; });
  std::erase_if(in_flight_, [worker](const auto& each) { return each.first.first == worker; });
}

void ledger::record_is_read(int worker, const change& read) {
  const int under = believed(worker, read.partition);
  if (under < 0) return;
  ownership& by = owned_[static_cast<std::size_t>(under)];
  if (!by.read_from) by.read_from = trace_.now();
  by.marked_ahead.erase(read.id);
}

/// What may have left together before it had the partition has not come in time.
bool ledger::has_read_in_vain(const ownership& by) const {
  return !by.marked_ahead.empty() && by.read_from && trace_.now() - *by.read_from >= longest_reading;
}

// --- Requests -------------------------------------------------------------------------------------------------------------------------

departure ledger::request_leaves(int worker, int account, const std::vector<int>& named, std::string_view method_and_target,
                                 std::string_view body) {
  const auto is_known = [&](int id) { return id >= 0 && id < static_cast<int>(changes_.size()) && of(id).account == account; };
  if (named.empty() || !std::ranges::all_of(named, is_known)) {
    trace_.broken("request_is_expected", "a request that belongs to no change of its account: " + std::string(method_and_target));
    return {};
  }
  const change& last = of(std::ranges::max(named));
  const int under = believed(worker, last.partition);
  if (under < 0) {
    trace_.broken("no_request_after_give_up", name(last) + " left worker " + std::to_string(worker) + " after it gave its partition up");
    return {};
  }
  if (!in_flight_.try_emplace({worker, last.lane}, flight{last.id, under}).second)
    trace_.broken("one_request_per_lane", name(last) + " left while another request of its lane was in flight");
  if (has_read_in_vain(owned_[static_cast<std::size_t>(under)])) lanes_.at(last.lane).last_applied = -1;
  departure out = carried_by(last, under);
  check_carried(out, named);
  for (const int id : out.carried) {
    of(id).left = true;
    of(id).left_by = living(worker);
    check_expected_target(of(id), method_and_target, body);
    check_is_no_repeat(of(id), under);
  }
  check_order(of(out.carried.front()));
  if (last.is == kind::append && !this->account(account).retries_unknown) check_append_may_leave(last, under);
  return out;
}

/// A request carries all of its lane that is not settled for the worker, up to the last one that it names. What a worker knows of commits
/// ends with its ownership.
departure ledger::carried_by(const change& last, int under) const {
  const ownership& by = owned_[static_cast<std::size_t>(under)];
  departure out{under, {}};
  for (const int id : lanes_.at(last.lane).changes) {
    const change& c = changes_[static_cast<std::size_t>(id)];
    const bool is_known_as_settled = c.told && !(by.over && c.told_at > by.over_at);
    if (id <= last.id && (!out.carried.empty() || !is_known_as_settled)) out.carried.push_back(id);
  }
  if (out.carried.empty()) out.carried.push_back(last.id);
  return out;
}

/// Several changes go together where each sets fields of the same lead, and the request says of each field what the last of them says.
void ledger::check_carried(const departure& what, const std::vector<int>& named) {
  const change& last = of(what.carried.back());
  std::map<int, int> last_of_place;
  for (const int id : what.carried) last_of_place[of(id).place] = id;
  const auto is_said = [&](const auto& each) { return std::ranges::count(named, each.second) == 1; };
  if (!is_late(what.under) && (named.size() != last_of_place.size() || !std::ranges::all_of(last_of_place, is_said)))
    trace_.broken("order_per_lead", name(last) + " left in a request that does not tell all since change " +
                                        std::to_string(what.carried.front()) + " of its lane, which are not settled");
  if (what.carried.size() == 1) return;
  for (const int id : what.carried)
    if (const change& c = of(id); (c.is != kind::set && c.is != kind::refused && c.is != kind::failing) || c.clears || c.lead != last.lead)
      trace_.broken("merges_sets_alone", name(c) + " left in one request with others");
  if (!last.marked && !is_late(what.under))
    trace_.broken("merged_is_announced", name(last) + " left with others without its mark in the commit");
}

void ledger::check_expected_target(const change& sent, std::string_view method_and_target, std::string_view body) {
  const bool octanist = account(sent.account).octanist;
  const std::string id = lead_id(octanist, sent.lead);
  const bool good = octanist ? method_and_target == "PATCH /api/leads" && body.find("\"id\":\"" + id + "\"") != std::string_view::npos
                             : method_and_target == "PATCH /api/v1/leads/" + id;
  if (!good || sent.is == kind::unsendable || sent.is == kind::malformed)
    trace_.broken("request_is_expected", name(sent) + " became " + std::string(method_and_target));
}

/// Order: a change leaves when the broker knows that all earlier ones of its lane are settled, so that no restart goes behind it.
void ledger::check_order(const change& sent) {
  lane& of_it = lanes_[sent.lane];
  while (of_it.first_untold < of_it.changes.size() && of(of_it.changes[of_it.first_untold]).told) ++of_it.first_untold;
  if (of_it.first_untold < of_it.changes.size() && of_it.changes[of_it.first_untold] < sent.id)
    trace_.broken("order_per_lead", name(sent) + " left before the broker knew that change " +
                                        std::to_string(of_it.changes[of_it.first_untold]) + " of its lane is settled");
}

void ledger::check_is_no_repeat(const change& sent, int under) {
  if (sent.told && !is_late(under)) trace_.broken("no_needless_repeat", name(sent) + " was sent though the commit said that it is settled");
  if (sent.ended_in == under) trace_.broken("no_needless_repeat", name(sent) + " was sent again by the worker that knew its end");
}

/// An append leaves once: marked in the commit before, and not after a request whose end nobody knows.
void ledger::check_append_may_leave(const change& sent, int under) {
  const ownership& by = owned_[static_cast<std::size_t>(under)];
  if (!sent.marked && !by.over) trace_.broken("append_is_announced", name(sent) + " left without its mark in the commit");
  if (sent.unknown || std::ranges::count(by.marked_at_start, sent.id) > 0)
    trace_.broken("append_at_most_once", name(sent) + " left again though an earlier request of it may have been applied");
}

void ledger::applied(const departure& what) {
  for (const int id : what.carried) ++of(id).applied;
  const change& done = of(what.carried.back());
  if (done.is == kind::append && !account(done.account).retries_unknown && done.applied > 1)
    trace_.broken("append_at_most_once", name(done) + " was applied " + std::to_string(done.applied) + " times");
  if (is_late(what.under)) return;
  lane& of_it = lanes_[done.lane];
  if (done.id < of_it.last_applied)
    trace_.broken("order_per_lead", name(done) + " was applied after change " + std::to_string(of_it.last_applied) + " of its lane");
  of_it.last_applied = done.id;
}

/// A refusal is that of all that the request carries.
void ledger::answered_refused(const departure& what) {
  for (const int id : what.carried) ++of(id).refusals;
  const auto& told = owned_[static_cast<std::size_t>(what.under)].told_marked;
  if (std::ranges::any_of(what.carried, [&](int id) { return told.contains(id); })) go_one_by_one(what);
}

/// Failures of one change are its attempts; where the tries of several run out none is buried.
void ledger::answered_failure(const departure& what, bool unknown) {
  const change& first = of(what.carried.front());
  lane& of_it = lanes_[first.lane];
  if (std::exchange(of_it.first_tried, first.id) != first.id || std::exchange(of_it.tried_under, what.under) != what.under)
    of_it.failed_tries = 0;
  of_it.tried_under = what.under;
  ++of_it.failed_tries;
  if (what.carried.size() == 1) ++of(first.id).failures;
  for (const int id : what.carried) of(id).unknown = of(id).unknown || unknown;
  if (of_it.failed_tries >= account(first.account).attempts) go_one_by_one(what);
}

void ledger::failure_is_forgiven(const departure& what) {
  if (what.carried.size() == 1) --of(what.carried.front()).failures;
}

/// Each goes again alone, though they may have been applied together: from the first of them on the order begins anew.
void ledger::go_one_by_one(const departure& what) {
  lane& of_it = lanes_[of(what.carried.front()).lane];
  if (what.carried.size() > 1) of_it.last_applied = std::min(of_it.last_applied, what.carried.front() - 1);
}

// --- Dead letters ---------------------------------------------------------------------------------------------------------------------

ledger::letter ledger::letter_is_made(int worker, const kafka::outgoing_record& made, bool at_once) {
  const auto partition = static_cast<int>(number_of(header_of(made, "leadrelay.partition")));
  change* const buried = at(partition, number_of(header_of(made, "leadrelay.offset")));
  if (!buried) {
    trace_.broken("dead_letter_is_whole", "a dead letter of no record");
    return {};
  }
  if (made.key != buried->key || made.value != buried->value)
    trace_.broken("dead_letter_is_whole", name(*buried) + " has another key or value in its dead letter");
  if (header_of(made, "origin") != std::to_string(buried->id))
    trace_.broken("dead_letter_is_whole", name(*buried) + " has lost its own header in its dead letter");
  // What the broker has not taken is written again, also after the partition was given up: the first time counts, where it is known.
  const auto [begun, is_first] = burying_.try_emplace({worker, buried->id}, at_once ? believed(worker, partition) : -1);
  if (is_first) check_reason(*buried, header_of(made, "leadrelay.reason"), worker);
  if (is_first && at_once && begun->second < 0)
    trace_.broken("no_dead_letter_after_give_up",
                  name(*buried) + " was buried by worker " + std::to_string(worker) + " after it gave its partition up");
  if (is_first && begun->second >= 0 && buried->ended_in == begun->second)
    trace_.broken("no_needless_repeat", name(*buried) + " was buried by the worker that knew its end");
  return {buried, begun->second, worker};
}

/// A good change is buried only for what the world has done to it.
void ledger::check_reason(const change& buried, std::string_view given, int worker) {
  const auto is = reason_from(given);
  const bool may_have_left = buried.left || buried.unknown || was_left_marked_by_another(buried, living(worker));
  const bool must = buried.is == kind::malformed || buried.is == kind::unsendable || (buried.is == kind::refused && buried.refusals > 0);
  if (must && is == buried.expected) return;
  if (is == reason::outcome_unknown && buried.is == kind::append && !account(buried.account).retries_unknown && may_have_left) return;
  if (is == reason::retries_exhausted && buried.account >= 0 && buried.failures >= account(buried.account).attempts) return;
  trace_.broken("dead_letter_is_explained", name(buried) + " was buried as " + std::string(given) + ", for which there was no cause");
}

void ledger::letter_is_told(const letter& written) {
  if (written.under >= 0) written.of->ended_in = written.under;
  burying_.erase({written.worker, written.of->id});
}

// --- The end --------------------------------------------------------------------------------------------------------------------------

bool ledger::all_told() const {
  return std::ranges::all_of(streams_, [](const stream& each) { return each.first_untold >= each.entries.size(); });
}

void ledger::check_end() {
  for (const change& c : changes_) {
    if (!is_settled(c)) trace_.broken("nothing_lost", name(c) + " was neither applied nor buried");
    if (c.applied > 0 && (c.is == kind::refused || c.is == kind::failing || c.is == kind::unsendable || c.is == kind::malformed))
      trace_.broken("request_is_expected", name(c) + " was applied");
  }
}

std::string ledger::what_is_left() const {
  std::string out;
  int shown = 0;
  int left = 0;
  for (const change& c : changes_) {
    if (c.told) continue;
    ++left;
    if (shown++ < most_left_shown)
      out += (is_settled(c) ? "; not committed: " : c.parked_in >= 0 ? "; parked: " : "; not settled: ") + name(c);
  }
  return std::to_string(left) + " left" + out;
}

}  // namespace leadrelay::simulation
