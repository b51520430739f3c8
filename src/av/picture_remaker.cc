#include "av/picture_remaker.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "av/libav.h"
#include "av/picture_head.h"
#include "av/scaler.h"
#include "av/still_encoder.h"
#include "base/check.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kOctetsOfPixel = 4;  // AV_PIX_FMT_RGBA

struct Size {
  int width = 0;
  int height = 0;
  Size turned() const { return {height, width}; }
};

AVCodecID codec_of(PictureHead::Format format) {
  switch (format) {
    case PictureHead::Format::kJpeg:
      return AV_CODEC_ID_MJPEG;
    case PictureHead::Format::kPng:
      return AV_CODEC_ID_PNG;
    case PictureHead::Format::kWebp:
      return AV_CODEC_ID_WEBP;
  }
  CHECK(false && "a format without a decoder");
}

base::Expected<FramePtr> decode(base::ByteSpan file, PictureHead::Format format) {
  const AVCodec* codec = avcodec_find_decoder(codec_of(format));
  if (codec == nullptr) return fail(ErrorCode::kUnsupported, "libavcodec lacks this decoder");
  const CodecContextPtr context(avcodec_alloc_context3(codec));
  CHECK(context != nullptr);
  context->thread_count = 1;
  context->max_pixels = static_cast<std::int64_t>(kMostPixels);
  // A picture with holes is a broken one.
  context->err_recognition = AV_EF_EXPLODE;
  const PacketPtr packet = new_packet();
  CHECK(av_new_packet(packet.get(), static_cast<int>(file.size())) == 0);
  std::ranges::copy(file, packet->data);
  FramePtr frame = new_frame();
  int code = avcodec_open2(context.get(), codec, nullptr);
  if (code >= 0) code = avcodec_send_packet(context.get(), packet.get());
  if (code >= 0) code = avcodec_send_packet(context.get(), nullptr);
  if (code >= 0) code = avcodec_receive_frame(context.get(), frame.get());
  const bool is_whole = code >= 0 && (frame->flags & AV_FRAME_FLAG_CORRUPT) == 0 &&
                        frame->decode_error_flags == 0 && frame->width > 0 && frame->height > 0;
  if (!is_whole) return fail(ErrorCode::kMalformed, "the picture cannot be decoded");
  return frame;
}

// TIFF's Orientation (EXIF 2.3, 4.6.4 A): 1 as it is, 2 mirrored, 3 half turned, 4 upside down
// mirrored, 5 to 8 with rows and columns exchanged.
int orientation_of(const AVFrame& frame) {
  const AVDictionaryEntry* entry = av_dict_get(frame.metadata, "Orientation", nullptr, 0);
  if (entry == nullptr || entry->value == nullptr) return 1;
  const std::string_view text = entry->value;
  const std::size_t digit = text.find_first_of("0123456789");
  if (digit == std::string_view::npos) return 1;
  const int value = text[digit] - '0';
  return value >= 1 && value <= 8 ? value : 1;
}

bool is_transposed(int orientation) {
  return orientation >= 5;
}

int scaled(int value, int numerator, int denominator) {
  const double exact = static_cast<double>(value) * numerator / denominator;
  return std::max(1, static_cast<int>(std::lround(exact)));
}

// What becomes of a picture of this size that is seen the right way round.
Size target_of(Size shown, const PictureForm& form) {
  if (form.width > 0 && form.height > 0) return {form.width, form.height};
  const int edge = std::max(shown.width, shown.height);
  if (edge <= form.max_edge) return shown;
  return {scaled(shown.width, form.max_edge, edge), scaled(shown.height, form.max_edge, edge)};
}

// Cuts off what would not be seen, equally on both sides.
base::Expected<void> crop_to(AVFrame& frame, Size target) {
  const std::int64_t across = std::int64_t{frame.width} * target.height;
  const std::int64_t down = std::int64_t{frame.height} * target.width;
  int width = frame.width;
  int height = frame.height;
  if (across > down) width = std::min(width, scaled(height, target.width, target.height));
  if (down > across) height = std::min(height, scaled(width, target.height, target.width));
  const auto left = static_cast<std::size_t>(frame.width - width) / 2;
  const auto top = static_cast<std::size_t>(frame.height - height) / 2;
  frame.crop_left = left;
  frame.crop_right = static_cast<std::size_t>(frame.width - width) - left;
  frame.crop_top = top;
  frame.crop_bottom = static_cast<std::size_t>(frame.height - height) - top;
  const int code = av_frame_apply_cropping(&frame, AV_FRAME_CROP_UNALIGNED);
  if (code < 0) return fail(libav_error(code, "cutting the picture"));
  return {};
}

FramePtr new_rgba(Size size) {
  FramePtr frame = new_frame();
  frame->width = size.width;
  frame->height = size.height;
  frame->format = AV_PIX_FMT_RGBA;
  frame->color_range = AVCOL_RANGE_JPEG;
  CHECK(av_frame_get_buffer(frame.get(), 0) == 0);
  return frame;
}

base::Expected<FramePtr> scale(const AVFrame& picture, Size size) {
  // In steps of two, swscale's area filter would do as well; bicubic is sharp enough for faces.
  AVPixelFormat format = static_cast<AVPixelFormat>(picture.format);
  const bool full_range = is_full_range(picture);
  if (format == AV_PIX_FMT_YUVJ420P) format = AV_PIX_FMT_YUV420P;
  if (format == AV_PIX_FMT_YUVJ422P) format = AV_PIX_FMT_YUV422P;
  if (format == AV_PIX_FMT_YUVJ444P) format = AV_PIX_FMT_YUV444P;
  if (format == AV_PIX_FMT_YUVJ440P) format = AV_PIX_FMT_YUV440P;
  const SwsPtr context(sws_getContext(picture.width, picture.height, format, size.width,
                                      size.height, AV_PIX_FMT_RGBA, SWS_BICUBIC, nullptr, nullptr,
                                      nullptr));
  if (context == nullptr) return fail(ErrorCode::kMalformed, "the picture cannot be scaled");
  constexpr int kOne = 1 << 16;
  const int* matrix = sws_getCoefficients(SWS_CS_ITU601);  // JFIF, WebP
  // Fails where formats have neither range nor matrix: then there is nothing to be told.
  (void)sws_setColorspaceDetails(context.get(), matrix, full_range ? 1 : 0, matrix, 1, 0, kOne,
                                 kOne);
  FramePtr out = new_rgba(size);
  sws_scale(context.get(), picture.data, picture.linesize, 0, picture.height, out->data,
            out->linesize);
  return out;
}

std::span<std::uint8_t> row_of(const AVFrame& frame, int y) {
  const auto stride = static_cast<std::size_t>(frame.linesize[0]);
  const std::span<std::uint8_t> all(frame.data[0], stride * static_cast<std::size_t>(frame.height));
  return all.subspan(stride * static_cast<std::size_t>(y),
                     kOctetsOfPixel * static_cast<std::size_t>(frame.width));
}

FramePtr turn(FramePtr picture, int orientation) {
  if (orientation == 1) return picture;
  const Size size{picture->width, picture->height};
  FramePtr out = new_rgba(is_transposed(orientation) ? size.turned() : size);
  // Where the pixel (x, y) of the result was.
  const auto source = [&](int x, int y) -> std::pair<int, int> {
    const int right = size.width - 1;
    const int bottom = size.height - 1;
    switch (orientation) {
      case 2:
        return {right - x, y};
      case 3:
        return {right - x, bottom - y};
      case 4:
        return {x, bottom - y};
      case 5:
        return {y, x};
      case 6:
        return {y, bottom - x};
      case 7:
        return {right - y, bottom - x};
      default:
        return {right - y, x};
    }
  };
  for (int y = 0; y < out->height; ++y) {
    const auto row = row_of(*out, y);
    for (int x = 0; x < out->width; ++x) {
      const auto [from_x, from_y] = source(x, y);
      const auto pixel =
          row_of(*picture, from_y)
              .subspan(kOctetsOfPixel * static_cast<std::size_t>(from_x), kOctetsOfPixel);
      std::ranges::copy(pixel, row.subspan(kOctetsOfPixel * static_cast<std::size_t>(x)).begin());
    }
  }
  return out;
}

bool can_be_seen_through(const AVFrame& picture) {
  for (int y = 0; y < picture.height; ++y) {
    const auto row = row_of(picture, y);
    for (std::size_t i = kOctetsOfPixel - 1; i < row.size(); i += kOctetsOfPixel) {
      if (row[i] != 0xFF) return true;
    }
  }
  return false;
}

base::Expected<base::Slice> as_jpeg(const AVFrame& picture) {
  Scaler scaler({.width = picture.width,
                 .height = picture.height,
                 .pixel_format = AV_PIX_FMT_YUV420P,
                 .jpeg = true});
  const auto converted = scaler.scale(picture);
  if (!converted) return fail(converted.error());
  return encode_jpeg(**converted);
}

}  // namespace

base::Expected<RemadePicture> remake_picture(base::ByteSpan file, const PictureForm& form) {
  const auto head = read_picture_head(file);
  if (!head) return fail(head.error());
  if (head->pixels() > kMostPixels) {
    return fail(ErrorCode::kLimit, "the picture has more than " +
                                       std::to_string(kMostPixels / 1'000'000) + " million pixels");
  }
  const auto frame = decode(file, head->format);
  if (!frame) return fail(frame.error());
  const int orientation = orientation_of(**frame);
  const Size stored{(*frame)->width, (*frame)->height};
  const Size target = target_of(is_transposed(orientation) ? stored.turned() : stored, form);
  const Size before_turning = is_transposed(orientation) ? target.turned() : target;
  if (auto cut = crop_to(**frame, before_turning); !cut) return fail(std::move(cut.error()));
  auto small = scale(**frame, before_turning);
  if (!small) return fail(std::move(small.error()));
  const FramePtr shown = turn(*std::move(small), orientation);

  RemadePicture out;
  out.width = shown->width;
  out.height = shown->height;
  // A JPEG has four planes only if it was meant for printing.
  out.is_png = head->format != PictureHead::Format::kJpeg && can_be_seen_through(*shown);
  auto encoded = out.is_png ? encode_png(*shown) : as_jpeg(*shown);
  if (!encoded) return fail(std::move(encoded.error()));
  out.octets = *std::move(encoded);
  return out;
}

}  // namespace av
