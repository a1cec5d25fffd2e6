#include <gmock/gmock.h>

#include <utility>

#include "unit/providers/plain_definition.hpp"

namespace leadrelay::providers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> issues_of(const std::string& text) {
  yaml::issues issues;
  const auto made = compile(text, "x.yaml", issues);
  EXPECT_EQ(made != nullptr, issues.good());
  std::vector<std::string> out;
  for (const yaml::issue& one : issues.all()) out.push_back(one.text());
  return out;
}

struct bad_line {
  std::string_view start;  ///< of the line that is replaced; empty: added at the end
  std::string_view line;
  std::vector<std::string> issues;
};

void expect_issues(const std::vector<bad_line>& cases) {
  for (const bad_line& one : cases) {
    SCOPED_TRACE(one.line);
    EXPECT_EQ(issues_of(with(one.start, one.line)), one.issues);
  }
}

TEST(compile_faults, text_that_is_no_single_yaml_document_is_refused) {
  EXPECT_THAT(issues_of(""), ElementsAre("x.yaml:1:1: the file is empty"));
  EXPECT_THAT(issues_of("[a, b]"), ElementsAre("x.yaml:1:1: is a list, expected a map"));
  EXPECT_THAT(issues_of("name: acme\n---\nname: other\n"), ElementsAre("x.yaml:2:1: a second document starts here, expected one"));
  EXPECT_THAT(issues_of("name: {acme"), ElementsAre(testing::StartsWith("x.yaml:1:1: not YAML: ")));
}

TEST(compile_faults, nesting_beyond_what_is_read_is_told_with_its_place) {
  const std::string lists = [] {
    std::string out;
    for (int level = 0; level < 600; ++level) out += "- ";
    return out + "x\n";
  }();
  const auto told =
      testing::AllOf(testing::StartsWith("x.yaml:3:"), testing::EndsWith(": nested too deep, expected fewer than 500 levels"));
  EXPECT_THAT(issues_of("name: x\nfields:\n  " + lists), ElementsAre(told));
  EXPECT_THAT(issues_of("name: x\nfields:\n  " + std::string(600, '[') + std::string(600, ']')), ElementsAre(told));
  EXPECT_THAT(issues_of(std::string(400, '[') + std::string(400, ']')), ElementsAre("x.yaml:1:1: is a list, expected a map"));
}

TEST(compile_faults, issues_that_stood_before_do_not_fail_a_good_text) {
  yaml::issues issues;
  EXPECT_EQ(compile("name: acme", "bad.yaml", issues), nullptr);
  EXPECT_FALSE(issues.good());
  EXPECT_NE(compile(std::string(plain), "good.yaml", issues), nullptr);
}

TEST(compile_faults, many_faults_are_all_named_at_once) {
  EXPECT_THAT(issues_of("name: A\nbase_url: b\ncall: { method: get, path: x }\nauth: {}\nlimits: 1\nfields: []\n"),
              ElementsAre(testing::StartsWith("x.yaml:1:7: name: "), testing::StartsWith("x.yaml:2:11: base_url: "),
                          testing::StartsWith("x.yaml:3:17: call.method: "), testing::StartsWith("x.yaml:3:28: call.path: "),
                          testing::StartsWith("x.yaml:4:7: auth: "), testing::StartsWith("x.yaml:6:9: fields: "),
                          testing::StartsWith("x.yaml:5:9: limits: ")));
}

/// A bad text is refused with at least one issue, whatever is wrong with it.
TEST(compile_faults, broken_texts_never_do_harm) {
  std::string text = std::string(plain) + R"(native: { /a/0: { type: list } }
open: [/a]
answers: { code: /c, rules: [ { status: 200-299, code: x, where: { /d: 1 }, verdict: wait } ] }
limits: [ { requests: 1, per: 1s } ]
limit_headers: { combined: a }
)";
  for (std::size_t length = 0; length < text.size(); ++length) issues_of(text.substr(0, length));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : {'\0', '\xff', '{', ']', '"', '&', '*', ' ', '\n'}) {
      const char before = std::exchange(text[at], other);
      issues_of(text);
      text[at] = before;
    }
  }
}

TEST(compile_faults, path_without_identifier_and_no_lead_is_refused) {
  const std::string text = R"(name: acme
base_url: https://api.acme.example
call: { method: PATCH, path: /leads }
auth: { bearer: true }
fields: { note: { to: /note } }
)";
  EXPECT_THAT(issues_of(text), ElementsAre("x.yaml:1:1: nothing says which lead is meant, expected `lead: { one_of: […], to: {…} }` or "
                                           "{id} in `call.path`"));
  EXPECT_THAT(issues_of(text + "lead: { to: { id: /id } }\n"),
              ElementsAre("x.yaml:6:7: lead: nothing says which lead is meant, expected `lead: { one_of: […], to: {…} }` or "
                          "{id} in `call.path`"));
  EXPECT_THAT(issues_of(text + "lead: { one_of: [email, id], to: { id: /id, email: /email } }\n"), IsEmpty());
}

TEST(compile_faults, unknown_and_missing_keys_are_named) {
  expect_issues({
      {"name:", "nam: acme", {"x.yaml:1:1: nam: unknown key, did you mean `name`?", "x.yaml:1:1: `name` is missing"}},
      {"",
       "colour: red",
       {"x.yaml:9:1: colour: unknown key, expected name, title, source, base_url, call, auth, headers, writes, "
        "repeatable, clear, lead, fields, native, open, answers, limits or limit_headers"}},
      {"", "name: again", {"x.yaml:9:1: name: stands twice, keep one"}},
      {"base_url:", "", {"x.yaml:1:1: `base_url` is missing"}},
      {"call:", "", {"x.yaml:1:1: `call` is missing"}},
      {"auth:", "", {"x.yaml:1:1: `auth` is missing"}},
      {"name:", "name: Acme Inc", {"x.yaml:1:7: name: expected 1 to 64 small letters, digits, `_` and `-`"}},
      {"name:", "name: ''", {"x.yaml:1:7: name: expected 1 to 64 small letters, digits, `_` and `-`"}},
      {"name:", "name: [acme]", {"x.yaml:1:7: name: is a list, expected a text"}},
      {"", "title: ''", {"x.yaml:9:8: title: is empty, expected a text"}},
  });
}

TEST(compile_faults, base_url_that_is_none_is_refused) {
  expect_issues({
      {"base_url:",
       "base_url: api.acme.example",
       {"x.yaml:2:11: base_url: the base URL has no scheme, expected a URL such as https://api.example.com"}},
      {"base_url:",
       "base_url: ftp://api.acme.example",
       {"x.yaml:2:11: base_url: the base URL has the scheme `ftp`, expected http or https"}},
      {"base_url:",
       "base_url: https://user:secret@api.acme.example",
       {"x.yaml:2:11: base_url: the base URL has user info before its host, expected none; a credential has a key of its own"}},
      {"base_url:", "base_url: https://api.acme.example/?a=b", {"x.yaml:2:11: base_url: the base URL has a query, expected none"}},
      {"base_url:",
       "base_url: https://api.acme.example:99999",
       {"x.yaml:2:11: base_url: the base URL has a port that is no number from 1 to 65535"}},
  });
}

TEST(compile_faults, call_that_is_none_is_refused) {
  expect_issues({
      {"call:", "call: PATCH", {"x.yaml:3:7: call: is a single value, expected a map"}},
      {"call:", "call: { method: PATCH }", {"x.yaml:3:7: call: `path` is missing"}},
      {"call:",
       "call: { verb: PATCH, path: \"/leads/{id}\" }",
       {"x.yaml:3:9: call.verb: unknown key, expected method or path", "x.yaml:3:7: call: `method` is missing"}},
      {"call:",
       "call: { method: \"PA TCH\", path: \"/leads/{id}\" }",
       {"x.yaml:3:17: call.method: is no method, expected such as PATCH, PUT or POST"}},
      {"call:",
       "call: { method: patch, path: \"/leads/{id}\" }",
       {"x.yaml:3:17: call.method: methods are written in capitals, expected such as PATCH, PUT or POST"}},
      {"call:",
       "call: { method: GET, path: \"/leads/{id}\" }",
       {"x.yaml:3:17: call.method: writes nothing, expected such as PATCH, PUT or POST"}},
      {"call:",
       "call: { method: PATCH, path: \"leads/{id}\" }",
       {"x.yaml:3:30: call.path: expected `/` at its start, such as /v1/leads/{id}"}},
      {"call:",
       "call: { method: PATCH, path: \"/leads/{lead_id}\" }",
       {"x.yaml:3:30: call.path: `{lead_id}` is no identifier of a lead, expected {id}, {email} or {phone}"}},
      {"call:", "call: { method: PATCH, path: \"/leads/{id\" }", {"x.yaml:3:30: call.path: has a `{` without its `}`"}},
      {"call:",
       "call: { method: PATCH, path: \"/leads/{id}#top\" }",
       {"x.yaml:3:30: call.path: `#top` has characters that a URL cannot hold as they are, percent-encode them"}},
      {"call:",
       "call: { method: PATCH, path: \"/my leads/{id}\" }",
       {"x.yaml:3:30: call.path: `/my leads/` has characters that a URL cannot hold as they are, percent-encode them"}},
      {"call:",
       "call: { method: PATCH, path: \"/a%2/{id}\" }",
       {"x.yaml:3:30: call.path: `/a%2/` has characters that a URL cannot hold as they are, percent-encode them"}},
      {"call:",
       "call: { method: PATCH, path: \"/crm/../leads/{id}\" }",
       {"x.yaml:3:30: call.path: has a segment of dots, which servers resolve, expected the path as it is meant"}},
      {"call:",
       "call: { method: PATCH, path: \"/leads/{id}/%2E?at=/../\" }",
       {"x.yaml:3:30: call.path: has a segment of dots, which servers resolve, expected the path as it is meant"}},
      {"call:",
       "call: { method: PATCH, path: \"/leads/.{id}\" }",
       {"x.yaml:3:30: call.path: has a segment of dots, which servers resolve, expected the path as it is meant"}},
      {"call:",
       "call: { method: PATCH, path: \"/leads/{id}/{email}\" }",
       {"x.yaml:3:30: call.path: names 2 identifiers, expected at most one, which every event must then give"}},
  });
}

TEST(compile_faults, auth_that_cannot_stand_in_a_header_is_refused) {
  expect_issues({
      {"auth:", "auth: bearer", {"x.yaml:4:7: auth: is a single value, expected a map"}},
      {"auth:", "auth: {}", {"x.yaml:4:7: auth: expected one of `header`, `bearer: true` and `basic: true`"}},
      {"auth:", "auth: { bearer: true, basic: true }", {"x.yaml:4:7: auth: expected one of `header`, `bearer: true` and `basic: true`"}},
      {"auth:", "auth: { bearer: false }", {"x.yaml:4:17: auth.bearer: expected true, or the key left out"}},
      {"auth:",
       "auth: { header: \"x api key\" }",
       {"x.yaml:4:17: auth.header: is no name of a header (RFC 9110 section 5.1), expected such as x-api-key"}},
      {"auth:",
       "auth: { header: x-api-key, value: \"Token {token}\" }",
       {"x.yaml:4:35: auth.value: expected {credential} in it once, such as `Token {credential}`"}},
      {"auth:",
       "auth: { header: x-api-key, value: \" {credential}\" }",
       {"x.yaml:4:35: auth.value: cannot stand in a header (RFC 9110 section 5.5), expected visible ASCII without spaces around it"}},
      {"auth:",
       "auth: { header: x-api-key, value: \"{credential}\\n\" }",
       {"x.yaml:4:35: auth.value: cannot stand in a header (RFC 9110 section 5.5), expected visible ASCII without spaces around it"}},
      {"auth:", "auth: { bearer: true, value: \"{credential}\" }", {"x.yaml:4:30: auth.value: goes with `header` alone"}},
  });
}

TEST(compile_faults, headers_that_cannot_be_sent_are_refused) {
  expect_issues({
      {"", "headers: { \"X Version\": a }", {"x.yaml:9:12: headers.X Version: is no name of a header (RFC 9110 section 5.1)"}},
      {"",
       "headers: { Version: \"2021\\r\\nHost: b\" }",
       {"x.yaml:9:21: headers.Version: cannot stand in a header (RFC 9110 section 5.5), expected visible ASCII without "
        "spaces around it"}},
      {"",
       "headers: { Version: \"\" }",
       {"x.yaml:9:21: headers.Version: cannot stand in a header (RFC 9110 section 5.5), expected visible ASCII without "
        "spaces around it"}},
      {"", "headers: { Host: evil.example }", {"x.yaml:9:12: headers.Host: belongs to the connection, leave it out"}},
      {"", "headers: { content-length: 3 }", {"x.yaml:9:12: headers.content-length: belongs to the connection, leave it out"}},
      {"", "headers: { X-Api-Key: abc }", {"x.yaml:9:12: headers.X-Api-Key: carries the credential, `auth` alone says it"}},
      {"",
       "headers: { Version: a, version: b }",
       {"x.yaml:9:24: headers.version: stands twice, names of headers are compared without case"}},
      {"", "headers: { Content-Type: text/plain }", {"x.yaml:9:26: headers.Content-Type: the body is JSON, expected a JSON type"}},
      {"", "headers: []", {"x.yaml:9:10: headers: is a list, expected a map"}},
  });
}

TEST(compile_faults, lead_that_cannot_be_identified_is_refused) {
  expect_issues({
      {"lead:", "lead: id", {"x.yaml:5:7: lead: is a single value, expected a map"}},
      {"lead:", "lead: { one_of: id }", {"x.yaml:5:17: lead.one_of: is a single value, expected a list"}},
      {"lead:", "lead: { one_of: [] }", {"x.yaml:5:17: lead.one_of: is empty, expected some of id, email and phone"}},
      {"lead:", "lead: { one_of: [uid] }", {"x.yaml:5:18: lead.one_of[0]: expected id, email or phone, did you mean `id`?"}},
      {"lead:", "lead: { one_of: [id, id] }", {"x.yaml:5:22: lead.one_of[1]: stands twice"}},
      {"lead:",
       "lead: { one_of: [id, email] }",
       {"x.yaml:5:22: lead.one_of[1]: `email` has no place in the request, expected it in `call.path` or in `lead.to`"}},
      {"lead:",
       "lead: { one_of: [id, email], to: { email: /mail } }",
       {"x.yaml:5:17: lead.one_of: `call.path` needs {id} of every event, expected [id]"}},
      {"lead:",
       "lead: { one_of: [email], to: { email: /mail } }",
       {"x.yaml:5:17: lead.one_of: `call.path` needs {id} of every event, expected [id]"}},
      {"lead:", "lead: { to: { name: /name } }", {"x.yaml:5:15: lead.to.name: unknown key, expected id, email or phone"}},
      {"lead:",
       "lead: { to: { id: id } }",
       {"x.yaml:5:19: lead.to.id: `id` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"lead:",
       "lead: { format: { email: email } }",
       {"x.yaml:5:19: lead.format.email: has no place in the request, expected it in `call.path` or in `lead.to`"}},
      {"lead:", "lead: { format: { id: date } }", {"x.yaml:5:23: lead.format.id: expected email or uuid"}},
      {"call:",
       "call: { method: PATCH, path: /leads }",
       {"x.yaml:5:18: lead.one_of[0]: `id` has no place in the request, expected it in `call.path` or in `lead.to`"}},
  });
}

TEST(compile_faults, meaning_that_is_none_is_refused) {
  expect_issues({
      {"", "writes: merge", {"x.yaml:9:9: writes: expected patch or replace"}},
      {"", "repeatable: yes", {"x.yaml:9:13: repeatable: expected true or false"}},
      {"", "clear: nothing", {"x.yaml:9:8: clear: expected null, omit, empty or refuse"}},
      {"", "clear: omit", {"x.yaml:9:8: clear: `omit` clears a field only with `writes: replace`, expected null, empty or refuse"}},
  });
}

TEST(compile_faults, field_keys_that_are_wrong_are_named) {
  expect_issues({
      {"  note:",
       "  Note: { to: /note }",
       {"x.yaml:8:3: fields.Note: expected small letters, digits and `_`, with dots between, such as phone.number"}},
      {"  note:",
       "  note..text: { to: /note }",
       {"x.yaml:8:3: fields.note..text: expected small letters, digits and `_`, with dots between, such as phone.number"}},
      {"  note:", "  note: /note", {"x.yaml:8:9: fields.note: is a single value, expected a map"}},
      {"  note:", "  note: {}", {"x.yaml:8:9: fields.note: `to` is missing"}},
      {"  note:", "  status: { to: /note }", {"x.yaml:8:3: fields.status: stands twice, keep one"}},
      {"  note:", "  note: { to: /note, apend: true }", {"x.yaml:8:22: fields.note.apend: unknown key, did you mean `append`?"}},
      {"  note:", "  note: { to: /note, append: 1 }", {"x.yaml:8:30: fields.note.append: expected true or false"}},
      {"  note:", "  note: { to: /note, sensitive: maybe }", {"x.yaml:8:33: fields.note.sensitive: expected true or false"}},
      {"  note:", "  note: { to: /note, required: true }", {"x.yaml:8:32: fields.note.required: expected no, if_known or always"}},
      {"  note:",
       "  note: { to: /note, required: always, append: true }",
       {"x.yaml:8:32: fields.note.required: a field that appends cannot be required, it would be appended each time"}},
      {"  note:",
       "  note: { to: /note, clear: omit }",
       {"x.yaml:8:29: fields.note.clear: `omit` clears a field only with `writes: replace`, expected null, empty or refuse"}},
      {"  note:",
       "  note: { to: /note, required: always, clear: empty }",
       {"x.yaml:8:47: fields.note.clear: a field that appends or is always required cannot be cleared"}},
  });
}

TEST(compile_faults, pointers_that_are_none_are_refused) {
  expect_issues({
      {"  note:",
       "  note: { to: note }",
       {"x.yaml:8:15: fields.note.to: `note` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"  note:",
       "  note: { to: \"\" }",
       {"x.yaml:8:15: fields.note.to: names the whole document, expected a JSON pointer such as `/phone/number`"}},
      {"  note:", "  note: { to: / }", {"x.yaml:8:15: fields.note.to: `/` is no JSON pointer: expected a name after each `/`"}},
      {"  note:", "  note: { to: /a//b }", {"x.yaml:8:15: fields.note.to: `/a//b` is no JSON pointer: expected a name after each `/`"}},
      {"  note:",
       "  note: { to: /a~2 }",
       {"x.yaml:8:15: fields.note.to: `/a~2` is no JSON pointer: expected `0` or `1` after `~`, where `~0` is `~` and `~1` is `/`"}},
      {"  note:",
       "  note: { to: /a~ }",
       {"x.yaml:8:15: fields.note.to: `/a~` is no JSON pointer: expected `0` or `1` after `~`, where `~0` is `~` and `~1` is `/`"}},
      {"  note:", "  note: { to: [/a] }", {"x.yaml:8:15: fields.note.to: is a list, expected a text"}},
  });
}

TEST(compile_faults, pointers_that_collide_are_refused) {
  expect_issues({
      {"  note:",
       "  note: { to: /status/text }",
       {"x.yaml:8:15: fields.note.to: `/status/text` lies inside `status`, which holds a value of its own"}},
      {"  note:",
       "  note: { to: /a/b }\n  other: { to: /a }",
       {"x.yaml:9:16: fields.other.to: `/a` is an object or a list, other places lie inside it"}},
      {"  note:",
       "  note: { to: /0/a }",
       {"x.yaml:8:15: fields.note.to: `/0/a` makes the body a list, expected a name after the first `/`"}},
      {"  note:",
       "  note: { to: /a/0 }\n  other: { to: /a/b }",
       {"x.yaml:9:16: fields.other.to: `/a/b` makes one place both a list and an object: `b` stands beside `0`"}},
      {"  note:",
       "  note: { to: /a/1 }",
       {"x.yaml:8:15: fields.note.to: `/a/1` leaves out items of the list before it, expected numbers that follow each other from 0"}},
      {"  note:",
       "  note: { to: /a/0/x }\n  other: { to: /a/2/x }",
       {"x.yaml:9:16: fields.other.to: `/a/2/x` leaves out items of the list before it, expected numbers that follow "
        "each other from 0"}},
      {"  note:",
       "  note: { to: /note, append: true }\n  other: { to: /note }",
       {"x.yaml:9:16: fields.other.to: shares `/note` with `note`, and only one of them appends"}},
      {"lead:", "lead: { one_of: [id], to: { id: /x, email: /x } }", {"x.yaml:5:44: lead.to.email: `/x` holds another identifier already"}},
  });
}

TEST(compile_faults, types_that_do_not_fit_are_refused) {
  expect_issues({
      {"  note:",
       "  note: { to: /note, type: strin }",
       {"x.yaml:8:28: fields.note.type: expected string, number, integer, boolean, object, list or numeric_string, did "
        "you mean `string`?"}},
      {"  note:", "  note: { to: /note, type: [] }", {"x.yaml:8:28: fields.note.type: is empty, expected a type such as string"}},
      {"  note:",
       "  note: { to: /note, type: [string, string] }",
       {"x.yaml:8:37: fields.note.type[1]: says the same as a type before it, keep one"}},
      {"  note:",
       "  note: { to: /note, type: [number, integer] }",
       {"x.yaml:8:37: fields.note.type[1]: says the same as a type before it, keep one"}},
      {"  note:",
       "  note: { to: /note, format: uid }",
       {"x.yaml:8:30: fields.note.format: expected email, uuid, date or date_time, did you mean `uuid`?"}},
      {"  note:", "  note: { to: /note, type: number, format: uuid }", {"x.yaml:8:44: fields.note.format: goes with type string alone"}},
      {"  note:",
       "  note: { to: /note, type: number, characters: 1..50 }",
       {"x.yaml:8:48: fields.note.characters: goes with type string alone"}},
      {"  note:", "  note: { to: /note, type: number, enum: [a] }", {"x.yaml:8:42: fields.note.enum: goes with type string alone"}},
      {"  note:", "  note: { to: /note, range: 0..1 }", {"x.yaml:8:29: fields.note.range: goes with type number alone"}},
      {"  note:", "  note: { to: /note, enum: won }", {"x.yaml:8:28: fields.note.enum: is a single value, expected a list"}},
      {"  note:",
       "  note: { to: /note, enum: [] }",
       {"x.yaml:8:28: fields.note.enum: is empty, expected the texts that the provider takes"}},
      {"  note:", "  note: { to: /note, enum: [won, won] }", {"x.yaml:8:34: fields.note.enum[1]: stands twice"}},
      {"  note:", "  note: { to: /note, items: string }", {"x.yaml:8:29: fields.note.items: goes with type list alone"}},
      {"  note:", "  note: { to: /note, values: string }", {"x.yaml:8:30: fields.note.values: goes with type object alone"}},
      {"  note:",
       "  note: { to: /note, type: list, items: pairs }",
       {"x.yaml:8:41: fields.note.items: expected any, string or pair_of_strings"}},
      {"  note:",
       "  note: { to: /note, type: object, values: pair_of_strings }",
       {"x.yaml:8:44: fields.note.values: expected any or string"}},
      {"  note:",
       "  note: { to: /note, type: [list, object], items: string, values: string }",
       {"x.yaml:8:67: fields.note.values: stands beside `items`, one of them is meant"}},
      {"  note:",
       "  note: { to: /note, json_bytes: many }",
       {"x.yaml:8:34: fields.note.json_bytes: expected a size from 1B to 1MiB, such as 512KiB, 16MiB or 1GiB"}},
  });
}

TEST(compile_faults, ranges_that_are_malformed_are_refused) {
  expect_issues({
      {"  note:",
       "  note: { to: /note, characters: 50 }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, characters: .. }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, characters: 1-50 }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, characters: 1...50 }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, characters: 50..1 }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, characters: -1..5 }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, characters: 1..99999999999999999999 }",
       {"x.yaml:8:34: fields.note.characters: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, type: number, range: a..b }",
       {"x.yaml:8:43: fields.note.range: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, type: number, range: 2..1.5 }",
       {"x.yaml:8:43: fields.note.range: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, type: number, range: nan.. }",
       {"x.yaml:8:43: fields.note.range: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
      {"  note:",
       "  note: { to: /note, type: number, range: ..inf }",
       {"x.yaml:8:43: fields.note.range: expected a least and a most with `..` between them, such as 1..50, ..255 or 3.."}},
  });
}

TEST(compile_faults, only_with_of_no_field_is_refused) {
  expect_issues({
      {"  note:",
       "  note: { to: /note, only_with: { statsu: lost } }",
       {"x.yaml:8:35: fields.note.only_with.statsu: is no other field, did you mean `status`?"}},
      {"  note:",
       "  note: { to: /note, only_with: { note: lost } }",
       {"x.yaml:8:35: fields.note.only_with.note: is no other field, expected one of `fields`"}},
      {"  note:",
       "  note: { to: /note, only_with: { status: gone } }",
       {"x.yaml:8:43: fields.note.only_with.status: is not in the `enum` of `status`"}},
      {"  note:", "  note: { to: /note, only_with: status }", {"x.yaml:8:33: fields.note.only_with: is a single value, expected a map"}},
      {"  note:",
       "  note: { to: /note, only_with: {} }",
       {"x.yaml:8:33: fields.note.only_with: expected one field and its value, such as { status: lost }"}},
      {"  note:",
       "  note: { to: /note, only_with: { value: a } }\n  value: { to: /value, type: number }",
       {"x.yaml:8:35: fields.note.only_with.value: takes no text, so that it cannot be compared with one"}},
  });
}

TEST(compile_faults, join_and_convert_that_do_not_fit_are_refused) {
  expect_issues({
      {"  note:", "  note: { to: /note, separator: x }", {"x.yaml:8:33: fields.note.separator: goes with `join` alone"}},
      {"  note:",
       "  note: { to: /note, join: [] }",
       {"x.yaml:8:28: fields.note.join: is empty, expected the members of the object in the order they are joined"}},
      {"  note:", "  note: { to: /note, join: a }", {"x.yaml:8:28: fields.note.join: is a single value, expected a list"}},
      {"  note:", "  note: { to: /note, type: object, join: [a] }", {"x.yaml:8:42: fields.note.join: goes with type string alone"}},
      {"  note:",
       "  note: { to: /note, type: boolean, convert: true }",
       {"x.yaml:8:46: fields.note.convert: goes with type string or number alone"}},
      {"  note:",
       "  note: { to: /note, join: [a] }\n  note.text: { to: /text }",
       {"x.yaml:8:9: fields.note: takes an object whole, so that `note.text` cannot be a field of its own"}},
      {"  note:",
       "  note: { to: /note, type: object }\n  note.text: { to: /text }",
       {"x.yaml:8:9: fields.note: takes an object whole, so that `note.text` cannot be a field of its own"}},
  });
}

TEST(compile_faults, fields_that_are_none_are_refused) {
  expect_issues({
      {"fields:",
       "fields: {}\nx:",
       {"x.yaml:7:1: x: unknown key, expected name, title, source, base_url, call, auth, headers, writes, repeatable, "
        "clear, lead, fields, native, open, answers, limits or limit_headers",
        "x.yaml:6:9: fields: is empty, expected the fields that the provider takes"}},
      {"fields:",
       "fields: [a]\nx:",
       {"x.yaml:7:1: x: unknown key, expected name, title, source, base_url, call, auth, headers, writes, repeatable, "
        "clear, lead, fields, native, open, answers, limits or limit_headers",
        "x.yaml:6:9: fields: is a list, expected a map"}},
  });
}

TEST(compile_faults, native_that_is_wrong_is_refused) {
  expect_issues({
      {"", "native: [/a]", {"x.yaml:9:9: native: is a list, expected a map"}},
      {"", "native: { a: {} }", {"x.yaml:9:11: native.a: `a` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"", "native: { /a: string }", {"x.yaml:9:15: native./a: is a single value, expected a map"}},
      {"",
       "native: { /a: { to: /a } }",
       {"x.yaml:9:17: native./a.to: unknown key, expected type, characters, range, json_bytes, enum, format, values, "
        "items, required, append or sensitive"}},
      {"",
       "native: { /note: {} }",
       {"x.yaml:9:11: native./note: is the place of `note`, which an event's `native` can say anyway, leave it out"}},
      {"",
       "native: { /note/text: {} }",
       {"x.yaml:9:11: native./note/text: `/note/text` lies inside `note`, which holds a value of its own"}},
      {"", "native: { /a: {}, /a: {} }", {"x.yaml:9:19: native./a: stands twice, keep one"}},
  });
}

TEST(compile_faults, open_that_is_no_object_is_refused) {
  expect_issues({
      {"", "open: /note", {"x.yaml:9:7: open: is a single value, expected a list"}},
      {"", "open: [/note]", {"x.yaml:9:8: open[0]: is no object that fields lie in; a free object is a field of type object"}},
      {"", "open: [/other]", {"x.yaml:9:8: open[0]: is no object that fields lie in; a free object is a field of type object"}},
      {"", "open: [note]", {"x.yaml:9:8: open[0]: `note` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"  note:", "  note: { to: /a/b }\nopen: [/a, /a]", {"x.yaml:9:12: open[1]: stands twice"}},
      {"  note:",
       "  note: { to: /a/0 }\nopen: [/a]",
       {"x.yaml:9:8: open[0]: is no object that fields lie in; a free object is a field of type object"}},
  });
}

TEST(compile_faults, answers_that_are_wrong_are_refused) {
  expect_issues({
      {"", "answers: []", {"x.yaml:9:10: answers: is a list, expected a map"}},
      {"", "answers: { codes: /a }", {"x.yaml:9:12: answers.codes: unknown key, did you mean `code`?"}},
      {"",
       "answers: { code: a }",
       {"x.yaml:9:18: answers.code: `a` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"", "answers: { message: [] }", {"x.yaml:9:21: answers.message: is empty, expected JSON pointers"}},
      {"",
       "answers: { message: [/a, b] }",
       {"x.yaml:9:26: answers.message[1]: `b` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"",
       "answers: { leads_updated: \"\" }",
       {"x.yaml:9:27: answers.leads_updated: names the whole document, expected a JSON pointer such as `/phone/number`"}},
      {"", "answers: { rules: {} }", {"x.yaml:9:19: answers.rules: is a map, expected a list"}},
      {"", "answers: { rules: [409] }", {"x.yaml:9:20: answers.rules[0]: is a single value, expected a map"}},
      {"",
       "answers: { rules: [ { verdict: retry } ] }",
       {"x.yaml:9:21: answers.rules[0]: has no condition, expected `status`, `code` or `where`"}},
      {"", "answers: { rules: [ { status: 409 } ] }", {"x.yaml:9:21: answers.rules[0]: `verdict` is missing"}},
      {"",
       "answers: { rules: [ { status: 409, verdict: rejcted } ] }",
       {"x.yaml:9:45: answers.rules[0].verdict: expected delivered, retry, wait, rejected, not_found, conflict or "
        "credential_refused, did you mean `rejected`?"}},
      {"",
       "answers: { rules: [ { status: 409, verdict: outcome_unknown } ] }",
       {"x.yaml:9:45: answers.rules[0].verdict: expected delivered, retry, wait, rejected, not_found, conflict or credential_refused"}},
      {"",
       "answers: { rules: [ { state: 409, status: 409, verdict: retry } ] }",
       {"x.yaml:9:23: answers.rules[0].state: unknown key, expected status, code, where or verdict"}},
      {"",
       "answers: { rules: [ { status: 409, code: A, verdict: retry } ] }",
       {"x.yaml:9:42: answers.rules[0].code: nothing says where the code stands, expected `answers.code` with a JSON pointer"}},
      {"",
       "answers: { rules: [ { status: 409, where: { a: 1 }, verdict: retry } ] }",
       {"x.yaml:9:45: answers.rules[0].where.a: `a` is no JSON pointer: expected `/` at its start, such as `/phone/number`"}},
      {"",
       "answers: { rules: [ { status: 409, where: {}, verdict: retry } ] }",
       {"x.yaml:9:43: answers.rules[0].where: is empty, expected a JSON pointer and the value there, such as { /success: false }"}},
      {"",
       "answers: { rules: [ { status: 409, where: { /a: [1] }, verdict: retry } ] }",
       {"x.yaml:9:49: answers.rules[0].where./a: is a list, expected a text"}},
  });
}

TEST(compile_faults, statuses_that_are_malformed_are_refused) {
  expect_issues({
      {"",
       "answers: { rules: [ { status: 99, verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: expected a status or a range of them from 100 to 599, such as 409 or 200-299"}},
      {"",
       "answers: { rules: [ { status: 600, verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: expected a status or a range of them from 100 to 599, such as 409 or 200-299"}},
      {"",
       "answers: { rules: [ { status: 4xx, verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: expected a status or a range of them from 100 to 599, such as 409 or 200-299"}},
      {"",
       "answers: { rules: [ { status: 299-200, verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: expected a status or a range of them from 100 to 599, such as 409 or 200-299"}},
      {"",
       "answers: { rules: [ { status: 200-, verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: expected a status or a range of them from 100 to 599, such as 409 or 200-299"}},
      {"",
       "answers: { rules: [ { status: -200, verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: expected a status or a range of them from 100 to 599, such as 409 or 200-299"}},
      {"",
       "answers: { rules: [ { status: [200], verdict: retry } ] }",
       {"x.yaml:9:31: answers.rules[0].status: is a list, expected a text"}},
  });
}

TEST(compile_faults, limits_out_of_range_are_refused) {
  expect_issues({
      {"", "limits: 100", {"x.yaml:9:9: limits: is a single value, expected a list"}},
      {"", "limits: [100]", {"x.yaml:9:10: limits[0]: is a single value, expected a map"}},
      {"", "limits: [ { requests: 0, per: 1m } ]", {"x.yaml:9:23: limits[0].requests: expected a whole number from 1 to 1000000"}},
      {"", "limits: [ { requests: 1000001, per: 1m } ]", {"x.yaml:9:23: limits[0].requests: expected a whole number from 1 to 1000000"}},
      {"", "limits: [ { requests: 1.5, per: 1m } ]", {"x.yaml:9:23: limits[0].requests: expected a whole number from 1 to 1000000"}},
      {"",
       "limits: [ { requests: 1, per: 0ms } ]",
       {"x.yaml:9:31: limits[0].per: expected a time from 1ms to 31d, such as 500ms, 5s, 15m or 1h"}},
      {"",
       "limits: [ { requests: 1, per: 32d } ]",
       {"x.yaml:9:31: limits[0].per: expected a time from 1ms to 31d, such as 500ms, 5s, 15m or 1h"}},
      {"",
       "limits: [ { requests: 1, per: 60 } ]",
       {"x.yaml:9:31: limits[0].per: expected a time from 1ms to 31d, such as 500ms, 5s, 15m or 1h"}},
      {"", "limits: [ { requests: 1 } ]", {"x.yaml:9:11: limits[0]: `per` is missing"}},
      {"", "limits: [ { per: 1m, burst: 3, requests: 1 } ]", {"x.yaml:9:22: limits[0].burst: unknown key, expected requests or per"}},
  });
}

TEST(compile_faults, limit_headers_that_are_wrong_are_refused) {
  expect_issues({
      {"", "limit_headers: X-Limit", {"x.yaml:9:16: limit_headers: is a single value, expected a map"}},
      {"", "limit_headers: {}", {"x.yaml:9:16: limit_headers: names no header, expected `remaining` and `reset`, or `combined`"}},
      {"",
       "limit_headers: { remaining: \"X Remaining\", reset: X-Reset }",
       {"x.yaml:9:29: limit_headers.remaining: is no name of a header (RFC 9110 section 5.1), expected such as X-RateLimit-Remaining"}},
      {"",
       "limit_headers: { combined: RateLimit, reset_as: unix }",
       {"x.yaml:9:49: limit_headers.reset_as: expected seconds, unix_seconds or unix_milliseconds",
        "x.yaml:9:49: limit_headers.reset_as: goes with `reset`"}},
      {"", "limit_headers: { remaining: X-Remaining }", {"x.yaml:9:16: limit_headers: `remaining` and `reset` go together"}},
      {"", "limit_headers: { combined: RateLimit, reset: X-Reset }", {"x.yaml:9:16: limit_headers: `remaining` and `reset` go together"}},
      {"",
       "limit_headers: { rest: X-Remaining }",
       {"x.yaml:9:18: limit_headers.rest: unknown key, did you mean `reset`?",
        "x.yaml:9:16: limit_headers: names no header, expected `remaining` and `reset`, or `combined`"}},
  });
}

}  // namespace
}  // namespace leadrelay::providers
