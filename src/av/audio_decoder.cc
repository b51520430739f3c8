#include "av/audio_decoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <utility>

#include "av/decoder.h"

namespace av {
namespace {

base::Error broken(int code) {
  base::Error error = libav_error(code, "decoding sound");
  error.code = base::ErrorCode::kMalformed;
  return error;
}

}  // namespace

AudioDecoder::AudioDecoder(CodecContextPtr context)
    : context_(std::move(context)), frame_(new_frame()), packet_(new_packet()) {}

base::Expected<AudioDecoder> AudioDecoder::create(const media::Track& track) {
  auto context = open_decoder(track);
  if (!context) return base::fail(std::move(context.error()));
  return AudioDecoder(*std::move(context));
}

base::Expected<void> AudioDecoder::decode(const media::Sample& sample, const Sink& sink) {
  if (auto filled = fill_packet(sample, *packet_); !filled) return filled;
  const int sent = avcodec_send_packet(context_.get(), packet_.get());
  av_packet_unref(packet_.get());
  if (sent < 0) return base::fail(broken(sent));
  for (;;) {
    const int code = avcodec_receive_frame(context_.get(), frame_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return base::fail(broken(code));
    base::Expected<void> taken;
    if (frame_->pts != AV_NOPTS_VALUE && frame_->nb_samples > 0) taken = sink(*frame_, frame_->pts);
    av_frame_unref(frame_.get());
    if (!taken) return taken;
  }
}

}  // namespace av
