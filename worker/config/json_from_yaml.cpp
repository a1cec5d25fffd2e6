#include "config/json_from_yaml.hpp"

#include <string>

#include "config/environment.hpp"

namespace leadrelay::config {
namespace {

constexpr int most_nodes = 10'000;

/// What a plain scalar is: JSON's own literals and numbers, else a text.
json::value plain_scalar(const std::string& text, json::document::AllocatorType& allocator) {
  if (text == "~" || text.empty()) return json::value();
  if (auto parsed = json::parse(text); parsed && !parsed->IsString() && !parsed->IsObject() && !parsed->IsArray())
    return json::value(*parsed, allocator);
  return json::value(text, allocator);
}

class converter {
 public:
  explicit converter(json::document::AllocatorType& allocator) : allocator_(allocator) {}

  bool convert(const yaml::reader& from, int level, json::value& into) {
    if (level > json::most_levels || ++nodes_ > most_nodes) {
      from.fail("is nested too deep or too large, or an alias leads back to itself");
      return false;
    }
    if (from.is_scalar()) {
      into = is_plain(from) ? plain_scalar(from.node().Scalar(), allocator_) : json::value(from.node().Scalar(), allocator_);
      return true;
    }
    if (from.is_list()) return convert_list(from, level, into);
    if (from.is_map()) return convert_map(from, level, into);
    return true;  // null
  }

 private:
  bool convert_list(const yaml::reader& from, int level, json::value& into) {
    into.SetArray();
    bool good = true;
    from.each_item([&](std::size_t, const yaml::reader& item) {
      json::value made;
      good = good && convert(item, level + 1, made);
      into.PushBack(made, allocator_);
    });
    return good;
  }

  bool convert_map(const yaml::reader& from, int level, json::value& into) {
    into.SetObject();
    bool good = from.expect_map();
    from.each_member([&](const std::string& key, const yaml::reader&, const yaml::reader& item) {
      json::value made;
      good = good && convert(item, level + 1, made);
      into.AddMember(json::value(key, allocator_), made, allocator_);
    });
    return good;
  }

  json::document::AllocatorType& allocator_;
  int nodes_ = 0;
};

}  // namespace

std::optional<json::document> json_from_yaml(const yaml::reader& from) {
  json::document out;
  json::value made;
  if (!converter(out.GetAllocator()).convert(from, 0, made)) return std::nullopt;
  static_cast<json::value&>(out) = made;
  return out;
}

}  // namespace leadrelay::config
