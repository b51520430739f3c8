#include "app/channels/ingest_addresses.h"

#include <gtest/gtest.h>

namespace app {
namespace {

TEST(IngestAddressesTest, HaveThePortsOfThisServer) {
  struct Row {
    bool insecure = false;
    IngestPorts ports;
    std::string server;
    bool has_rtmp = false;
    bool has_rtmps = false;
  };
  const Row rows[] = {
      {true, {.rtmp = 1935, .rtmps = 4443}, "rtmp://live.example.org:1935/app/", true, true},
      {true, {.rtmp = 0, .rtmps = 4443}, "rtmps://live.example.org:4443/app/", false, true},
      {false, {.rtmp = 1935, .rtmps = 4443}, "rtmps://live.example.org:4443/app/", false, true},
      {true, {.rtmp = 1936, .rtmps = 0}, "rtmp://live.example.org:1936/app/", true, false},
      {false, {.rtmp = 1935, .rtmps = 0}, "rtmps://live.example.org:443/app/", false, false},
      {true, {}, "rtmps://live.example.org:443/app/", false, false},
  };
  ChannelFacts::Addresses addresses;
  addresses.ingest_endpoint = "live.example.org";
  for (const Row& row : rows) {
    PlatformSettings settings;
    settings.insecure_ingest = row.insecure;
    EXPECT_EQ(ingest_server_of(settings, row.ports, addresses), row.server);
    const auto ingest = ingest_of(settings, row.ports, addresses);
    EXPECT_EQ(ingest.contains("rtmp"), row.has_rtmp) << row.server;
    EXPECT_EQ(ingest.contains("rtmps"), row.has_rtmps) << row.server;
    EXPECT_EQ(ingest.contains("server"), row.has_rtmp || row.has_rtmps) << row.server;
    EXPECT_FALSE(ingest.contains("srt"));
  }
}

}  // namespace
}  // namespace app
