#include "av/picture_remaker.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

#include "av/libav.h"
#include "av/picture_command.h"
#include "av/picture_head.h"
#include "av/scaler.h"
#include "av/still_encoder.h"

namespace av {
namespace {

using base::ErrorCode;
using testing::Not;

struct Pixel {
  int red = 0;
  int green = 0;
  int blue = 0;
  int alpha = 255;
};

// Red to the right, green downwards, and the left upper quarter blue.
FramePtr gradient(int width, int height, std::uint8_t alpha) {
  FramePtr frame = new_frame();
  frame->width = width;
  frame->height = height;
  frame->format = AV_PIX_FMT_RGBA;
  frame->color_range = AVCOL_RANGE_JPEG;
  EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = &frame->data[0][y * frame->linesize[0] + 4 * x];
      pixel[0] = static_cast<std::uint8_t>(255 * x / width);
      pixel[1] = static_cast<std::uint8_t>(255 * y / height);
      pixel[2] = x < width / 2 && y < height / 2 ? 255 : 0;
      pixel[3] = alpha;
    }
  }
  return frame;
}

base::Bytes png(int width, int height, std::uint8_t alpha = 255) {
  const auto made = encode_png(*gradient(width, height, alpha));
  EXPECT_TRUE(made);
  return base::Bytes(made->span().begin(), made->span().end());
}

base::Bytes jpeg(int width, int height) {
  Scaler scaler(
      {.width = width, .height = height, .pixel_format = AV_PIX_FMT_YUV420P, .jpeg = true});
  const auto frame = scaler.scale(*gradient(width, height, 255));
  EXPECT_TRUE(frame);
  const auto made = encode_jpeg(**frame);
  EXPECT_TRUE(made);
  return base::Bytes(made->span().begin(), made->span().end());
}

// The same file as a camera that was held otherwise would have written it: an EXIF segment (TIFF,
// big-endian, one entry) behind SOI.
base::Bytes with_orientation(base::Bytes file, std::uint8_t orientation) {
  const std::array<std::uint8_t, 36> segment = {
      0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,
      0,    1,    1, 18, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0};
  file.insert(file.begin() + 2, segment.begin(), segment.end());
  return file;
}

FramePtr decoded(const RemadePicture& picture) {
  const AVCodec* codec = avcodec_find_decoder(picture.is_png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG);
  const CodecContextPtr context(avcodec_alloc_context3(codec));
  EXPECT_EQ(avcodec_open2(context.get(), codec, nullptr), 0);
  const PacketPtr packet = new_packet();
  EXPECT_EQ(av_new_packet(packet.get(), static_cast<int>(picture.octets.size())), 0);
  std::ranges::copy(picture.octets.span(), packet->data);
  FramePtr frame = new_frame();
  EXPECT_EQ(avcodec_send_packet(context.get(), packet.get()), 0);
  EXPECT_EQ(avcodec_receive_frame(context.get(), frame.get()), 0);
  return frame;
}

// Blue-difference of JPEGs at a place of the picture: above 160 where it is blue.
bool is_blue(const AVFrame& frame, double across, double down) {
  const int x = static_cast<int>(across * frame.width / 2);
  const int y = static_cast<int>(down * frame.height / 2);
  return frame.data[1][y * frame.linesize[1] + x] > 160;
}

TEST(PictureRemaker, CoversTheWantedSizeAndCutsTheRest) {
  silence_libav();
  for (const auto& file : {jpeg(640, 360), png(640, 360), jpeg(33, 1000), png(3, 2)}) {
    const auto made = remake_picture(file, {.width = 256, .height = 128});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_FALSE(made->is_png);
    EXPECT_EQ(made->width, 256);
    EXPECT_EQ(made->height, 128);
    const auto head = read_picture_head(made->octets.span());
    ASSERT_TRUE(head);
    EXPECT_EQ(head->width, 256U);
    EXPECT_EQ(head->height, 128U);
  }
}

TEST(PictureRemaker, KeepsSizesUpToTheLongestEdge) {
  silence_libav();
  const auto same = remake_picture(png(300, 200), {});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->width, 300);
  EXPECT_EQ(same->height, 200);
  const auto smaller = remake_picture(png(300, 200), {.max_edge = 150});
  ASSERT_TRUE(smaller);
  EXPECT_EQ(smaller->width, 150);
  EXPECT_EQ(smaller->height, 100);
}

TEST(PictureRemaker, KeepsWhatCanBeSeenThroughAsPng) {
  silence_libav();
  const auto made = remake_picture(png(64, 64, 100), {.width = 32, .height = 32});
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->is_png);
  const FramePtr frame = decoded(*made);
  EXPECT_EQ(frame->format, AV_PIX_FMT_RGBA);
  EXPECT_NEAR(frame->data[0][3], 100, 2);
}

// The blue quarter, left above in the file, is where the one who held the camera saw it.
TEST(PictureRemaker, TurnsPicturesAsTheyWereMeant) {
  silence_libav();
  struct Row {
    std::uint8_t orientation;
    bool is_high;
    double blue_across;
    double blue_down;
  };
  constexpr Row kRows[] = {{1, false, 0.25, 0.25}, {2, false, 0.75, 0.25}, {3, false, 0.75, 0.75},
                           {4, false, 0.25, 0.75}, {5, true, 0.25, 0.25},  {6, true, 0.75, 0.25},
                           {7, true, 0.75, 0.75},  {8, true, 0.25, 0.75}};
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.orientation);
    const auto made = remake_picture(with_orientation(jpeg(320, 160), row.orientation), {});
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->width, row.is_high ? 160 : 320);
    EXPECT_EQ(made->height, row.is_high ? 320 : 160);
    const FramePtr frame = decoded(*made);
    for (const double across : {0.25, 0.75}) {
      for (const double down : {0.25, 0.75}) {
        EXPECT_EQ(is_blue(*frame, across, down),
                  across == row.blue_across && down == row.blue_down);
      }
    }
  }
}

TEST(PictureRemaker, LeavesNothingOfTheFileButItsPixels) {
  silence_libav();
  base::Bytes file = with_orientation(jpeg(64, 64), 1);
  const std::string_view script = "<script>alert(1)</script>";
  file.insert(file.end(), script.begin(), script.end());
  const auto made = remake_picture(file, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(std::string(made->octets.text()), Not(testing::HasSubstr("script")));
  EXPECT_THAT(std::string(made->octets.text()), Not(testing::HasSubstr("Exif")));
}

TEST(PictureRemaker, SaysWhatIsWrong) {
  silence_libav();
  const auto refused = [](base::ByteSpan file) { return remake_picture(file, {}).error().code; };
  EXPECT_EQ(refused(base::as_bytes("#!/bin/sh\nrm -rf /\n")), ErrorCode::kUnsupported);
  const base::Bytes whole = png(64, 64);
  EXPECT_EQ(refused(base::ByteSpan(whole).first(whole.size() / 2)), ErrorCode::kMalformed);
  // 20,000 x 20,000, of which not a row follows.
  base::Bytes huge(whole.begin(), whole.begin() + 33);
  for (const std::size_t at : {18UL, 22UL}) {
    huge[at] = 0x4E;
    huge[at + 1] = 0x20;
  }
  EXPECT_EQ(refused(huge), ErrorCode::kLimit);
}

TEST(PictureOptions, ReadSizesAndRefuseOthers) {
  const std::array<std::string_view, 4> words = {"--cover", "256x128", "--most", "500"};
  const auto form = parse_picture_options(words);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->width, 256);
  EXPECT_EQ(form->height, 128);
  EXPECT_EQ(form->max_edge, 500);
  for (const std::string_view wrong : {"256", "0x10", "10x5000", "axb", "10x10x10"}) {
    const std::array<std::string_view, 2> pair = {"--cover", wrong};
    EXPECT_FALSE(parse_picture_options(pair)) << wrong;
  }
  const std::array<std::string_view, 1> alone = {"--cover"};
  EXPECT_FALSE(parse_picture_options(alone));
}

}  // namespace
}  // namespace av
