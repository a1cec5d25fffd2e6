#include <algorithm>

#include "base/origin.hpp"
#include "base/text.hpp"
#include "providers/compile_parts.hpp"
#include "providers/place.hpp"

namespace leadrelay::providers {
namespace compiling {

std::optional<std::string> read_filled_text(const yaml::reader& at) {
  auto text = at.text();
  if (text && text->empty()) {
    at.fail("is empty, expected a text");
    return std::nullopt;
  }
  return text;
}

std::optional<json_place> read_place(const yaml::reader& at, std::string_view pointer) {
  auto place = parse_place(pointer);
  if (!place) {
    at.fail(place.error().detail);
    return std::nullopt;
  }
  if (place->names.empty()) {
    at.fail("names the whole document, expected a JSON pointer such as `/phone/number`");
    return std::nullopt;
  }
  return std::move(*place);
}

std::optional<json_place> read_place(const yaml::reader& at) {
  const auto text = at.text();
  return text ? read_place(at, *text) : std::nullopt;
}

std::optional<clear_as> read_clear(const yaml::reader& at, bool replaces) {
  if (at.is_null()) return clear_as::null;  // YAML reads a bare null as no value
  const auto word = at.one_of({"null", "omit", "empty", "refuse"});
  if (!word) return std::nullopt;
  const auto clear = static_cast<clear_as>(*word);
  if (clear == clear_as::omit && !replaces) {
    at.fail("`omit` clears a field only with `writes: replace`, expected null, empty or refuse");
    return std::nullopt;
  }
  return clear;
}

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
  });
}

namespace {

void read_name(const yaml::reader& root, definition::parts& out) {
  const auto at = root.require("name");
  const auto name = at ? at->text() : std::nullopt;
  if (!name) return;
  const bool good = !name->empty() && name->size() <= 64 && std::all_of(name->begin(), name->end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!good) at->fail("expected 1 to 64 small letters, digits, `_` and `-`");
  out.name = *name;
}

void read_heading(const yaml::reader& root, definition::parts& out) {
  read_name(root, out);
  out.title = out.name;
  if (const auto at = root.get("title")) out.title = read_filled_text(*at).value_or("");
  if (const auto at = root.get("source")) out.source = read_filled_text(*at).value_or("");
  const auto base_url = root.require("base_url");
  const auto url = base_url ? base_url->text() : std::nullopt;
  if (!url) return;
  if (const auto origin = parse_origin(*url); !origin) base_url->fail(origin.error().detail);
  out.base_url = *url;
}

void read_meaning(const yaml::reader& root, definition::parts& out) {
  if (const auto at = root.get("writes")) out.replaces = at->one_of({"patch", "replace"}) == std::size_t{1};
  // Never inferred from the method (RFC 9110 section 9.2.2): a definition that does not say so gets no blind repeats.
  out.repeatable = false;
  if (const auto at = root.get("repeatable")) out.repeatable = at->boolean().value_or(false);
  if (const auto at = root.get("clear")) out.clear = read_clear(*at, out.replaces).value_or(clear_as::null);
}

std::unique_ptr<const definition::parts> read(const yaml::reader& root) {
  auto out = std::make_unique<definition::parts>();
  if (!root.is_map()) {
    root.expect_map();
    return out;
  }
  root.expect_keys({"name", "title", "source", "base_url", "call", "auth", "headers", "writes", "repeatable", "clear", "lead", "fields",
                    "native", "open", "answers", "limits", "limit_headers"});
  std::vector<body_entry> body;
  read_heading(root, *out);
  read_meaning(root, *out);
  read_call(root, *out);
  read_auth(root, *out);
  read_headers(root, *out);
  read_lead(root, *out, body);
  read_fields(root, *out, body);
  read_native(root, *out, body);
  build_body(root, *out, body);
  read_answers(root, *out);
  read_limits(root, *out);
  read_limit_headers(root, *out);
  return out;
}

void pass_on(const yaml::issues& found, yaml::issues& into) {
  for (const yaml::issue& one : found.all()) {
    YAML::Mark mark;
    mark.line = one.line - 1;
    mark.column = one.column - 1;
    if (one.warning) {
      into.warn(one.file, mark, one.what);
    } else {
      into.add(one.file, mark, one.what);
    }
  }
}

}  // namespace
}  // namespace compiling

std::shared_ptr<const definition> compile(const std::string& text, const std::string& file, yaml::issues& into) {
  yaml::issues found;  // apart from what `into` already holds, so that one bad file does not fail the next
  std::unique_ptr<const definition::parts> parts;
  if (find_invalid_utf8(text)) {
    found.add(file, YAML::Mark(), "not UTF-8, expected a YAML text");
  } else if (const auto root = yaml::parse(text, file, found)) {
    parts = compiling::read(yaml::reader(*root, "", file, found));
  }
  compiling::pass_on(found, into);
  return found.good() ? std::make_shared<const definition>(std::move(parts)) : nullptr;
}

}  // namespace leadrelay::providers
