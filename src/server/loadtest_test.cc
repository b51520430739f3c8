// The pure parts of the load tests: stamps, the synthetic broadcast, statistics, arguments,
// reports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <vector>

#include "media/codec/h264.h"
#include "media/flv/tags.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_report.h"
#include "server/loadtest_source.h"
#include "server/loadtest_stamp.h"
#include "server/loadtest_statistics.h"

namespace server::loadtest {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr base::WallTime kTime{std::chrono::microseconds(1'793'000'123'456'789)};

std::vector<base::WallTime> stamps_in(const std::vector<base::Bytes>& pieces) {
  StampReader reader;
  std::vector<base::WallTime> found;
  for (const base::Bytes& piece : pieces) {
    reader.receive(piece, [&](base::WallTime time) { found.push_back(time); });
  }
  return found;
}

TEST(LoadStamp, IsFoundHoweverTheBytesAreSplit) {
  base::ByteWriter writer;
  writer.zeros(40);
  writer.bytes(write_stamp(kTime));
  writer.text("between");
  writer.bytes(write_stamp(kTime + 33ms));
  writer.zeros(40);
  const base::Bytes all = writer.take();
  for (std::size_t first = 0; first <= all.size(); ++first) {
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(first);
    EXPECT_THAT(stamps_in({{all.begin(), at}, {at, all.end()}}), ElementsAre(kTime, kTime + 33ms))
        << first;
  }
  for (std::size_t size = 1; size < 40; ++size) {
    std::vector<base::Bytes> pieces;
    for (std::size_t from = 0; from < all.size(); from += size) {
      const std::size_t to = std::min(all.size(), from + size);
      pieces.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(from),
                          all.begin() + static_cast<std::ptrdiff_t>(to));
    }
    EXPECT_THAT(stamps_in(pieces), ElementsAre(kTime, kTime + 33ms)) << size;
  }
}

TEST(LoadStamp, NeedsNoEscapesAndIsAnSeiUnit) {
  const auto stamp = write_stamp(kTime);
  EXPECT_EQ(media::h264::nal_type(stamp), media::h264::NalType::kSei);
  EXPECT_EQ(stamp[1], 5);  // user_data_unregistered
  EXPECT_EQ(stamp[2] + 4U, stamp.size());
  EXPECT_THAT(stamp, ::testing::Each(::testing::Gt(2)));
}

TEST(LoadStamp, BrokenOnesAreNotFound) {
  const auto stamp = write_stamp(kTime);
  base::Bytes broken(stamp.begin(), stamp.end());
  broken[30] = 'x';
  EXPECT_THAT(stamps_in({broken}), ElementsAre());
  broken[30] = stamp[30];
  broken[10] ^= 1;
  EXPECT_THAT(stamps_in({broken}), ElementsAre());
  broken.assign(stamp.begin(), stamp.end() - 2);
  EXPECT_THAT(stamps_in({broken}), ElementsAre());
}

TEST(LoadSource, ConfigurationTellsSizeAndRate) {
  const SourceOptions options{.fps = 30, .width = 1280, .height = 720};
  const base::Bytes record = synthetic_avc_config(options);
  const std::size_t size = static_cast<std::size_t>(record[6] << 8 | record[7]);
  const auto sps = media::h264::parse_sps(base::ByteSpan(record).subspan(8, size));
  ASSERT_TRUE(sps) << sps.error().message;
  EXPECT_EQ(sps->width, 1280U);
  EXPECT_EQ(sps->height, 720U);
  EXPECT_DOUBLE_EQ(sps->frame_rate, 30.0);
  EXPECT_FALSE(sps->reorders);
  EXPECT_FALSE(sps->interlaced);
}

TEST(LoadSource, PicturesAddUpToTheBitrate) {
  const SyntheticSource source({.bitrate = 2'500'000, .fps = 30, .keyframe_seconds = 2});
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < 60; ++i) bytes += source.picture(i, kTime).size();
  std::size_t frames = 0;
  while (SyntheticSource::audio_time(frames) < 2s) ++frames;
  bytes += frames * source.audio_frame().size();
  EXPECT_NEAR(static_cast<double>(bytes) * 8 / 2, 2.5e6, 2.5e4);
  EXPECT_EQ(source.picture_time(30), 1s);
}

TEST(LoadSource, EveryGroupBeginsWithAKeyframeAndEveryPictureHasItsStamp) {
  const SyntheticSource source({.fps = 10, .keyframe_seconds = 2});
  for (std::uint64_t i = 0; i < 41; ++i) {
    const base::Slice picture = source.picture(i, kTime + std::chrono::seconds(i));
    EXPECT_EQ(picture.data()[0], i % 20 == 0 ? 0x17 : 0x27) << i;
    EXPECT_THAT(stamps_in({base::Bytes(picture.span().begin(), picture.span().end())}),
                ElementsAre(kTime + std::chrono::seconds(i)));
    // Units with 4-byte lengths fill the picture exactly.
    base::ByteReader units(picture.span().subspan(5));
    while (units.remaining() > 0 && units.ok()) units.skip(units.u32());
    EXPECT_TRUE(units.at_end()) << i;
  }
}

TEST(LoadHistogram, PercentilesAreWithinABucket) {
  Histogram histogram;
  EXPECT_EQ(histogram.percentile_ms(0.5), 0);
  EXPECT_EQ(histogram.mean_ms(), 0);
  for (int i = 1; i <= 1000; ++i) histogram.add(std::chrono::milliseconds(i));
  EXPECT_EQ(histogram.count(), 1000U);
  EXPECT_DOUBLE_EQ(histogram.mean_ms(), 500.5);
  EXPECT_NEAR(histogram.percentile_ms(0.5), 500, 500.0 / 32);
  EXPECT_NEAR(histogram.percentile_ms(0.99), 990, 990.0 / 32);
  EXPECT_DOUBLE_EQ(histogram.percentile_ms(1), 1000);
  EXPECT_DOUBLE_EQ(histogram.max_ms(), 1000);
}

TEST(LoadHistogram, TakesAnyDurationAndMerges) {
  Histogram a;
  a.add(-5s);
  EXPECT_EQ(a.max_ms(), 0);
  Histogram b;
  b.add(base::Duration::max());
  a.merge(b);
  EXPECT_EQ(a.count(), 2U);
  EXPECT_GT(a.max_ms(), 1e9);
  EXPECT_DOUBLE_EQ(a.percentile_ms(0.5), 0);
  EXPECT_DOUBLE_EQ(a.percentile_ms(1), a.max_ms());
}

TEST(LoadFailures, KeepsABoundedNumberOfKinds) {
  Failures failures;
  for (int i = 0; i < 100; ++i) failures.add("kind " + std::to_string(i));
  failures.add("kind 3");
  EXPECT_EQ(failures.total(), 101U);
  EXPECT_EQ(failures.kinds().size(), Failures::kMaxKinds + 1);
  EXPECT_EQ(failures.kinds().find("kind 3")->second, 2U);
  Failures other;
  other.merge(failures);
  EXPECT_EQ(other.total(), 101U);
}

TEST(LoadArguments, Patterns) {
  EXPECT_EQ(expand_pattern("KEY{n}", 7), "KEY7");
  EXPECT_EQ(expand_pattern("a{n:4}b{n}", 12), "a0012b12");
  EXPECT_EQ(expand_pattern("plain", 7), "plain");
  EXPECT_EQ(expand_pattern("{n:0}{n:}{m}{n", 7), "{n:0}{n:}{m}{n");
  EXPECT_EQ(expand_pattern("x{n}", std::string_view("sk_1")), "xsk_1");
}

TEST(LoadArguments, DurationsAndBitrates) {
  EXPECT_EQ(parse_duration("30s").value(), 30s);
  EXPECT_EQ(parse_duration("1.5").value(), 1500ms);
  EXPECT_EQ(parse_duration("250ms").value(), 250ms);
  EXPECT_EQ(parse_duration("2m").value(), 120s);
  for (const char* wrong : {"", "s", "-1s", "0", "25h", "1d", "nan", "inf", "1e999s"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
  EXPECT_EQ(parse_bitrate("2.5Mbps").value(), 2'500'000U);
  EXPECT_EQ(parse_bitrate("800kbps").value(), 800'000U);
  EXPECT_EQ(parse_bitrate("64000").value(), 64'000U);
  for (const char* wrong : {"", "1", "500Mbps", "2.5 Mbps", "-1M"}) {
    EXPECT_FALSE(parse_bitrate(wrong)) << wrong;
  }
}

TEST(LoadArguments, Lists) {
  EXPECT_THAT(parse_list("one\r\n\n# no\n  two \nthree"), ElementsAre("one", "two", "three"));
  EXPECT_THAT(parse_list(""), ElementsAre());
}

TEST(LoadArguments, Targets) {
  const auto target = parse_target("rtmps://example.org/app/secret?x=1");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host, "example.org");
  EXPECT_EQ(target->port, 443);
  EXPECT_EQ(target->path, "/app/secret?x=1");
  EXPECT_TRUE(target->is_secure());
  const auto v6 = parse_target("http://[::1]:8080");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->path, "/");
  EXPECT_EQ(v6->authority(), "[::1]:8080");
  EXPECT_FALSE(v6->is_secure());
  for (const char* wrong :
       {"", "example.org", "ftp://x/secret", "rtmp:///app/secret", "rtmp://h:0/app/secret",
        "rtmp://h:99999/secret", "http://[::1/secret", "http://h:8x/secret"}) {
    const auto refused = parse_target(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().message, ::testing::Not(HasSubstr("secret")));
  }
}

TEST(LoadArguments, SourceAddressesSpreadLoopbackOnly) {
  const Target loopback{.scheme = "http", .host = "127.0.0.1", .port = 80, .path = "/"};
  EXPECT_EQ(source_address(loopback, 19'999), std::nullopt);
  EXPECT_EQ(source_address(loopback, 20'000), "127.0.0.2");
  EXPECT_EQ(source_address(loopback, 49'999), "127.0.0.3");
  const Target other{.scheme = "http", .host = "example.org", .port = 80, .path = "/"};
  EXPECT_EQ(source_address(other, 50'000), std::nullopt);
}

TEST(LoadReport, JsonCanBeRead) {
  Report report;
  report.add("count", std::uint64_t{3});
  report.add("share", 0.5);
  Histogram histogram;
  report.add("none", histogram);
  histogram.add(2ms);
  report.add("delay", histogram);
  Failures failures;
  failures.add("said \"no\"", 2);
  report.add("failures", failures);
  const auto value = boost::json::parse(report.json());
  EXPECT_EQ(value.at("count").to_number<int>(), 3);
  EXPECT_TRUE(value.at("none").is_null());
  EXPECT_DOUBLE_EQ(value.at("delay").at("mean_ms").to_number<double>(), 2);
  EXPECT_EQ(value.at("failures").at("kinds").at("said \"no\"").to_number<int>(), 2);
  EXPECT_THAT(report.text(), HasSubstr("2 x said \"no\""));
}

TEST(LoadReport, SaysWhenThereIsNoRoom) {
  EXPECT_TRUE(check_room(10, 2));
  EXPECT_EQ(check_room(0, 2).error().code, base::ErrorCode::kInvalid);
  const auto refused = check_room(std::uint64_t{1} << 40, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kLimit);
  EXPECT_THAT(refused.error().message, HasSubstr("ulimit"));
}

}  // namespace
}  // namespace server::loadtest
