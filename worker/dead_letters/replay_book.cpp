#include "dead_letters/replay_book.hpp"

#include <charconv>
#include <limits>
#include <set>

#include "dead_letters/letter.hpp"
#include "delivery/offset_map.hpp"

namespace leadrelay::dead_letters {
namespace {

constexpr std::int64_t last_page = std::numeric_limits<std::int64_t>::max() - 2 * replay_book::page_offsets;

std::int64_t first_of_page(std::int64_t offset) noexcept { return offset - offset % replay_book::page_offsets; }

std::string_view take_word(std::string_view& from) {
  const std::size_t end = std::min(from.find(' '), from.size());
  const std::string_view word = from.substr(0, end);
  from.remove_prefix(std::min(end + 1, from.size()));
  return word;
}

bool parse_number(std::string_view text, std::int64_t& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string replay_book::key_of(const page_name& name) const { return to_string(source_place{topic_, name.first, name.second}); }

// A map's offsets lie above the one that it is encoded for, so that the page's are told as one higher.
std::string replay_book::value_of(std::int64_t first, const page& of) {
  delivery::offset_map map;
  for (std::size_t place = 0; place < of.replayed.size(); ++place) {
    const std::int64_t told = first + static_cast<std::int64_t>(place) + 1;
    if (of.replayed.test(place)) delivery::append(map.settled, {told, told});
  }
  return delivery::encode(map, first) + " " + std::to_string(of.last) + " " + std::to_string(of.last_ms);
}

std::optional<replay_book::page> replay_book::parse(std::int64_t first, std::string_view value) {
  const auto map = delivery::decode_offset_map(take_word(value), first);
  page out;
  if (!map || map->settled.empty() || map->settled.back().last > first + page_offsets) return std::nullopt;
  for (const delivery::offset_range& range : map->settled)
    for (std::int64_t told = range.first; told <= range.last; ++told) out.replayed.set(static_cast<std::size_t>(told - first - 1));
  if (!parse_number(take_word(value), out.last) || !parse_number(take_word(value), out.last_ms) || !value.empty()) return std::nullopt;
  if (out.last != map->settled.back().last - 1) return std::nullopt;
  return out;
}

bool replay_book::take(std::string_view key, std::optional<std::string_view> value) {
  if (key == key_of_last()) {
    last_move_ = value.value_or("");
    return true;
  }
  if (key.ends_with("/last")) return true;  // another topic's
  const auto name = parse_source_place(key);
  if (!name || name->offset % page_offsets != 0 || name->offset > last_page) return false;
  if (name->topic != topic_) return true;
  if (!value) {
    pages_.erase({name->partition, name->offset});
    return true;
  }
  auto told = parse(name->offset, *value);
  if (told) pages_[{name->partition, name->offset}] = *told;
  return told.has_value();
}

bool replay_book::contains(std::int32_t partition, std::int64_t offset) const noexcept {
  const auto found = pages_.find({partition, first_of_page(offset)});
  return found != pages_.end() && found->second.replayed.test(static_cast<std::size_t>(offset % page_offsets));
}

std::vector<book_record> replay_book::add(std::span<const replayed_letter> letters, const std::string& move) {
  std::set<page_name> touched;
  for (const replayed_letter& each : letters) {
    const page_name name{each.partition, first_of_page(each.offset)};
    page& in = pages_[name];
    in.replayed.set(static_cast<std::size_t>(each.offset % page_offsets));
    if (each.offset >= in.last) {
      in.last = each.offset;
      in.last_ms = each.time_ms;
    }
    touched.insert(name);
  }
  std::vector<book_record> out;
  for (const page_name& name : touched) out.push_back({key_of(name), value_of(name.second, pages_.at(name))});
  last_move_ = move;
  out.push_back({key_of_last(), move});
  return out;
}

std::vector<replayed_letter> replay_book::last_ones() const {
  std::vector<replayed_letter> out;
  for (const auto& [name, page] : pages_) {  // by partition, then ascending
    if (out.empty() || out.back().partition != name.first) out.push_back({name.first, -1, -1});
    out.back().offset = page.last;
    out.back().time_ms = page.last_ms;
  }
  return out;
}

std::vector<book_record> replay_book::forget(std::int32_t partition) {
  std::vector<book_record> out;
  std::erase_if(pages_, [&](const auto& each) {
    if (each.first.first != partition) return false;
    out.push_back({key_of(each.first), std::nullopt});
    return true;
  });
  return out;
}

}  // namespace leadrelay::dead_letters
