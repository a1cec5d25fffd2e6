#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>
#include <utility>

#include "config/account.hpp"
#include "config/configuration.hpp"
#include "config/environment.hpp"
#include "config/files.hpp"
#include "config/raw_text.hpp"
#include "config/sections.hpp"
#include "config/tracing.hpp"

namespace leadrelay::config {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

void read_catalogue(const yaml::reader& root, configuration& into, yaml::issues& issues) {
  std::optional<std::string> directory;
  if (const auto at = root.get("providers_dir")) {
    if (at->is_null() || (at->is_scalar() && at->node().Scalar().empty())) {
      at->fail("is empty, expected a folder");
    } else if (const auto text = at->text()) {
      directory = beside(*at, *text);
      std::error_code ignored;
      if (!std::filesystem::is_directory(*directory, ignored)) {
        at->fail("no such folder: " + *directory);
        directory.reset();
      }
    }
  }
  if (directory) into.seen.merge(look_at_files({*directory}));
  into.catalogue = providers::catalogue::load(directory, issues);
  into.providers_dir = std::move(directory);
}

constexpr std::size_t longest_topic = 249;

/// The parked changes of an account have topics of their own, whose names Kafka bounds to 249 characters.
void check_parked_topics(const std::string& account, const yaml::reader& key, const configuration& in) {
  if (account.size() > 100 || !find_kafka(in, "group.id")) return;
  const auto is_long = [&](const std::string& source) { return in.parked_topic(account, source).size() > longest_topic; };
  if (std::ranges::any_of(in.topics.lead_changes, is_long))
    key.fail(
        "is too long beside kafka.group.id: the topic for its parked changes, GROUP.parked.ACCOUNT (with .TOPIC where lead_changes are "
        "several), may have 249 characters");
}

/// Names of topics by what Kafka tells them apart by: it takes no two that differ in `.` and `_` alone.
class topic_names {
 public:
  explicit topic_names(const topics& of) {
    for (const std::string& each : of.lead_changes) add(each, "topics.lead_changes");
    add(of.dead_letters, "topics.dead_letters");
    if (of.results) add(*of.results, "topics.results");
  }

  /// Whose the name is already; empty where it is nobody's, and then `whose`.
  std::string add(std::string name, const std::string& whose) {
    std::ranges::replace(name, '.', '_');
    const auto [found, is_new] = names_.try_emplace(std::move(name), whose);
    return is_new ? std::string() : found->second;
  }

 private:
  std::map<std::string, std::string> names_;
};

void check_topics_differ(const std::string& account, const yaml::reader& key, const configuration& in, topic_names& known) {
  if (!find_kafka(in, "group.id")) return;
  for (const std::string& source : in.topics.lead_changes) {
    const std::string name = in.parked_topic(account, source);
    if (const std::string other = known.add(name, "accounts." + account); !other.empty())
      key.fail("its topic for parked changes, " + name + ", is that of " + other + " but for `.` and `_`; expected another name");
  }
}

void read_accounts(const yaml::reader& at, configuration& into) {
  if (!at.is_map()) {
    at.expect_map();
    return;
  }
  at.expect_map();
  if (at.size() == 0) at.fail("is empty, expected at least one account");
  topic_names known(into.topics);
  at.each_member([&](const std::string& name, const yaml::reader& key, const yaml::reader& value) {
    check_parked_topics(name, key, into);
    check_topics_differ(name, key, into, known);
    account_references& references = into.references.emplace_back();
    auto made = read_account(name, key, value, into.catalogue, references);
    if (!made) return;
    into.seen.insert(made->tls_seen.begin(), made->tls_seen.end());
    into.accounts.push_back(std::move(*made));
  });
  std::vector<providers::plan*> plans;
  for (account& each : into.accounts) plans.push_back(&each.plan);
  providers::share_tables(plans);
}

void read_sizes(const yaml::reader& root, configuration& into) {
  const auto threads = root.get("threads");
  if (threads) into.threads = static_cast<int>(threads->integer(1, 256).value_or(into.threads));
  const auto memory = root.get("memory");
  if (memory) into.memory = memory->bytes(16 * mebibyte, mebibyte * mebibyte).value_or(into.memory);
  const auto max_record = root.get("max_record");
  if (max_record) into.max_record = max_record->bytes(1 << 10, 512 * mebibyte).value_or(into.max_record);
  if (into.max_record > into.memory / 4)
    max_record.value_or(root).fail(yaml::format_bytes(into.max_record) + " is more than a quarter of memory, " +
                                   yaml::format_bytes(into.memory));
}

void read_rest(const yaml::reader& root, configuration& into) {
  if (const auto admin = root.get("admin")) read_admin(*admin, into.admin);
  if (const auto log = root.get("log")) read_log(*log, into.log);
  if (const auto grace = root.get("grace")) into.grace = grace->time(duration{0}, std::chrono::hours{1}).value_or(into.grace);
  const auto order = root.get("order_by");
  if (order && order->one_of({"key", "lead"}).value_or(0) == 1) into.order = events::order_by::lead;
}

void read_root(const yaml::reader& root, configuration& into, yaml::issues& issues) {
  root.expect_keys(
      {"kafka", "topics", "accounts", "admin", "threads", "memory", "max_record", "grace", "order_by", "providers_dir", "log", "tracing"});
  if (!root.is_map()) return;
  read_catalogue(root, into, issues);
  if (const auto kafka = root.require("kafka")) read_kafka(*kafka, into);
  if (const auto topics = root.require("topics")) read_topics(*topics, into.topics);
  if (const auto accounts = root.require("accounts")) read_accounts(accounts->undivided(), into);
  read_sizes(root, into);
  read_rest(root, into);
  if (const auto tracing = root.get("tracing")) into.tracing = read_tracing(*tracing);
}

std::string_view line_of(std::string_view text, int number) {
  for (; number > 1; --number) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

std::optional<YAML::Node> parse(const named_text& file, yaml::issues& into) {
  yaml::issues found;
  auto root = yaml::parse(file.text, file.name, found);
  for (yaml::issue each : found.all()) {
    if (line_of(file.text, each.line).find("${") != std::string_view::npos) each.what += "; within { } and [ ] a ${NAME} stands in quotes";
    into.add(std::move(each));
  }
  return root;
}

/// Nothing where the text is no YAML, or no map though it is one of several.
std::optional<YAML::Node> parse_part(const named_text& file, bool is_whole, yaml::issues& into, yaml::issues& unset) {
  if (!check_raw_text(file.text, file.name, into)) return std::nullopt;
  auto root = parse(file, into);
  if (!root) return root;
  substitute(*root, file.name, of_process(), unset);
  if (!is_whole && !root->IsMap()) {
    yaml::reader(*root, "", file.name, into).expect_map();
    root.reset();
  }
  return root;
}

/// Adds both, but of what has been found of values whose variables are not known nothing.
void add_once(const yaml::issues& unset, const yaml::issues& found, yaml::issues& into) {
  const auto place_of = [](const yaml::issue& each) { return std::tuple(each.file, each.line, each.column); };
  std::set<std::tuple<std::string, int, int>> places;
  for (const yaml::issue& each : unset.all()) {
    places.insert(place_of(each));
    into.add(each);
  }
  for (const yaml::issue& each : found.all())
    if (!places.contains(place_of(each))) into.add(each);
}

/// The files' texts as one configuration; nothing where one of them is no YAML at all.
std::optional<configuration> read_texts(const std::vector<named_text>& files, yaml::issues& into) {
  yaml::issues unset;
  std::vector<yaml::parsed_file> parsed;
  for (const named_text& file : files)
    if (const auto root = parse_part(file, files.size() == 1, into, unset)) parsed.push_back({&file.name, *root});
  std::optional<configuration> out;
  yaml::issues found;
  if (!parsed.empty() && parsed.size() == files.size()) read_root(yaml::reader(parsed, found), out.emplace(), found);
  add_once(unset, found, into);
  if (out)
    for (const named_text& file : files) out->files.push_back(file.name);
  return out;
}

std::optional<configuration> when_good(std::optional<configuration> read, const yaml::issues& found) {
  if (!found.good()) read.reset();
  return read;
}

}  // namespace

std::string configuration::parked_topic(const std::string& account, const std::string& source) const {
  const std::string* group = find_kafka(*this, "group.id");
  const std::string of_account = (group ? *group : std::string()) + ".parked." + account;
  return topics.lead_changes.size() > 1 ? of_account + "." + source : of_account;
}

std::optional<configuration> load_text(const std::string& text, const std::string& file, yaml::issues& into) {
  return when_good(read_texts({{file, text}}, into), into);
}

std::optional<configuration> load_files(const std::vector<std::string>& paths, yaml::issues& into) {
  return when_good(read_files(paths, into), into);
}

std::optional<configuration> read_files(const std::vector<std::string>& paths, yaml::issues& into) {
  auto files = find_files(paths, into);
  if (!files) return std::nullopt;
  auto out = read_texts(files->texts, into);
  if (!out) return out;
  out->folders = files->folders;
  out->seen.merge(files->seen);
  return out;
}

}  // namespace leadrelay::config
