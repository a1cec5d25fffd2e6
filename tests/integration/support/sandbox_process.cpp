#include "support/sandbox_process.hpp"

#include <stdexcept>

#include "support/environment.hpp"
#include "support/http_client.hpp"

namespace leadrelay::integration {
namespace {

std::vector<std::string> command(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{leadrelay_binary(), "sandbox", "--listen", "127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace

sandbox_process::sandbox_process(const std::vector<std::string>& more) : process_(command(more)) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  const auto found = process_.output_lines().wait_for(R"(listening on (http://127\.0\.0\.1:(\d+)))", deadline);
  if (!found) throw std::runtime_error("the sandbox did not start: " + process_.standard_error());
  url_ = found->at(1);
  port_ = static_cast<std::uint16_t>(std::stoi(found->at(2)));
}

json::document sandbox_process::report() const { return get_json(url_ + "/_sandbox/report"); }

json::document sandbox_process::leads(const std::string& provider) const { return get_json(url_ + "/_sandbox/leads/" + provider); }

std::uint64_t sandbox_process::count(const std::string& provider, const std::string& counter) const {
  const json::document all = report();
  return all["providers"][provider.c_str()][counter.c_str()].GetUint64();
}

void sandbox_process::set_faults(const std::string& faults) const {
  const http_answer answer = http_put(url_ + "/_sandbox/faults", faults);
  if (answer.status / 100 != 2) throw std::runtime_error("the sandbox refuses the faults: " + answer.body);
}

}  // namespace leadrelay::integration
