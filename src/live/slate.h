// A clip that stands in for a broadcast in advertising breaks. Immutable; shared by all channels.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "live/live.h"
#include "media/types.h"

namespace live {

class Slate {
 public:
  static constexpr std::size_t kMaxBytes = 64 << 20;
  static constexpr base::Duration kMaxDuration = std::chrono::minutes(10);

  /// One sample; they stand in decoding order over both tracks, a keyframe first.
  struct Entry {
    media::TrackKind kind = media::TrackKind::kVideo;
    media::Sample sample;  // from 0 on, in the track's time scale, with its duration
    media::Ticks at = 0;   // its decoding time, 90 kHz
  };

  /// Reads a whole MPEG-TS file: H.264 and AAC, 1 second to kMaxDuration. kMalformed, kUnsupported
  /// and kLimit say what is wrong with it.
  static base::Expected<std::shared_ptr<const Slate>> parse(base::ByteSpan file);

  /// What parse() has found; `entries` as below.
  Slate(media::Track video, media::Track audio, std::vector<Entry> entries, media::Ticks length)
      : video_(std::move(video)),
        audio_(std::move(audio)),
        entries_(std::move(entries)),
        length_(length) {}

  const media::Track& video() const { return video_; }
  const media::Track& audio() const { return audio_; }
  const std::vector<Entry>& entries() const { return entries_; }
  /// After so much it begins again, 90 kHz.
  media::Ticks length() const { return length_; }

 private:
  const media::Track video_;
  const media::Track audio_;
  const std::vector<Entry> entries_;
  const media::Ticks length_;
};

}  // namespace live
