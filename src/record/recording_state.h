// What is known of one recording, as its journal tells it: the same changes make it while it runs
// and after a crash. A value; belongs to the recorder's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "record/catalog.h"
#include "record/journal_records.h"
#include "record/record.h"

namespace record {

/// A part of the segment that a rendition is at, for cutting its files.
struct OpenPart {
  std::uint32_t bytes = 0;
  std::uint32_t samples_bytes = 0;
  media::Ticks duration = 0;
  bool new_piece = false;
};

/// What the catalog does not say of a rendition.
struct RenditionState {
  std::uint64_t next_number = 0;    // of segments
  std::uint64_t stored_below = 0;   // all segments with lower numbers are in the store
  std::set<std::uint64_t> stored;   // and these
  std::uint64_t samples_bytes = 0;  // of its file
  std::uint64_t peak_bitrate = 0;   // of a segment, bit/s
  std::vector<OpenPart> open_parts;

  bool is_stored(std::uint64_t number) const {
    return number < stored_below || stored.contains(number);
  }
};

class RecordingState {
 public:
  /// The first record makes it. kMalformed for records that do not fit.
  base::Expected<void> apply(const Record& record);
  /// Records that make this state again, but for OpenParts.
  std::vector<Record> checkpoint() const;

  const BeganRecord& began() const { return began_; }
  const Plan& plan() const { return began_.plan; }
  const Catalog& catalog() const { return catalog_; }
  const std::vector<RenditionState>& renditions() const { return renditions_; }
  /// Renditions as they were announced, recorded or not: what a broadcast has to match.
  const std::vector<RecordedRendition>& seen() const { return seen_; }
  const std::vector<BroadcastRecord>& broadcasts() const { return broadcasts_; }
  /// A broadcast goes into it now.
  bool on_air() const { return on_air_; }
  /// When the last broadcast ended, or as far as is known its last part.
  base::WallTime last_date() const { return last_date_; }
  bool is_started() const { return started_; }
  bool is_ending() const { return ending_; }
  const std::optional<FailedRecord>& failed() const { return failed_; }
  /// Of media and pictures so far.
  std::uint64_t bytes() const { return bytes_; }
  std::uint32_t thumbnails() const {
    return static_cast<std::uint32_t>(catalog_.thumbnails.size());
  }
  bool has_latest_thumbnail() const { return latest_.has_value(); }
  const CatalogThumbnail& latest_thumbnail() const { return *latest_; }
  bool has_media() const { return catalog_.duration > 0; }

  Facts facts() const;
  /// Segments at the front that are in the store.
  std::size_t stored_prefix(std::size_t rendition) const;
  /// The catalog with those segments only.
  Catalog stored_catalog() const;

  /// The catalog without the piece that every running rendition is at: what does not change any
  /// more.
  Catalog readable_catalog() const;

  /// After a crash: takes back the parts of the rendition's open segment that are not in its files
  /// as a whole, and says how long the files are to be.
  struct FileSizes {
    std::uint64_t segment = 0;
    std::uint64_t samples = 0;
  };
  FileSizes cut_open_segment(std::size_t rendition, FileSizes found);

 private:
  base::Expected<void> apply_rendition(const RenditionRecord& record);
  base::Expected<void> apply_part(const PartRecord& record);
  base::Expected<void> apply_dropped(const DroppedRecord& record);
  void apply_stored(const StoredRecord& record);
  void apply_thumbnail(const ThumbnailRecord& record);
  base::Expected<void> apply_catalog(const CatalogRecord& record);
  void measure_duration();
  void complete_segments();
  void complete_segment(std::size_t rendition);

  BeganRecord began_;
  bool has_begun_ = false;
  Catalog catalog_;
  std::vector<RenditionState> renditions_;
  std::vector<RecordedRendition> seen_;
  std::vector<BroadcastRecord> broadcasts_;
  std::optional<CatalogThumbnail> latest_;
  std::optional<FailedRecord> failed_;
  bool on_air_ = false;
  bool started_ = false;
  bool ending_ = false;
  base::WallTime last_date_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace record
