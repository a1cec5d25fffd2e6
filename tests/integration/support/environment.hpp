#pragma once

#include <chrono>
#include <functional>
#include <string>

/// What the integration tests are given by ctest, and how they wait.
namespace leadrelay::integration {

/// `host:port` of the broker that the fixture started: read from the file that LEADRELAY_KAFKA names.
std::string kafka_bootstrap();

/// Its listener of SASL_PLAINTEXT, which takes PLAIN of the user `worker` with the password `worker-secret`.
std::string kafka_sasl_bootstrap();

/// The leadrelay binary: LEADRELAY_BINARY.
std::string leadrelay_binary();

/// A name no other test of this run has: `prefix-<pid>-<number>`.
std::string unique_name(const std::string& prefix);

/// The file's bytes; throws where it cannot be read.
std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);

/// Asks every `between` until `holds` is true, at most for `within`. Returns whether it became true.
bool eventually(std::chrono::milliseconds within, const std::function<bool()>& holds,
                std::chrono::milliseconds between = std::chrono::milliseconds{20});

}  // namespace leadrelay::integration
