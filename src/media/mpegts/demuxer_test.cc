#include "media/mpegts/demuxer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/ffprobe_test_support.h"
#include "media/fmp4/fragment.h"
#include "media/fmp4/init.h"
#include "media/id3.h"
#include "media/mpegts/broadcast_test_support.h"

namespace media::mpegts {
namespace {

using testing::Broadcast;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::mux_all;
using testing::Recorder;
using ::testing::SizeIs;

constexpr Ticks kPart = 18'000;

Broadcast broadcast_of(Codec video, Codec audio, int times = 1) {
  return Broadcast({footage::repeated(footage::clip(video), times),
                    footage::repeated(footage::clip(audio), times)},
                   kPart);
}

base::Bytes stream_of(const Broadcast& broadcast) {
  return mux_all(Muxer::create(broadcast.tracks()).value(), broadcast);
}

struct Outcome {
  Recorder heard;
  DemuxerStats stats;
};

void demux_into(Outcome& outcome, base::ByteSpan stream, std::size_t piece) {
  Demuxer demuxer(outcome.heard);
  while (!stream.empty()) {
    const base::ByteSpan front = stream.first(std::min(piece, stream.size()));
    demuxer.push(front);
    stream = stream.subspan(front.size());
  }
  demuxer.flush();
  outcome.stats = demuxer.stats();
}

std::size_t packet_count(base::ByteSpan stream) {
  return stream.size() / kPacketSize;
}

std::uint16_t pid_at(base::ByteSpan stream, std::size_t packet) {
  return static_cast<std::uint16_t>((stream[packet * kPacketSize + 1] & 0x1F) << 8 |
                                    stream[packet * kPacketSize + 2]);
}

// The units of a sample that a muxer leaves in it: x265 and x264 send nothing else.
void expect_same(const std::vector<Recorder::Received>& received, const footage::Clip& clip,
                 Ticks offset) {
  ASSERT_EQ(received.size(), clip.samples.size());
  for (std::size_t i = 0; i < received.size(); ++i) {
    const Sample& sample = clip.samples[i];
    const auto time = [&](Ticks ticks) {
      return static_cast<double>(rescale(ticks, clip.track.timescale, kVideoTimescale) + offset);
    };
    EXPECT_NEAR(static_cast<double>(received[i].pts), time(sample.pts), 1);
    EXPECT_NEAR(static_cast<double>(received[i].dts), time(sample.dts), 1);
    EXPECT_EQ(received[i].keyframe, sample.keyframe);
    EXPECT_EQ(received[i].data, base::Bytes(sample.data.span().begin(), sample.data.span().end()));
  }
}

TEST(TsDemuxerTest, ReadsBackWhatTheMuxerWrites) {
  for (const auto& [video, audio] :
       {std::pair{Codec::kH264, Codec::kAac}, std::pair{Codec::kHevc, Codec::kMp3}}) {
    const Broadcast broadcast = broadcast_of(video, audio, 2);
    Outcome outcome;
    demux_into(outcome, stream_of(broadcast), 1316);
    EXPECT_THAT(outcome.heard.programs, ElementsAre("1 video, 1 audio"));
    ASSERT_THAT(outcome.heard.tracks, SizeIs(2));
    const auto name = [](Codec codec) { return std::string(to_string(codec)) + " 0"; };
    expect_same(outcome.heard.samples_of(name(video)), broadcast.clips()[0], kTimestampOffset);
    expect_same(outcome.heard.samples_of(name(audio)), broadcast.clips()[1], kTimestampOffset);
    EXPECT_EQ(outcome.stats.continuity_errors, 0u);
    EXPECT_EQ(outcome.stats.damaged, 0u);
    EXPECT_EQ(outcome.stats.skipped_bytes, 0u);
  }
}

TEST(TsDemuxerTest, TracksSayWhatTheStreamIs) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  Outcome outcome;
  demux_into(outcome, stream_of(broadcast), 1316);
  ASSERT_THAT(outcome.heard.tracks, SizeIs(2));
  const Track& video = outcome.heard.tracks[0];
  EXPECT_EQ(video.codec, Codec::kH264);
  EXPECT_EQ(video.video.width, 64u);
  EXPECT_EQ(video.video.height, 48u);
  EXPECT_EQ(base::to_hex(video.config.span()),
            base::to_hex(broadcast.clips()[0].track.config.span()));
  const Track& audio = outcome.heard.tracks[1];
  EXPECT_EQ(audio.codec, Codec::kAac);
  EXPECT_EQ(audio.timescale, 48'000u);
  EXPECT_EQ(audio.audio.channels, 2u);
}

TEST(TsDemuxerTest, ReadsWhatFfmpegSends) {
  for (const auto& [video, audio] :
       {std::pair{Codec::kH264, Codec::kAac}, std::pair{Codec::kHevc, Codec::kMp3}}) {
    const footage::Clip picture = footage::repeated(footage::clip(video), 3);
    const footage::Clip sound = footage::repeated(footage::clip(audio), 3);
    const std::vector<Track> tracks = {picture.track, sound.track};
    const TrackSamples samples[] = {{&picture.track, picture.samples},
                                    {&sound.track, sound.samples}};
    base::Bytes file = fmp4::write_init_segment(tracks);
    const base::Bytes fragment = fmp4::write_fragment({.sequence_number = 1, .tracks = samples});
    file.insert(file.end(), fragment.begin(), fragment.end());
    const base::Bytes stream = ffprobe::remuxed_to_ts(file);

    Outcome outcome;
    demux_into(outcome, stream, 1316);
    EXPECT_EQ(outcome.stats.damaged, 0u);
    EXPECT_EQ(outcome.stats.continuity_errors, 0u);
    const auto pictures = outcome.heard.samples_of(std::string(to_string(video)) + " 0");
    const auto sounds = outcome.heard.samples_of(std::string(to_string(audio)) + " 0");
    // ffmpeg starts its clock at 1.4 s.
    expect_same(pictures, picture, 126'000);
    expect_same(sounds, sound, 126'000);
  }
}

TEST(TsDemuxerTest, SplittingAtEveryOffsetChangesNothing) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  base::Bytes stream = stream_of(broadcast);
  stream.insert(stream.begin() + 10 * kPacketSize, 77, 0x47);  // and it finds its way back
  Outcome whole;
  demux_into(whole, stream, stream.size());
  EXPECT_FALSE(whole.heard.samples.empty());
  for (std::size_t offset = 0; offset <= 12 * kPacketSize; ++offset) {
    Outcome split;
    Demuxer demuxer(split.heard);
    demuxer.push(base::ByteSpan(stream).first(offset));
    demuxer.push(base::ByteSpan(stream).subspan(offset));
    demuxer.flush();
    ASSERT_TRUE(split.heard == whole.heard) << offset;
    ASSERT_EQ(demuxer.stats().skipped_bytes, whole.stats.skipped_bytes);
  }
  for (const std::size_t piece : {1u, 7u, 187u, 188u, 189u, 376u, 1000u}) {
    Outcome split;
    demux_into(split, stream, piece);
    EXPECT_TRUE(split.heard == whole.heard) << piece;
    EXPECT_EQ(split.stats.skipped_bytes, whole.stats.skipped_bytes);
  }
}

TEST(TsDemuxerTest, FindsPacketsBetweenGarbage) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  const base::Bytes stream = stream_of(broadcast);
  base::Bytes noisy(100, 0x47);  // looks like sync everywhere
  noisy.resize(333, 0x11);
  noisy.insert(noisy.end(), stream.begin(), stream.end());
  noisy.insert(noisy.begin() + 333 + 5 * kPacketSize, 3, 0x00);
  Outcome outcome;
  demux_into(outcome, noisy, 1316);
  EXPECT_EQ(outcome.stats.skipped_bytes, 333u + 3u);
  EXPECT_EQ(outcome.stats.packets, packet_count(stream));
  EXPECT_EQ(outcome.heard.samples_of("h264 0").size(), broadcast.clips()[0].samples.size());
}

TEST(TsDemuxerTest, ALostPacketCostsItsPictureOnly) {
  const Broadcast broadcast = broadcast_of(Codec::kHevc, Codec::kAac, 3);
  const base::Bytes stream = stream_of(broadcast);
  Outcome whole;
  demux_into(whole, stream, stream.size());
  const std::size_t pictures = whole.heard.samples_of("hevc 0").size();
  // Not in the first picture, which has the configuration, nor in the last packet, behind which
  // nothing shows the gap.
  std::vector<std::size_t> video;
  for (std::size_t i = 0; i < packet_count(stream); ++i) {
    const bool payload = (stream[i * kPacketSize + 3] & 0x10) != 0;
    if (payload && pid_at(stream, i) == kFirstTrackPid) video.push_back(i);
  }
  std::size_t losses = 0;
  for (std::size_t i = 4; i + 1 < video.size(); ++i) {
    base::Bytes damaged = stream;
    const auto begin = damaged.begin() + static_cast<std::ptrdiff_t>(video[i] * kPacketSize);
    damaged.erase(begin, begin + kPacketSize);
    Outcome outcome;
    demux_into(outcome, damaged, 1316);
    EXPECT_EQ(outcome.stats.continuity_errors, 1u) << i;
    EXPECT_EQ(outcome.heard.samples_of("hevc 0").size(), pictures - 1) << i;
    ++losses;
  }
  EXPECT_GT(losses, 20u);
}

TEST(TsDemuxerTest, ARepeatedPacketIsDropped) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  const base::Bytes stream = stream_of(broadcast);
  Outcome whole;
  demux_into(whole, stream, stream.size());
  base::Bytes doubled;
  for (std::size_t i = 0; i < packet_count(stream); ++i) {
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(i * kPacketSize);
    doubled.insert(doubled.end(), begin, begin + kPacketSize);
    doubled.insert(doubled.end(), begin, begin + kPacketSize);
  }
  Outcome outcome;
  demux_into(outcome, doubled, 1316);
  EXPECT_TRUE(outcome.heard == whole.heard);
  EXPECT_EQ(outcome.stats.continuity_errors, 0u);
}

TEST(TsDemuxerTest, FlaggedAndScrambledPacketsAreNotUsed) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  base::Bytes stream = stream_of(broadcast);
  stream[2 * kPacketSize + 1] |= 0x80;
  stream[6 * kPacketSize + 3] |= 0x80;
  Outcome outcome;
  demux_into(outcome, stream, 1316);
  EXPECT_EQ(outcome.stats.corrupt_packets, 2u);
  EXPECT_GE(outcome.stats.continuity_errors, 1u);
}

TEST(TsDemuxerTest, KnownLengthsGiveThePictureAtOnce) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  Part part = broadcast.part(0);
  part.tables = Tables::kWrite;
  Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(muxer.mux(part, {}).bytes);
  EXPECT_EQ(recorder.samples_of("h264 0").size(), part.tracks[0].samples.size());
  EXPECT_EQ(recorder.samples_of("aac 0").size(), part.tracks[1].samples.size());
}

TEST(TsDemuxerTest, MetadataBecomesText) {
  const Broadcast broadcast = broadcast_of(Codec::kH264, Codec::kAac);
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  const Id3Frame frames[] = {{Id3Frame::Kind::kPrivate, "owner", "private"},
                             {Id3Frame::Kind::kText, "", "text"}};
  const Id3Cue cues[] = {{1, 3'000, base::Slice::take(write_id3(frames))},
                         {2, 5'000, base::Slice::unowned("not a tag")}};
  Part part = broadcast.part(0);
  part.tables = Tables::kWrite;
  part.cues = cues;
  Outcome outcome;
  demux_into(outcome, muxer.mux(part, {}).bytes, 1316);
  EXPECT_THAT(outcome.heard.texts, ElementsAre("93000 private", "93000 text"));
  EXPECT_EQ(outcome.stats.damaged, 1u);
}

// Transport packets with these sections, one each, counters running from `counter`.
base::Bytes tables(const std::vector<std::pair<std::uint16_t, base::Bytes>>& sections,
                   std::uint8_t counter = 0) {
  base::Bytes out(sections.size() * kPacketSize);
  PacketWriter writer(out);
  for (const auto& [pid, section] : sections) {
    std::uint8_t next = counter;
    writer.section(pid, next, section);
  }
  return out;
}

TEST(TsDemuxerTest, UnsupportedStreamsAreNamedOnce) {
  const base::Bytes pat = write_pat({.version = 0, .programs = {{1, 0x100}}});
  Pmt pmt = {.streams = {{StreamType::kLatmAac, 0x101, 0},
                         {static_cast<StreamType>(0x02), 0x102, 0},
                         {StreamType::kPrivateData, 0x103, 0x4F707573},
                         {StreamType::kLatmAac, 0x104, 0}}};
  Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(tables({{kPatPid, pat}, {0x100, write_pmt(pmt)}}));
  pmt.version = 1;
  demuxer.push(tables({{0x100, write_pmt(pmt)}, {kNullPid, pat}}, 1));
  EXPECT_THAT(recorder.unsupported,
              ElementsAre("AAC in LATM (stream type 0x11)", "MPEG-2 video (stream type 0x02)",
                          "private data 'Opus' (stream type 0x06)"));
  EXPECT_THAT(recorder.programs, ElementsAre("0 video, 0 audio", "0 video, 0 audio"));
}

TEST(TsDemuxerTest, BrokenTablesAreCountedAndTheGoodOneIsAwaited) {
  base::Bytes bad = write_pat({.version = 0, .programs = {{1, 0x100}}});
  bad.back() ^= 1;
  const base::Bytes good = write_pat({.version = 0, .programs = {{1, 0x100}}});
  const base::Bytes pmt = write_pmt({.streams = {{StreamType::kAdtsAac, 0x101, 0}}});
  Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(tables({{kPatPid, bad}, {0x100, pmt}, {kNullPid, good}}));
  EXPECT_EQ(demuxer.stats().bad_tables, 1u);
  EXPECT_THAT(recorder.programs, IsEmpty());
  demuxer.push(tables({{kPatPid, good}, {0x100, pmt}, {kNullPid, good}}, 1));
  EXPECT_THAT(recorder.programs, ElementsAre("0 video, 1 audio"));
}

TEST(TsDemuxerTest, StreamsAreCapped) {
  Pmt pmt;
  for (std::uint16_t i = 0; i < 20; ++i) {
    pmt.streams.push_back({StreamType::kAdtsAac, static_cast<std::uint16_t>(0x101 + i), 0});
  }
  Recorder recorder;
  Demuxer demuxer(recorder);
  const base::Bytes pat = write_pat({.version = 0, .programs = {{1, 0x100}}});
  demuxer.push(tables({{kPatPid, pat}, {0x100, write_pmt(pmt)}, {kNullPid, pat}}));
  EXPECT_THAT(recorder.programs, ElementsAre("0 video, 16 audio"));
  EXPECT_THAT(recorder.unsupported, ElementsAre("more than 16 streams in one program"));
}

TEST(TsDemuxerTest, AStreamThatMovesToAnotherPidStaysTheSameTrack) {
  const Broadcast video({footage::clip(Codec::kHevc)}, kPart);
  const Broadcast audio_first = broadcast_of(Codec::kAac, Codec::kHevc);
  Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(stream_of(video));  // HEVC on the first PID
  const std::size_t before = recorder.samples_of("hevc 0").size();
  EXPECT_EQ(before, 8u);
  base::Bytes moved = stream_of(audio_first);  // and now on the second
  demuxer.push(moved);
  demuxer.flush();
  EXPECT_THAT(recorder.programs, ElementsAre("1 video, 0 audio", "1 video, 1 audio"));
  EXPECT_GT(recorder.samples_of("hevc 0").size(), before);
  EXPECT_THAT(recorder.samples_of("hevc 1"), IsEmpty());
}

TEST(TsDemuxerTest, AChangedConfigurationIsANewTrack) {
  const Broadcast first({footage::clip(Codec::kH264)}, kPart);
  footage::Clip other = footage::clip(Codec::kH264);
  base::Bytes config(other.track.config.span().begin(), other.track.config.span().end());
  // A second stream of the same shape whose SPS claims level 1.1 instead of 1.0.
  config[8 + 3] = 11;
  other.track.config = base::Slice::take(config);
  const Broadcast second({other}, kPart);
  Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(stream_of(first));
  demuxer.push(stream_of(second));
  demuxer.flush();
  ASSERT_THAT(recorder.tracks, SizeIs(2));
  EXPECT_EQ(recorder.tracks[0].id, recorder.tracks[1].id);
  EXPECT_FALSE(recorder.tracks[0] == recorder.tracks[1]);
  EXPECT_EQ(recorder.tracks[1].video.level, "1.1");
}

}  // namespace
}  // namespace media::mpegts
