#include "record/replay_path.h"

#include <gtest/gtest.h>

namespace record {
namespace {

using Kind = ReplayPath::Kind;
using media::PartContainer;

std::optional<ReplayPath> parse(const std::string& rest) {
  static std::string path;  // views into it are returned
  path = std::string(kReplayPrefix) + rest;
  return parse_replay_path(path);
}

TEST(ReplayPathTest, ReadsWhatIsAskedForWithoutSession) {
  const std::pair<const char*, Kind> rows[] = {{"abcDEF123456.m3u8", Kind::kMultivariant},
                                               {"abcDEF123456.mp4", Kind::kMovie},
                                               {"abcDEF123456.vtt", Kind::kStoryboard},
                                               {"abcDEF123456.jpg", Kind::kPoster}};
  for (const auto& [text, kind] : rows) {
    const auto path = parse(text);
    ASSERT_TRUE(path) << text;
    EXPECT_EQ(path->kind, kind);
    EXPECT_EQ(path->id, "abcDEF123456");
    EXPECT_EQ(path->session, "");
    EXPECT_FALSE(path->of_channel);
  }
  const auto live = parse("live.abcDEF123456.m3u8");
  ASSERT_TRUE(live);
  EXPECT_TRUE(live->of_channel);
  EXPECT_EQ(live->id, "abcDEF123456");
}

TEST(ReplayPathTest, ReadsWhatPlaylistsReferTo) {
  const struct {
    const char* text;
    Kind kind;
    std::uint64_t number;
    std::uint32_t piece;
    PartContainer container;
  } rows[] = {
      {"R1/-/720p30/playlist.m3u8", Kind::kPlaylist, 0, 0, PartContainer::kMpegTs},
      {"R1/-/720p30/12.ts", Kind::kSegment, 12, 0, PartContainer::kMpegTs},
      {"R1/-/720p30/12.mp4", Kind::kSegment, 12, 0, PartContainer::kFmp4},
      {"R1/-/720p30/0-0.ts", Kind::kPiece, 0, 0, PartContainer::kMpegTs},
      {"R1/-/audio_only/12-3.m4s", Kind::kPiece, 12, 3, PartContainer::kFmp4},
      {"R1/-/720p30/init-2.mp4", Kind::kInit, 2, 0, PartContainer::kFmp4},
      {"R1/-/thumb17.jpg", Kind::kThumbnail, 17, 0, PartContainer::kMpegTs},
      {"R1/-/recording.mp4", Kind::kMovie, 0, 0, PartContainer::kMpegTs},
      {"R1/-/storyboard.vtt", Kind::kStoryboard, 0, 0, PartContainer::kMpegTs},
      {"R1/-/poster.jpg", Kind::kPoster, 0, 0, PartContainer::kMpegTs},
  };
  for (const auto& row : rows) {
    const auto path = parse(row.text);
    ASSERT_TRUE(path) << row.text;
    EXPECT_EQ(path->kind, row.kind) << row.text;
    EXPECT_EQ(path->id, "R1");
    EXPECT_EQ(path->session, "-");
    EXPECT_EQ(path->number, row.number) << row.text;
    EXPECT_EQ(path->piece, row.piece) << row.text;
    EXPECT_EQ(path->container, row.container) << row.text;
  }
}

TEST(ReplayPathTest, RefusesEverythingElse) {
  for (const char* text : {"",
                           ".m3u8",
                           "R1",
                           "R1.txt",
                           "R1.m3u8.",
                           "R 1.m3u8",
                           "R1%2e.m3u8",
                           "../R1.m3u8",
                           "live.m3u8/",
                           "live..m3u8",
                           "live.a/b.m3u8",
                           "R1/",
                           "R1/-",
                           "R1/-/",
                           "R1//x",
                           "/-/thumb0.jpg",
                           "R1//thumb0.jpg",
                           "R1/-/thumb.jpg",
                           "R1/-/thumb00.jpg",
                           "R1/-/thumb-1.jpg",
                           "R1/-/thumb4294967296.jpg",
                           "R1/-/thumb0.jpg/",
                           "R1/-/../12.ts",
                           "R1/-/./12.ts",
                           "R1/-/v/",
                           "R1/-/v/12",
                           "R1/-/v/12.m4s",
                           "R1/-/v/012.ts",
                           "R1/-/v/12-01.ts",
                           "R1/-/v/12-1.mp4",
                           "R1/-/v/12-.ts",
                           "R1/-/v/-1.ts",
                           "R1/-/v/init-.mp4",
                           "R1/-/v/init-0.ts",
                           "R1/-/v/18446744073709551616.ts",
                           "R1/-/v/x/12.ts",
                           "R1/-/a b/12.ts",
                           "R1/-//12.ts"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
  EXPECT_FALSE(parse_replay_path("/api/video/v1/s/-/a/b/ts/c"));
  EXPECT_FALSE(parse(std::string(65, 'a') + ".m3u8"));
}

TEST(ReplayPathTest, NamesArePartOfPathsThatItReads) {
  for (const PartContainer container : {PartContainer::kMpegTs, PartContainer::kFmp4}) {
    const std::string path = session_folder("R1", "abc") + "v0/" + piece_name(77, 5, container);
    const auto parsed = parse_replay_path(path);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->number, 77u);
    EXPECT_EQ(parsed->piece, 5u);
    EXPECT_EQ(parsed->container, container);
    EXPECT_EQ(parsed->session, "abc");
  }
}

}  // namespace
}  // namespace record
