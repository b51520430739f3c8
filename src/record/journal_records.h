// What a recording's journal says, one record a change: with them in order its state can be made
// again (record/recording_state.h). Values, and their binary form without framing.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "record/catalog.h"
#include "record/record.h"

namespace record {

/// Always the first.
struct BeganRecord {
  Plan plan;
  std::string recording;
  std::string session;
  std::string prefix;
  base::WallTime started_at{};
};
/// A broadcast goes into it.
struct BroadcastRecord {
  base::StreamId stream;
  base::WallTime at{};
};
/// The broadcast is over; another one may follow.
struct BroadcastOverRecord {
  base::WallTime at{};
};
/// A rendition was seen first, or its tracks have changed.
struct RenditionRecord {
  bool recorded = false;  // otherwise only its description matters, for merging
  bool is_source = false;
  RecordedRendition info;
  CatalogGeneration generation;
};
/// A part is in its file.
struct PartRecord {
  std::uint32_t rendition = 0;  // of the catalog
  bool new_segment = false;     // begins one, with the newest generation
  bool new_piece = false;
  bool discontinuity = false;  // with new_segment
  std::uint32_t bytes = 0;
  std::uint32_t samples_bytes = 0;
  media::Ticks duration = 0;
  // With new_segment.
  media::Ticks position = 0;
  media::Ticks start = 0;
  base::WallTime date{};
};
/// Where the broadcast has got to, of recordings that keep pictures only.
struct ProgressRecord {
  media::Ticks duration = 0;
  base::WallTime date{};
};
struct ThumbnailRecord {
  CatalogThumbnail thumbnail;
  std::uint32_t bytes = 0;
  bool sequential = true;  // false: only the latest is kept
};
/// A segment is in the store.
struct StoredRecord {
  std::uint32_t rendition = 0;
  std::uint64_t number = 0;
};
/// It was told that the recording has started.
struct StartedRecord {};
/// No broadcast goes into it any more.
struct EndingRecord {};
struct FailedRecord {
  std::string reason;
  bool out_of_space = false;
};
/// The oldest segments of a time shift are gone.
struct DroppedRecord {
  std::uint32_t rendition = 0;
  std::uint32_t count = 0;
};
/// Takes the place of many records about media: what they came to.
struct CatalogRecord {
  Catalog catalog;
  std::vector<std::uint64_t> stored_below;  // for each rendition: lower numbers are in the store
  base::WallTime last_date{};
  std::uint64_t bytes = 0;
};

using Record =
    std::variant<BeganRecord, BroadcastRecord, BroadcastOverRecord, RenditionRecord, PartRecord,
                 ProgressRecord, ThumbnailRecord, StoredRecord, StartedRecord, EndingRecord,
                 FailedRecord, DroppedRecord, CatalogRecord>;

/// Appends the record.
void encode_record(base::ByteWriter& out, const Record& record);
/// kMalformed.
base::Expected<Record> parse_record(base::ByteSpan data);

}  // namespace record
