#include "server/loadtest_playlist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace server::loadtest {
namespace {

constexpr std::string_view kMedia = R"(#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.6
#EXT-X-PART-INF:PART-TARGET=0.2
#EXT-X-MEDIA-SEQUENCE:100
#EXT-X-MAP:URI="init-1.mp4"
#EXTINF:2.00000,live
seg-100.mp4
#EXT-X-PART:DURATION=1.0,URI="part-101-0.mp4",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.9,URI="part-101-1.mp4"
#EXTINF:1.9,live
seg-101.mp4
#EXT-X-PART:URI="part-102-0.mp4",DURATION=0.2
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-102-1.mp4"
)";

TEST(ViewerPlaylist, TellsPiecesAndEdge) {
  const auto playlist = read_playlist(kMedia);
  ASSERT_TRUE(playlist) << playlist.error().message;
  EXPECT_FALSE(playlist->is_multivariant);
  EXPECT_DOUBLE_EQ(playlist->target_duration, 2);
  EXPECT_DOUBLE_EQ(playlist->part_target, 0.2);
  EXPECT_TRUE(playlist->can_block);
  EXPECT_FALSE(playlist->ended);
  EXPECT_EQ(playlist->map_uri, "init-1.mp4");
  EXPECT_EQ(playlist->hint_uri, "part-102-1.mp4");
  ASSERT_EQ(playlist->segments.size(), 2U);
  EXPECT_EQ(playlist->segments[1].msn, 101U);
  EXPECT_DOUBLE_EQ(playlist->segments[1].duration, 1.9);
  ASSERT_EQ(playlist->parts.size(), 3U);
  EXPECT_EQ(playlist->parts[1].msn, 101U);
  EXPECT_EQ(playlist->parts[1].part, 1U);
  EXPECT_EQ(playlist->parts[2].msn, 102U);
  EXPECT_EQ(playlist->parts[2].part, 0U);
  EXPECT_EQ(playlist->next_msn, 102U);
  EXPECT_EQ(playlist->next_part, 1U);
}

TEST(ViewerPlaylist, TheBestVariantHasTheHighestBandwidth) {
  const auto playlist = read_playlist(
      "#EXTM3U\r\n#EXT-X-STREAM-INF:CODECS=\"avc1,mp4a\",BANDWIDTH=100\r\nlow.m3u8\r\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=300,NAME=\"BANDWIDTH=9\"\r\nhigh.m3u8\r\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=200\r\nmiddle.m3u8\r\n");
  ASSERT_TRUE(playlist) << playlist.error().message;
  EXPECT_TRUE(playlist->is_multivariant);
  ASSERT_NE(playlist->best(), nullptr);
  EXPECT_EQ(playlist->best()->uri, "high.m3u8");
  EXPECT_EQ(read_playlist("#EXTM3U\n#EXT-X-ENDLIST")->best(), nullptr);
  EXPECT_TRUE(read_playlist("#EXTM3U\n#EXT-X-ENDLIST")->ended);
}

TEST(ViewerPlaylist, RefusesWhatIsBroken) {
  for (const char* wrong :
       {"", "not a playlist", "#EXTM3U\nseg-1.ts", "#EXTM3U\n#EXTINF:abc,\nseg",
        "#EXTM3U\n#EXTINF:-1,\nseg", "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:-1",
        "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:99999999999999999999", "#EXTM3U\n#EXT-X-PART:DURATION=1",
        "#EXTM3U\n#EXT-X-PART:URI=\"x\"", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=x\nv.m3u8",
        "#EXTM3U\n#EXT-X-PART-INF:X=1", "#EXTM3U\n#EXT-X-TARGETDURATION:1e99"}) {
    const auto read = read_playlist(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().code, base::ErrorCode::kMalformed) << wrong;
  }
  std::string endless = "#EXTM3U\n";
  for (int i = 0; i < 10'001; ++i) endless += "#EXTINF:1,\na\n";
  EXPECT_EQ(read_playlist(endless).error().code, base::ErrorCode::kLimit);
}

TEST(ViewerPlaylist, EveryPrefixIsReadOrRefused) {
  for (std::size_t size = 0; size <= kMedia.size(); ++size) {
    const auto read = read_playlist(kMedia.substr(0, size));
    if (read) {
      EXPECT_LE(read->segments.size(), 2U);
      EXPECT_LE(read->parts.size(), 3U);
    }
  }
}

TEST(ViewerPlaylist, ResolvesAddresses) {
  EXPECT_EQ(resolve("/a/b/index.m3u8?x=/y", "part-1.mp4?z=1"), "/a/b/part-1.mp4?z=1");
  EXPECT_EQ(resolve("/index.m3u8", "s/-/v0/index.m3u8"), "/s/-/v0/index.m3u8");
  EXPECT_EQ(resolve("/a/b", "/c"), "/c");
  EXPECT_EQ(resolve("", "x"), "/x");
  EXPECT_EQ(resolve("/a", "https://other/x"), std::nullopt);
  EXPECT_EQ(resolve("/a", "//other/x"), std::nullopt);
  EXPECT_EQ(resolve("/a", ""), std::nullopt);
}

}  // namespace
}  // namespace server::loadtest
