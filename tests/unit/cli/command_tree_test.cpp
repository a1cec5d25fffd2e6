#include "cli/command_tree.hpp"

#include <set>

#include "cli/completion.hpp"
#include "cli/manual_page.hpp"
#include "unit/cli/cli_support.hpp"

namespace leadrelay::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The program, described once; what it was asked for is never run.
class described {
 public:
  described() {
    add_commands(program_, chosen_, run_demo_);
    tree_ = describe(program_);
  }

  CLI::App& program() { return program_; }
  const described_command& tree() const { return tree_; }
  const described_command& find(const std::string& path) const {
    for (const described_command* each : flattened(tree_))
      if (each->path == path) return *each;
    throw std::out_of_range(path);
  }

 private:
  CLI::App program_{"Does it.", "leadrelay"};
  chosen_command chosen_;
  demo_runner run_demo_ = [](const demo::demo_options&) { return 7; };
  described_command tree_;
};

/// The program's own arguments in a command line as a shell would read it; the line is one of the examples.
std::vector<std::string> arguments_in(const std::string& line) {
  std::vector<std::string> out;
  std::string word;
  bool in_quotes = false;
  for (const char c : line.substr(line.find("leadrelay ") + 10) + " ") {
    if (c == '\'') {
      in_quotes = !in_quotes;
    } else if (c != ' ' || in_quotes) {
      if (!in_quotes && (c == '|' || c == '<' || c == '>' || c == ')')) break;
      word += c;
    } else if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty() && word != "2") out.push_back(word);
  return out;
}

std::vector<std::string> examples_of(const described_command& command) {
  std::vector<std::string> out;
  for (const std::string& line : lines_of(command.footer))
    if (line.starts_with("  ")) out.push_back(line.substr(2));
  return out;
}

/// With its dashes as roff writes them.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '-' ? std::string("\\-") : std::string{c};
  return out;
}

TEST(command_tree, every_command_has_examples_that_the_parser_takes) {
  described all;
  for (const described_command* command : flattened(all.tree())) {
    EXPECT_THAT(examples_of(*command), Not(IsEmpty())) << command->path;
    for (const std::string& example : examples_of(*command)) {
      EXPECT_THAT(example, HasSubstr(command->path)) << command->path;
      const auto arguments = arguments_in(example);
      const auto wrong = find_misuse(all.program(), arguments);
      EXPECT_FALSE(wrong) << example << ": " << wrong->what;
      std::vector<std::string> last_first(arguments.rbegin(), arguments.rend());
      EXPECT_NO_THROW(all.program().parse(last_first)) << example;
      all.program().clear();
    }
  }
}

TEST(command_tree, tells_of_commands_options_and_arguments_what_the_parser_knows) {
  const described all;
  std::vector<std::string> names;
  for (const described_command& each : all.tree().commands) names.push_back(each.name());
  EXPECT_THAT(names, ElementsAre("run", "demo", "check", "explain", "providers", "dead-letters", "sandbox", "completion", "man"));
  const described_command& list = all.find("leadrelay dead-letters list");
  EXPECT_THAT(list.options.front().names, ElementsAre("-h", "--help"));
  EXPECT_EQ(list.options.front().type, "");
  const described_command& sandbox = all.find("leadrelay sandbox");
  EXPECT_EQ(sandbox.options.at(1).names.back(), "--listen");
  EXPECT_EQ(sandbox.options.at(1).default_text, "127.0.0.1:8080");
  const described_command& show = all.find("leadrelay dead-letters show");
  ASSERT_EQ(show.arguments.size(), 1u);
  EXPECT_TRUE(show.arguments.front().required);
  EXPECT_EQ(show.arguments.front().type, "PARTITION:OFFSET|ID");
}

TEST(command_tree, values_that_are_words_or_files_are_known) {
  const described all;
  using kind = value_choice::kind;
  for (const described_command* command : flattened(all.tree()))
    for (const described_option& option : command->options) {
      if (option.names.back() == "--config") {
        EXPECT_EQ(option.values.is, kind::files) << command->path;
      }
      if (option.names.back() == "--reason") {
        EXPECT_THAT(option.values.words, testing::Contains("outcome_unknown")) << command->path;
      }
      if (option.type.ends_with("FILE") && !option.type.ends_with("@FILE")) {
        EXPECT_EQ(option.values.is, kind::files) << option.names.back();
      }
    }
  EXPECT_THAT(all.find("leadrelay providers").arguments.front().values.words,
              ElementsAre("leadping", "leadpro", "octanist", "orwel", "perch"));
}

TEST(completion, names_every_command_and_option_in_each_shell) {
  const described all;
  for (const std::string& shell : shells()) {
    const std::string script = leadrelay({"completion", shell}).output;
    for (const described_command* command : flattened(all.tree())) {
      EXPECT_THAT(script, HasSubstr(command->name())) << shell;
      for (const described_option& option : command->options)
        EXPECT_THAT(script, HasSubstr(shell == "fish" ? " -l " + option.names.back().substr(2) : option.names.back())) << shell;
    }
  }
}

TEST(completion, of_a_shell_that_is_none_is_refused) {
  const ended result = leadrelay({"completion", "tcsh"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.error, HasSubstr("`tcsh`, expected bash, fish or zsh"));
  EXPECT_EQ(leadrelay({"completion"}).code, 2);
}

TEST(manual_page, tells_of_every_command_and_option) {
  const described all;
  const std::string page = leadrelay({"man"}).output;
  for (const described_command* command : flattened(all.tree())) {
    if (command->commands.empty()) {
      EXPECT_THAT(page, HasSubstr("\n.SS " + roff(command->path) + "\n")) << command->path;
    }
    for (const described_option& option : command->options)
      EXPECT_THAT(page, HasSubstr("\\fB" + roff(option.names.back()) + "\\fP")) << command->path;
  }
}

TEST(manual_page, what_roff_would_take_for_its_own_is_escaped) {
  described_command program;
  program.path = "leadrelay";
  program.help = ".begins with a dot, has a \\ and a `tick`";
  program.footer = "\nExamples:\n  'quoted' line\n";
  const std::string page = manual_page(program);
  EXPECT_THAT(page, HasSubstr("\n\\&.begins with a dot, has a \\e and a \\(gatick\\(ga.\n"));
  EXPECT_THAT(page, HasSubstr(".EX\n\\&\\(aqquoted\\(aq line\n.EE\n"));
}

}  // namespace
}  // namespace leadrelay::cli
