#pragma once

#include <stdexcept>
#include <string>

#include <boost/system/result.hpp>

namespace leadrelay::kafka {

/// Why a client could not be made of its properties, in librdkafka's words where they are its own. Without credentials.
struct refusal {
  std::string what;
};

[[noreturn]] inline void throw_exception_from_error(const refusal& from, const boost::source_location&) {
  throw std::runtime_error(from.what);
}

template <class T>
using made = boost::system::result<T, refusal>;

}  // namespace leadrelay::kafka
