#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "base/reason.hpp"
#include "config/file_stamp.hpp"

namespace leadrelay::relay {

/// The secret in the file, or why there is none.
outcome<std::string> read_secret_file(const std::string& path);

/// What the watch asks of the file system.
struct secret_files {
  std::function<config::file_stamp(const std::string& path)> look = config::look_at_file;
  std::function<outcome<std::string>(const std::string& path)> read = read_secret_file;
};

/// Looks at the files of secrets once a second, once each whoever shares it, and reads those that have changed. stat(2) works on every file
/// system; notifications do not. One thread, its loop's.
class secret_watch {
 public:
  /// Takes the secret, or why it cannot be read; says whether it can be used.
  using user = std::function<bool(const outcome<std::string>& read)>;

  secret_watch(loop& on, secret_files files);
  ~secret_watch();
  secret_watch(const secret_watch&) = delete;
  secret_watch& operator=(const secret_watch&) = delete;

  /// Tells `to` of each change of the file from now on; a file that could not be used is read again each second until it can. `whose` is a
  /// name for `remove`.
  void add(const std::string& path, const void* whose, user to);
  /// Nothing more is told to them. Not to be called by a user.
  void remove(const void* whose);

 private:
  struct watched {
    config::file_stamp seen;
    bool trouble = false;
    std::map<const void*, user> users;
  };

  void arm();
  void look_at_all();

  loop& loop_;
  secret_files files_;
  std::map<std::string, watched> watched_;
  std::optional<timer_queue::id> timer_;
};

}  // namespace leadrelay::relay
