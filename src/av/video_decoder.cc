#include "av/video_decoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <utility>

#include "av/decoder.h"

namespace av {

using base::ErrorCode;
using base::fail;

VideoDecoder::VideoDecoder(CodecContextPtr context)
    : context_(std::move(context)), frame_(new_frame()), packet_(new_packet()) {}

base::Expected<VideoDecoder> VideoDecoder::create(const media::Track& track) {
  auto context = open_decoder(track);
  if (!context) return fail(std::move(context.error()));
  return VideoDecoder(*std::move(context));
}

void VideoDecoder::begin_again() {
  avcodec_flush_buffers(context_.get());
  waits_ = true;
  keyframes_.clear();
}

base::Expected<void> VideoDecoder::decode(const media::Sample& sample, const Sink& sink) {
  constexpr std::size_t kMostHeldBack = 64;
  if (waits_ && !sample.keyframe) return {};
  if (auto filled = fill_packet(sample, *packet_); !filled) {
    begin_again();
    return filled;
  }
  if (waits_) first_ = sample.pts;
  waits_ = false;
  if (sample.keyframe) {
    keyframes_.insert(sample.pts);
    if (keyframes_.size() > kMostHeldBack) keyframes_.erase(keyframes_.begin());
  }
  const int code = avcodec_send_packet(context_.get(), packet_.get());
  av_packet_unref(packet_.get());
  if (code < 0) {
    begin_again();
    base::Error error = libav_error(code, "decoding a picture");
    error.code = ErrorCode::kMalformed;
    return fail(std::move(error));
  }
  return take(sink);
}

base::Expected<void> VideoDecoder::flush(const Sink& sink) {
  if (waits_) return {};
  (void)avcodec_send_packet(context_.get(), nullptr);  // fails only where it is flushed already
  auto taken = take(sink);
  begin_again();
  return taken;
}

base::Expected<void> VideoDecoder::take(const Sink& sink) {
  for (;;) {
    const int code = avcodec_receive_frame(context_.get(), frame_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) {
      begin_again();
      base::Error error = libav_error(code, "decoding a picture");
      error.code = ErrorCode::kMalformed;
      return fail(std::move(error));
    }
    PictureInfo info;
    info.pts = frame_->pts;
    info.duration = frame_->pkt_duration;
    const auto found = keyframes_.find(info.pts);
    info.keyframe = found != keyframes_.end();
    if (info.keyframe) keyframes_.erase(keyframes_.begin(), std::next(found));
    base::Expected<void> taken;
    if (frame_->pts != AV_NOPTS_VALUE && info.pts >= first_) taken = sink(*frame_, info);
    av_frame_unref(frame_.get());
    if (!taken) return taken;
  }
}

}  // namespace av
