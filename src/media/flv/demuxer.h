// Turns the audio, video and data messages of one publisher into Tracks and Samples. Owned by the
// RTMP session or FLV reader that feeds it; lives on that one's loop.
//
// Times. RTMP counts milliseconds in 32 bits and Enhanced RTMP adds nanoseconds. Here `dts` and
// `pts` are MICROSECONDS, whatever Track::timescale says: the message's time x 1000, plus its
// nanosecond offset / 1000; pts also has the composition offset. Nothing is unwrapped: after 2^32
// milliseconds times start at zero again, and the stream's timeline deals with that and with jumps.
//
// Track ids are those of Enhanced RTMP, 0 to 255; video and audio count separately, so that video
// track 0 and audio track 0 are the publisher's main pair.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "media/flv/script_data.h"
#include "media/flv/tags.h"
#include "media/types.h"

namespace media::flv {

/// What comes out, called from inside FlvTrackReader::read, which must not be re-entered.
class FlvTrackListener {
 public:
  virtual ~FlvTrackListener() = default;
  /// A new track, or a known one with another configuration from its next sample on.
  virtual void on_track(const Track& track) = 0;
  /// Only for announced tracks. `sample.duration` is 0.
  virtual void on_sample(TrackKind kind, std::uint32_t track_id, Sample sample) = 0;
  virtual void on_metadata(const EncoderMetadata& metadata) = 0;
  virtual void on_timed_text(std::int64_t time_us, TimedText text) = 0;
  virtual void on_captions(std::int64_t time_us, CaptionData captions) = 0;
  /// The encoder said that this track pauses or ends. It is announced again before more samples.
  virtual void on_track_end(TrackKind kind, std::uint32_t track_id) = 0;
};

/// Things that were passed over.
struct FlvTrackCounters {
  std::uint64_t frames_without_config = 0;  // came before the configuration they need
  std::uint64_t broken_data = 0;            // script data that could not be read
  std::uint64_t ignored_data = 0;           // script data of no interest
};

/// Tracks of one kind in one broadcast; more is kLimit.
inline constexpr std::size_t kMaxTracksPerKind = 32;

class FlvTrackReader {
 public:
  /// `listener` must outlive the reader.
  explicit FlvTrackReader(FlvTrackListener& listener) : listener_(listener) {}

  /// Reads one message body; samples share its bytes. Fails for media that cannot be carried or is
  /// broken (kUnsupported, kMalformed, kLimit); what the message held up to there has been
  /// delivered, and the caller may go on with the next message. Script data never fails: it is
  /// counted, as it cannot harm the media.
  base::Expected<void> read(MessageType type, std::uint32_t timestamp_ms,
                            const base::Slice& payload);

  const FlvTrackCounters& counters() const { return counters_; }

 private:
  struct TrackState {
    TrackKind kind = TrackKind::kVideo;
    std::uint8_t id = 0;
    Codec codec = Codec::kH264;
    base::Slice config;        // as it came
    unsigned length_size = 4;  // of NAL units as they come
    bool announced = false;    // false: waits for a frame that completes the description
    Track track;
  };

  void read_data(std::uint32_t timestamp_ms, base::ByteSpan payload);
  base::Expected<void> handle(const TagEvent& event, TrackKind kind, std::uint32_t timestamp_ms,
                              const base::Slice& payload);
  base::Expected<void> handle_config(const TagEvent& event, TrackKind kind,
                                     const base::Slice& config);
  base::Expected<void> handle_frame(const TagEvent& event, TrackState& state, Sample sample);
  base::Expected<void> handle_mp3(TrackState& state, Sample message);
  /// Looks at a frame whose track is not fully described by its configuration.
  base::Expected<void> learn_from_frame(TrackState& state, const Sample& sample);

  TrackState* find(TrackKind kind, std::uint8_t id);
  base::Expected<TrackState*> find_or_add(TrackKind kind, std::uint8_t id);
  void announce(TrackState& state, Track track);

  FlvTrackListener& listener_;
  std::vector<TrackState> tracks_;
  std::vector<TagEvent> events_;  // kept to save its memory from message to message
  EncoderMetadata metadata_;
  FlvTrackCounters counters_;
};

}  // namespace media::flv
