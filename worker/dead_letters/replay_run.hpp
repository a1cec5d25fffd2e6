#pragma once

#include <chrono>
#include <vector>

#include "dead_letters/letter_log.hpp"
#include "dead_letters/replay.hpp"
#include "dead_letters/replay_writer.hpp"
#include "dead_letters/source_logs.hpp"

namespace leadrelay::dead_letters {

/// One replay: a survey of all dead letters, then again and again a plan, a look into the source, and the passes that replay what is left
/// of the plan.
class replay_run {
 public:
  replay_run(const config::configuration& by, const replay_options& options, replay_listener& tell, const std::atomic<bool>& stop);

  replay_report run();

 private:
  using step = kafka::step_result;

  step open();
  step check_book();
  step survey();
  step replay_all();
  step fill_plan(replay_plan& plan);
  step replay_plan_of(replay_plan& plan);
  step replay_pass(const replay_plan& plan, const kafka::log_span& span, int pass);
  step collect(const read_letter_record& one, std::size_t index);
  step flush(const replay_plan& plan);
  void drop_overtaken(const replay_plan& plan);
  void wait_for_turn();
  void take_turn(std::size_t letters);

  bool is_wanted(const read_letter_record& one) const;
  std::optional<hindrance> find_hindrance(const letter& says) const;
  void hinder(std::int32_t partition, std::int64_t offset, hindrance why, std::optional<std::int64_t> newer = {});
  void count_done(std::uint64_t letters);
  bool is_over() const;
  /// Newer changes that cannot be seen hinder nothing.
  bool may_be_unseen() const { return options_.over_newer || options_.unchecked; }
  const replay_book& book() const noexcept { return writer_ ? writer_->book() : read_book_; }

  const config::configuration& configuration_;
  const replay_options& options_;
  replay_listener& tell_;
  const std::atomic<bool>& stop_;
  std::optional<letter_log> log_;
  std::optional<source_logs> sources_;
  std::optional<replay_writer> writer_;  ///< none in a dry run
  replay_book read_book_;                ///< of a dry run
  std::vector<std::int64_t> next_;       ///< by partition: where the next plan begins
  std::vector<replay_item> batch_;
  std::vector<std::size_t> batch_letters_;  ///< of the plan, by item
  std::size_t batch_bytes_ = 0;
  std::size_t largest_batch_;
  std::chrono::steady_clock::time_point next_turn_;
  replay_report report_;
  std::uint64_t candidates_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace leadrelay::dead_letters
