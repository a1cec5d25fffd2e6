#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "base/text.hpp"
#include "events/decode.hpp"
#include "events/envelope.hpp"
#include "events/protobuf_tree.hpp"
#include "leadrelay/v1/lead_change.pb.h"

namespace leadrelay::events {
namespace {

namespace pb = google::protobuf;

/// A level of JSON is a Struct, its map's entry and a Value; the levels of JSON themselves are counted when the tree is written.
constexpr int most_message_levels = 4 * json::most_levels;

/// Far more than the vocabulary has; each costs a search among the others.
constexpr int most_cleared = 1000;

problem cleared_problem(std::string_view part, int index, std::string_view what) {
  return {reason::invalid_event, std::string(part) + ".cleared[" + std::to_string(index) + "]: " + std::string(what)};
}

/// The object that holds the last part of the dotted `path`, made where it is missing; `path` becomes that part. Null where something
/// else than an object is in the way or a part is empty.
json::value* find_holder(json::value& fields, std::string_view& path, json::pool& memory) {
  json::value* holder = &fields;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
    json::value name(path.data(), static_cast<rapidjson::SizeType>(dot), memory);
    path.remove_prefix(dot + 1);
    auto member = holder->FindMember(name);
    if (dot == 0 || (member != holder->MemberEnd() && !member->value.IsObject())) return nullptr;
    if (member == holder->MemberEnd()) {
      holder->AddMember(name, json::value(rapidjson::kObjectType), memory);
      member = holder->MemberEnd() - 1;
    }
    holder = &member->value;
  }
  return path.empty() ? nullptr : holder;
}

/// Writes null for each name in `cleared`. A name that has a value too stands twice then, which `read_envelope` refuses.
std::optional<problem> clear(const v1::LeadFields& from, std::string_view part, tree& into) {
  if (from.cleared_size() > most_cleared)
    return problem{reason::invalid_event, std::string(part) + ".cleared: has more than " + std::to_string(most_cleared) + " names"};
  for (int index = 0; index < from.cleared_size(); ++index) {
    std::string_view path = from.cleared(index);
    if (find_invalid_utf8(path)) return problem{reason::undecodable, cleared_problem(part, index, "is no valid UTF-8").detail};
    if (std::count(path.begin(), path.end(), '.') >= json::most_levels - 2)
      return problem{reason::undecodable, cleared_problem(part, index, "nested beyond 64 levels").detail};
    json::value& fields = into.document->FindMember(json::value(rapidjson::StringRef(part.data(), part.size())))->value;
    json::value* holder = find_holder(fields, path, *into.memory);
    if (!holder) return cleared_problem(part, index, "is empty, has an empty part, or is part of what is no object");
    json::value name(path.data(), static_cast<rapidjson::SizeType>(path.size()), *into.memory);
    holder->AddMember(name, json::value(), *into.memory);
  }
  return std::nullopt;
}

outcome<tree> make_tree(const v1::LeadChange& from, std::size_t bytes) {
  tree made;
  made.memory = json::make_pool(std::max<std::size_t>(1024, 4 * bytes));
  made.document = std::make_unique<json::document>(made.memory.get());
  protobuf_tree_writer writer(*made.document);
  bool written = false;
  auto generate = [&](json::document&) { return written = writer.write(from); };
  made.document->Populate(generate);
  if (!written) return std::move(writer.found);
  if (auto bad = clear(from.changes(), "changes", made)) return *std::move(bad);
  if (auto bad = clear(from.snapshot(), "snapshot", made)) return *std::move(bad);
  return made;
}

bool parse(std::string_view bytes, v1::LeadChange& into) {
  // Protobuf would write a line to standard error for each text that is no UTF-8.
  [[maybe_unused]] static const auto previous = pb::SetLogHandler(nullptr);
  pb::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  in.SetRecursionLimit(most_message_levels);
  return into.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

}  // namespace

outcome<lead_change> decode_protobuf(std::string_view bytes) {
  if (bytes.empty()) return problem{reason::invalid_event, "the event has no bytes, expected a lead change"};
  if (bytes.size() > 1u << 30) return problem{reason::undecodable, "is longer than Protobuf allows"};
  std::array<char, 8192> first_block;
  pb::ArenaOptions options;
  options.initial_block = first_block.data();
  options.initial_block_size = first_block.size();
  pb::Arena arena(options);
  auto& change = *pb::Arena::CreateMessage<v1::LeadChange>(&arena);
  if (!parse(bytes, change))
    return problem{reason::undecodable,
                   "is no leadrelay.v1.LeadChange in Protobuf, or nested beyond " + std::to_string(json::most_levels) + " levels"};
  auto made = make_tree(change, bytes.size());
  if (!made) return made.error();
  const json::value& event = *made->document;
  return read_envelope(std::move(*made), event, "");
}

}  // namespace leadrelay::events
