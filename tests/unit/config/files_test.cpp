#include "config/files.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/config_support.hpp"

namespace leadrelay::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

const std::string base = "kafka:\n  bootstrap.servers: b\n  group.id: g\n" + topics_part;

/// An account on lines 2 to 4.
std::string account_part(const std::string& name, const std::string& more = "") {
  return "accounts:\n  " + name + ":\n    provider: perch\n    credential: { env: KEY }\n" + more;
}

class several_files : public testing::Test {
 protected:
  /// The issues, with files relative to the folder.
  std::vector<std::string> load(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(in.path(name));
    yaml::issues issues;
    read = load_files(paths, issues);
    EXPECT_EQ(read.has_value(), issues.good());
    std::vector<std::string> out;
    for (const auto& issue : issues.all()) out.push_back(relative(issue.text()));
    return out;
  }

  std::string relative(std::string text) const {
    const std::string folder = in.path();
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) text.erase(at, folder.size());
    return text;
  }

  std::vector<std::string> relative(std::vector<std::string> texts) const {
    for (std::string& each : texts) each = relative(each);
    return texts;
  }

  std::vector<std::string> account_names() const {
    std::vector<std::string> out;
    for (const account& each : read->accounts) out.push_back(each.name);
    return out;
  }

  const temporary_folder in;
  std::optional<configuration> read;
};

TEST_F(several_files, accounts_of_all_files_are_read) {
  in.write("base.yaml", base + account_part("a"));
  in.write("sales.yaml", account_part("b") + "threads: 3\n");
  in.write("support.yaml", account_part("c"));
  EXPECT_THAT(load({"base.yaml", "sales.yaml", "support.yaml"}), IsEmpty());
  EXPECT_THAT(account_names(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(read->threads, 3);
  EXPECT_THAT(relative(read->files), ElementsAre("base.yaml", "sales.yaml", "support.yaml"));
  EXPECT_THAT(read->folders, IsEmpty());
}

TEST_F(several_files, maps_are_merged_at_any_depth) {
  in.write("1.yaml", base + account_part("a") + "tracing:\n  endpoint: http://localhost:4318\n  headers: { One: 1 }\n");
  in.write("2.yaml", "kafka: { client.id: c }\ntracing: { queue: 7, headers: { Two: 2 }, sampling: { ratio: 0.5 } }\n");
  EXPECT_THAT(load({"1.yaml", "2.yaml"}), IsEmpty());
  EXPECT_THAT(read->kafka, ElementsAre(Pair("bootstrap.servers", "b"), Pair("group.id", "g"), Pair("client.id", "c")));
  ASSERT_TRUE(read->tracing);
  EXPECT_EQ(read->tracing->queue, 7);
  EXPECT_EQ(read->tracing->sampling.ratio, 0.5);
  ASSERT_EQ(read->tracing->headers.size(), 2u);
  EXPECT_EQ(read->tracing->headers[1].name, "Two");
  EXPECT_EQ(relative(read->tracing->headers[1].at.file), "2.yaml");
}

TEST_F(several_files, value_that_stands_in_two_files_is_told_with_both_places) {
  in.write("1.yaml", base + account_part("a") + "threads: 2\nlog: { level: info }\n");
  in.write("2.yaml", "threads: 2\nlog:\n  level: info\nkafka: { group.id: g }\ntopics: { lead_changes: [u] }\n");
  EXPECT_THAT(load({"1.yaml", "2.yaml"}), ElementsAre("2.yaml:1:1: threads: stands at 1.yaml:9:1 too, keep one",
                                                      "2.yaml:4:10: kafka.group.id: stands at 1.yaml:3:3 too, keep one",
                                                      "2.yaml:5:11: topics.lead_changes: stands at 1.yaml:4:11 too, keep one",
                                                      "2.yaml:3:3: log.level: stands at 1.yaml:10:8 too, keep one"));
}

TEST_F(several_files, map_beside_another_kind_is_told) {
  in.write("1.yaml", base + account_part("a") + "log: { level: info }\n");
  in.write("2.yaml", "log:\nkafka: []\n");
  EXPECT_THAT(load({"1.yaml", "2.yaml"}),
              ElementsAre("2.yaml:1:1: log: stands at 1.yaml:9:1 too, keep one", "2.yaml:2:1: kafka: stands at 1.yaml:1:1 too, keep one"));
}

TEST_F(several_files, account_stands_in_one_file) {
  in.write("1.yaml", base + account_part("acme", "    concurrency: 2\n"));
  in.write("2.yaml", "accounts:\n  acme: { limits: [] }\n  other: { provider: orwel, credential: { env: KEY } }\n");
  EXPECT_THAT(load({"1.yaml", "2.yaml"}), ElementsAre("2.yaml:2:3: accounts.acme: stands at 1.yaml:6:3 too, keep one"));
}

TEST_F(several_files, third_of_a_name_is_told_of_the_first) {
  for (const char* name : {"1.yaml", "2.yaml", "3.yaml"}) in.write(name, (name == std::string("1.yaml") ? base : "") + account_part("a"));
  const auto issues = load({"1.yaml", "2.yaml", "3.yaml"});
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_EQ(issues[1], "3.yaml:2:3: accounts.a: stands at 1.yaml:6:3 too, keep one");
}

TEST_F(several_files, every_message_keeps_its_own_file_and_place) {
  in.write("1.yaml", base + "\n\n\n\nthreads: 0\n");
  in.write("2.yaml", "accounts:\n  a: { provider: perc, credential: { env: KEY } }\nthread: 1\n");
  in.write("3.yaml", "memory: lots\n");
  EXPECT_THAT(load({"1.yaml", "2.yaml", "3.yaml"}),
              ElementsAre(HasSubstr("2.yaml:3:1: thread: unknown key, did you mean `threads`?"),
                          HasSubstr("2.yaml:2:18: accounts.a.provider: no such provider, did you mean `perch`?"),
                          HasSubstr("1.yaml:9:10: threads: expected a whole number"), HasSubstr("3.yaml:1:9: memory: expected a size")));
}

TEST_F(several_files, what_none_of_them_has_is_missing_in_all) {
  in.write("1.yaml", account_part("a"));
  in.write("2.yaml", topics_part);
  EXPECT_THAT(load({"1.yaml", "2.yaml"}), ElementsAre("1.yaml:1:1: `kafka` is missing, here and in 1 more file"));
}

TEST_F(several_files, relative_paths_are_taken_from_the_file_that_names_them) {
  in.write("one/1.yaml", base + "providers_dir: mine\n" + account_part("a", "    tls: { ca: ca.pem }\n"));
  in.write("one/mine/empty.txt", "");
  in.write("two/2.yaml", "accounts:\n  b: { provider: perch, credential: { file: key } }\n" +
                             std::string("tracing: { endpoint: 'https://localhost', tls: { ca: ca.pem } }\n"));
  EXPECT_THAT(load({"one/1.yaml", "two/2.yaml"}), IsEmpty());
  EXPECT_EQ(read->accounts.at(0).tls.ca_file, in.path("one/ca.pem"));
  EXPECT_EQ(read->accounts.at(1).credential.text, in.path("two/key"));
  EXPECT_EQ(read->tracing.value().tls.ca_file, in.path("two/ca.pem"));
}

TEST_F(several_files, folder_stands_for_its_files_by_name) {
  in.write("conf/b.yml", account_part("b"));
  in.write("conf/a.yaml", account_part("a"));
  in.write("conf/c.json", "rubbish: [");
  in.write("conf/.hidden.yaml", "rubbish: [");
  in.write("conf/inner/d.yaml", "rubbish: [");
  in.write("base.yaml", base);
  EXPECT_THAT(load({"base.yaml", "conf"}), IsEmpty());
  EXPECT_THAT(account_names(), ElementsAre("a", "b"));
  EXPECT_THAT(relative(read->files), ElementsAre("base.yaml", "conf/a.yaml", "conf/b.yml"));
  EXPECT_THAT(relative(read->folders), ElementsAre("conf"));
}

/// The files are links through `..data`, a link to the folder of the version that holds.
TEST_F(several_files, folder_that_kubernetes_mounts_is_read_once) {
  in.write("mount/..2026_11_22/a.yaml", base);
  in.write("mount/..2026_11_22/b.yaml", account_part("b"));
  std::filesystem::create_directory_symlink("..2026_11_22", in.path("mount/..data"));
  std::filesystem::create_symlink("..data/a.yaml", in.path("mount/a.yaml"));
  std::filesystem::create_symlink("..data/b.yaml", in.path("mount/b.yaml"));
  EXPECT_THAT(load({"mount"}), IsEmpty());
  EXPECT_THAT(relative(read->files), ElementsAre("mount/a.yaml", "mount/b.yaml"));
}

TEST_F(several_files, folder_without_a_configuration_is_told) {
  in.write("empty/readme.txt", "");
  EXPECT_THAT(load({"empty"}), ElementsAre("empty:1:1: holds no configuration, expected files whose names end in .yaml or .yml"));
}

TEST_F(several_files, file_of_a_folder_that_cannot_be_read_is_told) {
  in.write("conf/a.yaml/x", "");
  std::filesystem::create_symlink("nowhere", in.path("conf/b.yaml"));
  EXPECT_THAT(load({"conf"}), ElementsAre("conf/a.yaml:1:1: is a folder, expected a configuration",
                                          "conf/b.yaml:1:1: cannot be read: No such file or directory, expected a configuration"));
}

TEST_F(several_files, file_that_is_named_twice_is_told) {
  in.write("conf/a.yaml", base + account_part("a"));
  std::filesystem::create_symlink("conf/a.yaml", in.path("link.yaml"));
  EXPECT_THAT(load({"conf/a.yaml", "conf/a.yaml"}), ElementsAre("conf/a.yaml:1:1: is named twice, expected once"));
  EXPECT_THAT(load({"conf", "conf/a.yaml"}), ElementsAre("conf/a.yaml:1:1: is named twice, expected once"));
  EXPECT_THAT(load({"conf", "link.yaml"}), ElementsAre("link.yaml:1:1: is the same as conf/a.yaml, keep one"));
}

TEST_F(several_files, part_that_is_no_map_is_told_in_its_own_file) {
  in.write("1.yaml", base + account_part("a"));
  in.write("2.yaml", "- a\n");
  in.write("3.yaml", "# nothing yet\n");
  in.write("4.yaml", "a: [\n");
  const auto issues = load({"1.yaml", "2.yaml", "3.yaml", "4.yaml"});
  ASSERT_EQ(issues.size(), 3u) << testing::PrintToString(issues);
  EXPECT_EQ(issues[0], "2.yaml:1:1: is a list, expected a map");
  EXPECT_EQ(issues[1], "3.yaml:1:1: is empty, expected a configuration, or a part of one");
  EXPECT_THAT(issues[2], HasSubstr("4.yaml:2:1: not YAML"));
}

TEST_F(several_files, size_of_all_is_capped) {
  in.write("1.yaml", base + account_part("a"));
  in.write("2.yaml", "# " + std::string(most_bytes - 100, 'x') + "\nthreads: 1\n");
  EXPECT_THAT(load({"1.yaml", "2.yaml"}),
              ElementsAre("2.yaml:1:1: is larger than 4MiB together with the files before it, expected a configuration"));
}

TEST_F(several_files, aliases_that_lead_back_end) {
  in.write("1.yaml", base + "accounts: &a { x: *a }\ntracing: &t { headers: *t }\n");
  in.write("2.yaml", "accounts: &a { y: *a }\ntracing: &t { headers: *t }\n");
  EXPECT_FALSE(load({"1.yaml", "2.yaml"}).empty());
}

}  // namespace
}  // namespace leadrelay::config
