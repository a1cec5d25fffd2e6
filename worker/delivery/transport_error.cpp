#include "delivery/transport_error.hpp"

#include <array>

namespace leadrelay::delivery {
namespace {

constexpr std::array<std::string_view, transport_error_count> words{
    "none",           "resolve_failed",   "connect_failed",   "connect_timeout", "tls_failed", "connection_lost",
    "answer_timeout", "malformed_answer", "answer_too_large", "stopped"};

}  // namespace

std::string_view to_string(transport_error error) noexcept { return words[static_cast<std::size_t>(error)]; }

providers::verdict judge_transport(transport_error error, bool bytes_sent, bool repeatable) noexcept {
  if (error == transport_error::none) return providers::verdict::delivered;
  if (!bytes_sent || repeatable) return providers::verdict::retry;
  return providers::verdict::outcome_unknown;
}

bool is_connect_error(transport_error error) noexcept {
  switch (error) {
    case transport_error::resolve_failed:
    case transport_error::connect_failed:
    case transport_error::connect_timeout:
    case transport_error::tls_failed: return true;
    case transport_error::none:
    case transport_error::connection_lost:
    case transport_error::answer_timeout:
    case transport_error::malformed_answer:
    case transport_error::answer_too_large:
    case transport_error::stopped: return false;
  }
  return false;
}

}  // namespace leadrelay::delivery
