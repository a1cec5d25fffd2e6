#include "support/dead_letters.hpp"

#include <sstream>

#include "base/json.hpp"
#include "support/environment.hpp"
#include "support/kafka_reader.hpp"

namespace leadrelay::integration {
namespace {

kafka_record change_of(const std::string& lead, const std::string& id, std::int32_t partition) {
  kafka_record out = lead_change{id, dead_letter_world::account, lead, R"({"properties":{"seq":1}})", "", ""}.record();
  out.partition = partition;
  out.headers = {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, {"empty", std::nullopt}};
  return out;
}

}  // namespace

kafka_record dead_letter_of(const kafka_record& original, const std::string& topic, std::int32_t partition, std::int64_t offset,
                            const std::string& account, const std::string& reason) {
  kafka_record out = original;
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"reason", reason},
                                                                                    {"detail", "HTTP 422: refused"},
                                                                                    {"account", account},
                                                                                    {"provider", "orwel"},
                                                                                    {"topic", topic},
                                                                                    {"partition", std::to_string(partition)},
                                                                                    {"offset", std::to_string(offset)},
                                                                                    {"attempts", "1"},
                                                                                    {"http_status", "422"},
                                                                                    {"response", R"({"error":"refused"})"}})
    if (!value.empty()) out.headers.emplace_back("leadrelay." + name, value);
  return out;
}

dead_letter_world::dead_letter_world(const std::string& name, int partitions)
    : world_(name, partitions),
      config_(directory_.file("leadrelay.yaml")),
      next_(static_cast<std::size_t>(partitions), 0) {
  write_file(config_, world_.config({world_.account(account, "orwel")}).yaml());
}

dead_letter_world::~dead_letter_world() {
  try {
    if (world_.admin().topic_exists(book_topic())) world_.admin().delete_topic(book_topic());
  } catch (const std::exception&) {}
}

std::int64_t dead_letter_world::write_change(const std::string& lead, const std::string& id, std::int32_t partition) {
  world_.writer().write(world_.topic(), change_of(lead, id, partition));
  return next_[static_cast<std::size_t>(partition)]++;
}

std::int64_t dead_letter_world::write_dead(const std::string& lead, const std::string& id, std::int32_t partition,
                                           const std::string& reason) {
  const std::int64_t offset = write_change(lead, id, partition);
  world_.writer().write(world_.dead_topic(),
                        dead_letter_of(change_of(lead, id, partition), world_.topic(), partition, offset, account, reason));
  return offset;
}

std::vector<std::string> dead_letter_world::arguments(const std::string& command, const std::vector<std::string>& more) const {
  std::vector<std::string> out{leadrelay_binary(), "dead-letters", command, "--config", config_};
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

command_result dead_letter_world::run(const std::string& command, const std::vector<std::string>& more) {
  return run_command(arguments(command, more), {}, std::chrono::seconds{120});
}

std::vector<kafka_record> dead_letter_world::replayed() const {
  std::vector<kafka_record> out;
  for (kafka_record& each : read_topic(world_.bootstrap(), world_.topic()))
    if (each.header("leadrelay.replays")) out.push_back(std::move(each));
  return out;
}

std::vector<std::string> dead_letter_world::replayed_ids() const {
  std::vector<std::string> out;
  for (const kafka_record& each : replayed()) {
    const auto event = json::parse(each.value.value_or(""));
    out.push_back(event ? std::string(json::text((*event)["id"])) : "(no event)");
  }
  return out;
}

std::vector<std::string> members_of(const std::string& lines, const std::string& kind, const std::string& member) {
  std::vector<std::string> out;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const auto object = json::parse(line);
    if (!object || !object->IsObject() || json::text((*object)["kind"]) != kind) continue;
    const json::value* const found = json::find(*object, member);
    if (found) out.push_back(found->IsString() ? std::string(json::text(*found)) : json::serialize(*found));
  }
  return out;
}

}  // namespace leadrelay::integration
