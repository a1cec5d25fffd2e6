#include <array>
#include <cmath>

#include "providers/definition_parts.hpp"

namespace leadrelay::providers {
namespace {

constexpr std::array<std::string_view, 3> identifier_words{"id", "email", "phone"};

std::string number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
  return json::serialize(json::value(value));
}

template <class T>
std::string bounds(const std::optional<T>& least, const std::optional<T>& most) {
  const auto side = [](const std::optional<T>& one) { return one ? number(static_cast<double>(*one)) : std::string(); };
  return side(least) + ".." + side(most);
}

std::string types(const value_rule& rule) {
  constexpr std::array<std::string_view, 6> words{"string", "number", "boolean", "object", "list", "numeric string"};
  std::string out;
  for (std::size_t bit = 0; bit < words.size(); ++bit) {
    if (!(rule.kinds & (1u << bit))) continue;
    if (!out.empty()) out += " or ";
    out += rule.whole_number && (1u << bit) == takes_number ? "integer" : words[bit];
  }
  return out;
}

std::string elements(const value_rule& rule) {
  if (rule.elements == element_rule::string) return rule.kinds & takes_list ? ", items are strings" : ", values are strings";
  return rule.elements == element_rule::pair_of_strings ? ", items are pairs of strings" : "";
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string facts(const value_rule& rule) {
  constexpr std::array<std::string_view, 5> formats{"", ", an e-mail address", ", a UUID", ", a date", ", a date-time"};
  std::string out = types(rule) + std::string(formats[static_cast<std::size_t>(rule.format)]);
  if (rule.least_characters || rule.most_characters) out += ", " + bounds(rule.least_characters, rule.most_characters) + " characters";
  if (rule.least || rule.most) out += ", " + bounds(rule.least, rule.most);
  if (rule.most_json_bytes) out += ", at most " + std::to_string(*rule.most_json_bytes) + " bytes of JSON";
  if (!rule.one_of.empty()) out += ", one of " + listed(rule.one_of);
  out += elements(rule);
  return rule.converts ? out + ", converted" : out;
}

std::string_view clear_text(clear_as clear) {
  constexpr std::array<std::string_view, 4> words{"sent as null", "left out", "sent as the empty string", "refused"};
  return words[static_cast<std::size_t>(clear)];
}

std::string describe_field(const field& one, const definition::parts& of) {
  std::string out = one.canonical.empty() ? "native: " + one.pointer : "field: " + one.canonical + " -> " + one.pointer;
  out += ": " + facts(one.rule);
  if (!one.join.empty()) out += ", an object is joined by \"" + one.separator + "\" of " + listed(one.join);
  if (one.required == required::always) out += ", required always";
  if (one.required == required::if_known) out += ", sent whenever known";
  if (one.appends) out += ", appended";
  if (one.sensitive) out += ", sensitive";
  if (one.clear) out += ", cleared: " + std::string(clear_text(*one.clear));
  if (one.only_with)
    out += ", only with " + of.fields[static_cast<std::size_t>(one.only_with->field)].canonical + " " + one.only_with->value;
  return out + "\n";
}

void describe_open(const body_node& node, const std::string& pointer, std::string& out) {
  if (node.open) out += "open: " + pointer + ": native may give any member\n";
  for (std::size_t index = 0; index < node.children.size(); ++index)
    describe_open(node.children[index], pointer + "/" + (node.is_array ? std::to_string(index) : node.children[index].name), out);
}

void describe_identifiers(const body_node& node, const std::string& pointer, std::string& out) {
  if (node.holds != no_identifier)
    out += "lead: " + std::string(identifier_words[static_cast<std::size_t>(node.holds)]) + " -> " + pointer + "\n";
  for (std::size_t index = 0; index < node.children.size(); ++index)
    describe_identifiers(node.children[index], pointer + "/" + (node.is_array ? std::to_string(index) : node.children[index].name), out);
}

std::string describe_lead(const definition::parts& of) {
  constexpr std::array<std::string_view, 5> formats{"", "e-mail address", "UUID", "date", "date-time"};
  std::string out = "lead: by ";
  for (std::size_t index = 0; index < of.identify_by.size(); ++index)
    out += (index > 0 ? ", else " : "") + std::string(identifier_words[static_cast<std::size_t>(of.identify_by[index])]);
  out += "\n";
  for (std::size_t index = 0; index < of.identifiers.size(); ++index)
    if (const auto format = of.identifiers[index].format; format != text_format::none)
      out += "lead: " + std::string(identifier_words[index]) + " is a " + std::string(formats[static_cast<std::size_t>(format)]) + "\n";
  describe_identifiers(of.body, "", out);
  return out;
}

std::string_view verdict_word(const answer_rule& rule) {
  if (rule.verdict == verdict::rejected && rule.reason != reason::rejected) return to_string(rule.reason);
  return to_string(rule.verdict);
}

std::string describe_rule(const answer_rule& rule) {
  std::string out = "answer: HTTP " + std::to_string(rule.first_status);
  if (rule.last_status != rule.first_status) out += "-" + std::to_string(rule.last_status);
  if (!rule.code.empty()) out += " with code " + rule.code;
  for (const answer_condition& condition : rule.where) out += " where " + condition.at.pointer + " is " + condition.equals;
  return out + " -> " + std::string(verdict_word(rule)) + "\n";
}

std::string describe_places(std::string_view what, const std::vector<json_place>& places) {
  std::string out;
  for (const json_place& place : places) out += (out.empty() ? "" : ", else ") + place.pointer;
  return out.empty() ? out : "answer: " + std::string(what) + " at " + out + "\n";
}

std::string describe_limits(const definition::parts& of) {
  constexpr std::array<std::string_view, 3> units{"seconds", "Unix time in seconds", "Unix time in milliseconds"};
  std::string out;
  for (const limit& one : of.limits)
    out += "limit: " + std::to_string(one.requests) + " requests in any " + yaml::format_duration(one.per) + "\n";
  if (of.limits.empty()) out += "limit: none published\n";
  if (!of.told_limits) return out + "limit header: those of the RateLimit drafts\n";
  const limit_headers& headers = *of.told_limits;
  if (!headers.combined.empty()) out += "limit header: " + headers.combined + " tells what remains and the reset\n";
  if (!headers.remaining.empty()) out += "limit header: " + headers.remaining + " tells what remains\n";
  if (!headers.reset.empty())
    out += "limit header: " + headers.reset + " tells the reset, " + std::string(units[static_cast<std::size_t>(headers.reset_as)]) + "\n";
  return out;
}

}  // namespace

std::string definition::target_template() const {
  std::string out;
  for (const target_piece& piece : parts_->target) {
    out += piece.text;
    if (piece.then != no_identifier) out += "{" + std::string(identifier_words[static_cast<std::size_t>(piece.then)]) + "}";
  }
  return out;
}

std::string definition::describe() const {
  const parts& of = *parts_;
  std::string out = "provider: " + of.name + " (" + of.title + ")\n";
  if (!of.source.empty()) out += "source: " + of.source + "\n";
  out += "call: " + of.method + " " + of.base_url + target_template() + "\n";
  out += "auth: " + of.auth.header + ": " + of.auth.value + (of.auth.basic ? " (user:password in base64)" : "") + "\n";
  for (const auto& [name, value] : of.headers) out += "header: " + name + ": " + value + "\n";
  out += of.replaces ? "writes: the whole lead is replaced\n" : "writes: the fields that are sent\n";
  out += of.repeatable ? "repeatable: yes, unless a field is appended\n" : "repeatable: no\n";
  out += "clear: a cleared field is " + std::string(clear_text(of.clear)) + "\n";
  out += describe_lead(of);
  for (const field& one : of.fields) out += describe_field(one, of);
  describe_open(of.body, "", out);
  out += describe_places("the code stands", of.code_at) + describe_places("the message stands", of.message_at) +
         describe_places("the number of updated leads stands", of.updated_at);
  for (const answer_rule& rule : of.answers) out += describe_rule(rule);
  return out + describe_limits(of);
}

}  // namespace leadrelay::providers
