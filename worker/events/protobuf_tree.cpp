#include "events/protobuf_tree.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include "base/text.hpp"
#include "leadrelay/v1/lead_change.pb.h"

namespace leadrelay::events {
namespace {

namespace pb = google::protobuf;

bool is_chosen(const pb::Descriptor& type) noexcept {
  return type.real_oneof_decl_count() == 1 && type.oneof_decl(0)->field_count() == type.field_count();
}

bool is_repeated(const pb::Descriptor& type) noexcept { return type.field_count() == 1 && type.field(0)->is_repeated(); }

/// A whole number that 64 bits hold: JSON's 90 and Protobuf's 90.0 are the same change.
bool is_integer(double number) noexcept {
  return number >= -0x1p63 && number < 0x1p63 && number == std::trunc(number) && !(number == 0 && std::signbit(number));
}

/// The entries of a map by their keys, because a Protobuf map has no order of its own.
template <class Entry, class Key>
std::vector<Entry> sorted(std::vector<Entry> entries, Key key) {
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  return entries;
}

rapidjson::SizeType narrow(std::size_t size) noexcept { return static_cast<rapidjson::SizeType>(size); }

}  // namespace

bool protobuf_tree_writer::write(const message& from) {
  const pb::Descriptor* type = from.GetDescriptor();
  if (type == pb::Struct::descriptor()) return write_struct(static_cast<const pb::Struct&>(from));
  if (type == v1::QuestionAndAnswer::descriptor()) return write_pair(from);
  if (is_chosen(*type)) return write_chosen(from);
  if (!is_repeated(*type)) return write_object(from);
  return type->field(0)->is_map() ? write_map(from, *type->field(0)) : write_repeated(from, *type->field(0));
}

bool protobuf_tree_writer::write_object(const message& from) {
  if (!enter()) return false;
  into_.StartObject();
  rapidjson::SizeType members = 0;
  std::vector<const field*> set;
  from.GetReflection()->ListFields(from, &set);
  for (const field* each : set) {
    if (each->containing_type() == v1::LeadFields::descriptor() && each->number() == v1::LeadFields::kClearedFieldNumber) continue;
    if (each->containing_type() == v1::LeadFields::descriptor() && each->number() == v1::LeadFields::kOthersFieldNumber) {
      if (!write_others(from, *each, members)) return false;
      continue;
    }
    path_.push_back(each->name());
    into_.Key(each->name().data(), narrow(each->name().size()), false);  // a descriptor's name outlives every tree
    if (!write_field(from, *each)) return false;
    path_.pop_back();
    ++members;
  }
  write_unknown(from, members);
  leave();
  return into_.EndObject(members);
}

bool protobuf_tree_writer::write_others(const message& from, const field& of, rapidjson::SizeType& members) {
  const auto& others = static_cast<const pb::Struct&>(from.GetReflection()->GetMessage(from, &of));
  members += narrow(others.fields().size());
  return write_members(others);
}

/// In the envelope, which may grow, unknown fields are ignored.
void protobuf_tree_writer::write_unknown(const message& from, rapidjson::SizeType& members) {
  if (from.GetDescriptor() == v1::LeadChange::descriptor() || from.GetDescriptor() == v1::LeadIdentity::descriptor()) return;
  const pb::UnknownFieldSet& unknown = from.GetReflection()->GetUnknownFields(from);
  std::vector<int> numbers;
  for (int index = 0; index < unknown.field_count(); ++index) numbers.push_back(unknown.field(index).number());
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());  // a repeated field stands as often as it has values
  for (const int number : numbers) {
    write_key("#" + std::to_string(number));
    into_.Null();
    ++members;
  }
}

bool protobuf_tree_writer::write_chosen(const message& from) {
  const field* set = from.GetReflection()->GetOneofFieldDescriptor(from, from.GetDescriptor()->oneof_decl(0));
  return set ? write_field(from, *set) : fail(reason::invalid_event, "has no value that this version knows");
}

bool protobuf_tree_writer::write_repeated(const message& from, const field& of) {
  if (!enter()) return false;
  into_.StartArray();
  const int size = from.GetReflection()->FieldSize(from, &of);
  for (int index = 0; index < size; ++index)
    if (!write(from.GetReflection()->GetRepeatedMessage(from, &of, index))) return false;
  leave();
  return into_.EndArray(narrow(static_cast<std::size_t>(size)));
}

bool protobuf_tree_writer::write_map(const message& from, const field& of) {
  if (!enter()) return false;
  into_.StartObject();
  const field* key = of.message_type()->map_key();
  const auto key_of = [&](const message* entry) -> const std::string& {
    return entry->GetReflection()->GetStringReference(*entry, key, nullptr);
  };
  std::vector<const message*> entries;
  const int size = from.GetReflection()->FieldSize(from, &of);
  for (int index = 0; index < size; ++index) entries.push_back(&from.GetReflection()->GetRepeatedMessage(from, &of, index));
  for (const message* entry : sorted(std::move(entries), key_of)) {
    path_.push_back(key_of(entry));
    if (!write_key(key_of(entry)) || !write_field(*entry, *of.message_type()->map_value())) return false;
    path_.pop_back();
  }
  leave();
  return into_.EndObject(narrow(static_cast<std::size_t>(size)));
}

bool protobuf_tree_writer::write_pair(const message& from) {
  const auto& pair = static_cast<const v1::QuestionAndAnswer&>(from);
  if (!enter()) return false;
  into_.StartArray();
  if (!write_text(pair.question()) || !write_text(pair.answer())) return false;
  leave();
  return into_.EndArray(2);
}

bool protobuf_tree_writer::write_field(const message& from, const field& of) {
  const pb::Reflection& values = *from.GetReflection();
  std::string scratch;
  switch (of.cpp_type()) {
    case field::CPPTYPE_STRING: return write_text(values.GetStringReference(from, &of, &scratch));
    case field::CPPTYPE_DOUBLE: return write_number(values.GetDouble(from, &of));
    case field::CPPTYPE_BOOL: return into_.Bool(values.GetBool(from, &of));
    case field::CPPTYPE_MESSAGE: return write(values.GetMessage(from, &of));
    default: return fail(reason::invalid_event, "has a type that lead changes do not use");
  }
}

bool protobuf_tree_writer::write_struct(const pb::Struct& from) {
  if (!enter()) return false;
  into_.StartObject();
  if (!write_members(from)) return false;
  leave();
  return into_.EndObject(narrow(from.fields().size()));
}

bool protobuf_tree_writer::write_members(const pb::Struct& from) {
  using entry = std::pair<const std::string*, const pb::Value*>;
  std::vector<entry> entries;
  entries.reserve(from.fields().size());
  for (const auto& [name, value] : from.fields()) entries.emplace_back(&name, &value);
  for (const auto& [name, value] : sorted(std::move(entries), [](const entry& each) -> const std::string& { return *each.first; })) {
    path_.push_back(*name);
    if (!write_key(*name) || !write_value(*value)) return false;
    path_.pop_back();
  }
  return true;
}

bool protobuf_tree_writer::write_list(const pb::ListValue& from) {
  if (!enter()) return false;
  into_.StartArray();
  for (const pb::Value& value : from.values())
    if (!write_value(value)) return false;
  leave();
  return into_.EndArray(narrow(static_cast<std::size_t>(from.values_size())));
}

bool protobuf_tree_writer::write_value(const pb::Value& from) {
  switch (from.kind_case()) {
    case pb::Value::kNullValue: return into_.Null();
    case pb::Value::kNumberValue: return write_number(from.number_value());
    case pb::Value::kStringValue: return write_text(from.string_value());
    case pb::Value::kBoolValue: return into_.Bool(from.bool_value());
    case pb::Value::kStructValue: return write_struct(from.struct_value());
    case pb::Value::kListValue: return write_list(from.list_value());
    case pb::Value::KIND_NOT_SET: break;
  }
  return fail(reason::invalid_event, "has no value, expected one or null_value");
}

bool protobuf_tree_writer::write_number(double number) {
  if (!std::isfinite(number)) return fail(reason::undecodable, "is no finite number");
  return is_integer(number) ? into_.Int64(static_cast<std::int64_t>(number)) : into_.Double(number);
}

/// Protobuf checks the texts of a proto3 message itself, but not in every version and build.
bool protobuf_tree_writer::write_text(std::string_view text) {
  if (find_invalid_utf8(text)) return fail(reason::undecodable, "is no valid UTF-8");
  return into_.String(text.data(), narrow(text.size()), true);
}

bool protobuf_tree_writer::write_key(std::string_view text) {
  if (find_invalid_utf8(text)) return fail(reason::undecodable, "has a name that is no valid UTF-8");
  return into_.Key(text.data(), narrow(text.size()), true);
}

bool protobuf_tree_writer::enter() {
  if (++level_ <= json::most_levels) return true;
  return fail(reason::undecodable, "nested beyond " + std::to_string(json::most_levels) + " levels");
}

bool protobuf_tree_writer::fail(reason why, const std::string& what) {
  std::string at;
  constexpr std::size_t shown = 8;
  for (std::size_t index = 0; index < std::min(path_.size(), shown); ++index) at += (at.empty() ? "" : ".") + printable(path_[index], 60);
  if (path_.size() > shown) at += ".…";
  found = {why, at.empty() ? what : at + ": " + what};
  return false;
}

}  // namespace leadrelay::events
