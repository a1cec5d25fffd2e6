#pragma once

#include <optional>
#include <string>

#include "kafka/trouble.hpp"

namespace leadrelay::kafka {

/// Why a step of a move has failed. `what` begins with librdkafka's name for it where the reason is a broker's or librdkafka's.
struct failed_step {
  std::string what;
  bool may_work_later = true;
};

/// What a failed step says where the one who asked for it does not want it any more.
inline constexpr const char* told_to_stop = "told to stop";

/// Nothing where the step has succeeded.
using step_result = std::optional<failed_step>;

/// Whether the same step fails as long as nobody changes rights, topics or configuration, or whatever the broker's state is.
bool fails_again(rd_kafka_resp_err_t error) noexcept;

failed_step make_failure(rd_kafka_resp_err_t error, const std::string& text, const properties& given);

}  // namespace leadrelay::kafka
