#include "app/overlays/visitor_passes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/files.h"

namespace app {
namespace {

const base::WallTime kNow{std::chrono::seconds(1'800'000'000)};
const base::MonotonicTime kAt{std::chrono::seconds(100)};

TEST(VisitorPasses, StandForOneVisitorOfOneChannel) {
  auto passes = VisitorPasses::create({});
  ASSERT_TRUE(passes.has_value());
  const auto token = passes->issue("channel", "192.0.2.1", kNow, kAt);
  const auto other = passes->issue("channel", "192.0.2.1", kNow, kAt);
  ASSERT_TRUE(token && other);
  const auto visitor = passes->read(*token, "channel", kNow);
  ASSERT_TRUE(visitor.has_value());
  EXPECT_EQ(visitor, passes->read(*token, "channel", kNow + std::chrono::hours(24 * 29)));
  EXPECT_NE(visitor, passes->read(*other, "channel", kNow));
  EXPECT_FALSE(passes->read(*token, "elsewhere", kNow).has_value());
  EXPECT_FALSE(passes->read(*token, "channel", kNow + std::chrono::hours(24 * 31)).has_value());
}

TEST(VisitorPasses, NothingElseIsOne) {
  auto passes = VisitorPasses::create({});
  const std::string token = *passes->issue("channel", "192.0.2.1", kNow, kAt);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(passes->read(changed, "channel", kNow).has_value()) << i;
    EXPECT_FALSE(passes->read(token.substr(0, i), "channel", kNow).has_value()) << i;
  }
  EXPECT_FALSE(passes->read(std::string(100'000, '.'), "channel", kNow).has_value());
  auto others = VisitorPasses::create({});
  EXPECT_FALSE(others->read(token, "channel", kNow).has_value());
}

TEST(VisitorPasses, TheKeyLasts) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  auto passes = VisitorPasses::create(folder->path());
  const auto token = passes->issue("channel", "192.0.2.1", kNow, kAt);
  auto again = VisitorPasses::create(folder->path());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->read(*token, "channel", kNow).has_value());
  struct stat info{};
  ASSERT_EQ(::stat((folder->path() + "/visitors.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  ASSERT_TRUE(
      io::write_file_atomic(folder->path() + "/visitors.key", base::as_bytes("short"), 0600));
  EXPECT_FALSE(VisitorPasses::create(folder->path()).has_value());
}

TEST(VisitorPasses, NotManyForOneAddress) {
  auto passes = VisitorPasses::create({});
  int issued = 0;
  for (int i = 0; i < 1'000; ++i) {
    if (passes->issue("channel", "2001:db8::" + std::to_string(i), kNow, kAt)) ++issued;
  }
  EXPECT_EQ(issued, static_cast<int>(VisitorPasses::kBurst));
  EXPECT_TRUE(passes->issue("channel", "192.0.2.2", kNow, kAt).has_value());
  EXPECT_TRUE(passes->issue("channel", "2001:db8::1", kNow, kAt + std::chrono::seconds(10)));
}

}  // namespace
}  // namespace app
