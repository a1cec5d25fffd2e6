#include "sink/dead_letters.hpp"

#include <memory>

namespace leadrelay::sink {

dead_letters::dead_letters(loop& on, kafka::producer& through, std::string topic)
    : topic_(std::move(topic)), writer_(on, through, "dead letters") {}

void dead_letters::write(events::record of, dead_letter_context context, std::function<void()> written,
                         std::function<bool()> wanted) {
  auto record = std::make_shared<const events::record>(std::move(of));
  auto make = [this, record = std::move(record), context = std::move(context)](int too_large) {
    return make_dead_letter(*record, context, topic_, too_large);
  };
  writer_.write(std::move(make), std::move(written), std::move(wanted));
}

}  // namespace leadrelay::sink
