#include "av/scaler.h"

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <string>

#include "base/check.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

// swscale's deprecated formats for full range, which decoders still use; it wants the range told
// beside the plain format.
AVPixelFormat plain(int format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    default:
      return static_cast<AVPixelFormat>(format);
  }
}

int matrix_of(const AVFrame& picture) {
  switch (picture.colorspace) {
    case AVCOL_SPC_BT709:
      return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
      return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
      return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return SWS_CS_BT2020;
    case AVCOL_SPC_UNSPECIFIED:  // what players assume, too
      return picture.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    default:
      return SWS_CS_ITU601;
  }
}

}  // namespace

bool is_full_range(const AVFrame& picture) {
  return picture.color_range == AVCOL_RANGE_JPEG || plain(picture.format) != picture.format;
}

base::Expected<void> Scaler::prepare(const Input& input) {
  if (context_ && input == input_) return {};
  const AVPixelFormat from = plain(input.pixel_format);
  const AVPixelFormat to = static_cast<AVPixelFormat>(form_.pixel_format);
  context_.reset(sws_getContext(input.width, input.height, from, form_.width, form_.height, to,
                                SWS_BILINEAR, nullptr, nullptr, nullptr));
  if (context_ == nullptr) {
    const char* name = av_get_pix_fmt_name(from);
    return fail(ErrorCode::kUnsupported, std::string("pictures in the format ") +
                                             (name != nullptr ? name : "?") + " cannot be scaled");
  }
  const int* source = sws_getCoefficients(input.matrix);
  const int* target = form_.jpeg ? sws_getCoefficients(SWS_CS_ITU601) : source;
  constexpr int kOne = 1 << 16;
  // Fails where formats have neither range nor matrix: then there is nothing to be told.
  (void)sws_setColorspaceDetails(context_.get(), source, input.full_range ? 1 : 0, target,
                                 form_.jpeg ? 1 : 0, 0, kOne, kOne);
  input_ = input;
  return {};
}

base::Expected<const AVFrame*> Scaler::scale(const AVFrame& picture) {
  auto prepared = prepare({.width = picture.width,
                           .height = picture.height,
                           .pixel_format = picture.format,
                           .matrix = matrix_of(picture),
                           .full_range = is_full_range(picture)});
  if (!prepared) return fail(std::move(prepared.error()));
  AVFrame& out = *frame_;
  if (out.buf[0] == nullptr || av_frame_is_writable(&out) == 0) {
    av_frame_unref(&out);
    out.width = form_.width;
    out.height = form_.height;
    out.format = form_.pixel_format;
    CHECK(av_frame_get_buffer(&out, 0) == 0);
  }
  out.color_range = form_.jpeg ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  out.colorspace = form_.jpeg ? AVCOL_SPC_BT470BG : picture.colorspace;
  out.color_primaries = picture.color_primaries;
  out.color_trc = picture.color_trc;
  out.chroma_location = picture.chroma_location;
  sws_scale(context_.get(), picture.data, picture.linesize, 0, picture.height, out.data,
            out.linesize);
  return &out;
}

}  // namespace av
