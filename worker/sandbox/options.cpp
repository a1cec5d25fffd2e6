#include "sandbox/options.hpp"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/date_time.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<std::string_view, fault_count> fault_words{"hang",       "reset_before", "status_429",  "status_503",
                                                                "status_500", "redirect",     "reset_after", "malformed",
                                                                "truncated",  "bad_body",     "oversized"};

constexpr std::array<std::string_view, 14> other_words{"retry_after_s",     "retry_after_form", "retry_after_on_503", "oversized_bytes",
                                                       "redirect_location", "slow_body",        "slow_body_ms",       "latency_ms",
                                                       "jitter_ms",         "rejected_keys",    "rejected_status",    "limits",
                                                       "degrade",           "capacity"};

constexpr double most_ms = 24.0 * 3600 * 1000;
constexpr double most_oversized = 1024.0 * 1024 * 1024;
constexpr double most_requests = 1e6;
constexpr double most_factor = 1e4;
constexpr unsigned most_limits = 16;

problem wrong(std::string what) { return problem{reason::invalid_field, std::move(what)}; }

/// Reads one provider's object; every reader keeps the first problem.
class fault_reader {
 public:
  explicit fault_reader(std::string path) : path_(std::move(path)) {}

  outcome<fault_settings> read(const json::value& object) {
    if (!object.IsObject()) return wrong(path_ + ": expected an object, not " + std::string(json::kind(object)));
    for (const auto& member : object.GetObject()) {
      if (!read_member(json::text(member.name), member.value)) return *problem_;
    }
    double sum = 0;
    for (const double percent : settings_.percents) sum += percent;
    if (sum > 100) return wrong(path_ + ": the percentages of faults exceed 100 together; at most one happens to a request");
    if (settings_[fault::redirect] > 0 && settings_.redirect_location.empty()) return wrong(path_ + ".redirect: needs redirect_location");
    if ((settings_.degrade || settings_.capacity > 0) && settings_.latency <= duration::zero())
      return wrong(path_ + (settings_.degrade ? ".degrade" : ".capacity") +
                   ": needs latency_ms, as answers that take no time are never there at once");
    return std::move(settings_);
  }

 private:
  bool read_member(std::string_view name, const json::value& value) {
    for (std::size_t i = 0; i < fault_count; ++i)
      if (name == fault_words[i]) return number(name, value, 0, 100, settings_.percents[i]);
    if (name == "slow_body") return number(name, value, 0, 100, settings_.slow_body);
    if (name == "latency_ms") return milliseconds(name, value, settings_.latency);
    if (name == "jitter_ms") return milliseconds(name, value, settings_.jitter);
    if (name == "slow_body_ms") return milliseconds(name, value, settings_.slow_body_time);
    if (name == "oversized_bytes") return whole(name, value, 0, most_oversized, settings_.oversized_bytes);
    if (name == "retry_after_s") return whole(name, value, 0, std::numeric_limits<std::uint32_t>::max(), settings_.retry_after_s.emplace());
    return read_other(name, value);
  }

  bool read_other(std::string_view name, const json::value& value) {
    if (name == "retry_after_on_503") return boolean(name, value, settings_.retry_after_on_503);
    if (name == "retry_after_form") return retry_after_form(name, value);
    if (name == "rejected_status") return rejected_status(name, value);
    if (name == "rejected_keys") return rejected_keys(name, value);
    if (name == "redirect_location") return location(name, value);
    if (name == "limits") return limits(value);
    if (name == "degrade") return degrade(value);
    if (name == "capacity") return whole(name, value, 0, most_requests, settings_.capacity);
    std::vector<std::string_view> known(fault_words.begin(), fault_words.end());
    known.insert(known.end(), other_words.begin(), other_words.end());
    const auto meant = did_you_mean(name, known);
    return fail(printable(name, 40), meant ? "unknown; did you mean " + std::string(*meant) + "?" : "unknown");
  }

  bool number(std::string_view name, const json::value& value, double least, double most, double& into) {
    if (!value.IsNumber()) return fail(name, "expected a number, not " + std::string(json::kind(value)));
    into = value.GetDouble();
    if (into >= least && into <= most) return true;
    return fail(name, "must be from " + std::to_string(std::llround(least)) + " to " + std::to_string(std::llround(most)));
  }

  template <class T>
  bool whole(std::string_view name, const json::value& value, double least, double most, T& into) {
    double read = 0;
    if (!number(name, value, least, most, read)) return false;
    if (read != std::floor(read)) return fail(name, "must be a whole number");
    into = static_cast<T>(read);
    return true;
  }

  bool milliseconds(std::string_view name, const json::value& value, duration& into) {
    double read = 0;
    if (!number(name, value, 0, most_ms, read)) return false;
    into = duration{static_cast<std::int64_t>(read * 1e6)};
    return true;
  }

  bool boolean(std::string_view name, const json::value& value, bool& into) {
    if (!value.IsBool()) return fail(name, "expected true or false, not " + std::string(json::kind(value)));
    into = value.GetBool();
    return true;
  }

  bool retry_after_form(std::string_view name, const json::value& value) {
    if (!value.IsString() || (json::text(value) != "seconds" && json::text(value) != "date")) return fail(name, "must be seconds or date");
    settings_.retry_after_as_date = json::text(value) == "date";
    return true;
  }

  bool rejected_status(std::string_view name, const json::value& value) {
    if (!value.IsInt() || (value.GetInt() != 401 && value.GetInt() != 403)) return fail(name, "must be 401 or 403");
    settings_.rejected_status = value.GetInt();
    return true;
  }

  bool rejected_keys(std::string_view name, const json::value& value) {
    if (!value.IsArray()) return fail(name, "expected an array of strings, not " + std::string(json::kind(value)));
    for (const json::value& key : value.GetArray()) {
      if (!key.IsString()) return fail(name, "expected an array of strings; one of its items is " + std::string(json::kind(key)));
      settings_.rejected_keys.emplace_back(json::text(key));
    }
    return true;
  }

  bool limits(const json::value& value) {
    constexpr const char* expected = "expected an array of objects as {\"requests\": 50, \"per_ms\": 1000}";
    if (!value.IsArray()) return fail("limits", expected);
    if (value.Size() > most_limits) return fail("limits", "expected at most 16");
    auto& into = settings_.limits.emplace();
    for (const json::value& each : value.GetArray()) {
      const json::value* const requests = each.IsObject() ? json::find(each, "requests") : nullptr;
      const json::value* const per = each.IsObject() ? json::find(each, "per_ms") : nullptr;
      if (!requests || !per || each.MemberCount() != 2) return fail("limits", expected);
      limit& made = into.emplace_back();
      if (!whole("limits.requests", *requests, 1, most_requests, made.requests) || !milliseconds("limits.per_ms", *per, made.per))
        return false;
      if (made.per <= duration::zero()) return fail("limits.per_ms", "must be more than 0");
    }
    return true;
  }

  bool degrade(const json::value& value) {
    const json::value* const above = value.IsObject() ? json::find(value, "above") : nullptr;
    const json::value* const factor = value.IsObject() ? json::find(value, "factor") : nullptr;
    if (!above || !factor || value.MemberCount() != 2) return fail("degrade", "expected an object as {\"above\": 16, \"factor\": 10}");
    degradation& made = settings_.degrade.emplace();
    return whole("degrade.above", *above, 0, most_requests, made.above) && number("degrade.factor", *factor, 1, most_factor, made.factor);
  }

  bool location(std::string_view name, const json::value& value) {
    if (!value.IsString()) return fail(name, "expected a string, not " + std::string(json::kind(value)));
    settings_.redirect_location = json::text(value);
    for (const char c : settings_.redirect_location)
      if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return fail(name, "must hold no spaces or control characters");
    return true;
  }

  bool fail(std::string_view name, const std::string& what) {
    problem_ = wrong(path_ + "." + std::string(name) + ": " + what);
    return false;
  }

  std::string path_;
  fault_settings settings_;
  std::optional<problem> problem_;
};

outcome<void> set_one(options& into, std::string_view name, const json::value& value) {
  if (name == "seed") {
    if (!value.IsUint64()) return wrong("seed: must be a whole number from 0");
    into.seed = value.GetUint64();
    return {};
  }
  const auto which = provider_from(name);
  if (!which) return wrong(printable(name, 40) + ": unknown; expected all, perch, leadpro, octanist, leadping, orwel or seed");
  auto settings = fault_reader(std::string(name)).read(value);
  if (!settings) return settings.error();
  into[*which].faults = std::move(*settings);
  return {};
}

void write_limit(json::writer& out, const limit& from) {
  out.StartObject();
  out.Key("requests");
  out.Uint64(from.requests);
  out.Key("per_ms");
  out.Double(static_cast<double>(from.per.count()) / 1e6);
  out.EndObject();
}

void write_faults(json::writer& out, const fault_settings& from) {
  out.StartObject();
  for (std::size_t i = 0; i < fault_count; ++i) {
    out.Key(fault_words[i].data());
    out.Double(from.percents[i]);
  }
  out.Key("slow_body");
  out.Double(from.slow_body);
  out.Key("latency_ms");
  out.Double(static_cast<double>(from.latency.count()) / 1e6);
  out.Key("jitter_ms");
  out.Double(static_cast<double>(from.jitter.count()) / 1e6);
  out.Key("rejected_keys");
  out.Uint64(from.rejected_keys.size());
  if (from.limits) {
    out.Key("limits");
    out.StartArray();
    for (const limit& each : *from.limits) write_limit(out, each);
    out.EndArray();
  }
  if (from.degrade) {
    out.Key("degrade");
    out.StartObject();
    out.Key("above");
    out.Uint64(from.degrade->above);
    out.Key("factor");
    out.Double(from.degrade->factor);
    out.EndObject();
  }
  out.Key("capacity");
  out.Uint64(from.capacity);
  out.EndObject();
}

}  // namespace

std::string_view to_string(fault what) noexcept { return fault_words[static_cast<std::size_t>(what)]; }

outcome<void> set_faults(options& into, std::string_view json_text) {
  const auto parsed = json::parse(json_text);
  if (!parsed) return parsed.error();
  if (!parsed->IsObject()) return wrong("expected an object, not " + std::string(json::kind(*parsed)));
  options changed = into;
  if (const json::value* all = json::find(*parsed, "all")) {
    const auto settings = fault_reader("all").read(*all);
    if (!settings) return settings.error();
    for (provider_options& each : changed.providers) each.faults = *settings;
  }
  for (const auto& member : parsed->GetObject()) {
    if (json::text(member.name) == "all") continue;
    if (const auto set = set_one(changed, json::text(member.name), member.value); !set) return set.error();
  }
  into = std::move(changed);
  return {};
}

outcome<limit> parse_limit(std::string_view text) {
  const std::size_t slash = text.find('/');
  limit read;
  if (slash != std::string_view::npos) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + slash, read.requests);
    const auto per = parse_duration(text.substr(slash + 1));
    if (error == std::errc{} && end == text.data() + slash && read.requests > 0 && per && *per > duration::zero()) {
      read.per = *per;
      return read;
    }
  }
  return wrong("limit: expected requests/duration, for example 1000/1m");
}

std::string faults_json(const options& from) {
  json::buffer text;
  json::writer out(text);
  out.StartObject();
  for (const provider which : all_providers) {
    out.Key(to_string(which).data());
    write_faults(out, from[which].faults);
  }
  out.Key("seed");
  out.Uint64(from.seed);
  out.EndObject();
  return {text.GetString(), text.GetSize()};
}

}  // namespace leadrelay::sandbox
