#include "base/yaml_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>
#include <utility>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

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

void reader::fail(const std::string& what) const {
  issues_->add(*file_, node_.Mark(), path_.empty() ? what : path_ + ": " + what);
}

void reader::warn(const std::string& what) const {
  issues_->warn(*file_, node_.Mark(), path_.empty() ? what : path_ + ": " + what);
}

bool reader::expect_map() const {
  if (!node_.IsMap()) {
    fail("is " + std::string(kind(node_)) + ", expected a map");
    return false;
  }
  std::set<std::string> seen;
  bool good = true;
  for (const auto& member : node_) {
    if (!member.first.IsScalar()) {
      child(member.first, "?").fail("a key must be a single value");
      good = false;
    } else if (!seen.insert(member.first.Scalar()).second) {
      child(member.first, member.first.Scalar()).fail("stands twice, keep one");
      good = false;
    }
  }
  return good;
}

bool reader::expect_keys(std::span<const std::string_view> known) const {
  if (!expect_map()) return false;
  bool good = true;
  for (const auto& member : node_) {
    const std::string key = key_text(member.first);
    if (std::find(known.begin(), known.end(), std::string_view(key)) != known.end()) continue;
    const auto meant = did_you_mean(key, known);
    child(member.first, key).fail("unknown key, " + (meant ? "did you mean `" + std::string(*meant) + "`?" : "expected " + listed(known)));
    good = false;
  }
  return good;
}

bool reader::expect_list() const {
  if (node_.IsSequence()) return true;
  fail("is " + std::string(kind(node_)) + ", expected a list");
  return false;
}

reader reader::child(const YAML::Node& node, std::string_view name) const {
  return {node, path_.empty() ? std::string(name) : path_ + "." + std::string(name), *file_, *issues_};
}

std::optional<reader> reader::get(std::string_view key) const {
  if (!node_.IsMap()) return std::nullopt;
  for (const auto& member : node_)
    if (member.first.IsScalar() && member.first.Scalar() == key) return child(member.second, key);
  return std::nullopt;
}

std::optional<reader> reader::require(std::string_view key) const {
  auto found = get(key);
  if (!found) fail("`" + std::string(key) + "` is missing");
  return found;
}

void reader::each_member(const std::function<void(const std::string&, const reader&, const reader&)>& visit) const {
  for (const auto& member : node_) {
    const std::string key = key_text(member.first);
    visit(key, child(member.first, key), child(member.second, key));
  }
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

namespace {

/// Where the documents of a text start.
struct document_starts final : YAML::EventHandler {
  std::vector<YAML::Mark> all;

  void OnDocumentStart(const YAML::Mark& mark) override { all.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// The first two: `YAML::LoadAll` never ends on a text such as `,x`, in which it finds one empty document after another.
std::vector<YAML::Mark> find_documents(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  document_starts found;
  while (found.all.size() < 2 && parser.HandleNextDocument(found)) {
  }
  return std::move(found.all);
}

}  // namespace

std::optional<YAML::Node> parse(const std::string& text, const std::string& file, issues& into) {
  try {
    const std::vector<YAML::Mark> documents = find_documents(text);
    if (documents.size() == 1) return YAML::Load(text);
    if (documents.empty()) {
      into.add(file, YAML::Mark(), "the file is empty");
    } else {
      into.add(file, documents[1], "a second document starts here, expected one");
    }
  } catch (const YAML::DeepRecursion& error) {  // its own message is "bad file"
    into.add(file, error.mark, "nested too deep, expected fewer than " + std::to_string(error.depth()) + " levels");
  } catch (const YAML::Exception& error) {
    into.add(file, error.mark, "not YAML: " + error.msg);
  }
  return std::nullopt;
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
