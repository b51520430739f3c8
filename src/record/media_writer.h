// Puts the parts of one recording into its files in the spool, and into its journal. Blocking: on
// the recorder's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"
#include "media/made_part.h"
#include "record/cutter.h"
#include "record/journal.h"
#include "record/recording_state.h"
#include "record/spool_file.h"

namespace record {

class MediaWriter {
 public:
  /// A segment whose file is whole.
  struct Finished {
    std::size_t rendition = 0;
    std::uint64_t number = 0;
    io::Descriptor file;  // to be put on the disk for good
  };

  /// `state` and `journal` outlive it. `folder` is the recording's; samples are kept if
  /// `keeps_samples`.
  MediaWriter(std::string folder, RecordingState& state, Journal& journal, bool keeps_samples)
      : folder_(std::move(folder)),
        state_(state),
        journal_(journal),
        keeps_samples_(keeps_samples) {}

  void begin_broadcast(base::Duration segment);
  /// Adds to `finished`. True if a piece of a segment was begun: the one before it is whole.
  base::Expected<bool> write(const media::MadePart& part, std::vector<Finished>& finished);
  /// The broadcast is over.
  void end_broadcast(std::vector<Finished>& finished);
  /// Octets written since the last call.
  std::uint64_t take_written() { return std::exchange(written_, 0); }

 private:
  struct Files {
    // What its parts name; kept, so that another one cannot have its address.
    std::shared_ptr<const media::RenditionInfo> info;
    bool on_air = false;  // has parts of this broadcast
    std::uint64_t number = 0;
    SpoolFile segment;
    SpoolFile samples;
  };

  base::Expected<std::size_t> rendition_of(const media::MadePart& part, bool& new_tracks);
  base::Expected<void> describe_tracks(const media::MadePart& part);
  base::Expected<void> begin_segment(std::size_t index, const media::MadePart& part,
                                     std::vector<Finished>& finished);
  base::Expected<std::uint32_t> write_samples(std::size_t index, const media::MadePart& part);
  base::Expected<void> keep(const Record& record);
  void finish_segment(std::size_t index, std::vector<Finished>& finished);
  std::string path(const std::string& key) const { return folder_ + "/" + key; }

  const std::string folder_;
  RecordingState& state_;
  Journal& journal_;
  const bool keeps_samples_;
  std::optional<Cutter> cutter_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::vector<Files> files_;  // as in the catalog
  std::uint64_t written_ = 0;
};

}  // namespace record
