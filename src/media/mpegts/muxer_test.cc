#include "media/mpegts/muxer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "media/ffprobe_test_support.h"
#include "media/id3.h"
#include "media/mpegts/broadcast_test_support.h"

namespace media::mpegts {
namespace {

using testing::Broadcast;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::mux_all;
using ::testing::Not;

constexpr Ticks kPart = 18'000;  // 0.2 s

Broadcast h264_and_aac(int times = 4, Ticks start = 0) {
  return Broadcast({footage::repeated(footage::clip(Codec::kH264), times, start),
                    footage::repeated(footage::clip(Codec::kAac), times,
                                      rescale(start, kVideoTimescale, 48'000))},
                   kPart);
}

Id3Cue cue(Ticks time, std::string_view text) {
  return {1, time, base::Slice::take(write_id3_private("owner", text))};
}

// What the tests look at in a transport packet.
struct Packet {
  std::uint16_t pid = 0;
  bool start = false;
  bool has_payload = false;
  std::uint8_t counter = 0;
  bool random_access = false;
  std::optional<Ticks> pcr;
};

std::vector<Packet> packets_of(base::ByteSpan stream) {
  std::vector<Packet> packets;
  EXPECT_EQ(stream.size() % kPacketSize, 0u);
  for (std::size_t at = 0; at + kPacketSize <= stream.size(); at += kPacketSize) {
    base::ByteReader reader(stream.subspan(at, kPacketSize));
    EXPECT_EQ(reader.u8(), kSyncByte);
    Packet packet;
    const std::uint16_t word = reader.u16();
    packet.pid = word & 0x1FFF;
    packet.start = (word & 0x4000) != 0;
    const std::uint8_t flags = reader.u8();
    packet.counter = flags & 0x0F;
    packet.has_payload = (flags & 0x10) != 0;
    if ((flags & 0x20) != 0) {
      base::ByteReader field(reader.bytes(reader.u8()));
      const std::uint8_t what = field.u8();
      packet.random_access = (what & kRandomAccessIndicator) != 0;
      if ((what & kPcrFlag) != 0) {
        packet.pcr = static_cast<Ticks>(field.u32()) << 1;
        packet.pcr = *packet.pcr | field.u16() >> 15;
        EXPECT_TRUE(field.ok());
      }
    }
    EXPECT_TRUE(reader.ok());
    packets.push_back(packet);
  }
  return packets;
}

void expect_continuous(base::ByteSpan stream) {
  std::map<std::uint16_t, std::uint8_t> last;
  for (const Packet& packet : packets_of(stream)) {
    const auto known = last.find(packet.pid);
    if (known != last.end()) {
      EXPECT_EQ(packet.counter, (known->second + (packet.has_payload ? 1 : 0)) & 0x0F);
    }
    last[packet.pid] = packet.counter;
  }
}

void expect_read_by_ffprobe(base::ByteSpan stream, const Broadcast& broadcast) {
  std::map<int, std::vector<ffprobe::Packet>> read;
  for (const ffprobe::Packet& packet : ffprobe::packets(stream)) {
    read[packet.stream].push_back(packet);
  }
  for (std::size_t track = 0; track < broadcast.clips().size(); ++track) {
    const footage::Clip& clip = broadcast.clips()[track];
    const std::vector<ffprobe::Packet>& packets = read[static_cast<int>(track)];
    ASSERT_EQ(packets.size(), clip.samples.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const auto time = [&](Ticks ticks) {
        return rescale(ticks, clip.track.timescale, kVideoTimescale) + kTimestampOffset;
      };
      // ffprobe rounds down where we round to nearest.
      EXPECT_NEAR(static_cast<double>(packets[i].pts),
                  static_cast<double>(time(clip.samples[i].pts)),
                  clip.track.kind() == TrackKind::kAudio ? 1.0 : 0.0);
      EXPECT_NEAR(static_cast<double>(packets[i].dts),
                  static_cast<double>(time(clip.samples[i].dts)),
                  clip.track.kind() == TrackKind::kAudio ? 1.0 : 0.0);
      EXPECT_EQ(packets[i].keyframe, clip.samples[i].keyframe) << track << " " << i;
    }
  }
}

TEST(TsMuxerTest, H264AndAacAreReadBackByFfprobe) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  const base::Bytes stream = mux_all(muxer, broadcast);
  EXPECT_THAT(ffprobe::streams(stream), ElementsAre("h264 64x48", "aac 48000 2", "timed_id3"));
  expect_read_by_ffprobe(stream, broadcast);
  expect_continuous(stream);
}

TEST(TsMuxerTest, HevcAndMp3AreReadBackByFfprobe) {
  const Broadcast broadcast({footage::repeated(footage::clip(Codec::kHevc), 6),
                             footage::repeated(footage::clip(Codec::kMp3), 6)},
                            kPart);
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  const base::Bytes stream = mux_all(muxer, broadcast);
  EXPECT_THAT(ffprobe::streams(stream), ElementsAre("hevc 64x48", "mp3 48000 1", "timed_id3"));
  expect_read_by_ffprobe(stream, broadcast);
}

TEST(TsMuxerTest, DecodesWithoutAnyComplaint) {
  for (const Codec codec : {Codec::kH264, Codec::kHevc, Codec::kAac, Codec::kMp3}) {
    const Broadcast broadcast({footage::repeated(footage::clip(codec), 3)}, kPart);
    const Muxer muxer = Muxer::create(broadcast.tracks()).value();
    const std::string output =
        ffprobe::run(mux_all(muxer, broadcast), "-v error -show_frames -of compact");
    EXPECT_THAT(output, Not(HasSubstr("rror"))) << to_string(codec);
    EXPECT_THAT(output, Not(HasSubstr("nvalid"))) << to_string(codec);
    EXPECT_THAT(output, HasSubstr("media_type")) << to_string(codec);
  }
}

TEST(TsMuxerTest, FfprobeSeesNoGapBetweenPartsAndWouldSeeOne) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  const std::string complaint = "Continuity check failed";
  const base::Bytes stream = mux_all(muxer, broadcast);
  EXPECT_THAT(ffprobe::run(stream, "-v debug -show_packets"), Not(HasSubstr(complaint)));

  base::Bytes broken;
  for (std::size_t i = 0; i < broadcast.part_count(); ++i) {
    const MuxedPart muxed = muxer.mux(broadcast.part(i), {});  // always from zero: wrong
    broken.insert(broken.end(), muxed.bytes.begin(), muxed.bytes.end());
  }
  const Part tables{.tracks = broadcast.part(0).tracks, .tables = Tables::kWrite};
  const base::Bytes front = muxer.mux(tables, {}).bytes;
  broken.insert(broken.begin(), front.begin(), front.end());
  EXPECT_THAT(ffprobe::run(broken, "-v debug -show_packets"), HasSubstr(complaint));
}

TEST(TsMuxerTest, MetadataArrivesAtItsTimes) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  const Id3Cue cues[] = {cue(4'500, "one"), cue(4'500, "two"), cue(60'000, "late")};
  Part part = broadcast.part(0);
  part.tables = Tables::kWrite;
  part.cues = cues;
  part.segment_tag = base::Slice::take(write_id3_text("segmentmetadata", "{}"));
  const base::Bytes stream = muxer.mux(part, {}).bytes;
  std::vector<Ticks> times;
  for (const ffprobe::Packet& packet : ffprobe::packets(stream)) {
    if (packet.stream == 2) times.push_back(packet.pts - kTimestampOffset);
  }
  // The first picture of the footage is shown at 6000.
  EXPECT_THAT(times, ElementsAre(6'000, 4'500, 4'500, 60'000));
}

TEST(TsMuxerTest, ASegmentBeginsWithTablesAndItsTag) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  Part part = broadcast.part(0);
  part.tables = Tables::kWrite;
  part.segment_tag = base::Slice::take(write_id3_text("segmentmetadata", "{}"));
  const std::vector<Packet> packets = packets_of(muxer.mux(part, {}).bytes);
  ASSERT_GT(packets.size(), 4u);
  EXPECT_EQ(packets[0].pid, kPatPid);
  EXPECT_EQ(packets[1].pid, kPmtPid);
  EXPECT_EQ(packets[2].pid, kMetadataPid);
  EXPECT_TRUE(packets[2].start);
  EXPECT_EQ(packets[3].pid, kFirstTrackPid);
  EXPECT_TRUE(packets[3].random_access);
}

TEST(TsMuxerTest, TheTagOfASilentPartHasTheFirstTimeThereIs) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  const TrackSamples only_audio[] = {
      {&broadcast.clips()[0].track, {}},
      {&broadcast.clips()[1].track, std::span(broadcast.clips()[1].samples).subspan(3, 2)}};
  const Part part{.tracks = only_audio,
                  .tables = Tables::kWrite,
                  .segment_tag = base::Slice::take(write_id3_text("segmentmetadata", "{}"))};
  testing::Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(muxer.mux(part, {}).bytes);
  demuxer.push(base::Bytes{kSyncByte});  // the last packet is believed when another one follows
  EXPECT_THAT(recorder.texts, ElementsAre(std::to_string(kTimestampOffset + 3 * 1920) + " {}"));
}

TEST(TsMuxerTest, CountAgreesWithMuxForPartsOfAnyShape) {
  std::mt19937 random(20'26);
  const auto below = [&random](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  Track video = footage::clip(Codec::kH264).track;
  Track audio = footage::clip(Codec::kAac).track;
  const std::vector<Track> tracks = {video, audio};
  const Muxer muxer = Muxer::create(tracks).value();
  for (int round = 0; round < 400; ++round) {
    std::vector<Sample> samples[2];
    Ticks dts = below(90'000);
    for (std::uint32_t i = below(8); i > 0; --i) {
      base::ByteWriter data;
      for (std::uint32_t units = below(4); units > 0; --units) {
        const std::uint32_t size = below(3) == 0 ? below(70'000) : below(400);
        data.u32(size);
        if (size > 0) data.u8(static_cast<std::uint8_t>(below(32)));
        if (size > 1) data.zeros(size - 1);
      }
      if (below(10) == 0) data.u32(0xFFFFFF);  // a unit that does not fit
      const Ticks duration = below(30'000);
      samples[0].push_back(
          {dts, dts + below(3) * 3000, duration, below(3) == 0, base::Slice::take(data.take())});
      dts += duration;
    }
    dts = below(48'000);
    for (std::uint32_t i = below(100); i > 0; --i) {
      samples[1].push_back({dts, dts, 1024, true,
                            base::Slice::take(base::Bytes(below(20) == 0 ? 9000 : below(2000)))});
      dts += below(30) == 0 ? 4000 : 1024;
    }
    const Id3Cue cues[] = {cue(below(100'000), std::string(below(600), 'x')),
                           cue(200'000, std::string(below(2) * 70'000, 'x'))};
    const TrackSamples both[] = {{&video, samples[0]}, {&audio, samples[1]}};
    Part part{.tracks = both, .cues = cues};
    if (below(2) == 0) part.tables = Tables::kWrite;
    if (below(2) == 0) part.segment_tag = cues[0].tag;
    Continuity start;
    start.tracks[0] = below(16) & 15;
    start.metadata = below(16) & 15;
    const MuxedPart muxed = muxer.mux(part, start);
    EXPECT_EQ(muxer.count(part, start), muxed.end);
    expect_continuous(muxed.bytes);
  }
}

TEST(TsMuxerTest, PartsMuxedOutOfOrderGiveTheSameBytes) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  std::vector<Continuity> starts(1);
  for (std::size_t i = 0; i < broadcast.part_count(); ++i) {
    Part part = broadcast.part(i);
    part.tables = Tables::kWrite;
    starts.push_back(muxer.count(part, starts.back()));
  }
  std::vector<base::Bytes> muxed(broadcast.part_count());
  for (std::size_t i = broadcast.part_count(); i-- > 0;) {
    Part part = broadcast.part(i);
    part.tables = Tables::kWrite;
    muxed[i] = muxer.mux(part, starts[i]).bytes;
  }
  base::Bytes stream;
  for (const base::Bytes& part : muxed) stream.insert(stream.end(), part.begin(), part.end());
  EXPECT_EQ(stream, mux_all(muxer, broadcast));
}

void expect_clock(base::ByteSpan stream, std::uint16_t pid) {
  std::optional<Ticks> last;
  for (const Packet& packet : packets_of(stream)) {
    if (packet.random_access && packet.pid == pid) EXPECT_TRUE(packet.pcr);
    if (!packet.pcr) continue;
    EXPECT_EQ(packet.pid, pid);
    if (last) {
      EXPECT_GT(*packet.pcr, *last);
      EXPECT_LE(*packet.pcr - *last, 9'000);
    }
    last = packet.pcr;
  }
  EXPECT_TRUE(last);
}

TEST(TsMuxerTest, TheClockComesAtLeastEvery100Milliseconds) {
  const Broadcast normal = h264_and_aac();
  expect_clock(mux_all(Muxer::create(normal.tracks()).value(), normal), kFirstTrackPid);

  footage::Clip slow = footage::repeated(footage::clip(Codec::kHevc), 2);
  for (Sample& sample : slow.samples) {  // 3 pictures a second
    sample.dts *= 10;
    sample.pts *= 10;
    sample.duration *= 10;
  }
  const Broadcast slow_video({slow}, kPart);
  expect_clock(mux_all(Muxer::create(slow_video.tracks()).value(), slow_video), kFirstTrackPid);

  const Broadcast audio({footage::repeated(footage::clip(Codec::kAac), 5)}, 2 * kPart);
  expect_clock(mux_all(Muxer::create(audio.tracks()).value(), audio), kFirstTrackPid);

  const Broadcast reversed({footage::repeated(footage::clip(Codec::kAac), 4),
                            footage::repeated(footage::clip(Codec::kH264), 4)},
                           kPart);
  expect_clock(mux_all(Muxer::create(reversed.tracks()).value(), reversed), kFirstTrackPid + 1);
}

TEST(TsMuxerTest, TheClockRunsAheadOfDecodingTime) {
  const Broadcast broadcast = h264_and_aac();
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  for (const Packet& packet : packets_of(mux_all(muxer, broadcast))) {
    if (packet.pcr) {
      EXPECT_EQ(*packet.pcr, kTimestampOffset - kClockLead);
      break;
    }
  }
}

TEST(TsMuxerTest, TimesWrapAt33Bits) {
  const Ticks start = (Ticks{1} << 33) - kTimestampOffset - 20'000;
  const Broadcast broadcast = h264_and_aac(4, start);
  const Muxer muxer = Muxer::create(broadcast.tracks()).value();
  testing::Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(mux_all(muxer, broadcast));
  demuxer.flush();
  const auto samples = recorder.samples_of("h264 0");
  ASSERT_EQ(samples.size(), broadcast.clips()[0].samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = broadcast.clips()[0].samples[i];
    EXPECT_EQ(samples[i].dts, (sample.dts + kTimestampOffset) % (Ticks{1} << 33));
    EXPECT_EQ(samples[i].pts, (sample.pts + kTimestampOffset) % (Ticks{1} << 33));
  }
}

TEST(TsMuxerTest, RefusesWhatTransportStreamsCannotCarry) {
  for (const Codec codec : {Codec::kAv1, Codec::kVp9, Codec::kOpus, Codec::kFlac}) {
    EXPECT_FALSE(ts_can_carry(codec));
    const Track track = footage::clip(codec).track;
    EXPECT_EQ(Muxer::create({&track, 1}).error().code, base::ErrorCode::kUnsupported);
  }
  EXPECT_EQ(Muxer::create({}).error().code, base::ErrorCode::kInvalid);
  const std::vector<Track> many(kMaxTracks + 1, footage::clip(Codec::kMp3).track);
  EXPECT_EQ(Muxer::create(many).error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(Muxer::create(std::span(many).first(kMaxTracks)).has_value());
  Track broken = footage::clip(Codec::kH264).track;
  broken.config = broken.config.sub(0, 9);
  EXPECT_EQ(Muxer::create({&broken, 1}).error().code, base::ErrorCode::kMalformed);
}

}  // namespace
}  // namespace media::mpegts
