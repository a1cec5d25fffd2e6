#include "sandbox/request_log.hpp"

#include <algorithm>

#include "base/date_time.hpp"
#include "base/text.hpp"
#include "sandbox/book.hpp"

namespace leadrelay::sandbox {

void request_log::add(const request& what, int status, wall_time at) {
  if (most_ == 0) return;
  const bool full = entries_.size() == most_;
  if (!full) entries_.emplace_back();
  entry& into = full ? entries_[oldest_] : entries_.back();
  if (full) oldest_ = (oldest_ + 1) % most_;
  into.at = at;
  into.method.assign(what.method);
  into.target.assign(what.target);
  into.body.assign(truncate_utf8(what.body, most_body));
  into.body_bytes = what.body.size();
  into.status = status;
}

std::string request_log::json(std::size_t count) const {
  count = std::min(count, entries_.size());
  std::string out = "[";
  for (std::size_t i = entries_.size() - count; i < entries_.size(); ++i) {
    if (out.size() > 1) out += ',';
    append(out, entries_[(oldest_ + i) % entries_.size()]);
  }
  return out += ']';
}

void request_log::append(std::string& out, const entry& one) {
  out += "{\"at\":\"" + format_date_time(one.at) + "\",\"method\":";
  append_json_text(out, one.method);
  out += ",\"target\":";
  append_json_text(out, one.target);
  out += ",\"status\":" + std::to_string(one.status) + ",\"body\":";
  append_json_text(out, one.body);
  if (one.body_bytes != one.body.size()) out += ",\"body_bytes\":" + std::to_string(one.body_bytes);
  out += '}';
}

}  // namespace leadrelay::sandbox
