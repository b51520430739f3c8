#include "av/rendition_encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libavutil/rational.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <utility>

#include "base/check.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kMostInside = 64;

base::Expected<const AVCodec*> find(const EncoderChoice& choice) {
  const AVCodec* codec = avcodec_find_encoder_by_name(choice.name.c_str());
  if (codec == nullptr || codec->id != AV_CODEC_ID_H264) {
    return fail(ErrorCode::kUnsupported,
                "libavcodec has no H.264 encoder named \"" + choice.name + "\"");
  }
  return codec;
}

// The first of those that we can make which the encoder takes; otherwise it takes only pictures on
// a device, and these are brought there as NV12.
AVPixelFormat format_of(const AVCodec& codec) {
  for (const AVPixelFormat wanted : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12}) {
    for (const AVPixelFormat* format = codec.pix_fmts;
         format != nullptr && *format != AV_PIX_FMT_NONE; ++format) {
      if (*format == wanted) return wanted;
    }
  }
  return AV_PIX_FMT_NONE;
}

struct Option {
  const char* name;
  const char* value;
};

// For all encoders at once: av_opt_set passes over what an encoder does not have or not know.
constexpr std::array kOptions = {
    Option{"profile", "high"},
    Option{"forced-idr", "1"},  // a picture that has to be intra is an IDR picture
    Option{"forced_idr", "1"},
    // NVENC, before x264, which takes any word for its tuning until it is opened
    Option{"tune", "ull"},
    Option{"zerolatency", "1"},
    Option{"delay", "0"},
    Option{"no-scenecut", "1"},
    Option{"rc", "cbr"},
    // x264
    Option{"tune", "zerolatency"},
    Option{"x264-params", "keyint=infinite:min-keyint=1:scenecut=0:open-gop=0"},
    // VA-API and QSV
    Option{"rc_mode", "CBR"},
    Option{"async_depth", "1"},
    Option{"look_ahead", "0"},
};

// The shape of the pixels that gives the output the source's shape; 1:1 where that is as good.
AVRational pixel_shape(const AVFrame& source, const media::pipe::VideoOutput& output) {
  constexpr double kNearlySquare = 0.01;
  constexpr std::int64_t kMost = 255;
  AVRational shape = source.sample_aspect_ratio;
  if (shape.num <= 0 || shape.den <= 0) shape = {1, 1};
  const std::int64_t across = std::int64_t{shape.num} * source.width * output.height;
  const std::int64_t down = std::int64_t{shape.den} * source.height * output.width;
  if (across <= 0 || down <= 0) return {1, 1};
  const double ratio = static_cast<double>(across) / static_cast<double>(down);
  if (std::abs(ratio - 1) < kNearlySquare) return {1, 1};
  AVRational out;
  av_reduce(&out.num, &out.den, across, down, kMost);
  return out;
}

// A large picture that does not name its colours is taken for BT.709 by players; made small it
// would be taken for BT.601, so it has to be said.
void set_colour(AVCodecContext& context, const AVFrame& like) {
  constexpr int kLarge = 720;
  const bool guess = like.height >= kLarge;
  context.color_primaries = like.color_primaries;
  context.color_trc = like.color_trc;
  context.colorspace = like.colorspace;
  if (guess && like.color_primaries == AVCOL_PRI_UNSPECIFIED) {
    context.color_primaries = AVCOL_PRI_BT709;
  }
  if (guess && like.color_trc == AVCOL_TRC_UNSPECIFIED) context.color_trc = AVCOL_TRC_BT709;
  if (guess && like.colorspace == AVCOL_SPC_UNSPECIFIED) context.colorspace = AVCOL_SPC_BT709;
  context.color_range = AVCOL_RANGE_MPEG;
  context.chroma_sample_location = like.chroma_location;
}

}  // namespace

base::Expected<int> input_format(const EncoderChoice& choice) {
  const auto codec = find(choice);
  if (!codec) return fail(codec.error());
  const AVPixelFormat format = format_of(**codec);
  return format == AV_PIX_FMT_NONE ? AV_PIX_FMT_NV12 : format;
}

RenditionEncoder::RenditionEncoder(CodecContextPtr context, std::optional<HardwareUpload> upload,
                                   const media::pipe::VideoOutput& output, double frame_rate)
    : context_(std::move(context)),
      upload_(std::move(upload)),
      output_(output),
      frame_rate_(frame_rate),
      real_rate_(frame_rate),
      frame_(new_frame()),
      packet_(new_packet()),
      reader_(media::Codec::kH264) {}

base::Expected<RenditionEncoder> RenditionEncoder::create(const EncoderChoice& choice,
                                                          const media::pipe::VideoOutput& output,
                                                          double frame_rate, const AVFrame& like) {
  constexpr int kSmallHeight = 300;  // too few rows to be cut into slices
  CHECK(frame_rate > 0);
  const auto codec = find(choice);
  if (!codec) return fail(codec.error());
  CodecContextPtr allocated(avcodec_alloc_context3(*codec));
  CHECK(allocated != nullptr);
  AVCodecContext& context = *allocated;
  context.width = static_cast<int>(output.width);
  context.height = static_cast<int>(output.height);
  context.sample_aspect_ratio = pixel_shape(like, output);
  context.time_base = {1, static_cast<int>(media::kVideoTimescale)};
  context.framerate = av_d2q(frame_rate, 1001 * 300);
  set_colour(context, like);
  context.bit_rate = output.bitrate;
  context.rc_max_rate = output.bitrate;
  context.rc_buffer_size = static_cast<int>(output.bitrate);  // one second
  context.max_b_frames = 0;
  context.gop_size = 1 << 20;  // keyframes are asked for
  context.thread_count = output.height < kSmallHeight ? 1 : choice.threads;
  context.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_LOW_DELAY;
  (void)av_opt_set(context.priv_data, "preset", choice.preset.c_str(), 0);
  for (const Option& option : kOptions) {
    (void)av_opt_set(context.priv_data, option.name, option.value, 0);
  }
  std::optional<HardwareUpload> upload;
  context.pix_fmt = format_of(**codec);
  if (context.pix_fmt == AV_PIX_FMT_NONE) {
    context.codec = *codec;
    auto created = HardwareUpload::create(context);
    if (!created) return fail(std::move(created.error()));
    upload = *std::move(created);
  }
  if (const int code = avcodec_open2(&context, *codec, nullptr); code < 0) {
    base::Error error = libav_error(
        code, "opening the encoder " + choice.name + " with preset \"" + choice.preset + "\" for " +
                  std::to_string(output.width) + "x" + std::to_string(output.height));
    error.code = ErrorCode::kUnsupported;
    return fail(std::move(error));
  }
  return RenditionEncoder(std::move(allocated), std::move(upload), output, frame_rate);
}

// Encoders for low delay give each picture its share of a second by the rate they were told at
// first and pay no heed to times. Where the source turns out to have another rate the bitrate they
// are told makes up for it.
void RenditionEncoder::follow(double frame_rate) {
  constexpr double kNearly = 0.05;
  if (frame_rate <= 0 || std::abs(frame_rate / real_rate_ - 1) < kNearly) return;
  real_rate_ = frame_rate;
  const double bitrate = output_.bitrate * std::clamp(frame_rate_ / real_rate_, 0.1, 10.0);
  context_->bit_rate = std::llround(bitrate);
  context_->rc_max_rate = context_->bit_rate;
  context_->rc_buffer_size = static_cast<int>(context_->bit_rate);
}

base::Expected<void> RenditionEncoder::encode(const AVFrame& picture, const Request& request,
                                              const Sink& sink) {
  if (request.info.keyframe) follow(request.frame_rate);
  if (upload_) {
    auto uploaded = upload_->upload(picture);
    if (!uploaded) return fail(std::move(uploaded.error()));
    frame_ = *std::move(uploaded);
  } else {
    av_frame_unref(frame_.get());
    CHECK(av_frame_ref(frame_.get(), &picture) == 0);
  }
  AVFrame& frame = *frame_;
  frame.pts = request.info.pts;
  frame.pict_type = request.info.keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  frame.sample_aspect_ratio = context_->sample_aspect_ratio;
  av_frame_remove_side_data(&frame, AV_FRAME_DATA_A53_CC);
  if (!request.captions.empty()) {
    AVFrameSideData* data =
        av_frame_new_side_data(&frame, AV_FRAME_DATA_A53_CC, request.captions.size());
    CHECK(data != nullptr);
    std::ranges::copy(request.captions, data->data);
  }
  inside_.push_back(request.info);
  if (inside_.size() > kMostInside) inside_.pop_front();
  const int code = avcodec_send_frame(context_.get(), &frame);
  av_frame_unref(&frame);
  if (code < 0) return fail(libav_error(code, "encoding a picture"));
  return receive(sink);
}

base::Expected<void> RenditionEncoder::flush(const Sink& sink) {
  (void)avcodec_send_frame(context_.get(), nullptr);  // fails only where it is flushed already
  return receive(sink);
}

base::Expected<void> RenditionEncoder::receive(const Sink& sink) {
  for (;;) {
    const int code = avcodec_receive_packet(context_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return fail(libav_error(code, "encoding a picture"));
    auto delivered = deliver(*packet_, sink);
    av_packet_unref(packet_.get());
    if (!delivered) return delivered;
  }
}

base::Expected<void> RenditionEncoder::announce(const Sink& sink) {
  media::Track track = *reader_.track();
  track.id = output_.id;
  track.video.width = output_.width;
  track.video.height = output_.height;
  track.video.frame_rate = frame_rate_;
  track.video.reorders = false;
  track.announced_bitrate = output_.bitrate;
  announced_ = true;
  return sink.track(track);
}

base::Expected<void> RenditionEncoder::deliver(const AVPacket& packet, const Sink& sink) {
  if (!announced_ && context_->extradata_size > 0) {
    const auto size = static_cast<std::size_t>(context_->extradata_size);
    auto read = reader_.read(base::ByteSpan(context_->extradata, size));
    if (!read) return fail(std::move(read.error()));
    if (reader_.track()) {
      if (auto told = announce(sink); !told) return told;
    }
  }
  auto unit = reader_.read(base::ByteSpan(packet.data, static_cast<std::size_t>(packet.size)));
  if (!unit) return fail(std::move(unit.error()));
  if (reader_.track() && (unit->track_changed || !announced_)) {
    if (auto told = announce(sink); !told) return told;
  }
  if (!announced_) return fail(ErrorCode::kMalformed, "the encoder gives no parameter sets");
  media::Sample sample;
  sample.pts = packet.pts;
  sample.dts = packet.pts;  // nothing is reordered
  sample.keyframe = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  sample.data = unit->data;
  while (!inside_.empty() && inside_.front().pts <= packet.pts) {
    if (inside_.front().pts == packet.pts) sample.duration = inside_.front().duration;
    inside_.pop_front();
  }
  return sink.sample(std::move(sample));
}

}  // namespace av
