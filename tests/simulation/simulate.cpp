#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string_view>

#include "simulation/run.hpp"

// Runs one seed or many, and says what did not hold.
namespace {

using leadrelay::simulation::run_result;

constexpr const char* usage = "usage: simulate [--seed N | --first N --count N] [--trace]\n";

struct options {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
  bool traces = false;
};

bool read_number(const char* word, std::uint64_t& to) {
  const std::string_view text = word ? word : "";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  return error == std::errc() && !text.empty() && end == text.data() + text.size();
}

std::optional<options> read(const char* const* words) {
  options out;
  while (*++words) {
    const std::string_view word = *words;
    if (word == "--trace") {
      out.traces = true;
    } else if (word == "--seed" || word == "--first") {
      if (!read_number(*++words, out.first)) return std::nullopt;
      if (word == "--seed") out.count = 1;
    } else if (word != "--count" || !read_number(*++words, out.count)) {
      return std::nullopt;
    }
  }
  return out;
}

void tell_broken(const run_result& of, std::uint64_t first) {
  std::printf("seed %ju does not hold, number %ju of this series, after %ju events\n%s\n", static_cast<std::uintmax_t>(of.seed),
              static_cast<std::uintmax_t>(of.seed - first + 1), static_cast<std::uintmax_t>(of.events),
              leadrelay::simulation::describe(of).c_str());
}

double per_cent(std::uint64_t part, std::uint64_t of) { return of == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(of); }

}  // namespace

int main(int, char** words) {
  const auto wanted = read(words);
  if (!wanted) {
    std::fputs(usage, stderr);
    return 2;
  }
  std::uint64_t events = 0;
  std::uint64_t digest = 0;
  leadrelay::duration simulated{};
  leadrelay::simulation::use_of_limits use;
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t seed = wanted->first; seed < wanted->first + wanted->count; ++seed) {
    const run_result result = leadrelay::simulation::run(seed, wanted->traces);
    events += result.events;
    digest = digest * 31 + result.hash;
    simulated += result.simulated;
    use += result.use;
    if (!result.broken) continue;
    tell_broken(result, wanted->first);
    return 1;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("%ju seeds from %ju on, %ju events, all invariants held\n", static_cast<std::uintmax_t>(wanted->count),
              static_cast<std::uintmax_t>(wanted->first), static_cast<std::uintmax_t>(events));
  std::printf("%.1f s, %.0f events a second, %.1f simulated hours, digest %jx\n", seconds, static_cast<double>(events) / seconds,
              std::chrono::duration<double>(simulated).count() / 3600, static_cast<std::uintmax_t>(digest));
  std::printf("limits of providers: %ju of %ju requests refused (%.2f%%), %ju of %ju (%.2f%%) where the account's own are as strict\n",
              static_cast<std::uintmax_t>(use.refused), static_cast<std::uintmax_t>(use.requests), per_cent(use.refused, use.requests),
              static_cast<std::uintmax_t>(use.own_refused), static_cast<std::uintmax_t>(use.own_requests),
              per_cent(use.own_refused, use.own_requests));
  return 0;
}
