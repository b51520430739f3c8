// The pure parts of the chat load test: stamps, and what is concluded from them.
#include <gtest/gtest.h>

#include "server/loadtest_chat_stamp.h"

namespace server::loadtest {
namespace {

base::MonotonicTime at(std::int64_t nanoseconds) {
  return base::MonotonicTime(std::chrono::nanoseconds(nanoseconds));
}

ChatStamp stamp(std::uint64_t sequence, std::uint64_t refused = 0) {
  return {.sender = 0, .sequence = sequence, .refused = refused, .sent = at(5)};
}

TEST(ChatStamp, IsReadAsItWasWritten) {
  const ChatStamp written{.sender = 12, .sequence = 345, .refused = 6, .sent = at(7'890'123'456)};
  for (const std::size_t size : {0, 40, 200}) {
    const std::string content = write_chat_stamp(written, size);
    EXPECT_TRUE(size < 40 || content.size() == size);
    EXPECT_EQ(content.find_first_of("\"\\/\n"), std::string::npos);
    const auto read = read_chat_stamp(R"({"Type":"MESSAGE","Content":")" + content + R"("})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->sender, 12u);
    EXPECT_EQ(read->sequence, 345u);
    EXPECT_EQ(read->refused, 6u);
    EXPECT_EQ(read->sent, written.sent);
  }
}

TEST(ChatStamp, IsNotFoundInOtherTexts) {
  for (const char* text : {"", "load", "load~", "load~1~2~3~4", "load~1~2~3~x~", "load~~~~~",
                           R"({"Type":"ERROR","ErrorCode":429})"}) {
    EXPECT_FALSE(read_chat_stamp(text)) << text;
  }
}

TEST(ChatTrack, CountsWhatIsMissing) {
  ChatTrack track;
  EXPECT_TRUE(track.add(stamp(11)));  // joined late: ten were before
  EXPECT_EQ(track.missing(stamp(11)), 0u);
  EXPECT_TRUE(track.add(stamp(12)));
  EXPECT_TRUE(track.add(stamp(15)));
  EXPECT_EQ(track.missing(stamp(15)), 2u);
  EXPECT_EQ(track.missing(stamp(18)), 5u) << "others have got three more";
}

TEST(ChatTrack, DoesNotTakeWhatCameBefore) {
  ChatTrack track;
  EXPECT_TRUE(track.add(stamp(1)));
  EXPECT_TRUE(track.add(stamp(2)));
  EXPECT_FALSE(track.add(stamp(2)));
  EXPECT_FALSE(track.add(stamp(1)));
  EXPECT_EQ(track.missing(stamp(2)), 0u);
}

TEST(ChatTrack, DoesNotMissWhatWasRefused) {
  ChatTrack track;
  EXPECT_TRUE(track.add(stamp(5, 2)));
  EXPECT_TRUE(track.add(stamp(8, 3)));  // 6 and 7 are gone, one of them was refused
  EXPECT_EQ(track.missing(stamp(8, 3)), 1u);
  EXPECT_EQ(track.missing(stamp(9, 5)), 0u);
}

TEST(ChatTrack, MissesEverythingWhereNothingCame) {
  EXPECT_EQ(ChatTrack().missing(stamp(7, 2)), 5u);
}

TEST(NewestStamps, KeepsTheNewestOfEachSender) {
  NewestStamps newest(2);
  newest.add({.sender = 1, .sequence = 3});
  newest.add({.sender = 1, .sequence = 2});
  newest.add({.sender = 2, .sequence = 9});  // there is no such sender
  EXPECT_EQ(newest.of_senders()[0].sequence, 0u);
  EXPECT_EQ(newest.of_senders()[1].sequence, 3u);
}

}  // namespace
}  // namespace server::loadtest
