#!/usr/bin/env python3
"""Plants bugs in a copy of the worker, one after another, and counts the seeds until the simulation catches each. Where it does not, the
unit tests of the relay have to.

planted_bugs.py [--source FOLDER] [--seeds N] [--check] [NAME...] prints a Markdown table. It builds once for each bug: about a minute each.
With --check it only looks whether each bug can still be planted.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

DELIVER = "worker/relay/deliver.cpp"
INTAKE = "worker/relay/intake.cpp"
PARTITIONS = "worker/relay/partitions.cpp"
COMMITS = "worker/relay/commits.cpp"
ACCOUNT = "worker/relay/account.cpp"
OFFSETS = "worker/delivery/offsets.cpp"
MAP = "worker/delivery/offset_map.cpp"
GATE = "worker/delivery/gate.cpp"
GATE_HEADER = "worker/delivery/gate.hpp"
RATE = "worker/delivery/rate_limit.cpp"
WINDOW = "worker/delivery/sliding_window.cpp"
RETRY = "worker/delivery/retry.cpp"
TOLD = "worker/delivery/told_budget.cpp"
LIMIT_HEADERS = "worker/providers/limit_headers.cpp"
MERGE = "worker/providers/merge.cpp"
MERGING = "worker/relay/merging.cpp"
ANNOUNCING = "worker/relay/announcing.cpp"
BREAKER = "worker/delivery/breaker.cpp"
PARKING = "worker/relay/parking.cpp"
MOVING = "worker/relay/moving.cpp"
READ_BACK = "worker/relay/read_back.cpp"
ACCOUNT_HEADER = "worker/relay/account.hpp"
ACCOUNT_PARTITION = "worker/relay/account_partition.cpp"

# name, what it does, file, text, text instead[, file, text, text instead]...
BUGS = [
    ("commit_one_too_far", "the committed offset is one beyond what is settled", OFFSETS,
     "std::optional(lowest()) : std::nullopt", "std::optional(lowest() + 1) : std::nullopt"),
    ("settled_before_dead_letter", "a change is settled before its dead letter is acknowledged", DELIVER,
     "lane.step = lane_step::burying;\n", "lane.step = lane_step::burying;\n    settle(&of, current, end);\n"),
    ("dead_letter_failure_ignored", "a dead letter that failed counts as written", "worker/sink/retrying_writer.cpp",
     "if (!error.empty()) {", "if (!error.empty() && error == \"never\") {"),
    ("dead_letter_without_value", "a dead letter loses the original's bytes", "worker/sink/dead_letter.cpp",
     "letter.value = from.value;", "letter.value = from.key;"),
    ("two_lanes_of_one_lead", "one change in seven gets a lane of its own", INTAKE,
     "configuration_->order);", "configuration_->order).substr(taken.record.offset % 7 == 0 ? 1 : 0);"),
    ("lane_reordered", "a change overtakes the one before it in its lane", INTAKE,
     "lane.queue.changes.push_back(std::move(taken));",
     "lane.queue.changes.push_back(std::move(taken));\n"
     "  if (auto& all = lane.queue.changes; all.size() > 2) std::swap(all[all.size() - 1], all[all.size() - 2]);"),
    ("next_does_not_wait_for_commit", "a lane goes on without the commit that tells of its last change", DELIVER,
     "commits_acknowledged_ < commit && ", "commits_acknowledged_ < commit && commit == 0 && "),
    ("waits_for_earlier_commit", "a lane goes on after the commit that was under way already", COMMITS,
     "under_way ? commits_sent_ : commits_sent_ + 1;", "commits_sent_;"),
    ("refused_commit_counts", "a refused commit counts as acknowledged", COMMITS,
     "finish_commit(result.error);", "finish_commit({});"),
    ("wakeup_lost_at_gate", "the end of a request lets nobody in at the gate", ACCOUNT,
     "  gate_.leave(sent_in);\n  admit_waiting(now);\n", "  gate_.leave(sent_in);\n"),
    ("timer_lost_at_limit", "nothing asks again when a limit's window opens", GATE,
     "const auto at = rate_.opens_at(now);", "const std::optional<time_point> at;"),
    ("map_run_one_too_long", "a run of settled offsets is written one too long", MAP,
     "range.last - range.first + 1));\n    if", "range.last - range.first + 2));\n    if"),
    ("map_bits_shifted", "the map's bits are written one offset too low", MAP,
     "const auto bit = static_cast<std::size_t>(offset - committed);", "const auto bit = static_cast<std::size_t>(offset - committed - 1);"),
    ("map_restored_shifted", "the restored map is one offset too high", OFFSETS,
     "  for (const std::int64_t offset : map->started)",
     "  for (auto& range : restored_) ++range.first, ++range.last;\n  for (const std::int64_t offset : map->started)"),
    ("settled_before_taken_again", "what was settled before a restart is delivered again", OFFSETS,
     "  if (was_settled(offset)) {\n", "  if (was_settled(offset) && offset < 0) {\n"),
    ("mark_not_committed_first", "an append leaves before its mark is committed", ANNOUNCING,
     "co_return co_await committed(lane, lane_step::announcing, haste::at_once);", "co_return true;"),
    ("mark_forgotten_at_restart", "the marks of appends that have started are not restored", OFFSETS,
     "  for (const std::int64_t offset : map->started) started_[offset];\n", ""),
    ("mark_not_taken_back", "an append that was clearly refused keeps its mark", ANNOUNCING,
     "  from.offsets.take_back(offset);\n", ""),
    ("own_mark_comes_back", "a mark that the worker has told and taken back stands when its partition comes back", OFFSETS,
     "if (restored_own_) started_ =", "if (restored_own_ && writer_ == 0) started_ ="),
    ("mark_taken_back_too_late", "a mark that is taken back after its partition has come back stands there", ANNOUNCING,
     "    later->offsets.take_back_former(offset);\n", "    (void)later;\n"),
    ("mark_of_another_taken_for_own", "a worker that had the partition before forgets the marks that the one in between has made", OFFSETS,
     "restored_own_ = writer_ != 0 && map->writer == writer_;", "restored_own_ = writer_ != 0;"),
    ("append_sent_again", "an append goes again after an answer that never came", "worker/delivery/retry.cpp",
     "if (!policy.retry_unknown) return end_with(reason::outcome_unknown);\n", ""),
    ("resumed_twice", "a partition is paused and resumed though it is already", INTAKE,
     "if (std::exchange(partition->paused, wanted) != wanted) (wanted", "partition->paused = wanted;\n    (wanted"),
    ("never_resumed", "paused partitions stay paused", INTAKE,
     "if (!to_resume[0].empty()) consumer_.resume(to_resume[0]);", ""),
    ("never_paused", "a full budget stops nothing", INTAKE,
     "if (!to_pause[0].empty()) consumer_.pause(to_pause[0]);", ""),
    ("budget_not_given_back", "the bytes of an ended change stay held", INTAKE,
     "  budget_.give(ended.held_bytes);\n", ""),
    ("leaves_after_give_up", "a request whose connection opens after its partition was given up leaves", DELIVER,
     "if (lane.from->leaving) co_return", "if (lane.from->leaving && !lane.from->given_up) co_return"),
    ("buried_after_give_up", "a change of a partition that was given up is buried", DELIVER,
     "if (end.is == ending::kind::dead_lettered && current.from->given_up) end.is = ending::kind::abandoned;\n", ""),
    ("revocation_does_not_wait", "partitions are given up while their requests are in flight", PARTITIONS,
     "  co_await until(none_busy, deadline);\n", ""),
    ("no_commit_at_revocation", "partitions are given up without a last commit", PARTITIONS,
     "  commit_soon(haste::at_once);\n  co_await until(all_told, loop_.now() + last_commit_time);\n", ""),
    ("share_not_adjusted", "each worker takes the whole limit", PARTITIONS,
     "{.owned = {}, .total = partitions_in_all_}", "{.owned = {}, .total = static_cast<int>(partitions_.size())}"),
    ("window_one_too_many", "a window lets one request more through", WINDOW,
     "if (reserved_ >= requests_) return std::nullopt;\n", "if (reserved_ >= requests_ + 1) return std::nullopt;\n", WINDOW,
     "requests_ - reserved_;", "requests_ + 1 - reserved_;"),
    ("turn_taken_late", "a request leaves after its turn at a limit of few requests", GATE,
     "    rate_.lose(now);\n    return false;\n", "    rate_.lose(now);\n"),
    ("share_used_anew", "a partition's share of a limit is used up anew by each of its owners", RATE,
     "  if (!goes_by_turns()) count_gained(before, now);\n", "  (void)before;\n"),
    ("long_limit_does_not_bind", "of an account's limits those of more than 20 s let all through", RATE,
     "[&](const shared_limit& each) { return each.open(now); }",
     "[&](const shared_limit& each) { return each.whole().per > std::chrono::seconds{20} || each.open(now); }"),
    ("long_limit_used_anew", "a partition's share of a limit of more than 20 s is used up anew by each of its owners", RATE,
     "  if (!goes_by_turns()) count_gained(before, now);\n",
     "  if (!goes_by_turns() && whole_.per < std::chrono::seconds{20}) count_gained(before, now);\n"),
    ("long_limit_forgotten_at_reload", "a reload counts nothing of what has left in a limit of more than 20 s", RATE,
     "  out.window_ = window_.shortened(share_.of(of.requests), out.per_);\n",
     "  out.window_ = of.per < std::chrono::seconds{20} ? window_.shortened(share_.of(of.requests), out.per_)\n"
     "                                                  : sliding_window(share_.of(of.requests), out.per_);\n"),
    ("told_limits_ignored", "what a provider says is left bounds nothing", DELIVER,
     "  if (of.goes_there_still(lane)) of.gate().tell_limits(", "  if (now == time_point{}) of.gate().tell_limits("),
    ("second_told_limit_ignored", "of several limits that a provider tells the first alone counts", TOLD,
     "index < told.size(); ++index)", "index < std::min<std::size_t>(told.size(), 1); ++index)"),
    ("told_seconds_taken_for_milliseconds", "a reset in seconds is taken for one in milliseconds", LIMIT_HEADERS,
     "unit == reset_unit::unix_milliseconds ? 1.0 : 1000.0;", "unit != reset_unit::unix_seconds ? 1.0 : 1000.0;"),
    ("told_unix_time_taken_for_seconds", "a reset in Unix time is taken for seconds to go", LIMIT_HEADERS,
     "unit == reset_unit::seconds ? told : told - now.time_since_epoch();", "now == wall_time{} ? told - told : told;"),
    ("date_ignored", "a reset in Unix time is read by the own clock, whatever the answer's Date says", LIMIT_HEADERS,
     "  if (!date) return now;\n", "  if (!date || *date > wall_time{}) return now;\n"),
    ("told_share_not_divided", "each worker takes all that a provider says is left", GATE,
     "told_.set_share(share.owned.size(), share.total);", "told_.set_share(1, 1);"),
    ("told_in_flight_not_subtracted", "what is in flight takes nothing of what is left", TOLD,
     "  used_ = others;\n", "  used_ = 0 * others;\n"),
    ("told_forgotten_at_rebalance", "what a provider has told is forgotten with each assignment", GATE,
     "told_.set_share(share.owned.size(), share.total);", "told_.set_share(share.owned.size(), share.total), told_.forget();"),
    ("late_word_raises", "an answer that was overtaken raises what is left", TOLD,
     "(to.left >= standing.left || is_over)", "is_over"),
    ("word_of_window_before_counts", "a late answer of a window that is over takes the place of what stands", TOLD,
     "const bool is_over = to.until <= now;", "const bool is_over = false;"),
    ("retry_after_ignored", "a 429 holds nothing but its own change", DELIVER,
     "  if (next.hold_account) of.gate().hold_until(next.at);\n", "  static_cast<void>(next);\n"),
    ("admitted_before_word_leaves", "what was admitted leaves though the provider has asked to wait since, or said that nothing is left",
     "worker/relay/credential.cpp", "is_good_still(*lane.admitted, now);", "is_good_still(*lane.admitted, time_point::max());"),
    ("refusal_is_an_attempt", "a refused credential counts as a failed attempt of the change", RETRY,
     "so_far.refused_at = now; return {next_step::try_again, now, {}, false};",
     "return try_again(policy, so_far, judged, error, now, random);"),
    ("refusal_holds_nobody", "while a credential is refused as many requests go as ever", GATE,
     "(now < probe_at_ || in_flight_ > with_former_)) return", "now < probe_at_) return"),
    ("outage_is_not_noticed", "the breaker stays closed whatever fails", BREAKER,
     "  open(now, random);\n  return {effect::opened, false};", "  (void)random;\n  return {};"),
    ("outage_is_flooded", "an open breaker lets as many through as ever after its pause", GATE,
     "(now < breaker_.paused_until() || in_flight_ > 0)", "now < breaker_.paused_until()"),
    ("outage_is_an_attempt", "a probe's failure in an outage counts as a failed attempt of its change", DELIVER,
     "  if (outage && !(what.merged && tried.on_the_wire))\n"
     "    return delivery::decide_in_outage(lane.terms->retries, so_far.history, tried.judged, now, now - lane.admitted->at);\n",
     "  (void)outage;\n"),
    ("admitted_before_outage_leaves", "what was admitted before the breaker opened leaves after it", GATE_HEADER,
     "of.breaker_openings == breaker_.openings()", "of.breaker_openings <= breaker_.openings()"),
    ("late_answer_ends_refusal", "an answer to a request from before the refusal ends it", "worker/relay/credential.cpp",
     "  if (sent_in != gate_.credential_epoch()) return;\n", ""),
    ("admitted_before_refusal_leaves", "what was admitted before the refusal leaves after it", GATE_HEADER,
     "of.credential_epoch == credential_epoch_", "of.credential_epoch <= credential_epoch_"),
    ("append_merged", "an append goes in one request with others", MERGE, " || made->appends || !made->repeatable", ""),
    ("clear_merged", "a change that clears a field goes in one request with others", MERGE, " || has_null(*change.changes)", "",
     MERGE, "    if (there.filled() && !there.says_something()) return false;\n", ""),
    ("merged_not_announced", "a request of several changes leaves without a mark in the commit", DELIVER,
     "if (what.merged || may_not_repeat(*lane.terms, what.own)) {", "if (may_not_repeat(*lane.terms, what.own)) {"),
    ("merged_not_remembered", "what may have left together before a restart goes apart after it", MERGING,
     "const std::size_t least = started_together(lane);", "const std::size_t least = 0 * started_together(lane);"),
    ("merged_not_read", "a lane goes on before its partition is read as far as changes that may have left together", MERGING,
     "return from.offsets.has_started_ahead() &&", "return from.offsets.has_started_ahead() && from.given_up &&"),
    ("merged_mark_lost", "the mark of a request of several changes that may have been applied is taken back", DELIVER,
     "    if (tried.may_have_had_effect) lane.announced.reset();  // the mark stays\n", ""),
    ("merged_settled_in_part", "one of the changes of a request stays unsettled", MERGING,
     "for (std::size_t index = 0; index + 1 < end.changes; ++index) settle", "for (std::size_t index = 1; index + 1 < end.changes; ++index) settle"),
    ("rejected_together_buried", "the first of several changes that were rejected together is buried", DELIVER,
     "if (what.merged || next.step", "if ((what.merged && next.reason == reason::retries_exhausted) || next.step"),
    ("exhausted_together_buried", "the first of several changes whose tries together have run out is buried", DELIVER,
     "if (what.merged || next.step", "if ((what.merged && next.reason != reason::retries_exhausted) || next.step"),
    ("merged_marks_pile_up", "a mark stays beside that of a request of more changes of its lane", OFFSETS,
     "    const auto below = started_.extract(each);\n    if (!below) continue;\n", "    if (each >= 0) continue;\n    const auto below = started_.extract(each);\n"),
    ("mark_of_fewer_lost", "the mark of fewer changes does not stand again where that of more is taken back", OFFSETS,
     "  if (taken.mapped().empty()) return;\n", "  if (offset >= 0) return;\n"),
    ("pause_ends_reading", "a lane goes on without what may have left together while its partition is paused", MERGING,
     "from.offsets.has_started_ahead() && loop_", "from.offsets.has_started_ahead() && !from.paused && loop_"),
    ("move_without_offsets", "the offsets of what is moved are not committed with it", COMMITS,
     "  moving.offsets = std::move(due);\n", ""),
    ("settled_before_moved", "a change is settled when its move begins", MOVING,
     "      ++each.moving;\n", "      ++each.moving;\n      next.from->offsets.settle(next.record.offset);\n"),
    ("started_parked", "a change whose request may have left is parked", PARKING,
     "return !of.from->offsets.is_started(of.record.offset) && ", "return "),
    ("started_ahead_parked", "a change is parked though one that may have left with it is still to be read", PARKING,
     "return !of.from->offsets.is_started(of.record.offset) && !of.from->offsets.has_started_ahead();",
     "return !of.from->offsets.is_started(of.record.offset);",
     PARKING, "return c.from->offsets.has_started_ahead(); })) return false;", "return c.from->given_up; })) return false;"),
    ("handed_over_backwards", "a lane's changes are moved in another order", PARKING,
     "  std::deque<delivery::change> kept;\n", "  std::deque<delivery::change> kept;\n  std::ranges::reverse(changes);\n"),
    ("parked_past_its_lane", "a change is moved past those of its lane that wait or are in flight", INTAKE,
     "if (!is_kept && may_set_aside(taken))", "if ((is_kept || aside) && may_set_aside(taken))"),
    ("read_from_beyond", "reading back begins beyond what is committed of the log", READ_BACK,
     "std::max(found.committed, found.begin);", "std::max(found.committed, found.begin) + 1;"),
    ("log_map_forgotten", "what is settled beyond the commit of a log is delivered again", READ_BACK,
     "own(found.partition, found.committed, found.metadata);", "own(found.partition, found.committed, \"\");"),
    ("flows_before_read", "an account flows again before its log is read to the end", ACCOUNT_HEADER,
     " && !read_ahead && read_to_end >= end;", ";"),
    ("flows_before_delivered", "an account flows again before what is read of its log is delivered", ACCOUNT_PARTITION,
     " && log->offsets.outstanding() == 0 && !log->offsets.ahead_of_broker();", ";"),
    ("next_owner_read", "a former owner delivers what the next one has parked", READ_BACK,
     "  if (from->read_ahead) return;\n", ""),
    ("own_move_not_read", "what reading has passed before its move was acknowledged is not read again", READ_BACK,
     "  if (of.read_ahead) stop_reading(of);\n", ""),
    ("drop_keeps_memory", "what waits to be moved when its partition is taken back stays held", MOVING,
     "    release(of.to_move.back());\n", ""),
    ("tail_in_front", "what came behind changes that may have been applied is read back before they have ended", ACCOUNT,
     "return !goes_behind(*other, lane);", "return other->from && other->from->leaving;"),
    ("younger_waiting_first", "what waits of a lead goes before what is parked of it and is older", ACCOUNT,
     "  if (!waits.from->offsets.has_started_ahead()) return false;\n", "  if (waits.from) return false;\n"),
    ("mark_of_place_lost_to_rejection", "the marks of a lane's first changes, which go before what is parked, are taken back where the provider rejects them together", MERGING,
     "  if (goes_before_parked(of, lane)) {\n", "  if (failed.changes == 0) {\n"),
    ("group_of_place_lost", "changes in place that may have been applied together go one by one after a rejection of more", MERGING,
     "  lane.regrouped = rejected ? failed.changes - 1 : 0;\n", "  lane.regrouped = 0;\n"),
    ("place_kept_without_parking", "a lane's first changes keep their place without a mark once their account flows", PARKING,
     "    if (lane.from == of.source) lane.in_place = 0;\n", ""),
    ("parked_waits_no_longer", "what is parked waits no longer than the rest for what was started before", MERGING,
     "(from.parked || of.parked(from) ? longest_reading_parked : duration{})", "duration{}"),
    ("read_back_too_soon", "what is read back leaves no memory for what was started before", READ_BACK,
     "  if (reads_on(of, *source))\n", "  if (source->given_up)\n"),
    ("read_back_before_source_is_told", "what is read back goes before the broker knows what a former owner has settled before it", MERGING,
     "source->offsets.adopted_is_untold(); };", "source->offsets.adopted_is_untold() || source != lane.from; };"),
    ("one_identity_on_both_sides", "the breaker takes a change that is read back for another of its offset", DELIVER,
     "<< 1 | static_cast<std::uint64_t>(side_of(*current.from));", "<< 1;"),
    ("crowded_for_good", "reading back does not go on once enough has waited", PARKING,
     "if (!of.any_parked() || (!over && !under)) return;", "if (!of.any_parked() || !over) return;"),
    ("reload_keeps_limits", "a reload leaves an account's limits as they were", GATE,
     "  rate_.set_limits(limits, not_sent_, now, wall_now);\n", ""),
    ("reload_forgets_what_left", "a reload counts nothing of what has left in the windows of the new limits", RATE,
     "  out.window_ = window_.shortened(share_.of(of.requests), out.per_);\n",
     "  out.window_ = sliding_window(share_.of(of.requests), out.per_);\n"),
    ("origin_lost", "the dead letter of a change that was parked names its place in the log", "worker/relay/settle.cpp",
     "  whole.offset = doomed.origin->offset;\n", ""),
]


def edits(bug):
    rest = bug[2:]
    return [rest[at:at + 3] for at in range(0, len(rest), 3)]


def planted(bug, source):
    """The changed files' texts; a text that is not there exactly once can't be planted."""
    texts = {}
    for file, old, new in edits(bug):
        text = texts.get(file) or (source / file).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise LookupError(f"{bug[0]}: {file} has {text.count(old)} times: {old.strip()}")
        texts[file] = text.replace(old, new)
    return texts


def run(command, **more):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)


def build(tree, target):
    made = run(["cmake", "--build", tree / "build", "--target", target, "--parallel", "2"])
    if made.returncode != 0:
        raise RuntimeError("\n".join(line for line in made.stdout.splitlines() if "error" in line) or made.stdout[-2000:])


def simulate(tree, seeds):
    """The broken invariant and the number of seeds that it took; nothing where all held."""
    out = run(["timeout", "600", tree / "build/tests/simulation/simulate", "--first", 1, "--count", seeds])
    found = re.search(r"number (\d+) of this series.*\n(\w+):", out.stdout)
    if found:
        return found.group(2), int(found.group(1))
    if out.returncode == 0:
        return None
    return ("the run ends" if out.returncode == 124 else f"crash: {out.stderr[-200:]}"), 0


def unit_test(tree, seeds):
    """The first test of the relay that fails, where so many seeds held; nothing where none does."""
    build(tree, "unit_relay")
    out = run(["timeout", "600", tree / "build/tests/unit/relay/unit_relay"])
    found = re.search(r"\[  FAILED  \] (\w+\.\w+)", out.stdout)
    if found:
        return found.group(1), f"none of {seeds:,}"
    return None if out.returncode == 0 else (f"crash: {out.stderr[-200:]}", 0)


def copy_of(source, to):
    skipped = shutil.ignore_patterns("build", ".git")
    shutil.copytree(source, to, ignore=skipped)
    made = run(["cmake", "--preset", "dev", "-DLEADRELAY_WERROR=OFF", "-B", to / "build"], cwd=to)
    if made.returncode != 0:
        raise RuntimeError(made.stderr)


def plant_all(bugs, source, seeds):
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "tree"
        copy_of(source, tree)
        build(tree, "simulate")
        if found := simulate(tree, seeds):
            sys.exit(f"without a planted bug: {found[0]}, seed {found[1]}")
        print("| bug | what it does | caught by | seeds |\n|---|---|---|---|", flush=True)
        for bug in bugs:
            texts = planted(bug, source)
            for file, text in texts.items():
                (tree / file).write_text(text, encoding="utf-8")
            build(tree, "simulate")
            catcher, took = simulate(tree, seeds) or unit_test(tree, seeds) or ("**nothing**", seeds)
            missed += catcher == "**nothing**"
            print(f"| `{bug[0]}` | {bug[1]} | {catcher} | {took} |", flush=True)
            for file in texts:
                (tree / file).write_text((source / file).read_text(encoding="utf-8"), encoding="utf-8")
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=pathlib.Path, default=ROOT)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    bugs = [bug for bug in BUGS if not given.names or bug[0] in given.names]
    problems = []
    for bug in bugs:
        try:
            planted(bug, given.source)
        except LookupError as error:
            problems.append(str(error))
    if problems:
        sys.exit("\n".join(problems))
    if given.check:
        print(f"{len(bugs)} bugs can be planted")
        return
    sys.exit(1 if plant_all(bugs, given.source, given.seeds) else 0)


if __name__ == "__main__":
    main()
