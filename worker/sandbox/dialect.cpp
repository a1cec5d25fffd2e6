#include "sandbox/dialect.hpp"

#include <charconv>

#include "base/text.hpp"

namespace leadrelay::sandbox {

int usual_status(failure what) noexcept {
  switch (what) {
    case failure::bad_body:
    case failure::bad_id:
    case failure::invalid: return 400;
    case failure::unauthorized: return 401;
    case failure::forbidden: return 403;
    case failure::not_found: return 404;
    case failure::method: return 405;
    case failure::conflict: return 409;
    case failure::limited: return 429;
    case failure::internal: return 500;
    case failure::unavailable: return 503;
  }
  return 500;
}

std::string_view usual_message(failure what) noexcept {
  switch (what) {
    case failure::bad_body: return "The body must be a JSON object.";
    case failure::bad_id: return "The lead's identifier is malformed.";
    case failure::invalid: return "The request has invalid fields.";
    case failure::unauthorized: return "The API key is missing or invalid.";
    case failure::forbidden: return "The API key does not permit this.";
    case failure::not_found: return "The lead does not exist.";
    case failure::method: return "This method is not allowed here.";
    case failure::conflict: return "The request conflicts with the lead's state.";
    case failure::limited: return "Too many requests.";
    case failure::internal: return "Server error.";
    case failure::unavailable: return "The service is unavailable for a while.";
  }
  return "";
}

match dialect::find_leads(const json::value&, std::string_view path_id, book& in) const {
  match found;
  found.identity = path_id;
  found.never_exists = path_id.starts_with("missing");
  if (lead* known = in.find(path_id)) found.leads.push_back(known);
  return found;
}

void dialect::write_read(const lead& from, std::string_view now_text, std::string& out) const {
  const lead* const one = &from;
  write_updated({&one, 1}, now_text, out);
}

std::unique_ptr<dialect> make_dialect(provider which, const provider_options& from) {
  switch (which) {
    case provider::perch: return make_perch(from);
    case provider::leadpro: return make_leadpro(from);
    case provider::octanist: return make_octanist(from);
    case provider::leadping: return make_leadping(from);
    case provider::orwel: return make_orwel(from);
  }
  return nullptr;
}

std::string_view bearer_token(std::string_view authorization) noexcept {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() <= scheme.size() || !equal_without_case(authorization.substr(0, scheme.size()), scheme)) return {};
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

std::optional<std::int64_t> sequence_of(const dialect& of, const json::value& body) {
  const json::value* at = &body;
  for (const std::string_view name : of.sequence_path()) {
    if (!at->IsObject()) return std::nullopt;
    at = last_member(*at, name);
    if (!at) return std::nullopt;
  }
  if (at->IsInt64()) return at->GetInt64();
  if (!at->IsString()) return std::nullopt;
  const std::string_view text = json::text(*at);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void append_member(std::string& out, std::string_view name, const std::string* json) {
  append_member(out, name, json ? std::string_view(*json) : std::string_view("null"));
}

void append_member(std::string& out, std::string_view name, std::string_view json) {
  if (out.empty() || out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  out += json;
}

void append_fields(std::string& out, const lead& from) {
  for (const field& each : from.fields) {
    out += ',';
    append_json_text(out, each.name);
    out += ':';
    out += each.json;
  }
}

std::string quoted_whole_seconds(std::string_view date_time) {
  std::string out = "\"";
  if (date_time.size() == 24) {
    out.append(date_time.substr(0, 19)).append("Z");
  } else {
    out.append(date_time);
  }
  return out += '"';
}

void append_violations(std::string& out, std::string_view field_name, std::span<const violation> found) {
  out += '[';
  for (const violation& each : found) {
    if (out.back() != '[') out += ',';
    out.append("{\"").append(field_name).append("\":");
    append_json_text(out, each.field);
    out += ",\"message\":";
    append_json_text(out, each.message);
    out += '}';
  }
  out += ']';
}

}  // namespace leadrelay::sandbox
