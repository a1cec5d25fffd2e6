#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/scenario.hpp"

/// A load of numbered changes whose end is known: Orwel leads whose `properties.seq` counts up, Octanist leads that get numbered notes.
namespace leadrelay::integration {

struct load {
  unsigned leads = 100;          ///< Orwel's
  unsigned changes = 10;         ///< of each
  unsigned noted_leads = 0;      ///< Octanist's
  unsigned notes = 0;            ///< of each
};

inline constexpr const char* orwel_account = "acme-orwel";
inline constexpr const char* octanist_account = "acme-octanist";

/// Both accounts, with `concurrency` together.
std::vector<account_config> accounts_of(const scenario& world, int concurrency);

/// Writes it all, change by change of all leads.
void write_load(scenario& world, const load& what);

/// Orwel leads that are not at their last change, a line each for the first few.
std::vector<std::string> unfinished_leads(const scenario& world, const load& what);

/// What is wrong with the notes, a line each for the first few: notes that were appended twice, and notes that are neither at their lead
/// nor in the dead letters as `outcome_unknown`.
std::vector<std::string> wrong_notes(const scenario& world, const load& what);

/// Requests and violations that the sandbox has counted for both.
std::uint64_t count_of_both(const scenario& world, const std::string& counter);

}  // namespace leadrelay::integration
