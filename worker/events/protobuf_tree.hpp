#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

#include "base/json.hpp"

namespace leadrelay::events {

/// Writes a Protobuf message as the tree that its JSON form parses to, with the field names as the .proto file has them. Beside plain
/// messages, which are objects of the fields that are set, it knows
/// - Struct, Value and ListValue, which are the JSON they stand for;
/// - a message that is nothing but one oneof: whichever member is set (`NumberOrText`, `Address`);
/// - a message that is nothing but one repeated field or map: an array or an object (`Questionnaire`, `Texts`);
/// - QuestionAndAnswer, an array of two.
/// In an object of LeadFields `cleared` is left to the caller, and the members of `others` stand beside the fields.
class protobuf_tree_writer {
 public:
  /// `into` is filled through its handler functions, so that it must be in the middle of `Populate`.
  explicit protobuf_tree_writer(json::document& into) : into_(into) {}

  /// Whether it could be written; `found` says why not.
  bool write(const google::protobuf::Message& message);

  problem found;

 private:
  using message = google::protobuf::Message;
  using field = google::protobuf::FieldDescriptor;

  bool write_object(const message& from);
  bool write_chosen(const message& from);
  bool write_repeated(const message& from, const field& of);
  bool write_map(const message& from, const field& of);
  bool write_pair(const message& from);
  bool write_field(const message& from, const field& of);
  bool write_others(const message& from, const field& of, rapidjson::SizeType& members);
  void write_unknown(const message& from, rapidjson::SizeType& members);
  bool write_struct(const google::protobuf::Struct& from);
  bool write_members(const google::protobuf::Struct& from);
  bool write_list(const google::protobuf::ListValue& from);
  bool write_value(const google::protobuf::Value& from);
  bool write_number(double number);
  bool write_text(std::string_view text);
  bool write_key(std::string_view text);

  bool enter();
  void leave() { --level_; }
  bool fail(reason why, const std::string& what);

  json::document& into_;
  std::vector<std::string_view> path_;
  int level_ = 0;
};

}  // namespace leadrelay::events
