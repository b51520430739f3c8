#include "av/source_test_support.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <cmath>
#include <optional>

#include "av/audio_decoder.h"
#include "av/libav.h"
#include "av/tone.h"
#include "av/video_decoder.h"
#include "base/check.h"
#include "media/codec/annexb.h"
#include "media/codec/mp3.h"
#include "media/codec/track_config.h"

// x265 does not give back all its memory; that is not ours to mend.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libx265";
}

namespace av::test {
namespace {

using media::Codec;
using media::Ticks;

void draw(AVFrame& frame, int picture) {
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      double value = luma_at((x + 0.5) / frame.width, (y + 0.5) / frame.height, picture);
      if (frame.color_range == AVCOL_RANGE_JPEG) value = (value - 16) * 255 / 219;
      frame.data[0][y * frame.linesize[0] + x] = static_cast<std::uint8_t>(std::lround(value));
    }
  }
  for (const int plane : {1, 2}) {
    for (int y = 0; y < (frame.height + 1) / 2; ++y) {
      std::fill_n(frame.data[plane] + y * frame.linesize[plane], (frame.width + 1) / 2,
                  std::uint8_t{128});
    }
  }
}

template <class Take>
void encode(AVCodecContext& context, const AVFrame* frame, Take&& take) {
  CHECK(avcodec_send_frame(&context, frame) == 0);
  const PacketPtr packet = new_packet();
  while (avcodec_receive_packet(&context, packet.get()) == 0) {
    take(*packet);
    av_packet_unref(packet.get());
  }
}

void set_durations(std::vector<media::Sample>& samples, Ticks last) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].duration = i + 1 < samples.size() ? samples[i + 1].dts - samples[i].dts : last;
  }
}

base::ByteSpan octets_of(const AVPacket& packet) {
  return {packet.data, static_cast<std::size_t>(packet.size)};
}

}  // namespace

double luma_at(double x, double y, int picture) {
  const double left = std::fmod(picture * 0.05, 0.8);
  const bool in_box = x >= left && x < left + 0.2 && y >= 0.3 && y < 0.7;
  return in_box ? 220 : 40 + 100 * x + 40 * y;
}

namespace {

struct VideoEncoderName {
  const char* name;
  const char* preset_option;
  const char* preset;
};

VideoEncoderName video_encoder_of(Codec codec) {
  switch (codec) {
    case Codec::kHevc:
      return {"libx265", "preset", "ultrafast"};
    case Codec::kAv1:
      return {"libaom-av1", "cpu-used", "8"};
    case Codec::kVp9:
      return {"libvpx-vp9", "cpu-used", "8"};
    default:
      return {"libx264", "preset", "ultrafast"};
  }
}

}  // namespace

Clip pictures(const PictureForm& form) {
  const VideoEncoderName encoder = video_encoder_of(form.codec);
  const AVCodec* codec = avcodec_find_encoder_by_name(encoder.name);
  CHECK(codec != nullptr);
  const CodecContextPtr context(avcodec_alloc_context3(codec));
  const int distance = static_cast<int>(media::kVideoTimescale) / form.frame_rate;
  context->width = form.width;
  context->height = form.height;
  context->pix_fmt = form.full_range ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
  context->color_range = form.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  context->colorspace = AVCOL_SPC_BT709;
  context->time_base = {1, form.frame_rate};
  context->framerate = {form.frame_rate, 1};
  context->gop_size = form.group;
  context->max_b_frames = form.b_frames;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  context->thread_count = 1;
  (void)av_opt_set(context->priv_data, encoder.preset_option, encoder.preset, 0);
  (void)av_opt_set(context->priv_data, "crf", "16", 0);
  (void)av_opt_set(context->priv_data, "usage", "realtime", 0);
  (void)av_opt_set(context->priv_data, "deadline", "realtime", 0);
  (void)av_opt_set(context->priv_data, "lag-in-frames", "0", 0);
  (void)av_opt_set(context->priv_data, "x265-params", "log-level=none:scenecut=0:bframes=0", 0);
  (void)av_opt_set(context->priv_data, "x264-params",
                   form.open_groups ? "scenecut=0:b-adapt=0:open-gop=1" : "scenecut=0:b-adapt=0",
                   0);
  CHECK(avcodec_open2(context.get(), codec, nullptr) == 0);

  Clip clip;
  clip.track.codec = form.codec;
  std::optional<media::AnnexBReader> reader;
  if (form.codec == Codec::kH264 || form.codec == Codec::kHevc) {
    reader.emplace(form.codec);
    const auto size = static_cast<std::size_t>(context->extradata_size);
    CHECK(reader->read({context->extradata, size}).has_value());
    clip.track = reader->track().value();
  }
  const auto take = [&](const AVPacket& packet) {
    const base::Slice data = reader ? reader->read(octets_of(packet)).value().data
                                    : base::Slice::copy_of(octets_of(packet));
    // Shown one after the other as many pictures later as B-frames need.
    const Ticks delay = form.b_frames > 0 ? 2 : 0;
    clip.samples.push_back({.dts = (packet.dts + form.first) * distance,
                            .pts = (packet.pts + form.first) * distance,
                            .duration = distance,
                            .keyframe = (packet.flags & AV_PKT_FLAG_KEY) != 0,
                            .data = data});
    CHECK(packet.dts >= -delay);
  };
  const FramePtr frame = new_frame();
  for (int i = 0; i < form.pictures; ++i) {
    av_frame_unref(frame.get());
    frame->format = context->pix_fmt;
    frame->width = form.width;
    frame->height = form.height;
    frame->color_range = context->color_range;
    CHECK(av_frame_get_buffer(frame.get(), 0) == 0);
    draw(*frame, form.first + i);
    frame->pts = i;
    if (form.captions) {
      const base::Bytes captions = form.captions(form.first + i);
      if (!captions.empty()) {
        AVFrameSideData* data =
            av_frame_new_side_data(frame.get(), AV_FRAME_DATA_A53_CC, captions.size());
        std::ranges::copy(captions, data->data);
      }
    }
    encode(*context, frame.get(), take);
  }
  encode(*context, nullptr, take);
  return clip;
}

std::vector<Seen> look_at(const Clip& clip, Ticks distance) {
  auto decoder = VideoDecoder::create(clip.track);
  CHECK(decoder.has_value());
  std::vector<Seen> out;
  const auto look = [&](const AVFrame& frame, const PictureInfo& info) -> base::Expected<void> {
    Seen seen{
        .pts = info.pts, .width = frame.width, .height = frame.height, .keyframe = info.keyframe};
    const int picture = static_cast<int>(info.pts / distance);
    for (int y = 0; y < frame.height; ++y) {
      for (int x = 0; x < frame.width; ++x) {
        const double is = frame.data[0][y * frame.linesize[0] + x];
        const double across = (x + 0.5) / frame.width;
        const double down = (y + 0.5) / frame.height;
        seen.error += std::abs(is - luma_at(across, down, picture));
        seen.error_of_other += std::abs(is - luma_at(across, down, picture + 1));
      }
    }
    seen.error /= static_cast<double>(frame.width) * frame.height;
    seen.error_of_other /= static_cast<double>(frame.width) * frame.height;
    out.push_back(seen);
    return {};
  };
  for (const media::Sample& sample : clip.samples) CHECK(decoder->decode(sample, look).has_value());
  CHECK(decoder->flush(look).has_value());
  return out;
}

namespace {

const char* encoder_of(Codec codec) {
  switch (codec) {
    case Codec::kMp3:
      return "libmp3lame";
    case Codec::kOpus:
      return "libopus";
    case Codec::kFlac:
      return "flac";
    default:
      return "aac";
  }
}

void put_sample(AVFrame& frame, int index, int channel, float value) {
  const auto put = [&]<class T>(T sample) {
    const bool planar = av_sample_fmt_is_planar(static_cast<AVSampleFormat>(frame.format)) != 0;
    const int channels = frame.ch_layout.nb_channels;
    const int place = planar ? index : index * channels + channel;
    static_cast<T*>(static_cast<void*>(frame.extended_data[planar ? channel : 0]))[place] = sample;
  };
  switch (frame.format) {
    case AV_SAMPLE_FMT_FLT:
    case AV_SAMPLE_FMT_FLTP:
      return put(value);
    case AV_SAMPLE_FMT_S16:
    case AV_SAMPLE_FMT_S16P:
      return put(static_cast<std::int16_t>(std::lround(value * 32767.F)));
    default:
      CHECK(frame.format == AV_SAMPLE_FMT_S32P || frame.format == AV_SAMPLE_FMT_S32);
      return put(static_cast<std::int32_t>(std::lround(static_cast<double>(value) * 2147483647.0)));
  }
}

}  // namespace

Clip tone(Codec codec, int sample_rate, int channels, int seconds, int start) {
  const AVCodec* encoder = avcodec_find_encoder_by_name(encoder_of(codec));
  CHECK(encoder != nullptr);
  const CodecContextPtr context(avcodec_alloc_context3(encoder));
  context->sample_rate = sample_rate;
  context->sample_fmt = encoder->sample_fmts[0];
  context->time_base = {1, sample_rate};
  context->bit_rate = 96'000;
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  av_channel_layout_default(&context->ch_layout, channels);
  CHECK(avcodec_open2(context.get(), encoder, nullptr) == 0);
  Clip clip;
  if (codec != Codec::kMp3) {
    const base::ByteSpan config(context->extradata,
                                static_cast<std::size_t>(context->extradata_size));
    clip.track = media::make_track(codec, base::Slice::copy_of(config)).value();
  }
  const Ticks offset = static_cast<Ticks>(start) * sample_rate;
  const auto take = [&](const AVPacket& packet) {
    if (codec == Codec::kMp3 && clip.track.config.empty() && clip.track.codec_string.empty()) {
      clip.track = media::mp3::make_track(media::mp3::parse_header(octets_of(packet)).value());
    }
    // Priming: publishers leave it out. Opus has it in its header, and decoders leave it out.
    const Ticks pts = packet.pts;
    if (pts < 0 && codec != Codec::kOpus) return;
    if (packet.size == 0) return;  // FLAC's encoder ends with what belongs into a file's head
    clip.samples.push_back({.dts = pts + offset,
                            .pts = pts + offset,
                            .keyframe = true,
                            .data = base::Slice::copy_of(octets_of(packet))});
  };
  const FramePtr frame = new_frame();
  const int size = context->frame_size > 0 ? context->frame_size : 1024;
  for (int at = 0; at + size <= seconds * sample_rate; at += size) {
    av_frame_unref(frame.get());
    frame->format = context->sample_fmt;
    frame->sample_rate = sample_rate;
    frame->nb_samples = size;
    CHECK(av_channel_layout_copy(&frame->ch_layout, &context->ch_layout) == 0);
    CHECK(av_frame_get_buffer(frame.get(), 0) == 0);
    for (int i = 0; i < size; ++i) {
      const std::int64_t index = std::int64_t{at + i} * kSampleRate / sample_rate;
      for (int channel = 0; channel < channels; ++channel) {
        put_sample(*frame, i, channel, tone_sample(index));
      }
    }
    frame->pts = at;
    encode(*context, frame.get(), take);
  }
  encode(*context, nullptr, take);
  set_durations(clip.samples, size);
  return clip;
}

std::vector<double> bursts(const Clip& clip) {
  constexpr double kLoud = 0.06;
  constexpr double kPause = 0.5;  // seconds of silence before the next burst counts
  auto decoder = AudioDecoder::create(clip.track);
  CHECK(decoder.has_value());
  std::vector<double> out;
  double last_loud = -1;
  for (const media::Sample& sample : clip.samples) {
    auto decoded =
        decoder->decode(sample, [&](const AVFrame& frame, Ticks pts) -> base::Expected<void> {
          CHECK(frame.format == AV_SAMPLE_FMT_FLTP);
          const auto* plane = static_cast<const float*>(static_cast<void*>(frame.data[0]));
          for (int i = 0; i < frame.nb_samples; ++i) {
            const double time = static_cast<double>(pts + i) / frame.sample_rate;
            if (std::abs(static_cast<double>(plane[i])) < kLoud) continue;
            if (last_loud < 0 || time - last_loud > kPause) out.push_back(time);
            last_loud = time;
          }
          return {};
        });
    CHECK(decoded.has_value());
  }
  return out;
}

}  // namespace av::test
