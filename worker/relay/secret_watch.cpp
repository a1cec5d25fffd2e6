#include "relay/secret_watch.hpp"

#include <utility>

#include "config/configuration.hpp"

namespace leadrelay::relay {
namespace {

constexpr duration look_every = std::chrono::seconds{1};

}  // namespace

outcome<std::string> read_secret_file(const std::string& path) {
  const config::credential_source file{config::credential_source::kind::file, path};
  return config::read_credential(file);
}

secret_watch::secret_watch(loop& on, secret_files files) : loop_(on), files_(std::move(files)) {}

secret_watch::~secret_watch() {
  if (timer_) loop_.timers().cancel(*timer_);
}

void secret_watch::add(const std::string& path, const void* whose, user to) {
  const auto [at, is_new] = watched_.try_emplace(path);
  if (is_new) at->second.seen = files_.look(path);
  at->second.users[whose] = std::move(to);
  arm();
}

void secret_watch::remove(const void* whose) {
  for (auto& [path, file] : watched_) file.users.erase(whose);
  std::erase_if(watched_, [](const auto& each) { return each.second.users.empty(); });
}

void secret_watch::arm() {
  if (timer_) return;
  timer_ = loop_.timers().add(loop_.now() + look_every, [this] {
    timer_.reset();
    look_at_all();
    arm();
  });
}

/// A file is looked at before it is read, so that what changes in between is seen the next time.
void secret_watch::look_at_all() {
  for (auto& [path, file] : watched_) {
    const config::file_stamp now = files_.look(path);
    const bool changed = std::exchange(file.seen, now) != now;
    if (!changed && !file.trouble) continue;
    const auto secret = files_.read(path);
    file.trouble = false;
    for (const auto& [whose, tell] : file.users)
      if (!tell(secret)) file.trouble = true;
  }
}

}  // namespace leadrelay::relay
