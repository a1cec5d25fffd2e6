#include <iostream>

#include "unit/admin/a_process.hpp"

/// `/metrics` of a process in which each thing that has a word of its own has happened: every family has a sample, every label its values.
int main() {
  using namespace leadrelay;
  admin::process_snapshot process = admin::a_process();
  for (relay::relay_snapshot& worker : process.workers) {
    worker.counts.dead_letters.fill(1);
    for (relay::partition_snapshot& partition : worker.partitions) partition.end = 9;
    for (relay::account_snapshot& account : worker.accounts) {
      account.oldest = process.taken;
      account.counts.dead_letters.fill(1);
      account.counts.verdicts.fill(1);
      account.counts.transport_errors.fill(1);
    }
  }
  std::cout << admin::metrics_text(process);
}
