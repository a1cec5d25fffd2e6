#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/configuration.hpp"
#include "events/record.hpp"
#include "providers/request.hpp"

namespace leadrelay::cli {

/// One event explained: the request that it becomes.
struct explanation {
  const config::account* account = nullptr;
  std::string url;
  providers::request request;
  std::string shown_body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The accounts of a configuration, which outlives it, by their names.
using accounts_by_name = std::unordered_map<std::string_view, const config::account*>;
accounts_by_name index_accounts(const config::configuration& of);

/// The request, its credential masked, and its sensitive values unless `reveal`; or why it is a dead letter before it is sent.
outcome<explanation> explain_record(const config::configuration& by, const accounts_by_name& known, const events::record& record,
                                    bool reveal);

std::string text_of(const explanation& of);
std::string text_of(const problem& dead_letter);
/// One object each, without a line end.
std::string json_of(const explanation& of);
std::string json_of(const problem& dead_letter);

}  // namespace leadrelay::cli
