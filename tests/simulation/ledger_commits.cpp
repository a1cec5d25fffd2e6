#include <algorithm>

#include "delivery/offset_map.hpp"
#include "simulation/ledger.hpp"

// What commits and moves tell, against what has truly come of the changes.
namespace leadrelay::simulation {

/// Nothing is lost: a commit tells of nothing that has not ended; and it takes nothing back that one before has told.
void ledger::committed(life by, int number, std::int64_t next, const std::string& metadata) {
  stream& in = streams_[static_cast<std::size_t>(number)];
  const bool parked = number >= partitions_;
  const std::string where = (parked ? "parked stream " : "partition ") + std::to_string(number) + ", worker " + std::to_string(by.first) +
                            ", next " + std::to_string(next);
  if (metadata.size() > delivery::most_metadata_bytes || metadata.find('\0') != std::string::npos)
    trace_.broken("metadata_fits", where + ": " + std::to_string(metadata.size()) + " bytes");
  if (next == in.committed && metadata == in.metadata) return;  // told anew as it was: whose marks these are stays
  in.metadata = metadata;
  if (next < in.committed) trace_.broken("commits_only_rise", where + " after " + std::to_string(in.committed));
  in.committed = next;
  const auto read = delivery::decode_offset_map(metadata, next);
  if (!read && !metadata.empty()) trace_.broken("metadata_fits", where + ": cannot be read: " + metadata);
  const delivery::offset_map map = read.value_or(delivery::offset_map{});
  auto range = map.settled.begin();
  for (std::size_t at = in.first_untold; at < in.entries.size(); ++at) {
    stream::entry& each = in.entries[at];
    change& c = of(each.change);
    while (range != map.settled.end() && range->last < each.offset) ++range;
    const bool says = each.offset < next || (range != map.settled.end() && range->first <= each.offset);
    const bool may_say = is_settled(c) || (!parked && c.parked_in >= 0);
    if (says && !may_say) trace_.broken("no_commit_beyond_unsettled", where + " says that " + name(c) + " is settled, and it is not");
    if (!says && each.told) trace_.broken("commits_only_rise", where + " does not know any more that " + name(c) + " is settled");
    each.told = says;
    look_whether_told(c);
    if (!parked && c.parked_in >= 0) continue;
    const bool marks = !says && std::ranges::binary_search(map.started, each.offset);
    if (!marks) c.left_marked_by.erase(by);  // each may take back its own
    if (!marks && c.left_by == by) c.marks_refuted = true;
    c.marked = marks;
    c.marked_by = by;
  }
  while (in.first_untold < in.entries.size() && in.entries[in.first_untold].offset < next) ++in.first_untold;
  check_marks(number);
}

void ledger::look_whether_told(change& c) {
  const bool says = entry_at(c.partition, c.offset)->told && (c.parked_in < 0 || entry_at(c.parked_in, c.parked_at)->told);
  if (says && !c.told) c.told_at = ++clock_;
  c.told = says;
}

/// A change is parked behind the earlier ones of its lane, once, and not while it may be applied.
int ledger::is_parked(life by, int number, std::int64_t offset, const kafka::moved_record& made) {
  const auto header = [&](std::string_view wanted) {
    for (const kafka::produced_header& each : made.headers)
      if (each.name == wanted) return each.value.value_or("");
    return std::string();
  };
  const auto partition = static_cast<int>(number_of(header("leadrelay.parked.partition")));
  change* const found = at(partition, number_of(header("leadrelay.parked.offset")));
  if (!found || partition != number % partitions_ || made.key != found->key || made.value != found->value)
    trace_.broken("parked_is_whole", "a record of parked stream " + std::to_string(number) + " is of no change");
  if (!found) return -1;
  if (found->told || found->parked_in >= 0) trace_.broken("parked_once", name(*found) + " was parked though it was settled or parked");
  // A worker that has tried it itself may have taken the mark back, which the move's commit tells.
  const bool tried_here = found->left_by == by;
  if ((found->marked && was_left_marked_by_another(*found, by) && !tried_here && !found->marks_refuted) ||
      (found->is == kind::append && found->unknown && !account(found->account).retries_unknown))
    trace_.broken("started_is_not_parked", name(*found) + " was parked though its request may have left");
  found->marked = false;
  found->left_marked_by.erase(by);  // it takes its own back with the move
  if (found->account != number / partitions_ - 1) trace_.broken("parked_is_whole", name(*found) + " was parked for another account");
  const auto flying = in_flight_.find({by.first, found->lane});
  if (flying != in_flight_.end() && flying->second.change == found->id)
    trace_.broken("in_flight_is_not_parked", name(*found) + " was parked while its request was in flight");
  found->parked_in = number;
  found->parked_at = offset;
  streams_[static_cast<std::size_t>(number)].entries.push_back({offset, found->id});
  return found->id;
}

/// A change is parked behind all earlier ones of its lane that the broker does not know as settled, now that the move's commit is taken,
/// but for those that may have been applied.
void ledger::check_parked_in_order(int parked) {
  const change& c = of(parked);
  const auto& lane = lanes_.at(c.lane).changes;
  int last_marked = -1;  // up to which they stay where they are
  for (const int id : lane)
    if (id < c.id && of(id).marked) last_marked = id;
  for (const int id : lane) {
    if (id >= c.id) return;
    if (id > last_marked && !of(id).told && of(id).parked_in < 0 && of(id).partition == c.partition)
      trace_.broken("order_per_lead", name(c) + " was parked before change " + std::to_string(id) + " of its lane");
  }
}

/// Changes that left together leave room for appends, which cannot go without a mark. A lane that has waited in vain for what another had
/// marked may mark what comes before that. One of an account that parks changes keeps its mark when it is rejected, and marks fewer beside
/// it, for as long as its worker has a log for them. The watch does not know which have one, and allows three of each lane.
void ledger::check_marks(int number) {
  std::map<int, int> marked_of_lane;
  const stream& in = streams_[static_cast<std::size_t>(number)];
  const int current = current_[static_cast<std::size_t>(number % partitions_)];
  for (std::size_t at = in.first_untold; at < in.entries.size(); ++at) {
    const change& c = of(in.entries[at].change);
    const bool is_parked = c.parked_in >= 0;
    if (!c.marked || c.is == kind::append || is_parked != (number >= partitions_)) continue;
    const bool is_told = current < 0 || owned_[static_cast<std::size_t>(current)].told_marked.contains(c.id);
    if (++marked_of_lane[c.lane] > 3 && !is_told)
      trace_.broken("marks_leave_room", name(c) + " is marked beside an earlier one of its lane");
  }
  if (marked_of_lane.size() > delivery::most_started_together)
    trace_.broken("marks_leave_room", "stream " + std::to_string(number) + " has marks of " + std::to_string(marked_of_lane.size()) +
                                          " requests of several changes");
}

}  // namespace leadrelay::simulation
