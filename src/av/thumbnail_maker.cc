#include "av/thumbnail_maker.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "av/decoder.h"
#include "av/scaler.h"
#include "av/still_encoder.h"
#include "base/check.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;
using media::pipe::PictureRequest;

constexpr std::size_t kMostDecoders = 4;
constexpr std::uint32_t kLargestSide = 4096;

// The picture's size with square pixels.
ThumbnailSize shown_size(const AVFrame& frame) {
  const AVRational shape = frame.sample_aspect_ratio;
  if (shape.num <= 0 || shape.den <= 0) return {frame.width, frame.height};
  const double width = static_cast<double>(frame.width) * shape.num / shape.den;
  return {static_cast<int>(std::lround(std::clamp(width, 1.0, 4.0 * frame.width))), frame.height};
}

}  // namespace

std::optional<ThumbnailSize> fit(ThumbnailSize picture, ThumbnailSize room) {
  if (picture.width <= 0 || picture.height <= 0 || room.width <= 0 || room.height <= 0) {
    return std::nullopt;
  }
  if (picture.width <= room.width && picture.height <= room.height) return picture;
  // Of 1280x720 in 852x480 becomes 852x480, though 853 would be nearer: rooms are rounded, too.
  constexpr int kRounding = 1;
  const auto across = [&](int height) {
    return static_cast<int>(
        std::lround(static_cast<double>(picture.width) * height / picture.height));
  };
  const auto down = [&](int width) {
    return static_cast<int>(
        std::lround(static_cast<double>(picture.height) * width / picture.width));
  };
  ThumbnailSize out;
  if (across(room.height) <= room.width + kRounding) {
    out = {std::min(across(room.height), room.width), room.height};
  } else {
    out = {room.width, std::min(down(room.width), room.height)};
  }
  return ThumbnailSize{std::max(out.width, 1), std::max(out.height, 1)};
}

base::Expected<AVCodecContext*> ThumbnailMaker::decoder_for(const media::Track& track) {
  const auto found = std::ranges::find(decoders_, track, &Kept::track);
  if (found != decoders_.end()) {
    std::rotate(decoders_.begin(), found, found + 1);
  } else {
    auto opened = open_decoder(track, Effort::kGlance);
    if (!opened) return fail(std::move(opened.error()));
    decoders_.push_front({track, *std::move(opened)});
    if (decoders_.size() > kMostDecoders) decoders_.pop_back();
  }
  return decoders_.front().decoder.get();
}

base::Expected<FramePtr> ThumbnailMaker::decode(const PictureRequest& request) {
  if (request.track.kind() != media::TrackKind::kVideo) {
    return fail(ErrorCode::kUnsupported, "a picture of a soundtrack");
  }
  const auto decoder = decoder_for(request.track);
  if (!decoder) return fail(decoder.error());
  const PacketPtr packet = new_packet();
  if (auto filled = fill_packet(request.sample, *packet); !filled) {
    return fail(std::move(filled.error()));
  }
  FramePtr frame = new_frame();
  int code = avcodec_send_packet(*decoder, packet.get());
  // The end: a decoder that would keep the picture for its order gives it out.
  if (code >= 0) code = avcodec_send_packet(*decoder, nullptr);
  if (code >= 0) code = avcodec_receive_frame(*decoder, frame.get());
  if (code < 0) {
    decoders_.pop_front();  // whatever state it is in
    return fail(ErrorCode::kMalformed, "no picture could be decoded");
  }
  avcodec_flush_buffers(*decoder);
  return frame;
}

media::pipe::Picture ThumbnailMaker::make(const PictureRequest& request) {
  media::pipe::Picture out;
  out.id = request.id;
  const auto failed = [&](std::string why) {
    out.error = std::move(why);
    return out;
  };
  const auto frame = decode(request);
  if (!frame) return failed(frame.error().message);
  const auto side = [](std::uint32_t wanted) {
    return static_cast<int>(std::min(wanted, kLargestSide));
  };
  const auto size = fit(shown_size(**frame), {side(request.max_width), side(request.max_height)});
  if (!size) return failed("a picture without a size was asked for");
  Scaler scaler({.width = size->width,
                 .height = size->height,
                 .pixel_format = AV_PIX_FMT_YUV420P,
                 .jpeg = true});
  const auto scaled = scaler.scale(**frame);
  if (!scaled) return failed(scaled.error().message);
  auto jpeg = encode_jpeg(**scaled);
  if (!jpeg) return failed(jpeg.error().message);
  out.width = static_cast<std::uint32_t>(size->width);
  out.height = static_cast<std::uint32_t>(size->height);
  out.jpeg = *std::move(jpeg);
  return out;
}

}  // namespace av
