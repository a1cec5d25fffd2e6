#include "support/worker_process.hpp"

#include <csignal>
#include <stdexcept>

#include "support/environment.hpp"
#include "support/http_client.hpp"

namespace leadrelay::integration {
namespace {

// The line says that the admin pages are served, and where: the last number after a colon or `port=`.
constexpr const char* admin_line = R"(admin.*(?:port["=: ]+|:)(\d+))";

[[noreturn]] void throw_with_log(const std::string& what, const std::string& log) {
  throw std::runtime_error(what + "; its log:\n" + log.substr(log.size() > 8000 ? log.size() - 8000 : 0));
}

}  // namespace

worker_process::worker_process(const worker_config& config) {
  const std::string file = directory_.file("leadrelay.yaml");
  write_file(file, config.yaml());
  begin(config, file);
}

worker_process::worker_process(const worker_config& config, const std::string& file) { begin(config, file); }

void worker_process::begin(const worker_config& config, const std::string& file) {
  process_ = std::make_unique<process>(std::vector<std::string>{leadrelay_binary(), "run", "--config", file}, config.environment());
  const auto found = process_->error_lines().wait_for(admin_line, std::chrono::steady_clock::now() + std::chrono::seconds{20});
  if (!found) throw_with_log("the worker did not say where its admin pages are", log());
  admin_url_ = "http://127.0.0.1:" + found->at(1);
}

void worker_process::wait_until_ready(std::chrono::milliseconds within) {
  const bool ready = eventually(within, [&] {
    if (!process_->running()) throw_with_log("the worker has ended", log());
    return http_get(admin_url_ + "/readyz").status == 200;
  });
  if (!ready) throw_with_log("the worker did not become ready: " + http_get(admin_url_ + "/readyz").body, log());
}

exit_report worker_process::stop(std::chrono::milliseconds within) {
  process_->signal(SIGTERM);
  const auto ended = process_->wait(within);
  if (!ended) throw_with_log("the worker did not end after SIGTERM", log());
  return *ended;
}

void worker_process::kill() {
  process_->signal(SIGKILL);
  if (!process_->wait(std::chrono::seconds{10})) throw std::runtime_error("the worker survived SIGKILL");
}

}  // namespace leadrelay::integration
