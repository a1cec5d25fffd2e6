#include "support/worker_config.hpp"

#include <cctype>
#include <sstream>

namespace leadrelay::integration {

std::string account_config::variable() const {
  std::string made = "CREDENTIAL_OF_";
  for (const char c : name) made += std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::toupper(c)) : '_';
  return made;
}

std::string worker_config::yaml() const {
  std::ostringstream out;
  out << "kafka:\n";
  for (const auto& [name, value] : kafka) out << "  " << name << ": " << value << "\n";
  out << "topics:\n  lead_changes: [";
  for (std::size_t i = 0; i < lead_changes.size(); ++i) out << (i ? ", " : "") << lead_changes[i];
  out << "]\n  dead_letters: " << dead_letters << (results.empty() ? "" : "\n  results: " + results) << "\naccounts:\n";
  for (const account_config& account : accounts) {
    out << "  " << account.name << ":\n    provider: " << account.provider << "\n    base_url: " << account.base_url << "\n    credential: "
        << (account.credential_file.empty() ? "{ env: " + account.variable() + " }" : "{ file: " + account.credential_file + " }")
        << "\n    limits: " << account.limits << "\n    concurrency: " << account.concurrency
        << "\n    merging: " << (account.merging ? "true" : "false") << "\n    retry: " << account.retry << "\n";
    for (const auto& [name, value] : account.more) out << "    " << name << ": " << value << "\n";
  }
  out << "admin: { listen: 127.0.0.1:0 }\n";
  for (const auto& [name, value] : more) out << name << ": " << value << "\n";
  return std::move(out).str();
}

std::map<std::string, std::string> worker_config::environment() const {
  std::map<std::string, std::string> variables;
  for (const account_config& account : accounts) variables[account.variable()] = account.credential;
  return variables;
}

}  // namespace leadrelay::integration
