// How frames come to the members on a loop.
#include "chat/loop_room.h"

#include <gtest/gtest.h>

#include "chat/chat_test_support.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace chat {
namespace {

class LoopRoomTest : public testing::Test, protected LoopRoom::Owner {
 protected:
  struct Seated {
    Member member;
    FakeConnection connection;
  };

  Seated& add(bool is_extended = false, bool has_connection = true) {
    Seated& seated = seated_.emplace_back();
    auto person = std::make_shared<Person>();
    person->is_extended = is_extended;
    seated.member.person = std::move(person);
    if (has_connection) {
      seated.member.connection = &seated.connection;
    } else {
      seated.member.entrance = std::make_unique<Entrance>();
    }
    room().add(seated.member);
    return seated;
  }

  static base::Slice frame(std::string_view text) { return wire::websocket::text_frame(text); }
  void say(std::string_view text, bool is_extended = false) {
    room().say({frame(text), is_extended ? Action::kOther : Action::kSendMessage, is_extended});
  }
  void pump() {
    while (loop_.run_once(std::chrono::milliseconds(1))) {
    }
  }
  // Lets the room believe that much is said, so that the next write but one waits.
  void make_busy() {
    for (int i = 0; i < 40; ++i) add();
    for (int i = 0; i < 2000; ++i) say("busy");
    pump();
    for (Seated& each : seated_) {
      each.connection.octets.clear();
      each.connection.writes = 0;
    }
  }

  LoopRoom& room() {
    if (room_ == nullptr) {
      LoopRoom::Owner& owner = *this;
      room_ =
          std::make_unique<LoopRoom>(RoomId("room00000001"), loop_, settings_, counters_, owner);
    }
    return *room_;
  }

  void forget(LoopRoom&) override {
    ++forgotten_;
    room_.reset();
  }
  void drop(Member& member) override {
    room().remove(member);
    member.connection->drop();
  }
  void watch_slow(Member&) override { ++watched_; }

  io::Loop loop_;
  Settings settings_;
  FigureCounters counters_;
  std::deque<Seated> seated_;
  std::unique_ptr<LoopRoom> room_;
  int forgotten_ = 0;
  int watched_ = 0;
};

TEST_F(LoopRoomTest, AQuietRoomIsWrittenToAtOnce) {
  Seated& ann = add();
  Seated& ben = add();
  say("1");
  EXPECT_EQ(ann.connection.writes, 0U);  // not from inside
  pump();
  say("2");
  pump();
  for (Seated* each : {&ann, &ben}) {
    EXPECT_EQ(each->connection.texts(), (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(each->connection.writes, 2U);
  }
  EXPECT_EQ(counters_.delivery(Action::kSendMessage).value(), 4U);
}

TEST_F(LoopRoomTest, WhatComesTogetherIsWrittenTogether) {
  Seated& ann = add();
  Seated& mod = add(true);
  say("1");
  say("2", true);
  say("3");
  pump();
  EXPECT_EQ(ann.connection.writes, 1U);
  EXPECT_EQ(mod.connection.writes, 1U);
  EXPECT_EQ(ann.connection.texts(), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(mod.connection.texts(), (std::vector<std::string>{"1", "2", "3"}));
  say("4", true);
  pump();
  EXPECT_EQ(ann.connection.writes, 1U);
  EXPECT_EQ(mod.connection.writes, 2U);
}

TEST_F(LoopRoomTest, ABusyRoomGathers) {
  make_busy();
  const base::MonotonicTime begin = io::Loop::precise_now();
  Seated& first = seated_.front();
  for (int i = 0; i < 10; ++i) {
    say(std::to_string(i));
    (void)loop_.run_once(std::chrono::milliseconds(1));
  }
  while (first.connection.texts().size() < 10) (void)loop_.run_once(std::chrono::milliseconds(1));
  EXPECT_LE(first.connection.writes, 3U);
  // A pause is never longer than the settings allow.
  EXPECT_LT(io::Loop::precise_now() - begin, std::chrono::milliseconds(500));
}

TEST_F(LoopRoomTest, MuchThatIsGatheredDoesNotWait) {
  settings_.max_gathering = std::chrono::hours(1);
  make_busy();
  say("once");
  pump();
  say(std::string(70'000, 'x'));
  pump();
  EXPECT_EQ(seated_.front().connection.texts().size(), 2U);
}

TEST_F(LoopRoomTest, WhoComesLaterDoesNotHearWhatWasSaidBefore) {
  (void)add();
  say("1");
  Seated& late = add();
  say("2");
  pump();
  EXPECT_EQ(late.connection.texts(), (std::vector<std::string>{"2"}));
  EXPECT_EQ(counters_.delivery(Action::kSendMessage).value(), 3U);
}

TEST_F(LoopRoomTest, FramesWaitForAConnection) {
  Seated& slow = add(false, false);
  say("1");
  say("x", true);
  say("2");
  pump();
  ASSERT_EQ(slow.member.entrance->frames.size(), 2U);
  slow.member.connection = &slow.connection;
  room().connect(slow.member);
  say("3");
  pump();
  EXPECT_EQ(slow.connection.texts(), (std::vector<std::string>{"3"}));
}

TEST_F(LoopRoomTest, AConnectionIsNotWaitedForWithoutBound) {
  settings_.max_backlog = 1000;
  Seated& slow = add(false, false);
  for (int i = 0; i < 20; ++i) {
    say(std::string(100, 'x'));
    pump();
  }
  EXPECT_TRUE(slow.member.entrance->is_overdue);
  EXPECT_TRUE(slow.member.entrance->frames.empty());
}

TEST_F(LoopRoomTest, ASlowReaderIsDroppedAndOthersGoOn) {
  settings_.max_backlog = 1000;
  Seated& ann = add();
  Seated& slow = add();
  Seated& ben = add();
  slow.connection.waiting = 1000;
  say("1");
  pump();
  EXPECT_FALSE(slow.connection.is_dropped);
  EXPECT_EQ(watched_, 1);
  slow.connection.waiting = 1001;
  say("2");
  pump();
  EXPECT_TRUE(slow.connection.is_dropped);
  say("3");
  pump();
  EXPECT_EQ(slow.connection.texts(), (std::vector<std::string>{"1"}));
  EXPECT_EQ(ann.connection.texts().size(), 3U);
  EXPECT_EQ(ben.connection.texts().size(), 3U);
}

TEST_F(LoopRoomTest, OctetsMayWaitSomeTimeOnly) {
  Seated& slow = add();
  slow.connection.waiting = 1;
  say("1");
  pump();
  const base::MonotonicTime since = slow.member.behind_since;
  EXPECT_TRUE(room().keeps_up(slow.member, 1, since + std::chrono::seconds(14)));
  EXPECT_FALSE(room().keeps_up(slow.member, 1, since + std::chrono::seconds(15)));
  EXPECT_TRUE(room().keeps_up(slow.member, 0, since + std::chrono::seconds(15)));
  slow.connection.waiting = 0;
  say("2");
  pump();
  EXPECT_FALSE(slow.connection.is_dropped);
}

TEST_F(LoopRoomTest, WhoIsClosedHearsWhatWasSaidBeforehand) {
  settings_.max_gathering = std::chrono::hours(1);
  make_busy();
  say("0");
  pump();
  say("1");
  pump();  // gathered
  Seated& ann = seated_.front();
  const std::size_t before = ann.connection.texts().size();
  say("2");
  ASSERT_TRUE(room().catch_up(ann.member));
  std::vector<std::string> texts = ann.connection.texts();
  EXPECT_EQ(texts.back(), "2");
  EXPECT_GT(texts.size(), before);
  ASSERT_TRUE(room().catch_up(ann.member));
  EXPECT_EQ(ann.connection.texts(), texts);  // once only
  say(std::string(70'000, 'x'));
  pump();
  EXPECT_EQ(ann.connection.texts().size(), texts.size() + 1);
}

TEST_F(LoopRoomTest, MembersMayGoAtAnyTime) {
  // A room that takes several turns to write to; members go and come between the turns.
  struct Slow final : MemberConnection {
    void write(std::span<const base::Slice> frames) override {
      heard += static_cast<int>(frames.size());
      const auto until = io::Loop::precise_now() + std::chrono::microseconds(20);
      while (io::Loop::precise_now() < until) {
      }
    }
    std::size_t backlog() const override { return 0; }
    void close(std::uint16_t, std::string_view) override {}
    void drop() override {}
    int heard = 0;
  };
  std::deque<std::pair<Member, Slow>> all;
  const auto join = [&] {
    auto& [member, connection] = all.emplace_back();
    member.person = std::make_shared<Person>();
    member.connection = &connection;
    room().add(member);
  };
  for (int i = 0; i < 1000; ++i) join();
  say("1");
  int turns = 0;
  std::size_t next = 0;
  while (counters_.delivery(Action::kSendMessage).value() == 0) {
    (void)loop_.run_once(std::chrono::milliseconds(1));
  }
  do {
    // One that heard it, one that may not have, one that comes.
    room().remove(all[next].first);
    room().remove(all[999 - next].first);
    ++next;
    join();
    ++turns;
  } while (loop_.run_once(std::chrono::milliseconds(1)));
  EXPECT_GT(turns, 3);
  for (std::size_t i = next; i < 1000 - next; ++i) EXPECT_EQ(all[i].second.heard, 1) << i;
  for (std::size_t i = 1000; i < all.size(); ++i) EXPECT_EQ(all[i].second.heard, 0) << i;
  say("2");
  pump();
  for (std::size_t i = next; i < 1000 - next; ++i) EXPECT_EQ(all[i].second.heard, 2) << i;
  for (std::size_t i = 1000; i < all.size(); ++i) EXPECT_EQ(all[i].second.heard, 1) << i;
}

TEST_F(LoopRoomTest, ARoomThatIsEmptyIsForgotten) {
  Seated& ann = add();
  say("1");
  room().remove(ann.member);
  EXPECT_EQ(forgotten_, 0);  // not from inside
  pump();
  EXPECT_EQ(forgotten_, 1);
  EXPECT_TRUE(ann.connection.octets.empty());
}

}  // namespace
}  // namespace chat
