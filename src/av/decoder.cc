#include "av/decoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "base/check.h"
#include "media/codec/opus.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;
using media::Codec;

constexpr std::int64_t kMostPixels = 4096LL * 2304;

AVCodecID id_of(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return AV_CODEC_ID_H264;
    case Codec::kHevc:
      return AV_CODEC_ID_HEVC;
    case Codec::kAv1:
      return AV_CODEC_ID_AV1;
    case Codec::kVp9:
      return AV_CODEC_ID_VP9;
    case Codec::kAac:
      return AV_CODEC_ID_AAC;
    case Codec::kMp3:
      return AV_CODEC_ID_MP3;
    case Codec::kOpus:
      return AV_CODEC_ID_OPUS;
    case Codec::kFlac:
      return AV_CODEC_ID_FLAC;
  }
  return AV_CODEC_ID_NONE;
}

// What libav calls extradata, which is not always what ISO BMFF stores.
base::Expected<base::Slice> extradata_of(const media::Track& track) {
  constexpr std::size_t kBlockHeader = 4;
  switch (track.codec) {
    case Codec::kVp9:
    case Codec::kMp3:
      return base::Slice();
    case Codec::kOpus: {
      auto head = media::opus::head_from_dops(track.config.span());
      if (!head) return fail(std::move(head.error()));
      return base::Slice::take(*std::move(head));
    }
    case Codec::kFlac:  // STREAMINFO without the head of its block
      if (track.config.size() <= kBlockHeader) {
        return fail(ErrorCode::kMalformed, "a FLAC track without STREAMINFO");
      }
      return track.config.sub(kBlockHeader);
    default:
      return track.config;
  }
}

}  // namespace

base::Expected<CodecContextPtr> open_decoder(const media::Track& track, Effort effort) {
  const std::string name(media::to_string(track.codec));
  const AVCodec* codec = avcodec_find_decoder(id_of(track.codec));
  if (codec == nullptr) {
    return fail(ErrorCode::kUnsupported, "libavcodec has no decoder for " + name);
  }
  auto extradata = extradata_of(track);
  if (!extradata) return fail(std::move(extradata.error()));
  CodecContextPtr context(avcodec_alloc_context3(codec));
  CHECK(context != nullptr);
  if (!extradata->empty()) {
    context->extradata =
        static_cast<std::uint8_t*>(av_mallocz(extradata->size() + AV_INPUT_BUFFER_PADDING_SIZE));
    CHECK(context->extradata != nullptr);
    std::ranges::copy(extradata->span(), context->extradata);
    context->extradata_size = static_cast<int>(extradata->size());
  }
  context->pkt_timebase = {1, static_cast<int>(track.timescale)};
  context->thread_count = 1;  // threads would hold pictures back
  context->max_pixels = kMostPixels;
  if (track.kind() == media::TrackKind::kVideo) {
    // Samples begin where somebody vouches for a keyframe, also such that libav would not trust.
    context->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
    context->flags2 |= AV_CODEC_FLAG2_SHOW_ALL;
    // dav1d otherwise collects several pictures; H.264 and HEVC would lose their order.
    if (track.codec == Codec::kAv1) context->flags |= AV_CODEC_FLAG_LOW_DELAY;
    if (effort == Effort::kGlance) context->skip_loop_filter = AVDISCARD_ALL;
  } else {
    context->sample_rate = static_cast<int>(track.audio.sample_rate);
  }
  if (const int code = avcodec_open2(context.get(), codec, nullptr); code < 0) {
    base::Error error = libav_error(code, "opening the decoder for " + name);
    error.code = ErrorCode::kUnsupported;
    return fail(std::move(error));
  }
  return context;
}

base::Expected<void> fill_packet(const media::Sample& sample, AVPacket& packet) {
  constexpr std::size_t kMost =
      std::numeric_limits<int>::max() - std::size_t{AV_INPUT_BUFFER_PADDING_SIZE};
  // An empty packet would mean the end of the stream.
  if (sample.data.empty() || sample.data.size() > kMost) {
    return fail(ErrorCode::kMalformed,
                "a sample of " + std::to_string(sample.data.size()) + " octets");
  }
  CHECK(av_new_packet(&packet, static_cast<int>(sample.data.size())) == 0);
  std::ranges::copy(sample.data.span(), packet.data);
  packet.pts = sample.pts;
  packet.dts = sample.dts;
  packet.duration = sample.duration;
  packet.flags = sample.keyframe ? AV_PKT_FLAG_KEY : 0;
  return {};
}

}  // namespace av
