#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/frame_memory.hpp"

namespace leadrelay {

/// Coroutines of one worker's loop. The executor is named, not erased, which saves a virtual call and an allocation a step.
using executor = boost::asio::io_context::executor_type;

template <class T>
using task = boost::asio::awaitable<T, executor>;

inline constexpr boost::asio::use_awaitable_t<executor> use_task{};

}  // namespace leadrelay

namespace boost::asio::detail {

// Asio looks through all the frames that a thread keeps, whatever their size, for one that is large enough.
template <>
inline void* awaitable_frame_base<leadrelay::executor>::operator new(std::size_t size) {
  return leadrelay::frame_memory::take(size);
}

template <>
inline void awaitable_frame_base<leadrelay::executor>::operator delete(void* frame, std::size_t size) {
  leadrelay::frame_memory::give_back(frame, size);
}

}  // namespace boost::asio::detail
