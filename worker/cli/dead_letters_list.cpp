#include <chrono>
#include <iostream>

#include "base/date_time.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/dead_letters_command.hpp"
#include "cli/json_object.hpp"
#include "cli/table.hpp"
#include "dead_letters/groups.hpp"
#include "dead_letters/letter_log.hpp"

namespace leadrelay::cli {
namespace {

using dead_letters::summary;

std::string time_text(std::int64_t ms) { return ms < 0 ? "-" : format_date_time(wall_time(std::chrono::milliseconds(ms))); }

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string json_time(std::int64_t ms) { return ms < 0 ? "" : time_text(ms); }

std::string json_of(const dead_letters::group& of) {
  json_object out;
  out.add("kind", "group").add("reason", of.reason).add("account", of.account);
  out.add("count", static_cast<std::int64_t>(of.count)).add("replayed", static_cast<std::int64_t>(of.replayed));
  return out.add("first", json_time(of.first_ms)).add("last", json_time(of.last_ms)).text();
}

std::string json_of(const summary& of) {
  json_object out;
  out.add("kind", "dead_letter").add("partition", of.partition).add("offset", of.offset).add("time", json_time(of.time_ms));
  out.add("reason", of.reason).add("account", of.account).add("provider", of.provider).add("event_id", of.event_id).add("lead", of.lead);
  if (!of.source_topic.empty()) {
    json_object source;
    source.add("topic", of.source_topic).add("partition", of.source_partition).add("offset", of.source_offset);
    out.add_raw("source", source.text());
  }
  return out.add("replays", of.replays).add_flag("replayed", of.replayed).text();
}

std::vector<std::string> row_of(const summary& of) {
  const std::string source =
      of.source_topic.empty() ? "-" : of.source_topic + "/" + std::to_string(of.source_partition) + "/" + std::to_string(of.source_offset);
  return {std::to_string(of.partition) + ":" + std::to_string(of.offset),
          time_text(of.time_ms),
          or_dash(of.reason),
          or_dash(of.account),
          or_dash(of.lead),
          or_dash(of.event_id),
          source,
          of.replayed ? "replayed" : "open"};
}

const std::vector<std::string> head_of_singles{"position", "died", "reason", "account", "lead", "event", "source", "state"};

/// One listing: the letters, what has been replayed of them, and what is asked for.
class listing {
 public:
  listing(const dead_letters_list_options& options, dead_letters::selection which, dead_letters::letter_log log)
      : options_(options),
        which_(std::move(which)),
        log_(std::move(log)),
        book_(log_.topic()),
        newest_(options.all ? 0 : static_cast<std::size_t>(options.limit)) {}

  kafka::step_result read(const std::string& book_topic) {
    if (auto failed = read_book(log_.scanner(), book_topic, book_)) return failed;
    const auto strangers = log_.find_strangers(book_);
    if (!strangers) return kafka::failed_step{strangers.error().what};
    for (const auto& one : *strangers) {
      std::cerr << "leadrelay dead-letters list: topic \"" << book_topic << "\" tells of a letter " << one.partition << ':' << one.offset
                << " that was replayed, which topic \"" << log_.topic() << "\" does not hold: was that made anew? Nothing in partition "
                << one.partition << " counts as replayed\n";
      book_.forget(one.partition);
    }
    if (which_.since)
      if (auto failed = log_.begin_at(*which_.since)) return failed;
    return each([this](const dead_letters::read_letter_record& one, bool replayed) {
      groups_.add(one, replayed);
      if (newest_.takes(one.record().timestamp_ms)) newest_.add(summarize(one, replayed));
    });
  }

  std::uint64_t count() const noexcept { return groups_.count(); }

  kafka::step_result print() {
    options_.json ? print_json() : print_text();
    if (!options_.all) return std::nullopt;
    return each([this](const dead_letters::read_letter_record& one, bool replayed) { print_one(summarize(one, replayed)); });
  }

 private:
  /// Goes on as long as somebody reads what is printed.
  kafka::step_result each(const std::function<void(const dead_letters::read_letter_record&, bool)>& visit) {
    return log_.read_all([&](const dead_letters::read_letter_record& one) {
      if (!std::cout) return false;
      if (!matches(which_, one)) return true;
      const bool replayed = book_.contains(one.record().partition, one.record().offset);
      if (!replayed || !options_.open) visit(one, replayed);
      return true;
    });
  }

  void print_json() {
    for (const auto& each : groups_.sorted()) std::cout << json_of(each) << '\n';
    for (const auto& each : newest_.take()) std::cout << json_of(each) << '\n';
  }

  void print_text() {
    std::cout << log_.topic() << ": " << grouped(groups_.count()) << " dead letter" << (groups_.count() == 1 ? "" : "s") << ", of which "
              << grouped(groups_.replayed()) << " replayed\n";
    if (groups_.count() == 0) return;
    table by_group({"count", "replayed", "reason", "account", "first", "last"}, {0, 1});
    for (const auto& each : groups_.sorted())
      by_group.add({grouped(each.count), grouped(each.replayed), or_dash(each.reason), or_dash(each.account), time_text(each.first_ms),
                    time_text(each.last_ms)});
    std::cout << '\n';
    by_group.print(std::cout);
    const auto singles = newest_.take();
    if (!singles.empty()) {
      std::cout << "\nThe newest " << singles.size() << ":\n";
      table by_one(head_of_singles, {});
      for (const auto& each : singles) by_one.add(row_of(each));
      by_one.print(std::cout);
    }
    if (options_.all) std::cout << "\nAll, partition by partition:\n";
  }

  /// Without columns' widths, which would take all of them to know.
  void print_one(const summary& of) const {
    if (options_.json) {
      std::cout << json_of(of) << '\n';
      return;
    }
    std::string line;
    for (const std::string& cell : row_of(of)) line += (line.empty() ? "" : "  ") + cell;
    std::cout << line << '\n';
  }

  const dead_letters_list_options& options_;
  dead_letters::selection which_;
  dead_letters::letter_log log_;
  dead_letters::replay_book book_;
  dead_letters::groups groups_;
  dead_letters::newest newest_;
};

int fail(const std::string& what, int code) {
  std::cerr << "leadrelay dead-letters list: " << what << '\n';
  return code;
}

}  // namespace

int dead_letters_list(const dead_letters_list_options& options) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto which = read_filters(options.filters, now);
  if (!which) return fail(which.error().detail, exit_usage);
  const auto configuration = load_configuration(options.config, look::at_properties);
  if (!configuration) return exit_usage;
  auto log = dead_letters::letter_log::open(*configuration);
  if (!log) return fail(log.error().what, exit_failed);
  listing list(options, *which, std::move(*log));
  if (const auto failed = list.read(dead_letters::book_topic_of(*configuration))) return fail(failed->what, exit_failed);
  if (list.count() == 0)
    if (const std::string unknown = tell_unknown_account(*which, *configuration); !unknown.empty()) return fail(unknown, exit_usage);
  if (const auto failed = list.print()) return fail(failed->what, exit_failed);
  return exit_well;
}

}  // namespace leadrelay::cli
