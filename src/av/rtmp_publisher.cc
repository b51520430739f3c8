#include "av/rtmp_publisher.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
}

#include <utility>

#include "av/encoder.h"
#include "av/tone.h"
#include "base/check.h"

namespace av {

struct RtmpPublisher::State {
  Options options;
  AVFormatContext* format = nullptr;
  AVRational time_base[2] = {};  // of the encoders, by Kind
  base::MonotonicTime deadline{};
  bool writable = false;  // the header went out and no write has failed

  ~State() {
    if (format == nullptr) return;
    if (writable) {
      arm();
      (void)av_write_trailer(format);  // the connection ends either way
    }
    (void)avio_closep(&format->pb);
    avformat_free_context(format);
  }

  void arm() { deadline = std::chrono::steady_clock::now() + options.timeout; }

  static int is_interrupted(void* opaque) {
    const auto& state = *static_cast<const State*>(opaque);
    if (std::chrono::steady_clock::now() > state.deadline) return 1;
    return state.options.interrupted && state.options.interrupted() ? 1 : 0;
  }

  base::Expected<void> add_stream(Kind kind, const AVCodecContext& encoder) {
    AVStream* stream = avformat_new_stream(format, nullptr);
    CHECK(stream != nullptr && stream->index == static_cast<int>(kind));
    if (const int code = avcodec_parameters_from_context(stream->codecpar, &encoder); code < 0) {
      return base::fail(libav_error(code, "describing a stream"));
    }
    stream->avg_frame_rate = encoder.framerate;
    stream->time_base = encoder.time_base;
    time_base[static_cast<int>(kind)] = encoder.time_base;
    return {};
  }
};

RtmpPublisher::RtmpPublisher(std::unique_ptr<State> state) : state_(std::move(state)) {}
RtmpPublisher::RtmpPublisher(RtmpPublisher&&) noexcept = default;
RtmpPublisher& RtmpPublisher::operator=(RtmpPublisher&&) noexcept = default;
RtmpPublisher::~RtmpPublisher() = default;

base::Expected<RtmpPublisher> RtmpPublisher::connect(Options options, const AVCodecContext& video,
                                                     const AVCodecContext& audio) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  if (const int code = avformat_alloc_output_context2(&state->format, nullptr, "flv", nullptr);
      code < 0) {
    return base::fail(libav_error(code, "making an FLV stream"));
  }
  AVFormatContext* format = state->format;
  format->interrupt_callback = {State::is_interrupted, state.get()};
  format->flags |= AVFMT_FLAG_FLUSH_PACKETS;
  for (const auto& [kind, encoder] : {std::pair(Kind::kVideo, &video), {Kind::kAudio, &audio}}) {
    if (auto added = state->add_stream(kind, *encoder); !added) {
      return base::fail(std::move(added.error()));
    }
  }
  state->arm();
  AVDictionary* settings = nullptr;
  av_dict_set(&settings, "tcp_nodelay", "1", 0);
  int code = avio_open2(&format->pb, state->options.url.c_str(), AVIO_FLAG_WRITE,
                        &format->interrupt_callback, &settings);
  av_dict_free(&settings);
  if (code < 0) return base::fail(libav_error(code, "connecting to the RTMP server"));
  av_dict_set(&settings, "flvflags", "no_duration_filesize", 0);
  code = avformat_write_header(format, &settings);
  av_dict_free(&settings);
  if (code < 0) return base::fail(libav_error(code, "starting to publish"));
  state->writable = true;
  return RtmpPublisher(std::move(state));
}

base::Expected<void> RtmpPublisher::send(Kind kind, AVPacket& packet) {
  const int index = static_cast<int>(kind);
  packet.stream_index = index;
  // FLV has no negative times, and AAC's first packet lies one frame before zero: all tracks move
  // by that frame. Each time is rounded once, so nothing drifts.
  const AVRational target = state_->format->streams[index]->time_base;
  const AVRational samples = {1, static_cast<int>(kSampleRate)};
  const AVRational source = state_->time_base[index];
  packet.pts =
      av_rescale_q(av_rescale_q(packet.pts, source, samples) + kAudioFrameSamples, samples, target);
  packet.dts =
      av_rescale_q(av_rescale_q(packet.dts, source, samples) + kAudioFrameSamples, samples, target);
  packet.duration = 0;
  state_->arm();
  if (const int code = av_write_frame(state_->format, &packet); code < 0) {
    state_->writable = false;
    return base::fail(libav_error(code, "sending"));
  }
  if (const int code = state_->format->pb->error; code < 0) {
    state_->writable = false;
    return base::fail(libav_error(code, "sending"));
  }
  return {};
}

}  // namespace av
