#include "record/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <filesystem>

#include "record/layout.h"
#include "record/record_test_support.h"

namespace record {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace json = boost::json;
using Kind = Notice::Kind;

// What a segment's file must hold: so many of its parts from this one on.
std::string octets(const std::string& rendition, std::uint64_t first, std::uint64_t count) {
  std::string all;
  for (std::uint64_t i = first; i < first + count; ++i) all += part_octets(rendition, i, 1000);
  return all;
}

TEST(Recording, KeepsABroadcastInTheLayoutOfTheService) {
  RecordRig rig;
  Broadcast broadcast({.renditions = {"720p30", "audio_only"}});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 25);
  rig.run(*recording);
  const std::string prefix = recording->state().began().prefix;
  EXPECT_THAT(prefix, HasSubstr("ivs/v1/000000000000/abcdefghijkl/2027/1/15/8/0/"));
  ASSERT_NE(rig.told(Kind::kStarted), nullptr);
  EXPECT_EQ(rig.told(Kind::kEnded), nullptr);
  ASSERT_NE(rig.object(prefix + "/events/recording-started.json"), nullptr);
  EXPECT_EQ(*rig.object(prefix + "/media/hls/720p30/0.ts"), octets("720p30", 0, 50));
  EXPECT_THAT(*rig.object(prefix + "/media/hls/720p30/playlist.m3u8"),
              Not(HasSubstr("#EXT-X-ENDLIST")));

  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(2));
  const Notice* ended = rig.told(Kind::kEnded);
  ASSERT_NE(ended, nullptr);
  EXPECT_EQ(ended->facts.duration, std::chrono::seconds(25));
  EXPECT_EQ(ended->facts.bytes, 250'000U);
  EXPECT_EQ(ended->facts.ended_at, broadcast.date());
  EXPECT_EQ(*rig.object(prefix + "/media/hls/audio_only/2.ts"), octets("audio_only", 100, 25));
  EXPECT_EQ(*rig.object(prefix + "/media/hls/720p30/playlist.m3u8"),
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:12\n#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:VOD\n"
            "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z\n#EXTINF:10.00000,\n0.ts\n"
            "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:10.000Z\n#EXTINF:10.00000,\n1.ts\n"
            "#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:20.000Z\n#EXTINF:5.00000,\n2.ts\n"
            "#EXT-X-ENDLIST\n");
  EXPECT_THAT(*rig.object(prefix + "/media/hls/720p30/byte-range-variant.m3u8"),
              HasSubstr("#EXTINF:2.00000,\n#EXT-X-BYTERANGE:10000@10000\n0.ts\n"));
  EXPECT_EQ(*rig.object(prefix + "/media/hls/master.m3u8"),
            "#EXTM3U\n#EXT-X-VERSION:4\n"
            "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"720p30\",NAME=\"720p30\",AUTOSELECT=YES,"
            "DEFAULT=YES\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=40000,AVERAGE-BANDWIDTH=40000,"
            "CODECS=\"avc1.64001F,mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=30.000,"
            "VIDEO=\"720p30\"\n720p30/playlist.m3u8\n"
            "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"audio_only\",NAME=\"audio_only\",AUTOSELECT=NO,"
            "DEFAULT=NO\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=40000,AVERAGE-BANDWIDTH=40000,CODECS=\"mp4a.40.2\","
            "VIDEO=\"audio_only\"\naudio_only/playlist.m3u8\n");
  const json::value event = json::parse(*rig.object(prefix + "/events/recording-ended.json"));
  EXPECT_EQ(event.at("recording_status").as_string(), "RECORDING_ENDED");
  EXPECT_EQ(event.at("recording_started_at").as_string(), "2027-01-15T08:00:00Z");
  EXPECT_EQ(event.at("recording_ended_at").as_string(), "2027-01-15T08:00:25Z");
  EXPECT_EQ(event.at_pointer("/media/hls/duration_ms").as_int64(), 25'000);
  EXPECT_EQ(event.at_pointer("/media/hls/renditions/0/path").as_string(), "720p30");

  // What replay needs.
  const std::string* stored = rig.object(catalog_key(recording->id()));
  ASSERT_NE(stored, nullptr);
  const auto catalog = parse_catalog(base::as_bytes(*stored));
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_TRUE(catalog->ended);
  ASSERT_EQ(catalog->renditions.size(), 2U);
  const CatalogSegment& second = catalog->renditions[0].segments[1];
  EXPECT_EQ(second.position, 900'000);
  EXPECT_EQ(second.pieces.size(), 5U);
  const std::string* samples = rig.object(samples_key(recording->id(), "720p30"));
  ASSERT_NE(samples, nullptr);
  const auto parts =
      parse_samples(base::as_bytes(*samples).subspan(second.samples_offset, second.samples_length));
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 50U);
  EXPECT_EQ(parts->front()[0].first_dts, second.start);
  EXPECT_TRUE(parts->front()[0].samples[0].keyframe);
  EXPECT_EQ(parts->front()[0].samples[1].size, 101U);

  rig.run(*recording, std::chrono::seconds(40));
  EXPECT_TRUE(recording->is_gone());
  EXPECT_TRUE(std::filesystem::is_empty(rig.spool()));
  EXPECT_EQ(rig.shelf.find(recording->id()), nullptr);
}

// Whenever a playlist is put, everything it names is there already.
TEST(Recording, PlaylistsNameOnlyWhatIsInTheStore) {
  RecordRig rig;
  Broadcast broadcast(
      {.renditions = {"720p30", "480p30"}, .container = media::PartContainer::kFmp4});
  auto recording = rig.begin(rig.plan(), broadcast);
  for (int i = 0; i < 20; ++i) {
    broadcast.play(*recording, 5);
    rig.run(*recording, std::chrono::seconds(5));
  }
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(2));
  ASSERT_NE(rig.told(Kind::kEnded), nullptr);
  const std::string media = recording->state().began().prefix + "/media/hls/";
  std::size_t first_playlist = 0;
  const auto& order = rig.contents.order;
  const auto place = [&](const std::string& key) {
    return static_cast<std::size_t>(std::ranges::find(order, media + key) - order.begin());
  };
  first_playlist = place("720p30/playlist.m3u8");
  EXPECT_LT(place("720p30/init-0.mp4"), place("720p30/0.mp4"));
  EXPECT_LT(place("720p30/0.mp4"), first_playlist);
  EXPECT_LT(first_playlist, place("master.m3u8"));
  EXPECT_GT(std::ranges::count(order, media + "720p30/playlist.m3u8"), 3);
  const std::string& last = *rig.object(media + "480p30/playlist.m3u8");
  EXPECT_THAT(last, HasSubstr("#EXT-X-MAP:URI=\"init-0.mp4\"\n"));
  EXPECT_THAT(last, HasSubstr("9.mp4\n#EXT-X-ENDLIST"));
  EXPECT_EQ(order.back(), recording->state().began().prefix + "/events/recording-ended.json");
}

TEST(Recording, SegmentsBeginTogetherInAllRenditions) {
  RecordRig rig;
  Broadcast broadcast({.renditions = {"720p30", "480p30"}});
  auto recording = rig.begin(rig.plan(), broadcast);
  // The second rendition comes six seconds later.
  for (int i = 0; i < 30; ++i) recording->on_part(broadcast.next()[0]);
  broadcast.play(*recording, 20);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(1));
  const Catalog& catalog = recording->state().catalog();
  EXPECT_EQ(catalog.renditions[1].segments[0].position, 6 * 90'000);
  EXPECT_EQ(catalog.renditions[1].segments[1].position, 10 * 90'000);
  EXPECT_EQ(catalog.renditions[0].segments[1].position, 10 * 90'000);
}

TEST(Recording, AGapIsADiscontinuityAndTakesNoTime) {
  RecordRig rig;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 4);
  broadcast.gap(20 * 90'000);
  broadcast.play(*recording, 4);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(1));
  EXPECT_EQ(rig.told(Kind::kEnded)->facts.duration, std::chrono::seconds(8));
  EXPECT_THAT(
      *rig.object(recording->state().began().prefix + "/media/hls/720p30/playlist.m3u8"),
      HasSubstr("0.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:24.000Z"));
}

TEST(Recording, AnotherBroadcastWithinTheWindowGoesOn) {
  RecordRig rig;
  Plan plan = rig.plan();
  plan.reconnect_window = std::chrono::seconds(60);
  Broadcast first({});
  auto recording = rig.begin(plan, first);
  first.play(*recording, 6);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(50));
  EXPECT_EQ(recording->phase(), Recording::Phase::kWaiting);
  EXPECT_EQ(rig.told(Kind::kEnded), nullptr);

  Broadcast second({.started_at = rig.now.wall, .bandwidth = 1'500'000, .start = 0});
  EXPECT_FALSE(recording->takes(plan, *Broadcast({.renditions = {"480p30"}}).next()[0].rendition));
  EXPECT_FALSE(recording->takes(plan, *Broadcast({.bandwidth = 1'600'000}).next()[0].rendition));
  const auto part = second.next()[0];
  ASSERT_TRUE(recording->takes(plan, *part.rendition));
  recording->begin_broadcast(base::StreamId("st-2"), rig.now.wall);
  recording->on_part(part);
  second.play(*recording, 3);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(61));
  const Notice* ended = rig.told(Kind::kEnded);
  ASSERT_NE(ended, nullptr);
  ASSERT_EQ(ended->facts.streams.size(), 2U);
  EXPECT_EQ(ended->facts.streams[1], base::StreamId("st-2"));
  EXPECT_EQ(ended->facts.duration, std::chrono::milliseconds(9200));
  EXPECT_THAT(*rig.object(ended->facts.prefix + "/media/hls/720p30/playlist.m3u8"),
              HasSubstr("0.ts\n#EXT-X-DISCONTINUITY\n"));
  EXPECT_EQ(recording->state().catalog().renditions[0].generations.size(), 1U);
}

TEST(Recording, NoMoreThanTwentyBroadcasts) {
  RecordRig rig;
  Plan plan = rig.plan();
  plan.reconnect_window = std::chrono::seconds(60);
  Broadcast broadcast({});
  auto recording = rig.begin(plan, broadcast);
  for (int i = 1; i < 20; ++i) {
    broadcast.play(*recording, 2);
    recording->end_broadcast(rig.now);
    ASSERT_EQ(recording->phase(), Recording::Phase::kWaiting) << i;
    recording->begin_broadcast(base::StreamId("st-" + std::to_string(i)), rig.now.wall);
  }
  broadcast.play(*recording, 2);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(1));
  EXPECT_EQ(rig.told(Kind::kEnded)->facts.streams.size(), 20U);
}

TEST(Recording, ChosenRenditionsAndWhatStandsInForThem) {
  struct Row {
    std::vector<std::string> offered;
    std::vector<ResolutionClass> wanted;
    std::vector<std::string> recorded;
  };
  const std::vector<Row> rows{
      {{"1080p30", "480p30", "360p30", "160p30"}, {ResolutionClass::kLowest}, {"360p30", "160p30"}},
      {{"720p30", "480p30"}, {ResolutionClass::kHd}, {"720p30"}},
      {{"480p30", "audio_only"}, {ResolutionClass::kFullHd}, {"480p30"}},
  };
  for (const Row& row : rows) {
    RecordRig rig;
    Plan plan = rig.plan();
    plan.renditions = Plan::Renditions::kCustom;
    plan.custom = row.wanted;
    Broadcast broadcast({.renditions = row.offered});
    auto recording = rig.begin(plan, broadcast);
    broadcast.play(*recording, 20);
    recording->end_broadcast(rig.now);
    rig.run(*recording, std::chrono::seconds(1));
    const Notice* ended = rig.told(Kind::kEnded);
    ASSERT_NE(ended, nullptr);
    std::vector<std::string> names;
    for (const auto& rendition : ended->facts.renditions) names.push_back(rendition.name);
    EXPECT_EQ(names, row.recorded);
    // Nothing is missing at its beginning.
    EXPECT_EQ(ended->facts.duration, std::chrono::seconds(20));
  }
}

class Painter final : public PictureMaker {
 public:
  explicit Painter(io::Loop& loop) : loop_(loop) {}
  void make(media::Track track, media::Sample sample, std::uint32_t width, std::uint32_t height,
            Done done) override {
    EXPECT_EQ(track.kind(), media::TrackKind::kVideo);
    EXPECT_TRUE(sample.keyframe);
    loop_.post([width, height, n = ++asked, done = std::move(done)]() mutable {
      done(media::pipe::Picture{.id = 0,
                                .width = width,
                                .height = height,
                                .jpeg = base::Slice::take("picture " + std::to_string(n)),
                                .error = {}});
    });
  }
  int asked = 0;

 private:
  io::Loop& loop_;
};

TEST(Recording, ThumbnailsOnly) {
  RecordRig rig;
  Painter painter(rig.loop);
  rig.around.pictures = &painter;
  Plan plan = rig.plan();
  plan.renditions = Plan::Renditions::kNone;
  plan.thumbnails = {.enabled = true,
                     .interval = std::chrono::seconds(5),
                     .sequential = true,
                     .latest = true,
                     .resolution = ResolutionClass::kSd};
  Broadcast broadcast({.renditions = {"480p30", "720p30"}});
  auto recording = rig.begin(plan, broadcast);
  for (int i = 0; i < 16; ++i) {
    broadcast.play(*recording, 1);
    rig.run(*recording, std::chrono::seconds(1));
  }
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(2));
  const Notice* ended = rig.told(Kind::kEnded);
  ASSERT_NE(ended, nullptr);
  ASSERT_NE(rig.told(Kind::kStarted), nullptr);
  // At 0 s and with the first keyframe five seconds later: 6 s, 12 s.
  EXPECT_EQ(ended->facts.thumbnails, 3U);
  EXPECT_EQ(ended->facts.duration, std::chrono::seconds(16));
  const std::string& prefix = ended->facts.prefix;
  EXPECT_EQ(*rig.object(prefix + "/media/thumbnails/thumb0.jpg"), "picture 1");
  EXPECT_EQ(*rig.object(prefix + "/media/thumbnails/thumb2.jpg"), "picture 3");
  EXPECT_EQ(*rig.object(prefix + "/media/latest_thumbnail/thumb.jpg"), "picture 3");
  EXPECT_EQ(rig.object(prefix + "/media/hls/master.m3u8"), nullptr);
  const json::value event = json::parse(*rig.object(prefix + "/events/recording-ended.json"));
  EXPECT_EQ(event.at_pointer("/media/thumbnails/resolution_height").as_int64(), 480);
  EXPECT_FALSE(event.at("media").as_object().contains("hls"));
}

TEST(Recording, AStoreThatFailsForAWhileIsTriedAgain) {
  RecordRig rig;
  rig.contents.mode = MemoryStore::Mode::kFails;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  for (int i = 0; i < 120; ++i) {
    broadcast.play(*recording, 1);
    rig.run(*recording, std::chrono::seconds(1));
  }
  EXPECT_TRUE(rig.notices.empty());
  // Growing pauses: 1, 2, 4, 8, 16, 32 and 60 seconds.
  EXPECT_GE(rig.contents.refused, 6U);
  EXPECT_LE(rig.contents.refused, 9U);
  rig.contents.mode = MemoryStore::Mode::kWorks;
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(62));
  ASSERT_NE(rig.told(Kind::kEnded), nullptr);
  EXPECT_EQ(rig.told(Kind::kEnded)->facts.duration, std::chrono::seconds(120));
}

TEST(Recording, WithoutSpaceItFailsAndSaysWhatThereIs) {
  RecordRig rig;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 25);
  rig.run(*recording);
  broadcast.play(*recording, 20);
  recording->fail("the disk is full", true);
  broadcast.play(*recording, 5);
  rig.run(*recording, std::chrono::seconds(2));
  const Notice* failed = rig.told(Kind::kEndFailed);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->reason, "the disk is full");
  EXPECT_EQ(recording->phase(), Recording::Phase::kOver);
  const std::string& prefix = failed->facts.prefix;
  const json::value event = json::parse(*rig.object(prefix + "/events/recording-failed.json"));
  EXPECT_EQ(event.at("recording_status").as_string(), "RECORDING_ENDED_WITH_FAILURE");
  EXPECT_EQ(event.at("recording_status_message").as_string(), "the disk is full");
  EXPECT_EQ(event.at_pointer("/media/hls/duration_ms").as_int64(), 20'000);
  EXPECT_THAT(*rig.object(prefix + "/media/hls/720p30/playlist.m3u8"),
              HasSubstr("1.ts\n#EXT-X-ENDLIST\n"));
  EXPECT_EQ(rig.object(prefix + "/media/hls/720p30/2.ts"), nullptr);
}

TEST(Recording, AStoreThatHangsMakesTheStartFail) {
  RecordRig rig;
  rig.contents.mode = MemoryStore::Mode::kHangs;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 25);
  rig.run(*recording, std::chrono::seconds(5));
  recording->fail("the spool is full", true);
  rig.run(*recording, std::chrono::seconds(100));
  ASSERT_EQ(rig.notices.size(), 1U);
  EXPECT_EQ(rig.notices[0].kind, Kind::kStartFailed);
  rig.run(*recording, std::chrono::seconds(31));
  EXPECT_TRUE(std::filesystem::is_empty(rig.spool()));
}

TEST(Recording, ATimeShiftKeepsOnlyItsWindow) {
  RecordRig rig;
  Plan plan = rig.plan();
  plan.time_shift = std::chrono::seconds(60);
  Broadcast broadcast({});
  auto recording = rig.begin(plan, broadcast);
  for (int i = 0; i < 300; ++i) {
    broadcast.play(*recording, 1);
    rig.run(*recording, std::chrono::seconds(1));
  }
  const auto item = rig.shelf.running(plan.channel);
  ASSERT_NE(item, nullptr);
  const auto& segments = item->catalog->renditions[0].segments;
  EXPECT_GE(segments.size(), 6U);
  EXPECT_LE(segments.size(), 8U);
  EXPECT_TRUE(item->facts.time_shift);
  // 60 s, half a minute's grace and the segment that is being made.
  EXPECT_LT(recording->spool_octets(), 115U * 5000);
  EXPECT_NE(rig.told(Kind::kTimeShift), nullptr);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(40));
  EXPECT_NE(rig.told(Kind::kTimeShiftOver), nullptr);
  EXPECT_TRUE(rig.contents.objects.empty());
  EXPECT_TRUE(std::filesystem::is_empty(rig.spool()));
}

TEST(Recording, ReadersSeeOnlyWhatDoesNotChange) {
  RecordRig rig;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  broadcast.play(*recording, 13);
  rig.run(*recording);
  const auto item = rig.shelf.running(rig.plan().channel);
  ASSERT_NE(item, nullptr);
  EXPECT_TRUE(item->running);
  const auto& segments = item->catalog->renditions[0].segments;
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_FALSE(segments[1].complete);
  EXPECT_EQ(segments[1].pieces.size(), 1U);
  EXPECT_EQ(segments[1].duration, 180'000);
  const auto samples = io::read_file(
      spool_folder(rig.spool(), recording->id()) + "/" + spool_samples_key("720p30"), 1 << 20);
  const auto parts = parse_samples(
      base::ByteSpan(*samples).subspan(segments[1].samples_offset, segments[1].samples_length));
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->size(), 10U);
}

TEST(Recording, OfABroadcastWithoutMediaNothingIsLeft) {
  RecordRig rig;
  Broadcast broadcast({});
  auto recording = rig.begin(rig.plan(), broadcast);
  recording->end_broadcast(rig.now);
  rig.run(*recording, std::chrono::seconds(32));
  EXPECT_TRUE(recording->is_gone());
  EXPECT_TRUE(rig.notices.empty());
  EXPECT_TRUE(rig.contents.objects.empty());
}

}  // namespace
}  // namespace record
