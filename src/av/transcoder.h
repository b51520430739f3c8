// Makes the renditions of one broadcast: one decode of its pictures for all sizes, one decode of
// each soundtrack for all bitrates. Values come in and go out; no pipe, no clock. One thread.
//
// Pictures keep the source's presentation times exactly, so renditions cannot drift. Keyframes are
// made of the source's keyframes and of nothing else, in all renditions alike (the first picture
// that is delivered is one, too). What is broken in the source is passed over: pictures go on with
// the next keyframe, sound with the next frame.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "av/audio_converter.h"
#include "av/audio_decoder.h"
#include "av/frame_thinner.h"
#include "av/rendition_encoder.h"
#include "av/scaler.h"
#include "av/video_decoder.h"
#include "base/error.h"
#include "media/pipe/messages.h"

namespace av {

class Transcoder {
 public:
  /// Takes OutputTrack and OutputSample at once; an error (nobody reads any more) ends everything.
  using Sink = std::function<base::Expected<void>(const media::pipe::Message& message)>;
  /// Takes a sentence for the log.
  using Log = std::function<void(std::string_view sentence)>;

  /// Fails (kInvalid, kUnsupported) for a job that cannot be: sizes that are odd, nothing to do, an
  /// encoder that does not exist.
  static base::Expected<Transcoder> create(media::pipe::TranscodeJob job, Sink sink, Log log);

  /// Takes what a server sends; messages that are not for a transcoder are kMalformed. An error is
  /// for good: an encoder cannot be opened or failed, or the sink's.
  base::Expected<void> handle(const media::pipe::Message& message);
  /// The broadcast is over: everything that is still inside comes out.
  base::Expected<void> finish();

 private:
  // Outputs of one frame rate, which keep the same pictures.
  struct Rate {
    FrameThinner thinner;
    bool keeps = false;         // the picture at hand
    base::Bytes captions = {};  // of pictures that were left out since the last one that was kept
  };
  struct VideoRendition {
    media::pipe::VideoOutput output;
    Scaler scaler;
    std::optional<RenditionEncoder> encoder;
    const AVFrame* picture = nullptr;  // the picture at hand in this size, if it was made
  };
  struct AudioSource {
    media::Track track;
    std::optional<AudioDecoder> decoder;
  };
  struct AudioRendition {
    media::pipe::AudioOutput output;
    AudioConverter converter;
    std::uint32_t timescale = media::kVideoTimescale;  // of what comes out
  };

  Transcoder(media::pipe::TranscodeJob job, int pixel_format, Sink sink, Log log);

  base::Expected<void> on_track(const media::Track& track);
  base::Expected<void> on_video_sample(const media::Sample& sample);
  base::Expected<void> on_audio_sample(std::uint32_t id, const media::Sample& sample);
  base::Expected<void> end(const media::pipe::EndOutput& end);

  base::Expected<void> on_picture(const AVFrame& frame, const PictureInfo& info);
  base::Expected<void> encode(VideoRendition& rendition, const AVFrame& source,
                              const PictureInfo& info);
  base::Expected<const AVFrame*> scaled(VideoRendition& rendition, const AVFrame& source);
  bool begins(const PictureInfo& info);
  Rate& rate_of(const VideoRendition& rendition) {
    return rates_.at(rendition.output.max_frame_rate);
  }
  RenditionEncoder::Sink video_sink(std::uint32_t id);
  AudioConverter::Sink audio_sink(AudioRendition& rendition);
  VideoDecoder::Sink picture_sink();
  void complain(media::TrackKind kind, media::Ticks time, const base::Error& error);

  EncoderChoice choice_;
  int pixel_format_;
  media::Ticks deliver_from_;
  Sink sink_;
  Log log_;

  std::vector<VideoRendition> video_;  // the largest first
  std::vector<AudioRendition> audio_;
  std::map<std::uint32_t, Rate> rates_;  // by max_frame_rate
  std::optional<media::Track> video_track_;
  std::optional<VideoDecoder> video_decoder_;
  std::map<std::uint32_t, AudioSource> audio_sources_;
  bool begun_ = false;  // the first picture has been delivered
  std::optional<media::Ticks> last_picture_;
  bool keyframe_due_ = false;  // one had to be left out
  // When the last sentence about each kind was written, in stream time at 90 kHz.
  std::map<media::TrackKind, media::Ticks> complaints_;
};

}  // namespace av
