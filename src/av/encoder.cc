#include "av/encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <string>
#include <utility>

#include "av/tone.h"
#include "base/check.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

base::Expected<CodecContextPtr> allocate(const AVCodec* codec, const char* name) {
  if (codec == nullptr) {
    return fail(ErrorCode::kUnsupported, std::string("libavcodec has no encoder ") + name);
  }
  CodecContextPtr context(avcodec_alloc_context3(codec));
  CHECK(context != nullptr);
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;  // FLV wants the parameters beside the packets
  return context;
}

base::Expected<void> run(AVCodecContext& context, const AVFrame& frame, AVPacket& packet,
                         const PacketSink& sink) {
  if (const int code = avcodec_send_frame(&context, &frame); code < 0) {
    return fail(libav_error(code, "encoding"));
  }
  for (;;) {
    const int code = avcodec_receive_packet(&context, &packet);
    if (code == AVERROR(EAGAIN)) return {};
    if (code < 0) return fail(libav_error(code, "encoding"));
    auto taken = sink(packet);
    av_packet_unref(&packet);
    if (!taken) return taken;
  }
}

}  // namespace

VideoEncoder::VideoEncoder(CodecContextPtr context, FramePtr frame, PacketPtr packet)
    : context_(std::move(context)), frame_(std::move(frame)), packet_(std::move(packet)) {}

base::Expected<VideoEncoder> VideoEncoder::create(const VideoSettings& settings) {
  const AVCodec* codec = avcodec_find_encoder_by_name("libx264");
  auto allocated = allocate(codec, "libx264");
  if (!allocated) return fail(std::move(allocated.error()));
  AVCodecContext& context = **allocated;
  context.width = settings.width;
  context.height = settings.height;
  context.pix_fmt = AV_PIX_FMT_YUV420P;
  context.time_base = {1, settings.frame_rate};
  context.framerate = {settings.frame_rate, 1};
  context.color_primaries = AVCOL_PRI_BT709;
  context.color_trc = AVCOL_TRC_BT709;
  context.colorspace = AVCOL_SPC_BT709;
  context.color_range = AVCOL_RANGE_MPEG;
  context.bit_rate = settings.bitrate;
  context.rc_max_rate = settings.bitrate;
  context.rc_buffer_size = static_cast<int>(settings.bitrate / 2);
  context.max_b_frames = 0;
  context.gop_size = settings.frame_rate * settings.group_seconds;
  context.keyint_min = context.gop_size;
  context.thread_count = 1;  // one stream must not take more than its share of the machine
  av_opt_set(context.priv_data, "preset", "superfast", 0);
  av_opt_set(context.priv_data, "tune", "zerolatency", 0);
  av_opt_set(context.priv_data, "profile", "high", 0);
  av_opt_set(context.priv_data, "forced-idr", "1", 0);
  av_opt_set(context.priv_data, "x264-params", "scenecut=0:open-gop=0", 0);
  if (const int code = avcodec_open2(&context, codec, nullptr); code < 0) {
    return fail(libav_error(code, "opening the H.264 encoder"));
  }
  return VideoEncoder(*std::move(allocated), new_frame(), new_packet());
}

base::Expected<void> VideoEncoder::encode(const Picture& picture, std::int64_t pts, FrameKind kind,
                                          const PacketSink& sink) {
  CHECK(picture.width == context_->width && picture.height == context_->height);
  AVFrame& frame = *frame_;
  frame.format = context_->pix_fmt;
  frame.width = picture.width;
  frame.height = picture.height;
  frame.pts = pts;
  frame.pict_type = kind == FrameKind::kKeyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  if (av_frame_get_buffer(&frame, 0) < 0) return fail(ErrorCode::kIo, "no memory for a picture");
  const auto copy = [&](const std::vector<std::uint8_t>& plane, int index, int width) {
    for (std::size_t row = 0; row * static_cast<std::size_t>(width) < plane.size(); ++row) {
      const auto begin = plane.begin() + static_cast<std::ptrdiff_t>(row) * width;
      std::copy(begin, begin + width,
                frame.data[index] + static_cast<std::ptrdiff_t>(row) * frame.linesize[index]);
    }
  };
  copy(picture.y, 0, picture.width);
  copy(picture.u, 1, picture.width / 2);
  copy(picture.v, 2, picture.width / 2);
  auto result = run(*context_, frame, *packet_, sink);
  av_frame_unref(&frame);
  return result;
}

AudioEncoder::AudioEncoder(CodecContextPtr context, FramePtr frame, PacketPtr packet)
    : context_(std::move(context)), frame_(std::move(frame)), packet_(std::move(packet)) {}

base::Expected<AudioEncoder> AudioEncoder::create(std::int64_t bitrate) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  auto allocated = allocate(codec, "aac");
  if (!allocated) return fail(std::move(allocated.error()));
  AVCodecContext& context = **allocated;
  context.sample_rate = static_cast<int>(kSampleRate);
  context.sample_fmt = AV_SAMPLE_FMT_FLTP;
  context.time_base = {1, context.sample_rate};
  context.bit_rate = bitrate;
  av_channel_layout_default(&context.ch_layout, 2);
  if (const int code = avcodec_open2(&context, codec, nullptr); code < 0) {
    return fail(libav_error(code, "opening the AAC encoder"));
  }
  CHECK(context.frame_size == kAudioFrameSamples);
  return AudioEncoder(*std::move(allocated), new_frame(), new_packet());
}

base::Expected<void> AudioEncoder::encode(std::span<const float> samples, std::int64_t pts,
                                          const PacketSink& sink) {
  CHECK(samples.size() == kAudioFrameSamples);
  AVFrame& frame = *frame_;
  frame.format = context_->sample_fmt;
  frame.sample_rate = context_->sample_rate;
  frame.nb_samples = kAudioFrameSamples;
  frame.pts = pts;
  if (av_channel_layout_copy(&frame.ch_layout, &context_->ch_layout) < 0 ||
      av_frame_get_buffer(&frame, 0) < 0) {
    return fail(ErrorCode::kIo, "no memory for an audio frame");
  }
  for (const int channel : {0, 1}) {
    // libav declares planes as bytes; these hold floats, as sample_fmt says.
    std::ranges::copy(std::as_bytes(samples),
                      static_cast<std::byte*>(static_cast<void*>(frame.data[channel])));
  }
  auto result = run(*context_, frame, *packet_, sink);
  av_frame_unref(&frame);
  return result;
}

}  // namespace av
