// Makes AAC of a broadcast's main sound where the channel's container or common players could not
// use it as it is: Opus and FLAC always, MP3 in fragmented MP4. What is announced is known at once;
// the samples come a moment later. Owned by a Channel; on its home loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "live/transcoder.h"
#include "live/window.h"

namespace live {

class SoundConverterHost {
 public:
  /// Sound that was made, on the stream's timeline, in the time scale of SoundConverter::track().
  virtual void on_converted(const media::Sample& sample) = 0;
  /// Nothing more will come. May destroy the converter.
  virtual void on_conversion_failed() = 0;

 protected:
  ~SoundConverterHost() = default;
};

class SoundConverter final : private TranscoderOwner {
 public:
  static bool is_needed(const media::Track& audio, Container container);

  SoundConverter(io::Loop& loop, const HelperFactory& helpers, SoundConverterHost& host,
                 const media::Track& source);
  ~SoundConverter();

  const media::Track& source() const { return source_; }
  /// What it becomes, with the id of the source.
  const media::Track& track() const { return track_; }
  void add(const media::Sample& sample);

 private:
  void on_made_track(TrackKey key, const media::Track& track) override;
  void on_made_sample(TrackKey key, const media::Sample& sample) override;
  void on_restart(const std::string& how) override;
  void on_given_up(const std::string& how) override;

  SoundConverterHost& host_;
  const media::Track source_;
  const media::Track track_;
  std::uint32_t scale_ = 0;  // of what comes back
  std::optional<media::Ticks> last_;
  Transcoder transcoder_;
};

}  // namespace live
