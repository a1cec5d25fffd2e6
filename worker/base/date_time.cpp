#include "base/date_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <limits>

namespace leadrelay {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// The years that RFC 3339 can say; a record's timestamp may be any 64 bits.
constexpr wall_time first_time{sys_days{year{0} / 1 / 1}};
constexpr wall_time last_time = wall_time{sys_days{year{10000} / 1 / 1}} - std::chrono::milliseconds{1};

/// Takes parts off the front of a text; once a part does not fit, `good` stays false.
class scanner {
 public:
  explicit scanner(std::string_view text) noexcept : rest_(text) {}

  int digits(std::size_t count) noexcept {
    int value = 0;
    if (rest_.size() < count) return fail();
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool accept(char c) noexcept {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view text) noexcept {
    if (rest_.starts_with(text)) {
      rest_.remove_prefix(text.size());
    } else {
      good = false;
    }
  }

  unsigned month_name() noexcept {
    for (unsigned i = 0; i < month_names.size(); ++i)
      if (rest_.starts_with(month_names[i])) {
        rest_.remove_prefix(3);
        return i + 1;
      }
    good = false;
    return 1;
  }

  std::size_t skip_digits() noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    rest_.remove_prefix(count);
    return count;
  }

  int fraction_milliseconds() noexcept {
    int value = 0;
    for (int scale = 100; scale > 0; scale /= 10) {
      if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') {
        good = good && scale < 100;
        return value;
      }
      value += (rest_[0] - '0') * scale;
      rest_.remove_prefix(1);
    }
    skip_digits();
    return value;
  }

  std::string_view rest() const noexcept { return rest_; }
  bool done() const noexcept { return good && rest_.empty(); }
  bool good = true;

 private:
  int fail() noexcept {
    good = false;
    return 0;
  }

  std::string_view rest_;
};

struct date_and_time {
  int year = 0;
  unsigned month = 1;
  unsigned day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
};

std::optional<wall_time> to_wall_time(const date_and_time& parts) noexcept {
  const year_month_day date{year{parts.year}, month{parts.month}, day{parts.day}};
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  return wall_time{sys_days{date}} + std::chrono::hours{parts.hour} + std::chrono::minutes{parts.minute} +
         std::chrono::seconds{parts.second} + std::chrono::milliseconds{parts.millisecond};
}

void scan_date(scanner& in, date_and_time& out) noexcept {
  out.year = in.digits(4);
  in.expect("-");
  out.month = static_cast<unsigned>(in.digits(2));
  in.expect("-");
  out.day = static_cast<unsigned>(in.digits(2));
}

void scan_clock(scanner& in, date_and_time& out) noexcept {
  out.hour = in.digits(2);
  in.expect(":");
  out.minute = in.digits(2);
  in.expect(":");
  out.second = in.digits(2);
}

std::optional<std::chrono::minutes> scan_offset(scanner& in) noexcept {
  if (in.accept('Z') || in.accept('z')) return std::chrono::minutes{0};
  const bool ahead = in.accept('+');
  if (!ahead && !in.accept('-')) return std::nullopt;
  const int hours = in.digits(2);
  in.accept(':');
  const int minutes = in.digits(2);
  if (!in.good || hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return ahead ? offset : -offset;
}

std::optional<wall_time> parse_fixed_http_date(std::string_view text) noexcept {  // Sun, 06 Nov 1994 08:49:37 GMT
  scanner in(text.substr(4));
  date_and_time parts;
  in.expect(" ");
  parts.day = static_cast<unsigned>(in.digits(2));
  in.expect(" ");
  parts.month = in.month_name();
  in.expect(" ");
  parts.year = in.digits(4);
  in.expect(" ");
  scan_clock(in, parts);
  in.expect(" GMT");
  return in.done() ? to_wall_time(parts) : std::nullopt;
}

std::optional<wall_time> parse_rfc850_date(std::string_view after_comma) noexcept {  // Sunday, 06-Nov-94 08:49:37 GMT
  scanner in(after_comma);
  date_and_time parts;
  in.expect(" ");
  parts.day = static_cast<unsigned>(in.digits(2));
  in.expect("-");
  parts.month = in.month_name();
  in.expect("-");
  const int two_digits = in.digits(2);
  parts.year = two_digits + (two_digits < 70 ? 2000 : 1900);
  in.expect(" ");
  scan_clock(in, parts);
  in.expect(" GMT");
  return in.done() ? to_wall_time(parts) : std::nullopt;
}

std::optional<wall_time> parse_asctime_date(std::string_view text) noexcept {  // Sun Nov  6 08:49:37 1994
  scanner in(text.substr(3));
  date_and_time parts;
  in.expect(" ");
  parts.month = in.month_name();
  in.expect(" ");
  parts.day = static_cast<unsigned>(in.accept(' ') ? in.digits(1) : in.digits(2));
  in.expect(" ");
  scan_clock(in, parts);
  in.expect(" ");
  parts.year = in.digits(4);
  return in.done() ? to_wall_time(parts) : std::nullopt;
}

}  // namespace

std::optional<wall_time> parse_date_time(std::string_view text) noexcept {
  scanner in(text);
  date_and_time parts;
  scan_date(in, parts);
  if (!in.accept('T') && !in.accept('t') && !in.accept(' ')) return std::nullopt;
  parts.hour = in.digits(2);
  in.expect(":");
  parts.minute = in.digits(2);
  if (in.accept(':')) {
    parts.second = in.digits(2);
    if (in.accept('.')) parts.millisecond = in.fraction_milliseconds();
  }
  const auto offset = scan_offset(in);
  if (!offset || !in.done()) return std::nullopt;
  const auto local = to_wall_time(parts);
  return local ? std::optional{*local - *offset} : std::nullopt;
}

bool is_date(std::string_view text) noexcept {
  scanner in(text);
  date_and_time parts;
  scan_date(in, parts);
  return in.done() && to_wall_time(parts).has_value();
}

std::string format_date_time(wall_time time) {
  time = std::clamp(time, first_time, last_time);
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const year_month_day date{midnight};
  const std::chrono::hh_mm_ss clock{time - midnight};
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                   static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                                   static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string format_http_date(wall_time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

std::optional<wall_time> parse_http_date(std::string_view text) noexcept {
  const std::size_t comma = text.find(',');
  if (comma == 3) return text.size() == 29 ? parse_fixed_http_date(text) : std::nullopt;
  if (comma != std::string_view::npos) return parse_rfc850_date(text.substr(comma + 1));
  return text.size() == 24 ? parse_asctime_date(text) : std::nullopt;
}

std::optional<duration> parse_retry_after(std::string_view value, wall_time now) noexcept {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc::result_out_of_range) seconds = std::numeric_limits<std::uint32_t>::max();  // a wait all the same
  if (error != std::errc::invalid_argument && end == value.data() + value.size()) return std::chrono::seconds{seconds};
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  // In milliseconds, as a far-off date overflows nanoseconds.
  constexpr std::chrono::milliseconds longest = std::chrono::days{36'500};
  return std::clamp<std::chrono::milliseconds>(*date - now, std::chrono::milliseconds::zero(), longest);
}

std::optional<duration> parse_duration(std::string_view text) noexcept {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || text.starts_with('-')) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  std::int64_t nanoseconds = 0;
  if (unit == "ms") nanoseconds = 1'000'000;
  if (unit == "s") nanoseconds = 1'000'000'000;
  if (unit == "m") nanoseconds = 60'000'000'000;
  if (unit == "h") nanoseconds = 3'600'000'000'000;
  if (unit == "d") nanoseconds = 86'400'000'000'000;
  if (nanoseconds == 0 || count > std::numeric_limits<std::int64_t>::max() / nanoseconds) return std::nullopt;
  return duration{count * nanoseconds};
}

}  // namespace leadrelay
