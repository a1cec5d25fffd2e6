#include "sandbox/book.hpp"

#include <algorithm>
#include <array>

#include "base/date_time.hpp"
#include "base/text.hpp"

namespace leadrelay::sandbox {
namespace {

constexpr std::array<std::string_view, 4> given_by_provider{"id", "updatedAt", "updated_at", "modifiedAt"};

std::string identifier_key(std::string_view name, std::string_view quoted) {
  std::string key(name);
  key += ':';
  key += quoted;
  return key;
}

}  // namespace

const std::string* lead::find(std::string_view name) const noexcept {
  for (const field& each : fields)
    if (each.name == name) return &each.json;
  return nullptr;
}

void lead::set(std::string_view name, std::string json) {
  for (field& each : fields)
    if (each.name == name) {
      each.json = std::move(json);
      return;
    }
  fields.push_back({std::string(name), std::move(json)});
}

void lead::append_items(std::string_view name, std::string_view array_json) {
  for (field& each : fields) {
    if (each.name != name || !each.json.starts_with('[')) continue;
    const std::string_view items = array_json.substr(1, array_json.size() - 2);
    if (items.empty()) return;
    each.json.pop_back();
    if (each.json.size() > 1) each.json += ',';
    each.json += items;
    each.json += ']';
    return;
  }
  set(name, std::string(array_json));
}

lead* book::find(std::string_view id) {
  const auto found = leads_.find(id);
  return found == leads_.end() ? nullptr : &found->second;
}

const lead* book::find(std::string_view id) const {
  const auto found = leads_.find(id);
  return found == leads_.end() ? nullptr : &found->second;
}

lead& book::require(std::string_view id, std::string_view now_text) {
  if (lead* known = find(id)) return *known;
  lead& made = leads_[std::string(id)];
  made.id = id;
  append_json_text(made.quoted_id, id);
  made.created = now_text;
  made.updated = now_text;
  return made;
}

lead& book::seed(std::string_view id, const json::value& object, std::string_view now_text) {
  lead& entry = require(id, now_text);
  entry.fields.clear();
  for (const auto& member : object.GetObject()) {
    const std::string_view name = json::text(member.name);
    if (name == "createdAt" || name == "created_at") {
      const auto created = member.value.IsString() ? parse_date_time(json::text(member.value)) : std::nullopt;
      if (created) entry.created = format_date_time(*created);
    } else if (std::find(given_by_provider.begin(), given_by_provider.end(), name) == given_by_provider.end()) {
      entry.set(name, json::serialize(member.value));
    }
  }
  return entry;
}

void book::date_undated(std::string_view now_text) {
  for (auto& [id, entry] : leads_) {
    if (entry.created.empty()) entry.created = now_text;
    if (entry.updated.empty()) entry.updated = now_text;
  }
}

void book::index(const lead& entry) {
  for (const std::string_view name : {"email", "phone"}) {
    const std::string* quoted = entry.find(name);
    if (!quoted || !quoted->starts_with('"')) continue;
    std::vector<std::string>& ids = ids_by_identifier_[identifier_key(name, *quoted)];
    if (std::find(ids.begin(), ids.end(), entry.id) == ids.end()) ids.push_back(entry.id);
  }
}

std::vector<lead*> book::find_by(std::string_view name, std::string_view text) {
  std::string quoted;
  append_json_text(quoted, text);
  std::vector<lead*> found;
  const auto ids = ids_by_identifier_.find(identifier_key(name, quoted));
  if (ids == ids_by_identifier_.end()) return found;
  for (const std::string& id : ids->second) {
    lead* entry = find(id);
    const std::string* now = entry ? entry->find(name) : nullptr;
    if (now && *now == quoted) found.push_back(entry);
  }
  return found;
}

void append_json_text(std::string& out, std::string_view text) {
  if (find_invalid_utf8(text)) {
    json::append_quoted(out, printable(text, text.size()));
  } else {
    json::append_quoted(out, text);
  }
}

}  // namespace leadrelay::sandbox
