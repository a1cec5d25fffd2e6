#include "support/environment.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace leadrelay::integration {
namespace {

std::string required_variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value || !*value) throw std::runtime_error(std::string(name) + " is not set; run the test through ctest");
  return value;
}

std::string told_by_fixture(const std::string& name) {
  std::istringstream lines(read_file(required_variable("LEADRELAY_KAFKA")));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  throw std::runtime_error("no " + name + "= in the file of LEADRELAY_KAFKA");
}

}  // namespace

std::string kafka_bootstrap() { return told_by_fixture("bootstrap"); }

std::string kafka_sasl_bootstrap() { return told_by_fixture("sasl"); }

std::string leadrelay_binary() { return required_variable("LEADRELAY_BINARY"); }

std::string unique_name(const std::string& prefix) {
  static std::atomic<int> number{0};
  return prefix + "-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return std::move(bytes).str();
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path);
}

bool eventually(std::chrono::milliseconds within, const std::function<bool()>& holds, std::chrono::milliseconds between) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(between);
  }
  return true;
}

}  // namespace leadrelay::integration
