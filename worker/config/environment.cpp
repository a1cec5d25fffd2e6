#include "config/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "config/configuration.hpp"

namespace leadrelay::config {
namespace {

// yaml-cpp's own tags of values in quotes and without; a value that was put together keeps its own with a mark behind it.
constexpr std::string_view plain_tag = "?";
constexpr std::string_view substituted_mark = "substituted";

constexpr const char* forms = "expected ${NAME} or ${NAME:-default}, or $${ for a literal ${";

bool is_name_start(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_part(char c) noexcept { return is_name_start(c) || (c >= '0' && c <= '9'); }

bool is_name(std::string_view text) noexcept { return !text.empty() && is_name_start(text[0]) && std::ranges::all_of(text, is_name_part); }

struct replacement {
  std::string text;
  bool substituted = false;
  std::string wrong = {};  ///< empty where all is well
};

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

/// Appends what stands between the braces.
void append_variable(std::string_view inner, const variables& from, replacement& into) {
  const std::size_t dash = inner.find(":-");
  const std::string name(inner.substr(0, dash));
  const bool has_default = dash != std::string_view::npos;
  const std::string_view otherwise = has_default ? inner.substr(dash + 2) : std::string_view();
  if (!is_name(name) || otherwise.find("${") != std::string_view::npos) {
    into.wrong = std::string("`${` begins no variable, ") + forms;
    return;
  }
  into.substituted = true;
  const auto value = from(name);
  if (value && find_invalid_utf8(*value)) {
    into.wrong = "the environment variable " + name + " is not UTF-8, expected a text";
  } else if (value && (!has_default || !value->empty())) {
    into.text += without_line_end(*value);
  } else if (has_default) {
    into.text += otherwise;
  } else {
    into.wrong = "the environment variable " + name + " is not set, expected a value, or a default as in ${" + name + ":-default}";
  }
}

replacement replace(std::string_view text, const variables& from) {
  replacement out;
  while (out.wrong.empty() && !text.empty()) {
    const std::size_t dollar = text.find("${");
    const bool escaped = dollar != std::string_view::npos && dollar > 0 && text[dollar - 1] == '$';
    if (dollar == std::string_view::npos || escaped) {
      const std::size_t taken = escaped ? dollar - 1 : text.size();
      out.text += text.substr(0, taken);
      if (escaped) out.text += "${";
      text.remove_prefix(escaped ? dollar + 2 : taken);
      continue;
    }
    out.text += text.substr(0, dollar);
    const std::size_t end = text.find('}', dollar);
    if (end == std::string_view::npos) {
      out.wrong = std::string("`${` has no `}`, ") + forms;
    } else {
      append_variable(text.substr(dollar + 2, end - dollar - 2), from, out);
      text.remove_prefix(end + 1);
    }
  }
  return out;
}

class substitution {
 public:
  explicit substitution(const variables& from) : from_(from) {}

  void walk(const yaml::reader& at) {
    if (!(at.is_scalar() || at.is_map() || at.is_list()) || !is_new(at.node())) return;
    if (at.is_scalar()) {
      replace_in(at);
    } else if (at.is_map()) {
      at.each_member([this](const std::string&, const yaml::reader&, const yaml::reader& value) { walk(value); });
    } else {
      at.each_item([this](std::size_t, const yaml::reader& item) { walk(item); });
    }
  }

 private:
  /// Aliases lead to what has been seen. Of the nodes that are walked to no two begin at one place.
  bool is_new(const YAML::Node& node) { return seen_.insert(node.Mark().pos).second; }

  void replace_in(const yaml::reader& at) {
    YAML::Node node = at.node();  // the same node
    if (node.Scalar().find("${") == std::string::npos) return;
    replacement made = replace(node.Scalar(), from_);
    if (made.wrong.empty() && made.text.size() > left_)
      made.wrong = "is larger than " + yaml::format_bytes(most_bytes) + " with what variables put into the file, expected less";
    if (!made.wrong.empty()) {
      at.fail(made.wrong);
      made.text.clear();
    }
    left_ -= made.text.size();
    node = made.text;
    if (made.substituted) node.SetTag(node.Tag() + std::string(substituted_mark));
  }

  const variables& from_;
  std::set<int> seen_;
  std::size_t left_ = most_bytes;
};

}  // namespace

variables of_process() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

void substitute(const YAML::Node& root, const std::string& file, const variables& from, yaml::issues& into) {
  substitution(from).walk(yaml::reader(root, "", file, into));
}

bool is_substituted(const yaml::reader& at) { return at.node().Tag().ends_with(substituted_mark); }

bool is_plain(const yaml::reader& at) {
  return at.node().Tag() == plain_tag || at.node().Tag() == std::string(plain_tag) + std::string(substituted_mark);
}

}  // namespace leadrelay::config
