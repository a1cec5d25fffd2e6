#include <iostream>
#include <optional>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/dead_letter_page.hpp"
#include "cli/dead_letters_command.hpp"
#include "cli/usage.hpp"
#include "dead_letters/letter_log.hpp"

namespace leadrelay::cli {
namespace {

struct position {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

std::optional<position> parse_position(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const auto partition = parse_whole_number<std::int32_t>(text.substr(0, colon), 0, std::numeric_limits<std::int32_t>::max());
  const auto offset = parse_whole_number<std::int64_t>(text.substr(colon + 1), 0, std::numeric_limits<std::int64_t>::max());
  if (!partition || !offset) return std::nullopt;
  return position{*partition, *offset};
}

int fail(const std::string& what, int code) {
  std::cerr << "leadrelay dead-letters show: " << what << '\n';
  return code;
}

/// What is wrong with the position, and what would be right; empty where the log may hold it.
std::string refuse(const position& at, const std::vector<kafka::log_span>& partitions, const std::string& topic) {
  const std::string text = "`" + std::to_string(at.partition) + ":" + std::to_string(at.offset) + "`: ";
  if (static_cast<std::size_t>(at.partition) >= partitions.size())
    return text + "topic \"" + topic + "\" has no partition " + std::to_string(at.partition) + ", expected one from 0 to " +
           std::to_string(partitions.size() - 1);
  const kafka::log_span& in = partitions[static_cast<std::size_t>(at.partition)];
  const std::string where = "partition " + std::to_string(at.partition) + " of topic \"" + topic + "\" ";
  if (in.begin == in.end) return text + where + "holds no dead letters";
  if (at.offset < in.begin || at.offset >= in.end)
    return text + where + "holds the offsets from " + std::to_string(in.begin) + " to " + std::to_string(in.end - 1);
  return {};
}

struct found {
  std::optional<events::record> record;
  std::uint64_t count = 0;  ///< of letters with the id
};

kafka::made<found> find_position(dead_letters::letter_log& log, const position& at) {
  found out;
  const kafka::topic_partition partition{log.topic(), at.partition};
  const auto failed = log.scanner().scan({partition, at.offset, at.offset + 1}, [&](events::record&& record) {
    if (record.offset == at.offset) out.record = std::move(record);
    return false;
  });
  if (failed) return kafka::refusal{failed->what};
  return out;
}

kafka::made<found> find_id(dead_letters::letter_log& log, const std::string& id, std::uint64_t max_record) {
  found out;
  for (const kafka::log_span& each : log.partitions()) {
    const auto failed = log.scanner().scan(each, [&](events::record&& record) {
      if (dead_letters::read_letter_record(record, max_record).event_id() != id) return true;
      ++out.count;
      if (!out.record || record.timestamp_ms >= out.record->timestamp_ms) out.record = std::move(record);
      return true;
    });
    if (failed) return kafka::refusal{failed->what};
  }
  return out;
}

int show(const dead_letters_show_options& options, const config::configuration& by, dead_letters::letter_log& log) {
  const auto at = parse_position(options.which);
  if (at)
    if (const std::string wrong = refuse(*at, log.partitions(), log.topic()); !wrong.empty()) return fail(wrong, exit_usage);
  const auto letter = at ? find_position(log, *at) : find_id(log, options.which, by.max_record);
  if (!letter) return fail(letter.error().what, exit_failed);
  if (!letter->record) {
    const std::string what = "`" + printable(options.which) + "`: ";
    if (at) return fail(what + "there is no dead letter at this offset", exit_usage);
    return fail(what + "no dead letter is of an event with this id, expected PARTITION:OFFSET as in 3:1042, or an event's id", exit_usage);
  }
  dead_letters::replay_book book(log.topic());
  if (const auto failed = read_book(log.scanner(), dead_letters::book_topic_of(by), book)) return fail(failed->what, exit_failed);
  const auto strangers = log.find_strangers(book);
  if (!strangers) return fail(strangers.error().what, exit_failed);
  for (const auto& one : *strangers) book.forget(one.partition);
  const events::record& record = *letter->record;
  const dead_letters::read_letter_record one(record, by.max_record);
  const dead_letter_page page(by, one, book.contains(record.partition, record.offset), options.reveal);
  std::cout << (options.json ? page.json(log.topic()) + "\n" : page.text(log.topic()));
  if (letter->count > 1) std::cerr << letter->count << " dead letters are of this event; this is the newest\n";
  return exit_well;
}

}  // namespace

int dead_letters_show(const dead_letters_show_options& options) {
  const auto configuration = load_configuration(options.config, look::at_properties);
  if (!configuration) return exit_usage;
  auto log = dead_letters::letter_log::open(*configuration);
  if (!log) return fail(log.error().what, exit_failed);
  return show(options, *configuration, *log);
}

}  // namespace leadrelay::cli
