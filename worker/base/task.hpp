#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace leadrelay {

/// Coroutines of one worker's loop. The executor is named, not erased, which saves a virtual call and an allocation a step.
using executor = boost::asio::io_context::executor_type;

template <class T>
using task = boost::asio::awaitable<T, executor>;

inline constexpr boost::asio::use_awaitable_t<executor> use_task{};

}  // namespace leadrelay
