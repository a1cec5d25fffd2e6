#include "sandbox/book.hpp"

#include "harness.hpp"

namespace leadrelay::sandbox {
namespace {

TEST(lead, items_are_appended_to_an_array) {
  lead entry;
  entry.append_items("list", "[1]");
  entry.append_items("list", "[]");
  entry.append_items("list", "[2,[3]]");
  EXPECT_EQ(*entry.find("list"), "[1,2,[3]]");
}

TEST(lead, items_appended_to_an_empty_array_or_to_none_are_alone) {
  lead entry;
  entry.set("empty", "[]");
  entry.append_items("empty", "[1]");
  entry.set("other", "null");
  entry.append_items("other", "[1]");
  EXPECT_EQ(*entry.find("empty"), "[1]");
  EXPECT_EQ(*entry.find("other"), "[1]");
}

TEST(book, seeded_lead_keeps_its_birth_and_leaves_out_what_the_provider_gives) {
  book leads;
  const auto json = parsed(R"({"id":"x","createdAt":"2020-01-01T00:00:00Z","modifiedAt":"x","email":"a"})");
  const lead& entry = leads.seed("a", json, "now");
  EXPECT_EQ(entry.created, "2020-01-01T00:00:00.000Z");
  EXPECT_EQ(entry.updated, "now");
  ASSERT_EQ(entry.fields.size(), 1u);
  EXPECT_EQ(entry.fields[0].name, "email");
}

TEST(book, lead_whose_identifier_has_changed_is_not_found_by_the_old_one) {
  book leads;
  leads.index(leads.seed("a", parsed(R"({"email":"old"})"), ""));
  leads.index(leads.seed("a", parsed(R"({"email":"new"})"), ""));
  EXPECT_TRUE(leads.find_by("email", "old").empty());
  EXPECT_EQ(leads.find_by("email", "new").size(), 1u);
  EXPECT_TRUE(leads.find_by("phone", "new").empty());
}

TEST(json_text, bytes_that_are_not_utf8_become_visible) {
  std::string out;
  append_json_text(out, "a\xff\"");
  EXPECT_EQ(parsed(out), json::value("a\\xFF\""));
}

}  // namespace
}  // namespace leadrelay::sandbox
