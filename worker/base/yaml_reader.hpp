#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "base/time.hpp"

/// Reads YAML that people write: every problem is kept with its place, so that one look shows them all.
namespace leadrelay::yaml {

/// One thing wrong in a file, `what` says what is wrong and what would be right. Lines and columns count from 1.
struct issue {
  std::string file;
  int line = 0;
  int column = 0;
  std::string what;
  bool warning = false;

  /// `file:line:column: what`
  std::string text() const;
};

/// Collects the issues of a reading. `good()` while there is none but warnings.
class issues {
 public:
  void add(const std::string& file, const YAML::Mark& mark, std::string what);
  void add(issue found) {
    if (!found.warning) ++errors_;
    all_.push_back(std::move(found));
  }
  void warn(const std::string& file, const YAML::Mark& mark, std::string what);
  bool good() const noexcept { return errors_ == 0; }
  const std::vector<issue>& all() const noexcept { return all_; }

 private:
  std::vector<issue> all_;
  int errors_ = 0;
};

/// The root of one file; its name outlives the readers.
struct parsed_file {
  const std::string* name;
  YAML::Node root;
};

/// One node of a file, with where it stands (`accounts.acme.retry`) for messages. Copies are cheap.
/// The readers below return nothing after having added an issue; they never throw.
///
/// A map may be divided among several files: then it has the members of all of them, and those that are maps in each are divided
/// in turn. Anything else that stands in two files is an issue of `expect_map` and `expect_keys`; the first is read.
class reader {
 public:
  reader(YAML::Node node, std::string path, const std::string& file, issues& into)
      : node_(std::move(node)),
        path_(std::move(path)),
        file_(&file),
        issues_(&into) {}
  /// The roots of several files, at least one; all are maps where they are several.
  reader(const std::vector<parsed_file>& files, issues& into);

  /// As this, but with members that each stand in one file, whatever they are.
  reader undivided() const;

  /// Of the first file that has it.
  const YAML::Node& node() const noexcept { return node_; }
  const std::string& path() const noexcept { return path_; }
  const std::string& file() const noexcept { return *file_; }
  /// Members of a map, items of a list; of all files.
  std::size_t size() const;

  bool is_map() const { return node_.IsMap(); }
  bool is_list() const { return node_.IsSequence(); }
  bool is_scalar() const { return node_.IsScalar(); }
  bool is_null() const { return node_.IsNull(); }

  /// Adds an issue at this node, prefixed with its path.
  void fail(const std::string& what) const;
  void warn(const std::string& what) const;

  /// Adds an issue unless it is a map whose keys are all known and stand once; names the nearest known key.
  bool expect_keys(std::span<const std::string_view> known) const;
  bool expect_keys(std::initializer_list<std::string_view> known) const { return expect_keys(std::span(known.begin(), known.size())); }
  /// Adds an issue unless it is a map whose keys, whatever they are, stand once.
  bool expect_map() const;
  bool expect_list() const;

  /// The member, or nothing where the map has none.
  std::optional<reader> get(std::string_view key) const;
  /// The member; an issue where there is none.
  std::optional<reader> require(std::string_view key) const;
  /// Every member in the order of the files; `key_node` is where the key stands.
  void each_member(const std::function<void(const std::string& key, const reader& key_node, const reader& value)>& visit) const;
  void each_item(const std::function<void(std::size_t index, const reader& item)>& visit) const;

  std::optional<std::string> text() const;
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer(std::int64_t least, std::int64_t most) const;
  std::optional<double> number(double least, double most) const;
  /// `500ms`, `5s`, `15m`, `1h`, `1d`.
  std::optional<duration> time(duration least, duration most) const;
  /// `1024`, `16KiB`, `256MiB`, `1GiB`.
  std::optional<std::uint64_t> bytes(std::uint64_t least, std::uint64_t most) const;
  /// The index of one of the words; an issue naming them otherwise.
  std::optional<std::size_t> one_of(std::span<const std::string_view> words) const;
  std::optional<std::size_t> one_of(std::initializer_list<std::string_view> words) const {
    return one_of(std::span(words.begin(), words.size()));
  }
  std::vector<std::string> texts() const;

 private:
  struct member;
  reader child(const YAML::Node& node, std::string_view name) const { return child(node, name, *file_); }
  reader child(const YAML::Node& node, std::string_view name, const std::string& file) const;
  std::vector<parsed_file> parts() const;
  std::vector<member> members() const;
  bool takes(const reader& first, const YAML::Node& further) const;
  bool expect_once(const parsed_file& in, std::map<std::string, member>& before) const;

  YAML::Node node_;
  std::string path_;
  const std::string* file_;
  issues* issues_;
  std::vector<parsed_file> further_;  ///< the same map in other files
  bool divides_members_ = true;
};

/// Parses a YAML text; an issue and nothing where it is not YAML or not a single document.
std::optional<YAML::Node> parse(const std::string& text, const std::string& file, issues& into);

/// `500ms`, `5s`, `15m`, `1h`, as `reader::time` reads it; the largest unit that divides.
std::string format_duration(duration value);
/// `16MiB`, as `reader::bytes` reads it.
std::string format_bytes(std::uint64_t value);

}  // namespace leadrelay::yaml
