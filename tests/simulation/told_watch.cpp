#include "simulation/told_watch.hpp"

#include <algorithm>

namespace leadrelay::simulation {

std::uint64_t told_watch::leaves(int worker, int owned, int total) {
  side& of = sides_[worker];
  const time_point now = at_.loop.now();
  const std::string whose = "worker " + std::to_string(worker) + " sends a request of account " + std::to_string(account_);
  if (now < of.none_left_until) at_.log.broken("told_limit_is_followed", whose + " though it was told that none is left");
  if (now < of.waits_until) at_.log.broken("retry_after_is_obeyed", whose + " though it was told to wait");
  std::erase_if(of.words, [now](const word& each) { return now >= each.least_until; });
  for (word& each : of.words)
    if (now < each.until) check_word(worker, each, owned, total);
  of.on_the_wire.insert(++of.last);
  return of.last;
}

void told_watch::check_word(int worker, word& of, int owned, int total) {
  of.most = std::max(of.most, of.left * owned / total);
  const std::int64_t allowed = std::max(of.most - of.others, of.unsent);
  if (++of.sent <= allowed) return;
  at_.log.broken("told_share_is_kept", "worker " + std::to_string(worker) + " sends " + std::to_string(of.sent) + " requests of account " +
                                           std::to_string(account_) + " since it was told that " + std::to_string(of.left) + " are left, " +
                                           std::to_string(of.most) + " of them its own, with " + std::to_string(of.others) +
                                           " on the wire");
}

void told_watch::ends(int worker, std::uint64_t number, const std::vector<told_left>& told, const std::optional<told_moment>& wait,
                      std::int64_t unsent) {
  side& of = sides_[worker];
  of.on_the_wire.erase(number);
  const time_point now = at_.loop.now();
  if (wait) of.waits_until = std::max(of.waits_until, wait->read_at(now));
  std::erase_if(of.words, [now](const word& each) { return now >= each.least_until; });
  if (!told.empty()) hear(of, number, told, unsent);
}

/// An answer to a request that had passed the gate before what stands was read may be of an earlier time. What it says stands where the
/// request has left since, or where less is left of a limit, but no longer than what said that even less is left.
void told_watch::hear(side& of, std::uint64_t number, const std::vector<told_left>& told, std::int64_t unsent) {
  const time_point now = at_.loop.now();
  const auto has_left_since = [number](const word& each) { return number > each.last_before; };
  bool is_later = std::ranges::any_of(of.words, has_left_since);
  std::erase_if(of.words, [&](const word& each) { return has_left_since(each) && each.unsent == 0; });
  std::vector<word> heard;
  for (std::size_t limit = 0; limit < told.size(); ++limit) {
    word made{.limit = limit,
              .left = told[limit].left,
              .least = told[limit].left,
              .least_until = told[limit].until.latest_at(now),
              .until = told[limit].until.read_at(now),
              .last_before = of.last,
              .others = std::ssize(of.on_the_wire),
              .unsent = unsent};
    if (made.left == 0) of.none_left_until = std::max(of.none_left_until, made.until);
    const auto stands = std::ranges::find(of.words, limit, &word::limit);
    is_later = is_later || stands == of.words.end() || stands->until <= now || (made.left < stands->left && made.until > now);
    if (stands != of.words.end() && stands->least < made.left) {
      made.until = std::min(made.until, stands->least_until);
      made.least = stands->least;
      made.least_until = stands->least_until;
    }
    if (made.least_until > now) heard.push_back(made);
  }
  if (is_later)
    of.words = std::move(heard);
  else
    for (word& each : of.words) each.others = std::max<std::int64_t>(each.others - 1, 0);
}

}  // namespace leadrelay::simulation
