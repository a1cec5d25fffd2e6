#include "dead_letters/selection.hpp"

#include "base/date_time.hpp"

namespace leadrelay::dead_letters {

const std::optional<lead_name>& read_letter_record::lead() const {
  if (!decoded_) lead_ = read_lead(record_, max_record_);
  decoded_ = true;
  return lead_;
}

std::string_view read_letter_record::account() const {
  if (!says_.account.empty()) return says_.account;
  return lead() ? std::string_view(lead()->account) : std::string_view();
}

std::string_view read_letter_record::event_id() const {
  if (!says_.event_id.empty()) return says_.event_id;
  return lead() ? std::string_view(lead()->event_id) : std::string_view();
}

bool matches(const selection& wanted, const read_letter_record& one) {
  const wall_time died{std::chrono::milliseconds(one.record().timestamp_ms)};
  if (wanted.reason && one.says().reason != wanted.reason) return false;
  if ((wanted.since && died < *wanted.since) || (wanted.until && died >= *wanted.until)) return false;
  if (wanted.account && one.account() != *wanted.account) return false;
  return !wanted.lead || (one.lead() && one.lead()->is(*wanted.lead));
}

std::optional<wall_time> parse_moment(const std::string& text, wall_time now) {
  if (is_date(text)) return parse_date_time(text + "T00:00:00Z");
  if (const auto back = parse_duration(text)) return now - std::chrono::duration_cast<std::chrono::milliseconds>(*back);
  return parse_date_time(text);
}

}  // namespace leadrelay::dead_letters
