#pragma once

#include <string>
#include <utility>
#include <vector>

namespace leadrelay::integration {

/// A text that has been seen, and where.
struct place {
  std::string name;
  std::string text;
};

/// Secrets that were given to the program, and the search for them in what it says: as they are, in any case, and as JSON, URLs, Base64
/// and hexadecimal digits write them.
class needles {
 public:
  /// Adds a secret, and gives it back. One that another place could hold by chance is of no use: at least eight characters.
  std::string add(const std::string& name, const std::string& secret);

  /// Where a place tells a secret, a line for each secret and place: the secret's name, its form, and what stands around it.
  std::vector<std::string> find_in(const std::vector<place>& places) const;

  std::size_t size() const noexcept { return count_; }

 private:
  struct form {
    std::string secret;  ///< its name
    std::string written;
    std::string text;
    bool any_case = false;
  };

  void add_form(const std::string& secret, const std::string& written, std::string text, bool any_case = false);

  std::vector<form> forms_;
  std::size_t count_ = 0;
};

}  // namespace leadrelay::integration
