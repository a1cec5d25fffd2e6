#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/origin.hpp"
#include "base/time.hpp"
#include "base/yaml_reader.hpp"
#include "config/file_stamp.hpp"
#include "config/place.hpp"
#include "events/decode.hpp"
#include "providers/definition.hpp"
#include "providers/plan.hpp"
#include "tracing/span.hpp"

namespace leadrelay::config {

/// Where an account's secret comes from. `read_credential` reads it; nothing else keeps it.
struct credential_source {
  enum class kind { environment, file, literal };
  kind from = kind::literal;
  std::string text;  ///< the variable's name, the file's path, or the secret itself
  bool operator==(const credential_source&) const = default;
};

struct retry_settings {
  int attempts = 8;                                        ///< 1 to 100; connect failures and `wait` verdicts are none
  duration first_wait = std::chrono::milliseconds{500};    ///< 1 ms to 1 h
  duration longest_wait = std::chrono::seconds{60};        ///< first_wait to 1 d
  duration give_up_after = std::chrono::minutes{15};       ///< 1 s to 30 d, from the first attempt
  duration longest_retry_after = std::chrono::minutes{5};  ///< 1 ms to 30 d; the cap on a provider's Retry-After
  bool operator==(const retry_settings&) const = default;
};

struct tls_settings {
  std::optional<std::string> ca_file;           ///< PEM; instead of the system's
  std::optional<std::string> certificate_file;  ///< PEM, with `key_file`
  std::optional<std::string> key_file;
  auto operator<=>(const tls_settings&) const = default;
};

/// When an account's changes are set aside in its topic of parked changes.
struct park_settings {
  bool on = true;
  duration after = std::chrono::minutes{1};  ///< 1 s to 30 d of its provider failing or refusing the credential
  int changes = 10'000;                      ///< 10 to 1,000,000 that wait in one worker
  std::optional<std::uint64_t> bytes{};      ///< of events that wait in one worker, from 64 KiB; a quarter of its memory where absent
  bool operator==(const park_settings&) const = default;
};

inline constexpr int default_concurrency = 16;
inline constexpr duration default_connect_timeout = std::chrono::seconds{5};
inline constexpr duration default_answer_timeout = std::chrono::seconds{30};
inline constexpr std::uint64_t default_largest_answer = 1 << 20;

struct account {
  std::string name;  ///< 1 to 100 of `A-Za-z0-9._-`, as it becomes part of a topic's name
  // What each request needs first.
  providers::plan plan;
  duration answer_timeout = default_answer_timeout;  ///< 1 ms to 1 h
  bool merging = true;                               ///< whether changes of one lead that wait go in one request
  bool passes_trace_context = true;                  ///< whether requests carry `traceparent` and `tracestate`
  credential_source credential;
  std::vector<providers::limit> limits;   ///< the account's, else the definition's
  int concurrency = default_concurrency;  ///< 1 to 10,000 requests in flight for each worker
  retry_settings retry;
  duration connect_timeout = default_connect_timeout;     ///< 1 ms to 10 min
  std::uint64_t largest_answer = default_largest_answer;  ///< bytes of an answer's body, 1 KiB to 64 MiB
  tls_settings tls;
  park_settings park;
  file_stamps tls_seen;  ///< the files of `tls`, where it is used, as they were before they were read
};

/// What an account names beyond the file, with where it does.
struct account_references {
  std::optional<credential_source> credential;
  place credential_place;
  std::shared_ptr<const providers::definition> definition;  ///< null where the account's `provider` is wrong
  tls_settings tls;
  std::map<std::string, place, std::less<>> tls_places;  ///< of `ca`, `certificate` and `key`
  bool uses_tls = true;                                  ///< whether `base_url` is https; true where it is wrong
};

struct topics {
  std::vector<std::string> lead_changes;
  std::string dead_letters;
  std::optional<std::string> results;
};

struct admin_settings {
  std::string host = "127.0.0.1";  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 9464;       ///< 0 picks one
};

struct log_settings {
  bool json = false;
  std::string level = "info";  ///< debug, info, warning, error
};

struct tracing_header {
  std::string name;
  credential_source value;
  place at;
};

/// Where spans go, and of which traces.
struct tracing_settings {
  origin endpoint;  ///< its path prefix is the whole path, `/v1/traces` included
  std::string service_name = "leadrelay";
  std::vector<tracing_header> headers;
  tracing::sampling sampling;
  int queue = 2048;                             ///< spans that wait in one worker, 1 to 1,000,000
  duration interval = std::chrono::seconds{5};  ///< 1 ms to 10 min between two requests, where no batch is full
  duration timeout = std::chrono::seconds{10};  ///< 1 ms to 10 min until the whole answer
  tls_settings tls;
  std::map<std::string, place, std::less<>> tls_places;
};

struct configuration {
  /// librdkafka's own properties, in the order of the file, none of the worker's own among them.
  std::vector<std::pair<std::string, std::string>> kafka;
  /// Where each of them stands, and all of them together, for what only librdkafka can find wrong.
  std::map<std::string, place, std::less<>> kafka_places;
  std::optional<place> kafka_place;
  config::topics topics;
  std::vector<account> accounts;               ///< in the order of the file
  std::vector<account_references> references;  ///< of every account of the file, so that of a wrong one too
  admin_settings admin;
  log_settings log;
  std::optional<tracing_settings> tracing;
  int threads = 1;                            ///< 1 to 256
  std::uint64_t memory = 256ull << 20;        ///< bytes of events held, all threads together; from 16 MiB
  std::uint64_t max_record = 1 << 20;         ///< bytes of a record's key and value; from 1 KiB to a quarter of `memory`
  duration grace = std::chrono::seconds{30};  ///< SIGTERM to exit
  events::order_by order = events::order_by::key;
  providers::catalogue catalogue;
  std::vector<std::string> files;            ///< it was read from, in their order
  std::vector<std::string> folders;          ///< that were named, whose files are among these
  std::optional<std::string> providers_dir;  ///< the folder of definitions beside the embedded ones
  /// All the files of which another state is another configuration, as they were before each was read: these, the definitions, and the TLS
  /// files of accounts.
  file_stamps seen;

  /// The topic of an account's parked changes of a source topic; the name tells the source's where there are several.
  std::string parked_topic(const std::string& account, const std::string& source) const;
};

/// The largest configuration that is read, in bytes: of all its files together, and of what variables put into one.
inline constexpr std::size_t most_bytes = 4 << 20;

/// Reads a configuration. Every problem is added to `into`; then nothing is returned. `file` names it in messages, and relative
/// `providers_dir`, secret and TLS files are taken from its folder. `${NAME}` in a value is the environment variable's value.
std::optional<configuration> load_text(const std::string& text, const std::string& file, yaml::issues& into);

/// Reads a configuration that is divided among files: each path is one, or a folder whose `*.yaml` and `*.yml` are, in the order of
/// their names. Maps have the members of all files; an account, and whatever is no map, stands in one of them. Messages name the file
/// that they are about, and relative paths are taken from the folder of the file that names them.
std::optional<configuration> load_files(const std::vector<std::string>& paths, yaml::issues& into);

/// As `load_files`, but gives what could be read even where there are problems, so that checks beyond the file can look for more of them:
/// a key that is wrong has its default, an account that is wrong is not among `accounts`. Nothing where a file cannot be read or is no YAML
/// at all.
std::optional<configuration> read_files(const std::vector<std::string>& paths, yaml::issues& into);

/// The secret now: of the environment, or of the file without its trailing line end. A problem names the variable or path, never the
/// secret; its `reason` has no meaning here.
outcome<std::string> read_credential(const credential_source& from);

/// The header lines of requests with spans, each ended by CR LF. The problem names the header, never its value.
outcome<std::string> read_headers(const tracing_settings& of);

/// Adds an issue for each header of `tracing` that cannot be read now, or cannot stand in a request. None shows a value.
void check_headers(const tracing_settings& of, yaml::issues& into);

/// Adds an issue for each account whose credential cannot be read now, or cannot stand in a header. None shows a secret.
void check_credentials(const configuration& of, yaml::issues& into);

}  // namespace leadrelay::config
