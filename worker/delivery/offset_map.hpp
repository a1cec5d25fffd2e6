#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadrelay::delivery {

/// Offsets from `first` to `last`, both included.
struct offset_range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool operator==(const offset_range&) const = default;
};

/// Puts a range behind the others, none of which lies at or beyond it; one that follows the last without a gap becomes a part of it.
void append(std::vector<offset_range>& ranges, offset_range next);

/// What a commit keeps beside the committed offset, so that a restart neither repeats what is settled nor sends again what may not
/// be repeated. All offsets are at or above the committed one, ascending.
struct offset_map {
  std::uint32_t writer = 0;  ///< the worker that it comes from: a number that each draws when it starts; 0 for nobody in particular
  std::vector<offset_range> settled;  ///< apart from one another by at least one offset; the committed offset is in none
  std::vector<std::int64_t>
      started;  ///< requests that may have left, without a settled end: an append's, or the last change of several in one
  /// Whether it says nothing about any offset.
  bool empty() const noexcept { return settled.empty() && started.empty(); }
  bool operator==(const offset_map&) const = default;
};

/// The broker's default bound on a commit's metadata (`offset.metadata.max.bytes`).
inline constexpr std::size_t most_metadata_bytes = 4096;

/// The map, with at most `most_started` started offsets, as text for the metadata of a commit of `committed`: at most
/// `most_metadata_bytes`; empty for an empty map.
///
/// `lr1.` and the base64 form of: CRC-32 (ISO-HDLC, little endian) of the committed offset's eight bytes and all that follows; the writer;
/// the number of started offsets and the distance of each from the one before; a form; the settled offsets in that form. Numbers are LEB128
/// varints. Form 0: the lengths of the runs from the committed offset on, alternately unsettled and settled. Form 1: a bit for each offset
/// from the committed one on, set where settled, the lowest bit first. The shorter form is taken. Settled ranges beyond what fits are left
/// out.
std::string encode(const offset_map& map, std::int64_t committed);

/// The map in the metadata of a commit of `committed`. Nothing where the text is not one that `encode` made for that offset: then nothing
/// beyond it is known to be settled.
std::optional<offset_map> decode_offset_map(std::string_view metadata, std::int64_t committed);

/// Of the raw bytes that fit into the text: what the settled ranges may take, and what is kept for the started offsets.
inline constexpr std::size_t most_settled_bytes = 2600;
inline constexpr std::size_t most_started = 128;
/// Of these, how many may be of requests of several changes: the rest is left for appends, which cannot leave without one.
inline constexpr std::size_t most_started_together = most_started / 2;

}  // namespace leadrelay::delivery
