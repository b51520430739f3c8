#include "av/audio_converter.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "media/codec/aac.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::uint32_t kUsualRate = 48'000;

}  // namespace

AudioConverter::AudioConverter(const media::pipe::AudioOutput& output)
    : output_(output), frame_(new_frame()), packet_(new_packet()) {}

base::Expected<void> AudioConverter::open(const AVFrame& frame, const Sink& sink) {
  sample_rate_ = frame.sample_rate == 44'100 ? 44'100 : kUsualRate;
  channels_ = frame.ch_layout.nb_channels == 1 ? 1 : SoundGrid::kMostChannels;
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (codec == nullptr) return fail(ErrorCode::kUnsupported, "libavcodec has no encoder for AAC");
  encoder_.reset(avcodec_alloc_context3(codec));
  CHECK(encoder_ != nullptr);
  AVCodecContext& context = *encoder_;
  context.sample_rate = static_cast<int>(sample_rate_);
  context.sample_fmt = AV_SAMPLE_FMT_FLTP;
  context.time_base = {1, context.sample_rate};
  context.bit_rate = output_.bitrate;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  context.thread_count = 1;
  av_channel_layout_default(&context.ch_layout, static_cast<int>(channels_));
  // The other search costs several times as much.
  (void)av_opt_set(context.priv_data, "aac_coder", "fast", 0);
  if (const int code = avcodec_open2(&context, codec, nullptr); code < 0) {
    return fail(libav_error(code, "opening the AAC encoder"));
  }
  CHECK(context.frame_size == static_cast<int>(SoundGrid::kFrame));
  grid_.emplace(channels_, sample_rate_);
  const auto size = static_cast<std::size_t>(context.extradata_size);
  auto track = media::aac::make_track(base::Slice::copy_of({context.extradata, size}));
  if (!track) return fail(std::move(track.error()));
  track->id = output_.id;
  track->announced_bitrate = output_.bitrate;
  return sink.track(*track);
}

base::Expected<void> AudioConverter::prepare(const AVFrame& frame, const Sink& sink) {
  if (!encoder_) {
    if (auto opened = open(frame, sink); !opened) return opened;
  }
  AVChannelLayout from = {};
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
    av_channel_layout_default(&from, frame.ch_layout.nb_channels);
  } else {
    CHECK(av_channel_layout_copy(&from, &frame.ch_layout) == 0);
  }
  const Form form{.sample_rate = frame.sample_rate,
                  .format = frame.format,
                  .channels = from.nb_channels,
                  .layout = from.order == AV_CHANNEL_ORDER_NATIVE ? from.u.mask : 0};
  if (swr_ && form == form_) {
    av_channel_layout_uninit(&from);
    return {};
  }
  if (swr_) {
    if (auto rest = resample(nullptr, sink); !rest) {
      av_channel_layout_uninit(&from);
      return rest;
    }
  }
  SwrContext* made = nullptr;
  int code = swr_alloc_set_opts2(
      &made, &encoder_->ch_layout, AV_SAMPLE_FMT_FLTP, encoder_->sample_rate, &from,
      static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  av_channel_layout_uninit(&from);
  swr_.reset(made);
  if (code >= 0) code = swr_init(swr_.get());
  if (code < 0) {
    swr_.reset();
    base::Error error =
        libav_error(code, "converting sound of " + std::to_string(frame.sample_rate) + " Hz and " +
                              std::to_string(form.channels) + " channels");
    error.code = ErrorCode::kMalformed;
    return fail(std::move(error));
  }
  form_ = form;
  return {};
}

base::Expected<void> AudioConverter::convert(const AVFrame& frame, media::Ticks pts,
                                             std::uint32_t timescale, const Sink& sink) {
  if (auto prepared = prepare(frame, sink); !prepared) return prepared;
  // What the resampler still holds lies between what came out and what comes in.
  const std::int64_t inside = swr_get_delay(swr_.get(), sample_rate_);
  const std::int64_t position = media::rescale(pts, timescale, sample_rate_) - inside;
  const bool first = !grid_->started();
  auto moved = grid_->move_to(position, [&](const SoundGrid::Planes& planes, std::int64_t at) {
    return encode(planes, at, sink);
  });
  if (!moved) return moved;
  if (first) {
    earliest_ = position - position % static_cast<std::int64_t>(SoundGrid::kFrame);
  }
  return resample(&frame, sink);
}

base::Expected<void> AudioConverter::resample(const AVFrame* frame, const Sink& sink) {
  const int taken = frame != nullptr ? frame->nb_samples : 0;
  const int room = swr_get_out_samples(swr_.get(), taken);
  if (room <= 0) return {};
  const auto plane = static_cast<std::size_t>(room);
  planes_.resize(plane * SoundGrid::kMostChannels);
  // libav declares planes as octets; these hold floats, as the format says.
  std::array<std::uint8_t*, SoundGrid::kMostChannels> out{};
  for (std::size_t i = 0; i < channels_; ++i) {
    out[i] = static_cast<std::uint8_t*>(static_cast<void*>(&planes_[i * plane]));
  }
  const auto* const* in =
      frame != nullptr ? const_cast<const std::uint8_t* const*>(frame->extended_data) : nullptr;
  const int count =
      swr_convert(swr_.get(), out.data(), room, const_cast<const std::uint8_t**>(in), taken);
  if (count < 0) return fail(libav_error(count, "converting sound"));
  SoundGrid::Planes given;
  for (std::size_t i = 0; i < channels_; ++i) {
    given[i] = std::span(planes_).subspan(i * plane, static_cast<std::size_t>(count));
  }
  return grid_->add(given, [&](const SoundGrid::Planes& planes, std::int64_t at) {
    return encode(planes, at, sink);
  });
}

base::Expected<void> AudioConverter::encode(const SoundGrid::Planes& planes, std::int64_t position,
                                            const Sink& sink) {
  AVFrame& frame = *frame_;
  if (frame.buf[0] == nullptr || av_frame_is_writable(&frame) == 0) {
    av_frame_unref(&frame);
    frame.format = encoder_->sample_fmt;
    frame.sample_rate = encoder_->sample_rate;
    frame.nb_samples = static_cast<int>(SoundGrid::kFrame);
    CHECK(av_channel_layout_copy(&frame.ch_layout, &encoder_->ch_layout) == 0);
    CHECK(av_frame_get_buffer(&frame, 0) == 0);
  }
  frame.pts = position;
  for (std::size_t i = 0; i < channels_; ++i) {
    std::ranges::copy(std::as_bytes(planes[i]),
                      static_cast<std::byte*>(static_cast<void*>(frame.data[i])));
  }
  if (const int code = avcodec_send_frame(encoder_.get(), &frame); code < 0) {
    return fail(libav_error(code, "encoding sound"));
  }
  return receive(sink);
}

base::Expected<void> AudioConverter::flush(const Sink& sink) {
  if (!encoder_) return {};
  if (swr_ && grid_->started()) {
    if (auto rest = resample(nullptr, sink); !rest) return rest;
  }
  auto finished = grid_->finish(
      [&](const SoundGrid::Planes& planes, std::int64_t at) { return encode(planes, at, sink); });
  if (!finished) return finished;
  (void)avcodec_send_frame(encoder_.get(), nullptr);  // fails only where it is flushed already
  return receive(sink);
}

base::Expected<void> AudioConverter::receive(const Sink& sink) {
  for (;;) {
    const int code = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return fail(libav_error(code, "encoding sound"));
    base::Expected<void> taken;
    if (packet_->pts >= earliest_) {
      media::Sample sample;
      sample.pts = packet_->pts;
      sample.dts = packet_->pts;
      sample.duration = static_cast<media::Ticks>(SoundGrid::kFrame);
      sample.keyframe = true;
      sample.data = base::Slice::copy_of(
          base::ByteSpan(packet_->data, static_cast<std::size_t>(packet_->size)));
      taken = sink.sample(std::move(sample));
    }
    av_packet_unref(packet_.get());
    if (!taken) return taken;
  }
}

}  // namespace av
