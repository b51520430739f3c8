#include "av/libav.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
#include <libavutil/log.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <array>
#include <string>

#include "base/check.h"

namespace av {

void LibavDeleter::operator()(AVCodecContext* context) const {
  avcodec_free_context(&context);
}
void LibavDeleter::operator()(AVFrame* frame) const {
  av_frame_free(&frame);
}
void LibavDeleter::operator()(AVPacket* packet) const {
  av_packet_free(&packet);
}
void LibavDeleter::operator()(SwrContext* context) const {
  swr_free(&context);
}
void LibavDeleter::operator()(SwsContext* context) const {
  sws_freeContext(context);
}

FramePtr new_frame() {
  FramePtr frame(av_frame_alloc());
  CHECK(frame != nullptr);
  return frame;
}

PacketPtr new_packet() {
  PacketPtr packet(av_packet_alloc());
  CHECK(packet != nullptr);
  return packet;
}

base::Error libav_error(int code, std::string_view what) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
  av_strerror(code, words.data(), words.size());
  return {base::ErrorCode::kIo, std::string(what) + " failed: " + words.data()};
}

void silence_libav() {
  av_log_set_level(AV_LOG_QUIET);
}

}  // namespace av
