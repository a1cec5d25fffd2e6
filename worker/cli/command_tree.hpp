#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace leadrelay::cli {

/// What a shell offers where a value stands.
struct value_choice {
  enum class kind { nothing, files, folders, words };

  kind is = kind::nothing;
  std::vector<std::string> words = {};  ///< of `kind::words`
};

/// The shells that the program completes in.
std::vector<std::string> shells();

/// An option, or an argument without a name.
struct described_option {
  std::vector<std::string> names;  ///< with their dashes, the short one first; empty for an argument without a name
  std::string type;                ///< of its value, as its help prints it; empty where it takes none
  std::string help;
  std::string default_text;  ///< empty where it has none
  bool required = false;
  bool repeats = false;
  value_choice values = {};
};

struct described_command {
  std::string path;  ///< as it is written: `leadrelay dead-letters list`
  std::string help;
  std::string footer;  ///< as its help prints it
  std::vector<described_option> options;
  std::vector<described_option> arguments;  ///< without a name
  std::vector<described_command> commands;  ///< its own

  /// The last word of `path`.
  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

/// The program with all of its commands, for the completions and the page of the manual: what they say is what the parser takes.
described_command describe(const CLI::App& program);

/// The command and all below it, each before its own.
std::vector<const described_command*> flattened(const described_command& of);

}  // namespace leadrelay::cli
