#include "simulation/letters.hpp"

namespace leadrelay::simulation {

using namespace std::chrono_literals;

namespace {

/// After a failure letters wait for one another, at most this long.
constexpr duration longest_delay = 11s;

}  // namespace

std::string letters::produce(const kafka::outgoing_record& record, kafka::delivery_report report) {
  if (killed_) return "killed";
  const broker_weather& weather = broker_.weather;
  ledger::letter written;
  if (record.topic == "changes.dead") {
    written = at_.truth.letter_is_made(worker_, record, at_.loop.now() - last_failure_ > longest_delay);
    if (!written.of) return "not a dead letter";
    at_.log.event("bury", {{"worker", worker_}, {"change", written.of->id}});
  }
  if (at_.random.per_mille(weather.produces_refused)) return fail("queue full");
  at_.after(at_.random.between(1ms, 2 * weather.slowest), [this, written, report = std::move(report)] { arrive(written, report); });
  return {};
}

void letters::arrive(const ledger::letter& written, const kafka::delivery_report& report) {
  const bool fails = at_.random.per_mille(killed_ ? 500 : broker_.weather.produces_fail);
  if (!fails && written.of) at_.truth.letter_is_held(written);
  if (killed_) return;
  const bool lost = at_.random.per_mille(broker_.weather.produce_answers_lost);
  if (written.of) at_.log.event("buried", {{"worker", worker_}, {"change", written.of->id}, {"good", !fails && !lost}});
  if (!fails && !lost && written.of) at_.truth.letter_is_told(written);
  report(fails || lost ? fail("simulated failure") : "");
}

std::string letters::fail(const char* why) {
  last_failure_ = at_.loop.now();
  return why;
}

task<void> letters::flush(duration) { co_return; }

}  // namespace leadrelay::simulation
