#include "http/exchange_buffers.hpp"

#include <utility>

namespace leadrelay::http {
namespace {

/// A buffer that grew beyond this for one exchange is not kept for the next.
constexpr std::size_t most_kept_bytes = 64 * 1024;

constexpr std::size_t most_kept_readers = 32;

}  // namespace

boost::asio::execution_context::id exchange_buffers::id;

std::string& exchange_buffers::request() {
  if (request_.capacity() > most_kept_bytes) std::string().swap(request_);
  return request_;
}

std::unique_ptr<answer_reader> exchange_buffers::take_reader() {
  if (readers_.empty()) return std::make_unique<answer_reader>();
  auto last = std::move(readers_.back());
  readers_.pop_back();
  return last;
}

void exchange_buffers::give_back(std::unique_ptr<answer_reader> reader) noexcept {
  if (reader && readers_.size() < most_kept_readers && reader->held_bytes() <= most_kept_bytes) readers_.push_back(std::move(reader));
}

}  // namespace leadrelay::http
