#include "server/first_channel.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "io/files.h"

namespace server {
namespace {

TEST(FirstChannelTest, IsMadeOnceAndKeptForItsOwnerAlone) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  Config config;
  config.region = "local";
  config.data_dir = folder->path();
  const auto made = load_first_channel(config);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->id.str().size(), 12u);
  EXPECT_TRUE(made->stream_key.starts_with("sk_local_"));
  struct stat file = {};
  ASSERT_EQ(::stat((folder->path() + "/first-channel.json").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  const auto again = load_first_channel(config);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->id, made->id);
  EXPECT_EQ(again->stream_key, made->stream_key);
}

TEST(FirstChannelTest, SaysWhenTheFileIsBroken) {
  for (const std::string_view content : {"", "{", "[]", R"({"id":1,"streamKey":"x"})"}) {
    auto folder = io::TemporaryDirectory::create();
    ASSERT_TRUE(folder.has_value());
    Config config;
    config.data_dir = folder->path();
    ASSERT_TRUE(io::write_file_atomic(config.data_dir + "/first-channel.json",
                                      base::as_bytes(content), 0600));
    const auto loaded = load_first_channel(config);
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().code, base::ErrorCode::kMalformed);
    EXPECT_NE(loaded.error().message.find("remove it"), std::string::npos);
  }
}

}  // namespace
}  // namespace server
