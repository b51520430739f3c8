#include "server/path_for_log.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace server {
namespace {

TEST(PathForLog, LeavesOutSessions) {
  const struct {
    std::string path, shown;
  } rows[] = {
      {"/", "/"},
      {"*", "*"},
      {"/s/secret/x", "/s/secret/x"},
      {"/api/video/v1/r.1.channel.c.m3u8", "/api/video/v1/r.1.channel.c.m3u8"},
      {"/api/video/v1/s/-/c/v0/ts/a.ts", "/api/video/v1/s/-/c/v0/ts/a.ts"},
      {"/api/video/v1/s/secret/c/v0/ts/a.ts", "/api/video/v1/s/*/c/v0/ts/a.ts"},
      {"/api/video/v1/s/-secret/c", "/api/video/v1/s/*/c"},
      {"/api/video/v1/s/secret", "/api/video/v1/s/*"},
      {"/api/video/v1/s/", "/api/video/v1/s/*"},
      {"/api/video/v1/recordings/abc.m3u8", "/api/video/v1/recordings/abc.m3u8"},
      {"/api/video/v1/recordings/abc/-/x.ts", "/api/video/v1/recordings/abc/-/x.ts"},
      {"/api/video/v1/recordings/abc/secret/720p30/0.ts",
       "/api/video/v1/recordings/abc/*/720p30/0.ts"},
      {"/api/video/v1/recordings/abc/secret", "/api/video/v1/recordings/abc/*"},
      {"/api/video/v1/recordings//secret/x", "/api/video/v1/recordings//*/x"},
      {"/api/video/v1/s/" + std::string(3000, 'x') + "/c/v0", "/api/video/v1/s/*/c/v0"},
  };
  for (const auto& row : rows) EXPECT_EQ(path_for_log(row.path), row.shown);
}

TEST(PathForLog, IsShort) {
  const std::string long_path = "/" + std::string(5000, 'x');
  EXPECT_EQ(path_for_log(long_path), long_path.substr(0, 200) + "...");
  // Characters stay whole wherever the cut falls.
  for (const char* start : {"/", "/a", "/ab", "/abc"}) {
    std::string path = start;
    for (int i = 0; i < 100; ++i) path += "\xF0\x9F\x8E\xA5";
    const std::string shown = path_for_log(path);
    EXPECT_LE(shown.size(), 203u);
    EXPECT_GE(shown.size(), 199u);
    EXPECT_TRUE(base::is_utf8(shown)) << start;
  }
}

}  // namespace
}  // namespace server
