// One soundtrack: decoded sound of any rate and form becomes AAC-LC on the stream's timeline,
// accurate to the sample. One thread; belongs to a Transcoder.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "av/libav.h"
#include "av/sound_grid.h"
#include "base/error.h"
#include "media/pipe/messages.h"
#include "media/types.h"

namespace av {

class AudioConverter {
 public:
  /// Takes what comes out; an error ends encoding and is passed on.
  struct Sink {
    std::function<base::Expected<void>(const media::Track& track)> track;
    std::function<base::Expected<void>(media::Sample sample)> sample;
  };

  explicit AudioConverter(const media::pipe::AudioOutput& output);

  /// `pts` in units of 1 / `timescale` s. The first frame decides on rate and channels of the
  /// output.
  base::Expected<void> convert(const AVFrame& frame, media::Ticks pts, std::uint32_t timescale,
                               const Sink& sink);
  /// Everything that is still inside; nothing may follow.
  base::Expected<void> flush(const Sink& sink);

 private:
  struct Form {
    int sample_rate = 0;
    int format = -1;
    int channels = 0;
    std::uint64_t layout = 0;
    bool operator==(const Form&) const = default;
  };

  base::Expected<void> open(const AVFrame& frame, const Sink& sink);
  base::Expected<void> prepare(const AVFrame& frame, const Sink& sink);
  base::Expected<void> resample(const AVFrame* frame, const Sink& sink);
  base::Expected<void> encode(const SoundGrid::Planes& planes, std::int64_t position,
                              const Sink& sink);
  base::Expected<void> receive(const Sink& sink);

  media::pipe::AudioOutput output_;
  std::uint32_t sample_rate_ = 0;
  std::size_t channels_ = 0;
  CodecContextPtr encoder_;
  FramePtr frame_;
  PacketPtr packet_;
  std::optional<SoundGrid> grid_;
  Form form_;  // of what swr_ takes
  SwrPtr swr_;
  std::vector<float> planes_;  // room for what swr_ gives, one plane behind the other
  std::int64_t earliest_ = 0;  // the encoder's priming lies before this position
};

}  // namespace av
