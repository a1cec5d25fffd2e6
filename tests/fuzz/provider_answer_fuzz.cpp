// The bytes of a provider's answer: read, judged, explained, masked. In front of them a byte that chooses the definition, one for how they
// arrive, the size of a piece, the size of a secret, and the secret.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "base/date_time.hpp"
#include "base/yaml_reader.hpp"
#include "fuzz_support.hpp"
#include "http/answer_reader.hpp"
#include "providers/definition.hpp"
#include "providers/judge.hpp"
#include "providers/mask.hpp"

namespace leadrelay::fuzz {
namespace {

using boost::system::error_code;
using providers::definition;
using providers::verdict;

constexpr http::answer_bounds bounds{.header = 2048, .body = 4096};
constexpr std::size_t telling_size = 8;

/// The five providers, and one for each form that limit headers have had.
const std::vector<std::shared_ptr<const definition>>& definitions() {
  static const auto all = [] {
    yaml::issues issues;
    const auto embedded = providers::catalogue::load(std::nullopt, issues);
    std::vector<std::shared_ptr<const definition>> out;
    for (const auto name : {"perch", "leadpro", "octanist", "leadping", "orwel"}) out.push_back(embedded.find(name));
    for (const std::string names : {"{ remaining: RateLimit-Remaining, reset: RateLimit-Reset }", "{ combined: RateLimit }",
                                    "{ remaining: X-Remaining, reset: X-Reset, reset_as: unix_seconds }",
                                    "{ remaining: X-Remaining, reset: X-Reset, reset_as: unix_milliseconds }"})
      out.push_back(providers::compile(
          "name: acme\nbase_url: https://api.acme.example\ncall: { method: PATCH, path: \"/leads/{id}\" }\nauth: { header: x-api-key }\n"
          "lead: { one_of: [id] }\nfields: { note: { to: /note } }\nlimit_headers: " +
              names +
              "\n"
              "answers: { code: [/errors/0/code, /code], message: /errors/0/message, leads_updated: /n, rules: [\n"
              "  { status: 400, code: LATER, verdict: wait }, { status: 500-599, where: { /fatal: true }, verdict: rejected },\n"
              "  { status: 200, where: { /errors/1/code: 5 }, verdict: retry } ] }\n",
          "acme.yaml", issues));
    for (const auto& issue : issues.all()) std::fprintf(stderr, "%s\n", issue.text().c_str());
    expect(issues.good(), "the definitions compile");
    return out;
  }();
  return all;
}

/// What an exchange came to, on its own. Why an answer is broken may hang on how its bytes were cut: the parser looks at a header only once
/// its end is there or there are enough bytes of it. So may whether a header just over its bound is refused.
struct outcome_of_reading {
  bool whole = false;
  bool too_large = false;
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  bool operator==(const outcome_of_reading&) const = default;
};

/// Hands the bytes over in pieces, then `end`, as a socket would.
outcome_of_reading read(http::answer_reader& reader, std::string_view bytes, std::size_t piece, bool to_head, const error_code& end) {
  reader.start(to_head, bounds);
  while (!bytes.empty() && !reader.over()) {
    const std::string read(bytes.substr(0, piece));
    reader.take(boost::asio::buffer(read), {});
    bytes.remove_prefix(read.size());
  }
  if (!reader.over()) {
    reader.take({}, end);
  }
  expect(reader.over(), "an answer is over at the end of the stream");
  expect(reader.whole() == (reader.error() == delivery::transport_error::none), "an answer is whole or has an error");
  outcome_of_reading out{reader.whole(), reader.error() == delivery::transport_error::answer_too_large, 0, {}, {}};
  if (!reader.whole()) {
    expect(is_one_line(reader.detail()) && !reader.keeps_alive(), "a broken answer says why, on a connection that is not kept");
    return out;
  }
  const providers::answer got = reader.answer();
  out.status = got.status;
  out.body = got.body;
  std::size_t header_bytes = 0;
  for (const auto& each : got.headers) {
    out.headers.emplace_back(each.name, each.value);
    header_bytes += each.name.size() + each.value.size();
  }
  // The trailer of a chunked body has a bound of its own.
  expect(got.body.size() <= bounds.body && header_bytes <= 2 * bounds.header, "an answer is within its bounds");
  expect(got.status >= 200 && got.status <= 999, "an answer has a final status");
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

/// Whether `secret` cannot come about by masking, escaping or the words around a message.
bool is_telling(std::string_view secret) {
  return secret.size() >= telling_size && secret.find_first_of("*\\ :,") == std::string_view::npos && !find_invalid_utf8(secret) &&
         count_of(lower(secret), "redirects followed") == 0;
}

/// `shown` in lower case with a blank for each `\xNN`, whose digits could be a secret's first letter.
std::string without_escapes(std::string_view shown) {
  std::string out;
  while (!shown.empty()) {
    const bool escape = shown.size() >= 4 && shown.starts_with("\\x");
    out += escape ? ' ' : shown[0];
    shown.remove_prefix(escape ? 4 : 1);
  }
  return lower(out);
}

void check_masked(std::string_view shown, const std::vector<std::string>& secrets, std::size_t most) {
  expect(shown.size() <= most, "what is shown is within its bound");
  expect(!find_invalid_utf8(shown), "what is shown is UTF-8");
  const std::string plain = without_escapes(shown);
  for (const std::string& secret : secrets)
    if (is_telling(secret)) expect(count_of(lower(secret), plain) == 0, "what is shown has no secret");
}

void check_judged(const definition& by, const providers::answer& given, bool appends, wall_time now) {
  const auto judged = providers::judge(by, given, appends, now);
  expect(judged.is == verdict::delivered || (judged.detail.starts_with("HTTP ") && is_one_line(judged.detail)),
         "a judgement says why, on one line");
  expect(!judged.retry_after || *judged.retry_after >= duration::zero(), "a wait is not negative");
  expect(!judged.leads_updated || *judged.leads_updated >= 0, "a count is not negative");
  if (appends && given.status >= 500 && given.status != 503) expect(judged.is != verdict::retry, "an append is not repeated blindly");
  if (given.status >= 300 && given.status <= 399) expect(judged.is == verdict::rejected, "a redirect is not followed");
  for (const auto& told : providers::read_limits(by, given, now)) {
    expect(told.remaining >= 0, "what remains is not negative");
    expect(told.resets_in >= duration::zero() && told.resets_in <= std::chrono::days{31}, "a reset is near");
  }
}

void check_shown(const definition& by, const providers::answer& given, const std::vector<std::string>& secrets, std::size_t most) {
  const std::string explained = providers::explain_answer(by, given, secrets);
  expect(is_one_line(explained), "an explanation is one line");
  // A control character is cut as one byte and shown as four.
  check_masked(explained, secrets, 4 * 260 + 50);
  check_masked(providers::mask(given.body, secrets, most), secrets, most);
}

}  // namespace
}  // namespace leadrelay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leadrelay;
  using namespace leadrelay::fuzz;
  static http::answer_reader reader;
  static const wall_time now = *parse_date_time("2026-11-21T10:00:00Z");
  const std::array<error_code, 3> ends{boost::asio::error::eof, boost::asio::ssl::error::stream_truncated,
                                       boost::asio::error::connection_reset};

  input in(data, size);
  const definition& by = *definitions()[in.byte() % definitions().size()];
  const std::uint8_t how = in.byte();
  const std::size_t piece = in.byte() + 1u;
  const std::size_t secret_size = in.byte() % 64;
  const std::vector<std::string> secrets{"sk_live_0123456789abcdef", "amya@client.example", std::string(in.take(secret_size))};
  const bool to_head = how & 4;
  const bool appends = how & 8;

  const auto in_pieces = read(reader, in.rest(), piece, to_head, ends[how % 3]);
  const auto at_once = read(reader, in.rest(), in.rest().size(), to_head, ends[how % 3]);
  expect(in_pieces == at_once || in_pieces.too_large || at_once.too_large, "an answer is the same however it is cut into pieces");
  if (!reader.whole()) return 0;
  check_judged(by, reader.answer(), appends, now);
  check_shown(by, reader.answer(), secrets, how % 2 ? 1024 : piece);
  return 0;
}
