// Ten thousand records that are no lead changes, of every kind that could hurt: the worker lives, and each is in the dead letters with
// its bytes and a reason that fits.
#include <functional>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>

#include "support/environment.hpp"
#include "support/events.hpp"
#include "support/kafka_reader.hpp"
#include "support/scenario.hpp"
#include "support/worker_process.hpp"

namespace leadrelay::integration {
namespace {

using std::chrono::seconds;
using random = std::mt19937;
using bytes = std::optional<std::string>;

/// One kind of bad record, and the reasons that would be right for it.
struct kind {
  std::string name;
  int count;
  std::function<bytes(random&, int)> make;
  std::set<std::string> reasons;
};

std::string valid_event(int number) {
  lead_change event{"event-" + std::to_string(number), "acme", uuid_of(static_cast<unsigned>(number)), "", "", ""};
  event.changes = R"({"properties":{"seq":)" + std::to_string(number) +
                  R"(,"note":"caf\u00e9 ünïcode \ud83d\ude00"},"summary":{"a":[1,2,{"b":null}]}})";
  return event.json();
}

std::string event_with(int number, const std::string& part, const std::string& instead) {
  std::string text = valid_event(number);
  const std::size_t begin = text.find(part);
  if (begin == std::string::npos) throw std::logic_error("the event has no " + part);
  return text.replace(begin, part.size(), instead);
}

std::string random_bytes(random& chance, int) {
  std::string made(1 + chance() % 600, '\0');
  for (char& each : made) each = static_cast<char>(chance());
  return made;
}

std::string truncated(random& chance, int number) {
  const std::string whole = valid_event(number);
  return whole.substr(0, 1 + chance() % (whole.size() - 1));
}

std::string wrong_types(random&, int number) {
  static const std::vector<std::pair<std::string, std::string>> changes{
      {R"("account":"acme")", R"("account":5)"},
      {R"("account":"acme")", R"("account":"")"},
      {R"("account":"acme",)", ""},
      {R"("changes":{)", R"("changes":[],"other":{)"},
      {R"("changes":{)", R"("changes":"text","other":{)"},
      {R"("changes":{)", R"("unknown":{)"},
      {R"("lead":{)", R"("lead":["id"],"other":{)"},
      {R"("lead":{)", R"("other":{)"},
      {R"("lead":{"id":)", R"("lead":{"nothing":)"},
      {R"("lead":{"id":)", R"("lead":{"id":7,"other":)"},
      {R"({"id":)", R"({"id":null,"other":)"},
      {R"({"id":)", R"({"id":"","other":)"},
      {R"({"id":)", R"({"id":["a"],"other":)"},
      {R"({"id":)", R"({"native":[1],"id":)"},
      {R"({"id":)", R"({"snapshot":3,"id":)"},
  };
  const auto& [part, instead] = changes[static_cast<std::size_t>(number) % changes.size()];
  return event_with(number, part, instead);
}

std::string not_objects(random&, int number) {
  static const std::vector<std::string> texts{"7", "null", "true", "\"text\"", "[]", "[{}]", "{}", "-0.5e3", " [1,2] "};
  return texts[static_cast<std::size_t>(number) % texts.size()];
}

std::string wrong_fields(random&, int number) {
  static const std::vector<std::string> properties{"7", "\"text\"", "[1]", "true"};
  return event_with(number, R"("changes":{"properties":{)",
                    R"("changes":{"company_id":"x","properties":)" + properties[static_cast<std::size_t>(number) % properties.size()] +
                        R"(},"other":{"p":{)");
}

std::string deep(random&, int number) {
  constexpr std::size_t levels = 200'000;
  switch (number % 4) {
    case 0: return std::string(levels, '[');
    case 1: return std::string(levels, '[') + std::string(levels, ']');
    case 2: {
      std::string objects;
      for (std::size_t i = 0; i < levels; ++i) objects += "{\"a\":";
      return objects;
    }
    default:
      return event_with(number, R"("summary":{)", R"("other":)" + std::string(levels, '[') + std::string(levels, ']') + R"(,"summary":{)");
  }
}

std::string huge(random& chance, int number) {
  constexpr std::size_t size = 2 << 20;
  if (number % 2) return event_with(number, R"("note":")", R"("note":")" + std::string(size, 'x'));
  std::string made(size, '\0');
  for (char& each : made) each = static_cast<char>(chance());
  return made;
}

std::string invalid_utf8(random&, int number) {
  static const std::vector<std::string> broken{
      "\xff", "\xc3(", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", std::string("\x80")};
  return event_with(number, "ünïcode", broken[static_cast<std::size_t>(number) % broken.size()]);
}

std::string lone_surrogates(random&, int number) { return event_with(number, R"(\ud83d\ude00)", number % 2 ? R"(\ud83d)" : R"(\ude00)"); }

std::string unknown_account(random&, int number) {
  static const std::vector<std::string> names{"nobody", "Acme", "acme ", "../acme", "acme\\u0000"};
  return event_with(number, R"("account":"acme")", R"("account":")" + names[static_cast<std::size_t>(number) % names.size()] + "\"");
}

std::vector<kind> kinds() {
  const std::set<std::string> undecodable{"undecodable"};
  const std::set<std::string> invalid_event{"invalid_event"};
  return {
      {"random_bytes", 3000, random_bytes, {"undecodable", "invalid_event"}},
      {"truncated", 2500, truncated, undecodable},
      {"wrong_types", 1200, wrong_types, invalid_event},
      {"not_objects", 300, not_objects, invalid_event},
      {"wrong_fields", 300, wrong_fields, {"invalid_field"}},
      {"deep", 40, deep, undecodable},
      {"huge", 10, huge, {"too_large"}},
      {"invalid_utf8", 1000, invalid_utf8, undecodable},
      {"lone_surrogates", 450, lone_surrogates, undecodable},
      {"unknown_account", 700, unknown_account, {"unknown_account"}},
      {"empty", 100, [](random&, int) { return bytes(""); }, {"undecodable", "invalid_event"}},
      {"tombstone", 400, [](random&, int) { return bytes(); }, invalid_event},
  };
}

/// Keys that are no text, too long, empty or absent.
bytes odd_key(random& chance, int number) {
  switch (number % 5) {
    case 0: return std::nullopt;
    case 1: return "";
    case 2: return random_bytes(chance, number);
    default: return "key-" + std::to_string(number % 500);
  }
}

int write_all(scenario& world) {
  random chance(20261121);
  int written = 0;
  for (const kind& each : kinds())
    for (int number = 0; number < each.count; ++number, ++written) {
      kafka_record record{odd_key(chance, number), each.make(chance, number), {{"kind", each.name}, {"no value", std::nullopt}}};
      record.partition = written % world.partitions();
      world.writer().write(world.topic(), record);
    }
  world.writer().flush();
  return written;
}

std::map<std::pair<std::string, std::string>, kafka_record> by_place(const std::vector<kafka_record>& dead) {
  std::map<std::pair<std::string, std::string>, kafka_record> found;
  for (const kafka_record& letter : dead)
    found.emplace(std::pair(letter.header("leadrelay.partition").value_or(""), letter.header("leadrelay.offset").value_or("")), letter);
  return found;
}

/// Every record of the topic, but for the good ones that carry no `kind`, has its dead letter.
void expect_every_record_dead(const scenario& world, int bad) {
  std::map<std::string, std::set<std::string>> reasons;
  for (const kind& each : kinds()) reasons[each.name] = each.reasons;
  const auto dead = world.dead_letters();
  EXPECT_EQ(dead.size(), static_cast<std::size_t>(bad));
  const auto letters = by_place(dead);
  int wrong = 0;
  for (const kafka_record& source : read_topic(world.bootstrap(), world.topic())) {
    const auto name = source.header("kind");
    if (!name || wrong > 10) continue;
    const auto found = letters.find({std::to_string(source.partition), std::to_string(source.offset)});
    if (found == letters.end()) {
      ADD_FAILURE() << *name << " at " << source.partition << "/" << source.offset << " has no dead letter";
      ++wrong;
      continue;
    }
    const kafka_record& letter = found->second;
    const std::string reason = letter.header("leadrelay.reason").value_or("(none)");
    const bool intact = letter.key == source.key && letter.value == source.value && letter.header("kind") == name;
    if (intact && reasons[*name].contains(reason)) continue;
    ADD_FAILURE() << *name << " at " << source.partition << "/" << source.offset << ": " << reason << ": "
                  << letter.header("leadrelay.detail").value_or("") << (intact ? "" : "; its bytes are not the record's");
    ++wrong;
  }
}

TEST(malformed_records, every_one_is_a_dead_letter_with_its_bytes_and_the_worker_lives) {
  scenario world("malformed");
  const int bad = write_all(world);
  EXPECT_EQ(bad, 10'000);
  for (unsigned lead = 0; lead < 20; ++lead) {
    lead_change good{"good-" + std::to_string(lead), "acme", uuid_of(lead), R"({"properties":{"seq":1}})", "", ""};
    world.writer().write(world.topic(), good.record());
  }
  world.writer().flush();

  worker_process worker(world.config({world.account("acme", "orwel")}));
  ASSERT_TRUE(eventually(
      seconds{180}, [&] { return !worker.child().running() || world.lag() == 0; }, std::chrono::milliseconds{200}))
      << "lag " << world.lag() << "\n"
      << worker.log();
  ASSERT_TRUE(worker.child().running()) << worker.log();
  EXPECT_EQ(world.sandbox().leads("orwel").MemberCount(), 20u);
  EXPECT_EQ(world.sandbox().count("orwel", "requests"), 20u);
  EXPECT_EQ(worker.stop().code, 0) << worker.log();
  expect_every_record_dead(world, bad);
}

}  // namespace
}  // namespace leadrelay::integration
