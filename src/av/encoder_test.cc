#include "av/encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>
}

#include <gtest/gtest.h>

#include <vector>

#include "av/stamp.h"
#include "av/test_card.h"
#include "av/tone.h"

namespace av {
namespace {

base::WallTime at_ms(std::int64_t milliseconds) {
  return base::WallTime(std::chrono::milliseconds(milliseconds));
}

// Decodes what the encoder makes and returns the picture, with libav's own decoder.
class Decoder {
 public:
  explicit Decoder(const AVCodecContext& encoder) {
    const AVCodec* codec = avcodec_find_decoder(encoder.codec_id);
    context_.reset(avcodec_alloc_context3(codec));
    context_->extradata = static_cast<std::uint8_t*>(av_mallocz(
        static_cast<std::size_t>(encoder.extradata_size) + AV_INPUT_BUFFER_PADDING_SIZE));
    std::copy(encoder.extradata, encoder.extradata + encoder.extradata_size, context_->extradata);
    context_->extradata_size = encoder.extradata_size;
    context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
    EXPECT_EQ(avcodec_open2(context_.get(), codec, nullptr), 0);
  }

  std::optional<Picture> decode(const AVPacket& packet) {
    EXPECT_EQ(avcodec_send_packet(context_.get(), &packet), 0);
    const FramePtr frame = new_frame();
    if (avcodec_receive_frame(context_.get(), frame.get()) != 0) return std::nullopt;
    Picture picture(frame->width, frame->height);
    for (int row = 0; row < frame->height; ++row) {
      const std::uint8_t* line = frame->data[0] + row * frame->linesize[0];
      std::copy(line, line + frame->width,
                picture.y.begin() + static_cast<std::ptrdiff_t>(row) * frame->width);
    }
    return picture;
  }

 private:
  CodecContextPtr context_;
};

TEST(VideoEncoder, EveryFrameComesOutAtOnceAndCarriesItsTime) {
  silence_libav();
  const VideoSettings settings{.width = 640, .height = 360, .bitrate = 800'000};
  auto encoder = VideoEncoder::create(settings);
  ASSERT_TRUE(encoder.has_value());
  Decoder decoder(encoder->context());
  TestCard card(640, 360);
  for (int i = 0; i < 30; ++i) {
    const auto time = at_ms(1'763'766'996'567 + i * 33);
    card.update(time, static_cast<std::uint64_t>(i), false);
    int packets = 0;
    const auto kind = i % 10 == 0 ? FrameKind::kKeyframe : FrameKind::kAny;
    const auto result = encoder->encode(card.picture(), i, kind, [&](AVPacket& packet) {
      ++packets;
      EXPECT_EQ(packet.pts, i);
      EXPECT_EQ(packet.dts, i);
      EXPECT_EQ((packet.flags & AV_PKT_FLAG_KEY) != 0, i % 10 == 0);
      const auto decoded = decoder.decode(packet);
      EXPECT_TRUE(decoded.has_value());
      if (decoded) {
        EXPECT_EQ(read_stamp(*decoded), time);
      }
      return base::Expected<void>{};
    });
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(packets, 1);
  }
}

TEST(VideoEncoder, TheSinksErrorComesBack) {
  silence_libav();
  auto encoder = VideoEncoder::create({.width = 640, .height = 360});
  ASSERT_TRUE(encoder.has_value());
  const auto result = encoder->encode(Picture(640, 360), 0, FrameKind::kKeyframe, [](AVPacket&) {
    return base::Expected<void>(base::fail(base::ErrorCode::kClosed, "gone"));
  });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "gone");
}

TEST(AudioEncoder, PacketsFollowWithoutGaps) {
  silence_libav();
  auto encoder = AudioEncoder::create(96'000);
  ASSERT_TRUE(encoder.has_value());
  std::vector<std::int64_t> times;
  std::vector<float> samples(kAudioFrameSamples);
  for (int i = 0; i < 50; ++i) {
    fill_tone(static_cast<std::int64_t>(i) * kAudioFrameSamples, samples);
    const auto result = encoder->encode(samples, static_cast<std::int64_t>(i) * kAudioFrameSamples,
                                        [&](AVPacket& packet) {
                                          times.push_back(packet.pts);
                                          EXPECT_GT(packet.size, 0);
                                          return base::Expected<void>{};
                                        });
    ASSERT_TRUE(result.has_value());
  }
  ASSERT_GE(times.size(), 48U);
  EXPECT_EQ(times.front(), -kAudioFrameSamples);
  for (std::size_t i = 1; i < times.size(); ++i) {
    EXPECT_EQ(times[i] - times[i - 1], kAudioFrameSamples);
  }
}

}  // namespace
}  // namespace av
