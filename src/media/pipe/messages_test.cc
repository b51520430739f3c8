#include "media/pipe/messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace media::pipe {
namespace {

using base::Bytes;
using base::Slice;

Slice octets(std::size_t size, std::uint8_t first = 1) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i);
  return Slice::take(std::move(out));
}

Track video_track() {
  Track track;
  track.id = 3;
  track.config = octets(40);
  track.codec_string = "avc1.64001F";
  track.video = {1280, 720, 59.94, true, "High", "3.1"};
  track.announced_bitrate = 2'500'000;
  return track;
}

Track audio_track() {
  Track track;
  track.codec = Codec::kFlac;
  track.timescale = 44'100;
  track.codec_string = "fLaC";
  track.audio = {44'100, 2, 4096};
  return track;
}

Sample sample() {
  return {.dts = -3000, .pts = 1LL << 40, .duration = 1501, .keyframe = true, .data = octets(70)};
}

// One of each, with values that no default has.
std::vector<Message> all_messages() {
  TranscodeJob job;
  job.video = {{7, 852, 480, 30, 1'400'000}, {8, 284, 160, 0, 230'000}};
  job.audio = {{9, 1, 64'000}};
  job.encoder = "h264_nvenc";
  job.preset = "p4";
  job.threads = 3;
  job.deliver_from = 123'456'789'012;
  return {job,
          SourceTrack{video_track()},
          SourceTrack{audio_track()},
          SourceSample{TrackKind::kAudio, 5, sample()},
          SourceSample{TrackKind::kVideo, 0, {}},
          EndOutput{TrackKind::kAudio, 9},
          PictureRequest{1ULL << 60, video_track(), sample(), 640, 360},
          OutputTrack{audio_track()},
          OutputSample{TrackKind::kVideo, 7, sample()},
          Picture{77, 640, 360, octets(300, 9), ""},
          Picture{78, 0, 0, {}, "no picture came out"},
          Failure{"the encoder h264_nvenc could not be opened"}};
}

Bytes joined(const std::vector<Slice>& slices) {
  Bytes out;
  for (const Slice& slice : slices)
    out.insert(out.end(), slice.data(), slice.data() + slice.size());
  return out;
}

Bytes joined(const std::vector<Message>& messages) {
  Bytes out;
  for (const Message& message : messages) {
    const Bytes one = joined(encode(message));
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

TEST(PipeMessages, ComeBackAsTheyWere) {
  Reader reader;
  std::vector<Message> out;
  ASSERT_TRUE(reader.feed(Slice::take(joined(all_messages())), out).has_value());
  EXPECT_EQ(reader.pending(), 0U);
  ASSERT_EQ(out.size(), all_messages().size());
  EXPECT_EQ(joined(out), joined(all_messages()));

  const auto& job = std::get<TranscodeJob>(out[0]);
  ASSERT_EQ(job.video.size(), 2U);
  EXPECT_EQ(job.video[1].id, 8U);
  EXPECT_EQ(job.video[0].width, 852U);
  EXPECT_EQ(job.video[0].height, 480U);
  EXPECT_EQ(job.video[0].max_frame_rate, 30U);
  EXPECT_EQ(job.video[0].bitrate, 1'400'000U);
  ASSERT_EQ(job.audio.size(), 1U);
  EXPECT_EQ(job.audio[0].source, 1U);
  EXPECT_EQ(job.audio[0].bitrate, 64'000U);
  EXPECT_EQ(job.encoder, "h264_nvenc");
  EXPECT_EQ(job.preset, "p4");
  EXPECT_EQ(job.threads, 3U);
  EXPECT_EQ(job.deliver_from, 123'456'789'012);
  EXPECT_EQ(std::get<SourceTrack>(out[1]).track, video_track());
  EXPECT_EQ(std::get<SourceTrack>(out[2]).track, audio_track());
  const auto& source = std::get<SourceSample>(out[3]);
  EXPECT_EQ(source.kind, TrackKind::kAudio);
  EXPECT_EQ(source.track, 5U);
  EXPECT_EQ(source.sample.dts, -3000);
  EXPECT_EQ(source.sample.pts, 1LL << 40);
  EXPECT_EQ(source.sample.duration, 1501);
  EXPECT_TRUE(source.sample.keyframe);
  EXPECT_TRUE(std::ranges::equal(source.sample.data.span(), octets(70).span()));
  EXPECT_EQ(std::get<EndOutput>(out[5]).id, 9U);
  const auto& request = std::get<PictureRequest>(out[6]);
  EXPECT_EQ(request.id, 1ULL << 60);
  EXPECT_EQ(request.track, video_track());
  EXPECT_EQ(request.max_width, 640U);
  EXPECT_EQ(request.max_height, 360U);
  EXPECT_EQ(request.sample.data.size(), 70U);
  EXPECT_EQ(std::get<Picture>(out[9]).jpeg.size(), 300U);
  EXPECT_EQ(std::get<Picture>(out[10]).error, "no picture came out");
  EXPECT_EQ(std::get<Failure>(out[11]).sentence, "the encoder h264_nvenc could not be opened");
}

TEST(PipeMessages, AreTheSameHoweverTheOctetsAreSplit) {
  const Slice all = Slice::take(joined(all_messages()));
  for (std::size_t split = 0; split <= all.size(); ++split) {
    Reader reader;
    std::vector<Message> out;
    ASSERT_TRUE(reader.feed(all.sub(0, split), out).has_value());
    ASSERT_TRUE(reader.feed(all.sub(split), out).has_value());
    ASSERT_TRUE(std::ranges::equal(joined(out), all.span())) << split;
  }
  for (const std::size_t piece : {1, 2, 3, 5, 64}) {
    Reader reader;
    std::vector<Message> out;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      ASSERT_TRUE(reader.feed(all.sub(at, std::min(piece, all.size() - at)), out).has_value());
    }
    EXPECT_EQ(reader.pending(), 0U);
    EXPECT_TRUE(std::ranges::equal(joined(out), all.span()));
  }
}

TEST(PipeMessages, PayloadsAreSharedNotCopied) {
  const Message message = OutputSample{TrackKind::kVideo, 1, sample()};
  const auto& payload = std::get<OutputSample>(message).sample.data;
  const auto slices = encode(message);
  ASSERT_EQ(slices.size(), 2U);
  EXPECT_EQ(slices[1].data(), payload.data());

  const Slice all = Slice::take(joined(slices));
  Reader reader;
  std::vector<Message> out;
  ASSERT_TRUE(reader.feed(all, out).has_value());
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(std::get<OutputSample>(out[0]).sample.data.data(),
            all.data() + all.size() - payload.size());
}

TEST(PipeMessages, ACutMessageWaits) {
  const Slice all = Slice::take(joined({SourceSample{TrackKind::kVideo, 0, sample()}}));
  Reader reader;
  std::vector<Message> out;
  ASSERT_TRUE(reader.feed(all.sub(0, all.size() - 1), out).has_value());
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(reader.pending(), all.size() - 1);
}

// Splits at every octet, so that the fault is found in both ways of reading.
void expect_broken(const Bytes& octets, const char* why) {
  const Slice all = Slice::copy_of(octets);
  for (std::size_t split = 0; split <= all.size(); ++split) {
    Reader reader;
    std::vector<Message> out;
    const bool first = reader.feed(all.sub(0, split), out).has_value();
    const auto second = reader.feed(all.sub(split), out);
    ASSERT_TRUE(!first || !second.has_value()) << why << ", split at " << split;
    EXPECT_TRUE(out.empty()) << why;
    EXPECT_EQ(reader.pending(), 0U);
    // For good, though this is a whole message.
    const auto good = reader.feed(Slice::take(joined({EndOutput{}})), out);
    ASSERT_FALSE(good.has_value());
    EXPECT_EQ(good.error().code, base::ErrorCode::kMalformed);
    EXPECT_TRUE(out.empty()) << why;
  }
}

TEST(PipeMessages, WhatIsBrokenIsRefusedForGood) {
  expect_broken({0, 0, 0, 0, 1}, "no type");
  expect_broken({0, 0, 0, 1, 0}, "type 0");
  expect_broken({0, 0, 0, 1, 10}, "unknown type");
  expect_broken({0, 0, 0, 6, 4, 2, 0, 0, 0, 1}, "a kind that is none");
  expect_broken({0, 0, 0, 5, 4, 1, 0, 0, 1}, "too short");
  expect_broken({0, 0, 0, 7, 4, 1, 0, 0, 0, 1, 0}, "octets left over");
  expect_broken({0, 0, 0, 3, 1, 33, 0}, "too many outputs");

  const Bytes good = joined({SourceTrack{video_track()}});
  Bytes codec = good;
  codec[9] = 8;
  expect_broken(codec, "unknown codec");
  Bytes timescale = good;
  std::fill_n(timescale.begin() + 10, 4, std::uint8_t{0});
  expect_broken(timescale, "a time scale of nothing");
  Bytes config = good;
  config[15] = 0xFF;
  expect_broken(config, "a configuration longer than the message");
  Track odd = video_track();
  odd.video.frame_rate = std::numeric_limits<double>::quiet_NaN();
  expect_broken(joined({SourceTrack{odd}}), "no number");
}

TEST(PipeMessages, LengthsAreBounded) {
  const auto head = [](std::size_t length) {
    base::ByteWriter out;
    out.u32(static_cast<std::uint32_t>(length));
    return Slice::take(out.take());
  };
  std::vector<Message> out;
  Reader longest;
  EXPECT_TRUE(longest.feed(head(kMaxMessage), out).has_value());
  Reader longer;
  EXPECT_FALSE(longer.feed(head(kMaxMessage + 1), out).has_value());

  const Failure wordy{std::string(100'000, 'x')};
  Reader reader;
  ASSERT_TRUE(reader.feed(Slice::take(joined({wordy})), out).has_value());
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(std::get<Failure>(out[0]).sentence.size(), 4096U);
}

}  // namespace
}  // namespace media::pipe
