#include "av/thumbnail_maker.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "av/libav.h"
#include "av/source_test_support.h"

namespace av {
namespace {

using media::Codec;
using media::pipe::PictureRequest;
using test::Clip;
using testing::IsEmpty;
using testing::Not;

FramePtr decode_jpeg(const base::Slice& jpeg) {
  const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_MJPEG);
  const CodecContextPtr context(avcodec_alloc_context3(codec));
  EXPECT_EQ(avcodec_open2(context.get(), codec, nullptr), 0);
  const PacketPtr packet = new_packet();
  EXPECT_EQ(av_new_packet(packet.get(), static_cast<int>(jpeg.size())), 0);
  std::ranges::copy(jpeg.span(), packet->data);
  FramePtr frame = new_frame();
  EXPECT_EQ(avcodec_send_packet(context.get(), packet.get()), 0);
  EXPECT_EQ(avcodec_receive_frame(context.get(), frame.get()), 0);
  return frame;
}

// Mean difference from the test's picture, whose luma is in limited range; a JPEG's is in full.
double error_of(const AVFrame& frame, int picture) {
  double error = 0;
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      const double wanted =
          test::luma_at((x + 0.5) / frame.width, (y + 0.5) / frame.height, picture);
      error += std::abs(frame.data[0][y * frame.linesize[0] + x] - (wanted - 16) * 255 / 219);
    }
  }
  return error / (static_cast<double>(frame.width) * frame.height);
}

PictureRequest request_of(const Clip& clip, std::uint32_t width, std::uint32_t height) {
  return {.id = 42,
          .track = clip.track,
          .sample = clip.samples.front(),
          .max_width = width,
          .max_height = height};
}

TEST(ThumbnailMaker, MakesAJpegOfAnyCodecAndRange) {
  silence_libav();
  ThumbnailMaker maker;
  for (const Codec codec : {Codec::kH264, Codec::kHevc, Codec::kVp9, Codec::kAv1}) {
    for (const bool full_range : {false, true}) {
      if (full_range && codec != Codec::kH264) continue;
      SCOPED_TRACE(media::to_string(codec));
      const Clip clip = test::pictures({.codec = codec,
                                        .width = 640,
                                        .height = 360,
                                        .pictures = 6,
                                        .b_frames = codec == Codec::kH264 ? 2 : 0,
                                        .first = 5,
                                        .full_range = full_range});
      const auto made = maker.make(request_of(clip, 284, 160));
      EXPECT_EQ(made.error, "");
      EXPECT_EQ(made.id, 42U);
      EXPECT_EQ(made.width, 284U);
      EXPECT_EQ(made.height, 160U);
      const FramePtr frame = decode_jpeg(made.jpeg);
      EXPECT_EQ(frame->width, 284);
      EXPECT_EQ(frame->height, 160);
      EXPECT_EQ(frame->format, AV_PIX_FMT_YUVJ420P);
      EXPECT_LT(error_of(*frame, 5), 3);
      EXPECT_GT(error_of(*frame, 6), 6);
      EXPECT_LT(made.jpeg.size(), 12'000U);
    }
  }
}

TEST(ThumbnailMaker, IsNeverLargerThanThePicture) {
  silence_libav();
  ThumbnailMaker maker;
  const Clip clip = test::pictures({.pictures = 1});
  const auto made = maker.make(request_of(clip, 1920, 1080));
  EXPECT_EQ(made.width, 320U);
  EXPECT_EQ(made.height, 180U);
  EXPECT_EQ(decode_jpeg(made.jpeg)->width, 320);
}

TEST(ThumbnailMaker, GoesOnAfterWhatIsBroken) {
  silence_libav();
  ThumbnailMaker maker;
  const Clip clip = test::pictures({.pictures = 3});
  const PictureRequest good = request_of(clip, 160, 90);
  PictureRequest garbage = good;
  garbage.sample.data = base::Slice::take(base::Bytes{0, 0, 0, 9, 0x65, 1, 2, 3});
  PictureRequest empty = good;
  empty.sample.data = {};
  PictureRequest no_room = good;
  no_room.max_width = 0;
  PictureRequest no_track = good;
  no_track.track.config = base::Slice::take(base::Bytes{1, 2, 3});
  PictureRequest sound = good;
  sound.track.codec = Codec::kAac;
  for (const PictureRequest& bad : {garbage, empty, no_room, no_track, sound}) {
    const auto failed = maker.make(bad);
    EXPECT_THAT(failed.error, Not(IsEmpty()));
    EXPECT_TRUE(failed.jpeg.empty());
    EXPECT_EQ(failed.id, 42U);
    const auto made = maker.make(good);
    EXPECT_EQ(made.error, "");
    EXPECT_LT(error_of(*decode_jpeg(made.jpeg), 0), 6);
  }
}

TEST(ThumbnailMaker, ServesMoreTracksThanItKeepsOpen) {
  silence_libav();
  ThumbnailMaker maker;
  std::vector<Clip> clips;
  for (int i = 0; i < 6; ++i) {
    clips.push_back(test::pictures({.width = 160 + 16 * i, .height = 90, .pictures = 1}));
  }
  for (int round = 0; round < 3; ++round) {
    for (const Clip& clip : clips) {
      const auto made = maker.make(request_of(clip, 1000, 1000));
      EXPECT_EQ(made.error, "");
      EXPECT_EQ(made.width, clip.track.video.width);
    }
  }
}

TEST(ThumbnailMaker, FitsAndKeepsTheShape) {
  struct Row {
    ThumbnailSize picture;
    ThumbnailSize room;
    ThumbnailSize size;
  };
  for (const Row& row :
       {Row{{1920, 1080}, {1280, 720}, {1280, 720}}, Row{{1280, 720}, {852, 480}, {852, 480}},
        Row{{1280, 720}, {284, 160}, {284, 160}}, Row{{1280, 720}, {480, 480}, {480, 270}},
        Row{{720, 1280}, {852, 480}, {270, 480}}, Row{{640, 480}, {640, 360}, {480, 360}},
        Row{{640, 480}, {640, 480}, {640, 480}}, Row{{64, 48}, {640, 480}, {64, 48}},
        Row{{4096, 2}, {100, 100}, {100, 1}}}) {
    EXPECT_EQ(fit(row.picture, row.room), row.size) << row.size.width << 'x' << row.size.height;
  }
  EXPECT_FALSE(fit({0, 10}, {10, 10}).has_value());
  EXPECT_FALSE(fit({10, 10}, {10, 0}).has_value());
}

}  // namespace
}  // namespace av
