#include "av/still_encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <cstddef>
#include <string>
#include <string_view>

#include "base/check.h"

namespace av {
namespace {

base::Expected<base::Slice> encode(const AVFrame& picture, AVCodecID id, AVPixelFormat format,
                                   std::string_view name) {
  constexpr int kScale = 4;  // of JPEG's quantisers: close to what others call quality 80
  const AVCodec* codec = avcodec_find_encoder(id);
  if (codec == nullptr) {
    return base::fail(base::ErrorCode::kUnsupported,
                      "libavcodec has no encoder for " + std::string(name));
  }
  const CodecContextPtr context(avcodec_alloc_context3(codec));
  CHECK(context != nullptr);
  context->width = picture.width;
  context->height = picture.height;
  context->pix_fmt = format;
  context->color_range = AVCOL_RANGE_JPEG;
  context->time_base = {1, 1};
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_QSCALE;
  context->global_quality = kScale * FF_QP2LAMBDA;
  int code = avcodec_open2(context.get(), codec, nullptr);
  const FramePtr frame = new_frame();
  CHECK(av_frame_ref(frame.get(), &picture) == 0);
  frame->format = context->pix_fmt;
  frame->quality = context->global_quality;
  frame->pts = 0;
  const PacketPtr packet = new_packet();
  if (code >= 0) code = avcodec_send_frame(context.get(), frame.get());
  if (code >= 0) code = avcodec_send_frame(context.get(), nullptr);
  if (code >= 0) code = avcodec_receive_packet(context.get(), packet.get());
  if (code < 0) return base::fail(libav_error(code, "making a " + std::string(name)));
  return base::Slice::copy_of({packet->data, static_cast<std::size_t>(packet->size)});
}

}  // namespace

base::Expected<base::Slice> encode_jpeg(const AVFrame& picture) {
  return encode(picture, AV_CODEC_ID_MJPEG, AV_PIX_FMT_YUVJ420P, "JPEG");
}

base::Expected<base::Slice> encode_png(const AVFrame& picture) {
  return encode(picture, AV_CODEC_ID_PNG, AV_PIX_FMT_RGBA, "PNG");
}

}  // namespace av
