#include "simulation/kept_limits.hpp"

#include <algorithm>

#include "base/date_time.hpp"

namespace leadrelay::simulation {

using std::chrono::ceil;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// The workers' calendar begins with their clock's.
wall_time wall(time_point at) { return wall_time{ceil<milliseconds>(at.time_since_epoch())}; }

template <class Unit>
std::string count_of(duration of) {
  return std::to_string(ceil<Unit>(of).count());
}

}  // namespace

kept_limits::kept_limits(const kept_rules& by) : rules_(by) {
  for (const providers::limit& each : rules_.limits) longest_ = std::max(longest_, each.per);
}

/// When the window began that a request of that moment is in.
time_point kept_limits::begin_of(const providers::limit& of, time_point at) const {
  return rules_.slides ? at : time_point{at.time_since_epoch() / of.per * of.per};
}

kept_limits::standing kept_limits::stand(const providers::limit& of, time_point now) const {
  const auto first = std::ranges::find_if(inside_, [&](const arrival& each) { return begin_of(of, each.at) + of.per > now; });
  const time_point oldest = first == inside_.end() ? now : first->at;
  return {of.requests - (inside_.end() - first), begin_of(of, oldest) + of.per};
}

bool kept_limits::take(time_point now, bool late) {
  while (!inside_.empty() && inside_.front().at + longest_ <= now) inside_.pop_front();
  if (!std::ranges::all_of(rules_.limits, [&](const providers::limit& each) { return stand(each, now).left > 0; })) return false;
  inside_.push_back({now, late});
  return true;
}

bool kept_limits::has_late() const { return std::ranges::any_of(inside_, &arrival::late); }

duration kept_limits::after_date(duration moment, time_point now) const {
  if (rules_.clock_ahead == duration{}) return {};
  return moment - floor<seconds>(now.time_since_epoch() + rules_.clock_ahead);
}

told_moment kept_limits::tell_apart(const standing& of, time_point now, header_lines& into) const {
  const std::string left = std::to_string(of.left);
  const duration resets = of.resets.time_since_epoch() + rules_.clock_ahead;
  if (rules_.tells == telling::unix_seconds) {
    into.emplace_back("X-RateLimit-Remaining", left);
    into.emplace_back("X-RateLimit-Reset", count_of<seconds>(resets));
    return {.at = time_point{ceil<seconds>(resets) - rules_.clock_ahead}, .in = after_date(ceil<seconds>(resets), now)};
  }
  if (rules_.tells == telling::unix_milliseconds) {
    into.emplace_back("X-Quota-Left", left);
    into.emplace_back("X-Quota-Until", count_of<milliseconds>(resets));
    return {.at = time_point{ceil<milliseconds>(resets) - rules_.clock_ahead}, .in = after_date(ceil<milliseconds>(resets), now)};
  }
  into.emplace_back("RateLimit-Remaining", left);
  into.emplace_back("RateLimit-Reset", count_of<seconds>(of.resets - now));
  return {.in = ceil<seconds>(of.resets - now)};
}

std::vector<told_left> kept_limits::tell(time_point now, bool sparse, header_lines& into) const {
  std::vector<told_left> out;
  std::string combined;
  std::string policies;
  if (rules_.clock_ahead != duration{}) into.emplace_back("Date", format_http_date(wall(now + rules_.clock_ahead)));
  if (rules_.tells == telling::nothing) return out;
  for (const providers::limit& each : rules_.limits) {
    const standing stands = stand(each, now);
    if (rules_.tells != telling::pairs && rules_.tells != telling::policies) {
      out.push_back({stands.left, tell_apart(stands, now, into)});
      continue;
    }
    const std::string name = '"' + std::to_string(out.size()) + '"';
    const std::string left = std::to_string(stands.left);
    const std::string resets = count_of<seconds>(stands.resets - now);
    const std::string whole = std::to_string(each.requests);
    const bool without = sparse && rules_.tells == telling::policies;
    if (!combined.empty()) combined += ", ", policies += ", ";
    combined += rules_.tells == telling::pairs ? "limit=" + whole + ", remaining=" + left + ", reset=" + resets
                                               : name + ";r=" + left + (without ? "" : ";t=" + resets);
    policies += name + ";q=" + whole + ";w=" + count_of<seconds>(each.per);
    out.push_back({stands.left, {.in = without ? each.per : duration{ceil<seconds>(stands.resets - now)}}});
  }
  if (combined.empty()) return out;
  into.emplace_back("RateLimit", combined);
  if (rules_.tells == telling::policies) into.emplace_back("RateLimit-Policy", policies);
  return out;
}

std::optional<told_moment> kept_limits::ask_to_wait(time_point now, header_lines& into) const {
  time_point over = now;
  for (const providers::limit& each : rules_.limits)
    if (const standing stands = stand(each, now); stands.left <= 0) over = std::max(over, stands.resets);
  if (rules_.asks == asking::nothing || over == now) return std::nullopt;
  if (rules_.asks == asking::seconds) {
    into.emplace_back("Retry-After", count_of<seconds>(over - now));
    return told_moment{.in = ceil<seconds>(over - now)};
  }
  const auto whole = ceil<seconds>(over.time_since_epoch());
  into.emplace_back("Retry-After", format_http_date(wall_time{whole}));
  return told_moment{.at = time_point{whole}};
}

}  // namespace leadrelay::simulation
