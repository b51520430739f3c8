#include "av/hardware_upload.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/buffer.h>
#include <libavutil/frame.h>
#include <libavutil/hwcontext.h>
}

#include <string>
#include <utility>

namespace av {

using base::ErrorCode;
using base::fail;

base::Expected<HardwareUpload> HardwareUpload::create(AVCodecContext& encoder) {
  constexpr int kPool = 8;  // pictures that the encoder may hold at once
  const AVCodecHWConfig* config = nullptr;
  for (int i = 0; (config = avcodec_get_hw_config(encoder.codec, i)) != nullptr; ++i) {
    if ((config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_FRAMES_CTX) != 0) break;
  }
  const std::string name = encoder.codec->name;
  if (config == nullptr) {
    return fail(ErrorCode::kUnsupported, name + " takes no pictures that we could give it");
  }
  AVBufferRef* device = nullptr;
  int code = av_hwdevice_ctx_create(&device, config->device_type, nullptr, nullptr, 0);
  if (code < 0) {
    base::Error error =
        libav_error(code, std::string("opening a device of the kind ") +
                              av_hwdevice_get_type_name(config->device_type) + " for " + name);
    error.code = ErrorCode::kUnsupported;
    return fail(std::move(error));
  }
  AVBufferRef* frames = av_hwframe_ctx_alloc(device);
  av_buffer_unref(&device);
  if (frames == nullptr) return fail(ErrorCode::kIo, "no memory for pictures on a device");
  // libav keeps the description behind a pointer to octets.
  auto* form = static_cast<AVHWFramesContext*>(static_cast<void*>(frames->data));
  form->format = config->pix_fmt;
  form->sw_format = AV_PIX_FMT_NV12;
  form->width = encoder.width;
  form->height = encoder.height;
  form->initial_pool_size = kPool;
  code = av_hwframe_ctx_init(frames);
  if (code < 0) {
    av_buffer_unref(&frames);
    return fail(libav_error(code, "setting up pictures on the device for " + name));
  }
  encoder.pix_fmt = config->pix_fmt;
  encoder.hw_frames_ctx = av_buffer_ref(frames);
  FramePtr pool = new_frame();
  pool->hw_frames_ctx = frames;
  return HardwareUpload(std::move(pool));
}

base::Expected<FramePtr> HardwareUpload::upload(const AVFrame& picture) {
  FramePtr out = new_frame();
  int code = av_hwframe_get_buffer(pool_->hw_frames_ctx, out.get(), 0);
  if (code >= 0) code = av_hwframe_transfer_data(out.get(), &picture, 0);
  if (code < 0) return fail(libav_error(code, "bringing a picture to the encoder's device"));
  return out;
}

}  // namespace av
