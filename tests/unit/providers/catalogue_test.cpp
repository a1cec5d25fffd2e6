#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "providers/definition.hpp"
#include "providers/definition_parts.hpp"
#include "providers/embedded.hpp"
#include "unit/providers/plain_definition.hpp"

namespace leadrelay::providers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class catalogue_folder : public testing::Test {
 protected:
  catalogue_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "leadrelay-providers-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~catalogue_folder() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, std::string_view text) { std::ofstream(folder_ / name) << text; }

  catalogue load() {
    yaml::issues issues;
    catalogue made = catalogue::load(folder_.string(), issues);
    for (const yaml::issue& one : issues.all()) issues_.push_back(one.text());
    return made;
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
  std::vector<std::string> issues_;
};

TEST_F(catalogue_folder, no_folder_holds_the_five) {
  yaml::issues issues;
  const catalogue all = catalogue::load(std::nullopt, issues);
  EXPECT_THAT(issues.all(), IsEmpty());
  EXPECT_THAT(all.names(), ElementsAre("leadping", "leadpro", "octanist", "orwel", "perch"));
  EXPECT_EQ(all.origin("perch"), "embedded");
  EXPECT_THAT(std::string(all.source("perch")), HasSubstr("name: perch\n"));
  EXPECT_EQ(all.find("acme"), nullptr);
  EXPECT_EQ(all.source("acme"), "");
  EXPECT_EQ(all.origin("acme"), "");
}

TEST_F(catalogue_folder, embedded_texts_are_the_files) {
  ASSERT_EQ(embedded_definitions().size(), 5u);
  for (const embedded_file& file : embedded_definitions()) {
    std::ifstream in(LEADRELAY_SOURCE_DIR "/worker/providers/" + std::string(file.name), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), file.text) << file.name;
  }
}

TEST_F(catalogue_folder, definitions_of_the_folder_extend_and_override) {
  write("acme.yaml", plain);
  std::string perch{std::istreambuf_iterator<char>(std::ifstream(LEADRELAY_SOURCE_DIR "/worker/providers/perch.yaml").rdbuf()), {}};
  write("our-perch.yaml", perch.replace(perch.find("title: Perch"), 12, "title: Ours!"));
  const catalogue all = load();
  EXPECT_THAT(issues_, IsEmpty());
  EXPECT_THAT(all.names(), ElementsAre("acme", "leadping", "leadpro", "octanist", "orwel", "perch"));
  EXPECT_EQ(all.find("perch")->title(), "Ours!");
  EXPECT_EQ(all.origin("perch"), path("our-perch.yaml"));
  EXPECT_EQ(all.source("acme"), plain);
}

TEST_F(catalogue_folder, bad_file_is_named_and_leaves_the_embedded_one) {
  write("perch.yaml", "name: perch\ncolour: red\n");
  write("acme.yaml", plain);
  const catalogue all = load();
  EXPECT_THAT(issues_, testing::Contains(StartsWith(path("perch.yaml") + ":2:1: colour: unknown key")));
  EXPECT_EQ(all.origin("perch"), "embedded");
  EXPECT_NE(all.find("acme"), nullptr);
}

TEST_F(catalogue_folder, name_in_two_files_is_refused) {
  write("a.yaml", plain);
  write("b.yaml", plain);
  const catalogue all = load();
  EXPECT_THAT(issues_, ElementsAre(path("b.yaml") + ":1:1: defines `acme`, which " + path("a.yaml") + " defines too, keep one"));
  EXPECT_EQ(all.origin("acme"), path("a.yaml"));
}

TEST_F(catalogue_folder, other_files_are_passed_over) {
  write("README.md", "not a definition");
  write(".hidden.yaml", "not a definition");
  std::filesystem::create_directory(folder_ / "folder.yaml");
  write("acme.yml", plain);
  const catalogue all = load();
  EXPECT_THAT(issues_, ElementsAre(path("acme.yml") + ":1:1: warning: is passed over, expected a name that ends in .yaml"));
  EXPECT_EQ(all.names().size(), 5u);
}

TEST_F(catalogue_folder, linked_file_is_read_as_in_a_mounted_config_map) {
  std::filesystem::create_directory(folder_ / "..data");
  write("..data/acme.yaml", plain);
  std::filesystem::create_symlink("..data/acme.yaml", folder_ / "acme.yaml");
  EXPECT_NE(load().find("acme"), nullptr);
  EXPECT_THAT(issues_, IsEmpty());
}

TEST_F(catalogue_folder, file_too_large_is_refused) {
  write("big.yaml", std::string((1 << 20) + 1, '#'));
  load();
  EXPECT_THAT(issues_, ElementsAre(path("big.yaml") + ":1:1: has 1048577 bytes, expected a definition of at most 1MiB"));
}

TEST_F(catalogue_folder, folder_that_is_not_there_is_refused) {
  yaml::issues issues;
  const catalogue all = catalogue::load(path("missing"), issues);
  EXPECT_FALSE(issues.good());
  EXPECT_THAT(issues.all().at(0).text(), StartsWith(path("missing") + ":1:1: cannot be listed: "));
  EXPECT_EQ(all.names().size(), 5u);
}

/// Providers whose users come next, said in YAML alone.
TEST(user_definitions, hubspot_pipedrive_and_close_compile) {
  yaml::issues issues;
  const catalogue all = catalogue::load(PROVIDERS_TEST_DATA, issues);
  for (const yaml::issue& one : issues.all()) ADD_FAILURE() << one.text();
  const auto hubspot = all.find("hubspot");
  ASSERT_TRUE(hubspot);
  EXPECT_EQ(hubspot->method(), "POST");
  EXPECT_THAT(hubspot->limits(), ElementsAre(limit{190, std::chrono::seconds{10}}));
  EXPECT_TRUE(hubspot->inside().body.children.at(0).is_array);
  const auto close = all.find("close");
  ASSERT_TRUE(close);
  EXPECT_TRUE(close->auth().basic);
  EXPECT_EQ(close->limits().size(), 2u);
  ASSERT_TRUE(all.find("pipedrive"));
}

/// The first example of docs/providers.md, indented by three spaces as part of a list.
TEST(user_definitions, documented_example_compiles) {
  std::ifstream page(LEADRELAY_SOURCE_DIR "/docs/providers.md");
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (inside && line == "   ```") break;
    if (inside) text += line.substr(std::min<std::size_t>(3, line.size())) + "\n";
    if (line == "   ```yaml") inside = true;
  }
  const auto made = compiled(text);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->name(), "acme");
  EXPECT_EQ(made->inside().fields.size(), 2u);
}

TEST(user_definitions, hubspot_answer_with_failed_items_is_rejected) {
  yaml::issues issues;
  const auto hubspot = catalogue::load(PROVIDERS_TEST_DATA, issues).find("hubspot");
  ASSERT_TRUE(hubspot);
  const auto judged = [&](unsigned status, std::string_view body) { return judge(*hubspot, {status, {}, body}, false, {}); };
  EXPECT_EQ(judged(200, R"({"status":"COMPLETE","results":[{}]})").is, verdict::delivered);
  const judgement unknown = judged(207, R"({"status":"COMPLETE","errors":[{"category":"OBJECT_NOT_FOUND","message":"no such"}]})");
  EXPECT_EQ(unknown.is, verdict::rejected);
  EXPECT_EQ(unknown.reason, reason::not_found);
  EXPECT_EQ(unknown.detail, "HTTP 207 OBJECT_NOT_FOUND: no such");
  EXPECT_EQ(judged(207, "{}").reason, reason::rejected);
  EXPECT_EQ(judged(400, R"({"status":"error","category":"VALIDATION_ERROR","message":"bad"})").detail, "HTTP 400 VALIDATION_ERROR: bad");
}

TEST(describe, says_one_fact_a_line) {
  yaml::issues issues;
  const catalogue all = catalogue::load(PROVIDERS_TEST_DATA, issues);
  const std::string octanist = all.find("octanist")->describe();
  for (const std::string_view line :
       {"provider: octanist (Octanist)\n", "call: PATCH https://octanist.com/api/leads\n", "auth: X-API-KEY: {credential}\n",
        "lead: by id, else email, else phone\n", "lead: phone -> /phone\n",
        "field: status -> /status: string, one of qualified, won, lost\n",
        "field: loss_reason -> /lossReason: string, sensitive, only with status lost\n",
        "field: note -> /note: string, appended, sensitive\n",
        "native: /changedTo: string, one of qualified, won, lost\n", "answer: HTTP 409 with code CONFLICT -> conflict\n",
        "answer: HTTP 200-299 where /success is false -> rejected\n", "limit: none published\nlimit header: those of the RateLimit drafts\n"})
    EXPECT_THAT(octanist, HasSubstr(line));
  EXPECT_THAT(all.find("perch")->describe(), HasSubstr("limit: 100 requests in any 1h\nlimit: 10 requests in any 1m\n"));
  EXPECT_THAT(all.find("perch")->describe(), HasSubstr("open: /clientData: native may give any member\n"));
  EXPECT_THAT(all.find("hubspot")->describe(), HasSubstr("lead: id -> /inputs/0/id\n"));
  EXPECT_THAT(all.find("close")->describe(), HasSubstr("limit header: ratelimit tells what remains and the reset\n"));
  EXPECT_THAT(all.find("orwel")->describe(), HasSubstr("lead: id is a UUID\n"));
  EXPECT_THAT(all.find("leadpro")->describe(), HasSubstr("string, 1..50 characters, required always, sensitive\n"));
}

}  // namespace
}  // namespace leadrelay::providers
