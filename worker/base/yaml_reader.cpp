#include "base/yaml_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "base/date_time.hpp"
#include "base/text.hpp"

namespace leadrelay::yaml {
namespace {

constexpr std::size_t longest_issue = 4000;

std::string_view kind(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Map: return "a map";
    case YAML::NodeType::Sequence: return "a list";
    case YAML::NodeType::Scalar: return "a single value";
    default: return "empty";
  }
}

std::string key_text(const YAML::Node& key) { return key.IsScalar() ? key.Scalar() : std::string("?"); }

/// `file:line:column`, as issues tell it.
std::string place_of(const std::string& file, const YAML::Mark& mark) {
  return file + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

/// The first member of that name.
std::optional<YAML::Node> find_member(const YAML::Node& map, std::string_view key) {
  for (const auto& each : map)
    if (each.first.IsScalar() && each.first.Scalar() == key) return each.second;
  return std::nullopt;
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> byte_units{
    {{"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}, {"", 1}}};

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [name, size] : byte_units)
    if (unit == name && count <= std::numeric_limits<std::uint64_t>::max() / size) return count * size;
  return std::nullopt;
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string issue::text() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + (warning ? "warning: " : "") + what;
}

void issues::add(const std::string& file, const YAML::Mark& mark, std::string what) {
  all_.push_back({file, mark.line + 1, mark.column + 1, printable(what, longest_issue), false});
  ++errors_;
}

void issues::warn(const std::string& file, const YAML::Mark& mark, std::string what) {
  all_.push_back({file, mark.line + 1, mark.column + 1, printable(what, longest_issue), true});
}

void reader::fail(const std::string& what) const { issues_->add(*file_, node_.Mark(), path_.empty() ? what : path_ + ": " + what); }

void reader::warn(const std::string& what) const { issues_->warn(*file_, node_.Mark(), path_.empty() ? what : path_ + ": " + what); }

struct reader::member {
  std::string name;
  reader key;
  reader value;
};

reader::reader(const std::vector<parsed_file>& files, issues& into) : reader(files.front().root, "", *files.front().name, into) {
  further_.assign(files.begin() + 1, files.end());
}

reader reader::undivided() const {
  reader out = *this;
  out.divides_members_ = false;
  return out;
}

std::size_t reader::size() const { return further_.empty() ? node_.size() : members().size(); }

std::vector<parsed_file> reader::parts() const {
  std::vector<parsed_file> out{{file_, node_}};
  out.insert(out.end(), further_.begin(), further_.end());
  return out;
}

/// Whether the member of another file divides a map with the first.
bool reader::takes(const reader& first, const YAML::Node& further) const { return divides_members_ && first.is_map() && further.IsMap(); }

/// The members of all files, each once; a key that stands twice in one file is told by `expect_map` and given twice.
std::vector<reader::member> reader::members() const {
  std::vector<member> out;
  std::map<std::string, std::size_t> known;  // in the files before
  for (const parsed_file& part : parts()) {
    std::map<std::string, std::size_t> own;
    for (const auto& each : part.root) {
      std::string name = key_text(each.first);
      const auto found = known.find(name);
      if (found == known.end()) {
        own.emplace(name, out.size());
        const reader key = child(each.first, name, *part.name);
        const reader value = child(each.second, name, *part.name);
        out.push_back({std::move(name), key, value});
      } else if (takes(out[found->second].value, each.second)) {
        out[found->second].value.further_.push_back({part.name, each.second});
      }
    }
    known.merge(own);
  }
  return out;
}

/// Adds an issue for each key of this file that is none, stands twice in it, or in one of the files before, whose members are added to.
bool reader::expect_once(const parsed_file& in, std::map<std::string, member>& before) const {
  std::map<std::string, member> own;
  bool good = true;
  const auto refuse = [&](const reader& key, const std::string& what) {
    key.fail(what);
    good = false;
  };
  for (const auto& each : in.root) {
    const std::string name = key_text(each.first);
    const reader key = child(each.first, name, *in.name);
    if (!key.is_scalar()) {
      refuse(key, "a key must be a single value");
    } else if (!own.emplace(name, member{name, key, child(each.second, name, *in.name)}).second) {
      refuse(key, "stands twice, keep one");
    } else if (const auto other = before.find(name); other != before.end() && !takes(other->second.value, each.second)) {
      refuse(key, "stands at " + place_of(other->second.key.file(), other->second.key.node().Mark()) + " too, keep one");
    }
  }
  before.merge(own);
  return good;
}

bool reader::expect_map() const {
  if (!node_.IsMap()) {
    fail("is " + std::string(kind(node_)) + ", expected a map");
    return false;
  }
  std::map<std::string, member> before;
  bool good = true;
  for (const parsed_file& part : parts()) good = expect_once(part, before) && good;
  return good;
}

bool reader::expect_keys(std::span<const std::string_view> known) const {
  if (!expect_map()) return false;
  bool good = true;
  for (const member& each : members()) {
    if (std::find(known.begin(), known.end(), std::string_view(each.name)) != known.end()) continue;
    const auto meant = did_you_mean(each.name, known);
    each.key.fail("unknown key, " + (meant ? "did you mean `" + std::string(*meant) + "`?" : "expected " + listed(known)));
    good = false;
  }
  return good;
}

bool reader::expect_list() const {
  if (node_.IsSequence()) return true;
  fail("is " + std::string(kind(node_)) + ", expected a list");
  return false;
}

reader reader::child(const YAML::Node& node, std::string_view name, const std::string& file) const {
  return {node, path_.empty() ? std::string(name) : path_ + "." + std::string(name), file, *issues_};
}

std::optional<reader> reader::get(std::string_view key) const {
  std::optional<reader> out;
  if (!node_.IsMap()) return out;
  for (const parsed_file& part : parts()) {
    const auto found = find_member(part.root, key);
    if (!found) continue;
    if (!out) {
      out.emplace(child(*found, key, *part.name));
    } else if (takes(*out, *found)) {
      out->further_.push_back({part.name, *found});
    }
  }
  return out;
}

std::optional<reader> reader::require(std::string_view key) const {
  auto found = get(key);
  if (found) return found;
  const std::size_t others = further_.size();
  fail("`" + std::string(key) + "` is missing" +
       (others == 0 ? "" : ", here and in " + std::to_string(others) + " more file" + (others == 1 ? "" : "s")));
  return found;
}

void reader::each_member(const std::function<void(const std::string&, const reader&, const reader&)>& visit) const {
  for (const member& each : members()) visit(each.name, each.key, each.value);
}

void reader::each_item(const std::function<void(std::size_t, const reader&)>& visit) const {
  std::size_t index = 0;
  for (const auto& item : node_) {
    visit(index, reader{item, path_ + "[" + std::to_string(index) + "]", *file_, *issues_});
    ++index;
  }
}

std::optional<std::string> reader::text() const {
  if (node_.IsScalar()) return node_.Scalar();
  fail("is " + std::string(kind(node_)) + ", expected a text");
  return std::nullopt;
}

std::optional<bool> reader::boolean() const {
  if (node_.IsScalar() && node_.Scalar() == "true") return true;
  if (node_.IsScalar() && node_.Scalar() == "false") return false;
  fail("expected true or false");
  return std::nullopt;
}

std::optional<std::int64_t> reader::integer(std::int64_t least, std::int64_t most) const {
  const auto value = node_.IsScalar() ? parse_number<std::int64_t>(node_.Scalar()) : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  fail("expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<double> reader::number(double least, double most) const {
  const auto value = node_.IsScalar() ? parse_number<double>(node_.Scalar()) : std::nullopt;
  if (value && std::isfinite(*value) && *value >= least && *value <= most) return value;
  fail("expected a number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<duration> reader::time(duration least, duration most) const {
  const auto value = node_.IsScalar() ? parse_duration(node_.Scalar()) : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  fail("expected a time from " + format_duration(least) + " to " + format_duration(most) + ", such as 500ms, 5s, 15m or 1h");
  return std::nullopt;
}

std::optional<std::uint64_t> reader::bytes(std::uint64_t least, std::uint64_t most) const {
  const auto value = node_.IsScalar() ? parse_bytes(node_.Scalar()) : std::nullopt;
  if (value && *value >= least && *value <= most) return value;
  fail("expected a size from " + format_bytes(least) + " to " + format_bytes(most) + ", such as 512KiB, 16MiB or 1GiB");
  return std::nullopt;
}

std::optional<std::size_t> reader::one_of(std::span<const std::string_view> words) const {
  if (node_.IsScalar())
    for (std::size_t index = 0; index < words.size(); ++index)
      if (node_.Scalar() == words[index]) return index;
  const auto meant = node_.IsScalar() ? did_you_mean(node_.Scalar(), words) : std::nullopt;
  fail("expected " + listed(words) + (meant ? ", did you mean `" + std::string(*meant) + "`?" : ""));
  return std::nullopt;
}

std::vector<std::string> reader::texts() const {
  std::vector<std::string> out;
  if (!expect_list()) return out;
  each_item([&](std::size_t, const reader& item) {
    if (auto text = item.text()) out.push_back(std::move(*text));
  });
  return out;
}

std::string format_duration(duration value) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
      {{"d", 86'400'000'000'000}, {"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}}};
  if (value.count() == 0) return "0s";
  for (const auto& [name, size] : units)
    if (value.count() % size == 0) return std::to_string(value.count() / size) + std::string(name);
  return std::to_string(value.count()) + "ns";
}

std::string format_bytes(std::uint64_t value) {
  for (const auto& [name, size] : byte_units)
    if (value >= size && value % size == 0) return std::to_string(value / size) + std::string(name);
  return std::to_string(value);
}

}  // namespace leadrelay::yaml
