#include "support/load.hpp"

#include <map>
#include <set>

#include "support/events.hpp"

namespace leadrelay::integration {
namespace {

constexpr std::size_t most_told = 5;

std::string noted_lead(unsigned lead) { return "noted-" + std::to_string(lead); }
std::string note_of(unsigned lead, unsigned number) { return "note " + std::to_string(lead) + "." + std::to_string(number); }
std::string note_event_id(unsigned lead, unsigned number) { return "n" + std::to_string(lead) + "-" + std::to_string(number); }

void write_notes(scenario& world, const load& what, unsigned number) {
  for (unsigned lead = 0; lead < what.noted_leads; ++lead) {
    const std::string changes = R"({"note":")" + note_of(lead, number) + "\"}";
    world.writer().write(world.topic(), lead_change{note_event_id(lead, number), octanist_account, noted_lead(lead), changes, "", ""}.record());
  }
}

void write_changes(scenario& world, const load& what, unsigned number) {
  for (unsigned lead = 0; lead < what.leads; ++lead) {
    const std::string sequence = std::to_string(number);
    const std::string id = std::to_string(lead) + "-" + sequence;
    const std::string changes = R"({"properties":{"seq":)" + sequence + "}}";
    world.writer().write(world.topic(), lead_change{id, orwel_account, uuid_of(lead), changes, "", ""}.record());
  }
}

/// How often each note stands at each lead.
std::map<std::string, int> notes_at_provider(const scenario& world) {
  std::map<std::string, int> out;
  const json::document leads = world.sandbox().leads("octanist");
  for (const auto& lead : leads.GetObject())
    if (const json::value* notes = json::find(lead.value, "notes"))
      for (const json::value& note : notes->GetArray()) ++out[std::string(json::text(note))];
  return out;
}

}  // namespace

std::vector<account_config> accounts_of(const scenario& world, int concurrency) {
  account_config orwel = world.account(orwel_account, "orwel");
  account_config octanist = world.account(octanist_account, "octanist");
  orwel.concurrency = octanist.concurrency = concurrency / 2;
  return {orwel, octanist};
}

void write_load(scenario& world, const load& what) {
  for (unsigned number = 1; number <= std::max(what.changes, what.notes); ++number) {
    if (number <= what.changes) write_changes(world, what, number);
    if (number <= what.notes) write_notes(world, what, number);
  }
  world.writer().flush();
}

std::vector<std::string> unfinished_leads(const scenario& world, const load& what) {
  const json::document leads = world.sandbox().leads("orwel");
  std::vector<std::string> out;
  for (unsigned lead = 0; lead < what.leads && out.size() < most_told; ++lead) {
    const json::value* state = json::find(leads, uuid_of(lead));
    const int sequence = state ? (*state)["properties"]["seq"].GetInt() : 0;
    if (sequence != static_cast<int>(what.changes)) out.push_back("lead " + std::to_string(lead) + " is at " + std::to_string(sequence));
  }
  return out;
}

std::vector<std::string> wrong_notes(const scenario& world, const load& what) {
  std::set<std::string> unknown;
  for (const kafka_record& letter : world.dead_letters())
    if (letter.header("leadrelay.reason") == "outcome_unknown") unknown.insert(letter.header("leadrelay.event_id").value_or(""));
  const std::map<std::string, int> at_provider = notes_at_provider(world);
  std::vector<std::string> out;
  for (unsigned lead = 0; lead < what.noted_leads; ++lead)
    for (unsigned number = 1; number <= what.notes && out.size() < most_told; ++number) {
      const auto found = at_provider.find(note_of(lead, number));
      const int count = found == at_provider.end() ? 0 : found->second;
      if (count > 1) out.push_back(note_of(lead, number) + " stands " + std::to_string(count) + " times");
      if (count == 0 && !unknown.contains(note_event_id(lead, number))) out.push_back(note_of(lead, number) + " is nowhere");
    }
  return out;
}

std::uint64_t count_of_both(const scenario& world, const std::string& counter) {
  return world.sandbox().count("orwel", counter) + world.sandbox().count("octanist", counter);
}

}  // namespace leadrelay::integration
