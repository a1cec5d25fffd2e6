#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "providers/compile_parts.hpp"

namespace leadrelay::providers::compiling {
namespace {

constexpr std::string_view credential_mark = "{credential}";
constexpr std::string_view bad_header_value =
    "cannot stand in a header (RFC 9110 section 5.5), expected visible ASCII without spaces around it";

/// Visible ASCII with spaces and tabs only inside (RFC 9110 section 5.5).
bool is_header_value(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (text.empty() || blank(text.front()) || blank(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return (c > ' ' && c < '\x7f') || blank(c); });
}

bool is_letter_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Whether `text` may stand in the path or query of a URL as it is (RFC 3986 sections 3.3 and 3.4), percent-encodings well-formed.
bool is_url_text(std::string_view text) noexcept {
  constexpr std::string_view marks = "-._~!$&'()*+,;=:@/?";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
      at += 2;
    } else if (!is_letter_or_digit(text[at]) && marks.find(text[at]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool has_letter_case(std::string_view text, char first, char last) noexcept {
  return std::any_of(text.begin(), text.end(), [&](char c) { return c >= first && c <= last; });
}

void read_method(const yaml::reader& call, definition::parts& out) {
  const auto at = call.require("method");
  const auto method = at ? at->text() : std::nullopt;
  if (!method) return;
  constexpr std::array<std::string_view, 5> bodiless{"GET", "HEAD", "OPTIONS", "TRACE", "CONNECT"};
  if (!is_token(*method)) {
    at->fail("is no method, expected such as PATCH, PUT or POST");
  } else if (has_letter_case(*method, 'a', 'z')) {
    at->fail("methods are written in capitals, expected such as PATCH, PUT or POST");
  } else if (std::find(bodiless.begin(), bodiless.end(), *method) != bodiless.end()) {
    at->fail("writes nothing, expected such as PATCH, PUT or POST");
  }
  out.method = *method;
}

std::optional<identifier> identifier_from(std::string_view word) noexcept {
  for (std::size_t index = 0; index < std::size(identifier_words); ++index)
    if (word == identifier_words[index]) return static_cast<identifier>(index);
  return std::nullopt;
}

/// Adds the text before the next `{` and the identifier in the braces; takes both off `rest`. False where it is malformed.
bool take_piece(const yaml::reader& at, std::string_view& rest, definition::parts& out) {
  const std::size_t open = rest.find('{');
  const std::string_view text = rest.substr(0, open);
  if (!is_url_text(text)) {
    at.fail("`" + printable(text) + "` has characters that a URL cannot hold as they are, percent-encode them");
    return false;
  }
  out.target.push_back({std::string(text), no_identifier});
  if (open == std::string_view::npos) {
    rest = {};
    return true;
  }
  const std::size_t close = rest.find('}', open);
  if (close == std::string_view::npos) {
    at.fail("has a `{` without its `}`");
    return false;
  }
  const std::string_view word = rest.substr(open + 1, close - open - 1);
  const auto named = identifier_from(word);
  if (!named) {
    at.fail("`{" + printable(word) + "}` is no identifier of a lead, expected {id}, {email} or {phone}");
    return false;
  }
  out.target.back().then = *named;
  out.identifiers[static_cast<std::size_t>(*named)].allowed = true;
  rest.remove_prefix(close + 1);
  return true;
}

/// Whether a segment of the path is or could become `.` or `..`, which clients and servers resolve (RFC 3986 section 5.2.4). One that is an
/// identifier alone could not: building a request refuses such an identifier.
bool has_dot_segment(std::string_view path) {
  std::string_view rest = path.substr(0, path.find('?'));
  while (!rest.empty()) {
    const std::size_t end = rest.find('/', 1);
    std::string segment(rest.substr(1, end == std::string_view::npos ? end : end - 1));
    if (const std::size_t open = segment.find('{'); open != std::string::npos) segment.erase(open, segment.find('}', open) - open + 1);
    for (const std::string_view coded : {"%2e", "%2E"})
      for (std::size_t at = segment.find(coded); at != std::string::npos; at = segment.find(coded)) segment.replace(at, coded.size(), ".");
    if (segment == "." || segment == "..") return true;
    rest.remove_prefix(std::min(end, rest.size()));
  }
  return false;
}

void read_path(const yaml::reader& call, definition::parts& out) {
  const auto at = call.require("path");
  const auto path = at ? at->text() : std::nullopt;
  if (!path) return;
  if (!path->starts_with('/')) {
    at->fail("expected `/` at its start, such as /v1/leads/{id}");
    return;
  }
  for (std::string_view rest = *path; !rest.empty();)
    if (!take_piece(*at, rest, out)) {
      out.target.clear();  // what needs the path is silent without one
      return;
    }
  if (has_dot_segment(*path)) at->fail("has a segment of dots, which servers resolve, expected the path as it is meant");
  const auto named = std::count_if(out.target.begin(), out.target.end(), [](const target_piece& p) { return p.then != no_identifier; });
  if (named > 1) at->fail("names " + std::to_string(named) + " identifiers, expected at most one, which every event must then give");
}

void read_own_auth(const yaml::reader& auth, const yaml::reader& header, definition::parts& out) {
  const auto name = header.text();
  if (name && !is_token(*name)) header.fail("is no name of a header (RFC 9110 section 5.1), expected such as x-api-key");
  out.auth = {name.value_or(""), std::string(credential_mark), false};
  const auto at = auth.get("value");
  const auto value = at ? at->text() : std::nullopt;
  if (!value) return;
  const std::size_t mark = value->find(credential_mark);
  if (mark == std::string::npos || value->find(credential_mark, mark + 1) != std::string::npos)
    at->fail("expected {credential} in it once, such as `Token {credential}`");
  if (!is_header_value(*value)) at->fail(std::string(bad_header_value));
  out.auth.value = *value;
}

void read_flag(const yaml::reader& at) {
  if (at.boolean() == false) at.fail("expected true, or the key left out");
}

void read_one_header(const std::string& name, const yaml::reader& key, const yaml::reader& value, definition::parts& out) {
  constexpr std::array<std::string_view, 9> own{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
                                                "TE",   "Trailer",        "Upgrade",           "Expect"};
  const auto same = [&](std::string_view other) { return equal_without_case(name, other); };
  if (!is_token(name)) key.fail("is no name of a header (RFC 9110 section 5.1)");
  if (std::any_of(own.begin(), own.end(), same)) key.fail("belongs to the connection, leave it out");
  if (same(out.auth.header)) key.fail("carries the credential, `auth` alone says it");
  if (std::any_of(out.headers.begin(), out.headers.end(), [&](const auto& header) { return same(header.first); }))
    key.fail("stands twice, names of headers are compared without case");
  const auto text = value.text();
  if (text && !is_header_value(*text)) value.fail(std::string(bad_header_value));
  if (text && same("Content-Type") && text->find("json") == std::string::npos) value.fail("the body is JSON, expected a JSON type");
  out.headers.emplace_back(name, text.value_or(""));
}

/// False after an issue.
bool read_one_of(const yaml::reader& at, definition::parts& out) {
  if (!at.expect_list()) return false;
  bool good = at.node().size() > 0;
  at.each_item([&](std::size_t, const yaml::reader& item) {
    const auto fail = [&](const std::string& what) {
      item.fail(what);
      good = false;
    };
    const auto index = item.one_of(identifier_words);
    good = good && index;
    if (!index) return;
    const auto named = static_cast<identifier>(*index);
    if (std::find(out.identify_by.begin(), out.identify_by.end(), named) != out.identify_by.end()) fail("stands twice");
    if (!out.identifiers[*index].allowed && !out.target.empty())
      fail("`" + item.node().Scalar() + "` has no place in the request, expected it in `call.path` or in `lead.to`");
    out.identify_by.push_back(named);
  });
  if (at.node().size() == 0) at.fail("is empty, expected some of id, email and phone");
  return good;
}

void read_identifier_places(const yaml::reader& at, definition::parts& out, std::vector<body_entry>& body) {
  if (!at.expect_keys(identifier_words)) return;
  at.each_member([&](const std::string& name, const yaml::reader&, const yaml::reader& value) {
    const identifier named = *identifier_from(name);
    out.identifiers[static_cast<std::size_t>(named)].allowed = true;
    if (auto place = read_place(value)) body.push_back({std::move(*place), -1, named, value});
  });
}

void read_identifier_formats(const yaml::reader& at, definition::parts& out) {
  if (!at.expect_keys(identifier_words)) return;
  at.each_member([&](const std::string& name, const yaml::reader& key, const yaml::reader& value) {
    auto& rule = out.identifiers[static_cast<std::size_t>(*identifier_from(name))];
    if (!rule.allowed && !out.target.empty()) key.fail("has no place in the request, expected it in `call.path` or in `lead.to`");
    if (const auto word = value.one_of({"email", "uuid"})) rule.format = *word == 0 ? text_format::email : text_format::uuid;
  });
}

identifier path_identifier(const definition::parts& out) noexcept {
  for (const target_piece& piece : out.target)
    if (piece.then != no_identifier) return piece.then;
  return no_identifier;
}

}  // namespace

void read_call(const yaml::reader& root, definition::parts& out) {
  const auto call = root.require("call");
  if (!call || !call->is_map()) {
    if (call) call->expect_map();
    return;
  }
  call->expect_keys({"method", "path"});
  read_method(*call, out);
  read_path(*call, out);
}

void read_auth(const yaml::reader& root, definition::parts& out) {
  const auto auth = root.require("auth");
  if (!auth || !auth->expect_keys({"header", "value", "bearer", "basic"})) return;
  const auto header = auth->get("header");
  const auto bearer = auth->get("bearer");
  const auto basic = auth->get("basic");
  if (header.has_value() + bearer.has_value() + basic.has_value() != 1) {
    auth->fail("expected one of `header`, `bearer: true` and `basic: true`");
    return;
  }
  if (!header && auth->get("value")) auth->get("value")->fail("goes with `header` alone");
  if (header) read_own_auth(*auth, *header, out);
  if (bearer) read_flag(*bearer);
  if (basic) read_flag(*basic);
  if (bearer) out.auth = {"Authorization", "Bearer {credential}", false};
  if (basic) out.auth = {"Authorization", "Basic {credential}", true};
}

void read_headers(const yaml::reader& root, definition::parts& out) {
  if (const auto at = root.get("headers"); at && at->expect_map())
    at->each_member(
        [&](const std::string& name, const yaml::reader& key, const yaml::reader& value) { read_one_header(name, key, value, out); });
  const bool typed = std::any_of(out.headers.begin(), out.headers.end(),
                                 [](const auto& header) { return equal_without_case(header.first, "Content-Type"); });
  if (!typed) out.headers.emplace(out.headers.begin(), "Content-Type", "application/json");
}

void read_lead(const yaml::reader& root, definition::parts& out, std::vector<body_entry>& body) {
  const identifier in_path = path_identifier(out);
  const auto lead = root.get("lead");
  if (lead && !lead->is_map()) {
    lead->expect_map();
    return;
  }
  if (lead) lead->expect_keys({"one_of", "to", "format"});
  const auto places = lead ? lead->get("to") : std::nullopt;
  const auto formats = lead ? lead->get("format") : std::nullopt;
  const auto one_of = lead ? lead->get("one_of") : std::nullopt;
  if (places) read_identifier_places(*places, out, body);
  if (formats) read_identifier_formats(*formats, out);
  if (!one_of && in_path != no_identifier) out.identify_by = {in_path};
  if (one_of && read_one_of(*one_of, out) && in_path != no_identifier && out.identify_by != std::vector{in_path}) {
    const std::string word(identifier_words[in_path]);
    one_of->fail("`call.path` needs {" + word + "} of every event, expected [" + word + "]");
  }
  if (!one_of && in_path == no_identifier && !out.target.empty())
    (lead ? *lead : root).fail("nothing says which lead is meant, expected `lead: { one_of: […], to: {…} }` or {id} in `call.path`");
}

}  // namespace leadrelay::providers::compiling
