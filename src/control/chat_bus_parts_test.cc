// The parts of the bus of chat that know no network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "control/chat_bus_envelope.h"
#include "control/chat_headcounts.h"
#include "control/chat_positions.h"
#include "control/chat_recent.h"

namespace control {
namespace {

using base::ErrorCode;
using chat::Headcount;
using chat::RoomId;
using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'800'000'000 * kSecond;

const RoomId kRoom("room00000001");
const RoomId kOther("room00000002");

// ---- envelopes --------------------------------------------------------------------------------

TEST(ChatBusEnvelope, SaidComesBack) {
  const std::string payload("\0any octets\xff", 12);
  const auto octets = serialise({NodeId{~0ULL}, SaidEnvelope{kStart, base::as_bytes(payload)}});
  const auto parsed = parse_chat_envelope(octets);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->node, NodeId{~0ULL});
  const auto& said = std::get<SaidEnvelope>(parsed->content);
  EXPECT_EQ(said.floor, kStart);
  EXPECT_EQ(base::as_text(said.payload), payload);
}

TEST(ChatBusEnvelope, HeadcountsComeBack) {
  const HeadcountEnvelope counts{{{kRoom, {3, 2}}, {kOther, {~0ULL, 0}}}};
  const auto parsed = parse_chat_envelope(serialise({NodeId{7}, counts}));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->node, NodeId{7});
  const auto& rooms = std::get<HeadcountEnvelope>(parsed->content).rooms;
  ASSERT_EQ(rooms.size(), 2U);
  EXPECT_EQ(rooms[0].first, kRoom);
  EXPECT_EQ(rooms[0].second, (Headcount{3, 2}));
  EXPECT_EQ(rooms[1].second, (Headcount{0xffffffff, 0}));
}

TEST(ChatBusEnvelope, WhatIsCutOrLongerIsRefused) {
  const auto whole = serialise({NodeId{7}, HeadcountEnvelope{{{kRoom, {3, 2}}, {kOther, {1, 1}}}}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto parsed = parse_chat_envelope(base::ByteSpan(whole).first(size));
    ASSERT_FALSE(parsed) << size;
    EXPECT_EQ(parsed.error().code, ErrorCode::kMalformed);
  }
  base::Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(parse_chat_envelope(longer));
}

TEST(ChatBusEnvelope, WhatNobodyMakesIsRefused) {
  const auto code = [](const base::Bytes& octets) -> std::optional<ErrorCode> {
    const auto parsed = parse_chat_envelope(octets);
    if (parsed) return std::nullopt;
    return parsed.error().code;
  };
  base::Bytes said = serialise({NodeId{7}, SaidEnvelope{kStart, {}}});
  EXPECT_EQ(code(said), std::nullopt);
  base::Bytes other = said;
  other[0] = 2;
  EXPECT_EQ(code(other), ErrorCode::kUnsupported);
  other = said;
  other[1] = 3;
  EXPECT_EQ(code(other), ErrorCode::kMalformed);
  other = said;
  other[10] = 0x7f;  // the year 2262
  EXPECT_EQ(code(other), ErrorCode::kMalformed);
  base::Bytes counts = serialise({NodeId{7}, HeadcountEnvelope{{{kRoom, {3, 2}}}}});
  other = counts;
  other[10] = 0xff;  // so many rooms
  EXPECT_EQ(code(other), ErrorCode::kMalformed);
  other = counts;
  other[15] = '.';  // no room's id
  EXPECT_EQ(code(other), ErrorCode::kMalformed);
}

// ---- positions --------------------------------------------------------------------------------

TEST(ChatPositions, FollowTheStreamsClock) {
  ChatPositions positions;
  EXPECT_EQ(positions.next(kRoom, kStart, 0), kStart);
  EXPECT_EQ(positions.next(kRoom, kStart, 0), kStart + 1);       // two at the same time
  EXPECT_EQ(positions.next(kOther, kStart - 5, 0), kStart + 2);  // a clock that went back
  EXPECT_EQ(positions.next(kRoom, kStart + 10, 0), kStart + 10);
  EXPECT_EQ(positions.rooms_ahead(), 0U);
}

TEST(ChatPositions, ARoomMayBeAheadAlone) {
  ChatPositions positions;
  const std::int64_t ahead = kStart + 3600 * kSecond;
  EXPECT_EQ(positions.next(kRoom, kStart, ahead), ahead);
  EXPECT_EQ(positions.next(kOther, kStart + 1, 0), kStart + 1);
  EXPECT_EQ(positions.next(kRoom, kStart + 2, 0), ahead + 1);
  EXPECT_EQ(positions.rooms_ahead(), 1U);
  EXPECT_EQ(positions.next(kRoom, ahead + 5, 0), ahead + 5);
  EXPECT_EQ(positions.rooms_ahead(), 0U);
}

TEST(ChatPositions, RiseAndAreTheSameForOneThatComesLater) {
  std::mt19937 random(7);
  struct Message {
    RoomId room;
    std::int64_t at, floor;
  };
  std::vector<Message> messages;
  std::int64_t clock = kStart;
  for (int i = 0; i < 5'000; ++i) {
    clock += random() % 1'000'000;
    // Nodes whose clocks are some milliseconds off, and a step back of the stream's.
    const std::int64_t skew = static_cast<std::int64_t>(random() % 20'000'000) - 10'000'000;
    if (i == 2'500) clock -= kSecond / 2;
    messages.push_back({random() % 2 == 0 ? kRoom : kOther, clock, clock + skew});
  }
  ChatPositions first;
  std::vector<std::int64_t> heard;
  std::map<RoomId, std::int64_t> last;
  for (const Message& message : messages) {
    heard.push_back(first.next(message.room, message.at, message.floor));
    EXPECT_GT(heard.back(), last[message.room]);
    EXPECT_GE(heard.back(), message.floor);
    last[message.room] = heard.back();
  }
  for (const std::size_t from : {1U, 100U, 2'000U, 4'000U}) {
    ChatPositions later;
    std::size_t wrong = 0;
    for (std::size_t i = from; i < messages.size(); ++i) {
      const auto& message = messages[i];
      const bool same = later.next(message.room, message.at, message.floor) == heard[i];
      if (!same) ++wrong;
      // A second of messages is enough.
      if (i > from + 2'000) EXPECT_TRUE(same) << from << " " << i;
    }
    EXPECT_LT(wrong, 100U) << from;
  }
}

TEST(ChatPositions, RoomsThatWereOvertakenAreForgotten) {
  ChatPositions positions;
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t now = kStart + std::int64_t{i} * 1'000'000;
    (void)positions.next(RoomId("r" + std::to_string(i)), now, now + 5'000'000);
  }
  EXPECT_LE(positions.rooms_ahead(), 1'024U);
}

// ---- what was said lately ---------------------------------------------------------------------

std::vector<std::int64_t> positions_of(const ChatRecent& recent, const RoomId& room) {
  std::vector<std::int64_t> out;
  recent.for_each(room, [&](const chat::Bus::Said& said) {
    EXPECT_FALSE(said.is_own);
    EXPECT_EQ(said.room, room);
    out.push_back(said.position);
  });
  return out;
}

TEST(ChatRecent, KeepsWhatIsYoungAndFits) {
  ChatRecent recent({.age = 60, .octets = 100, .count = 10});
  const auto add = [&](const RoomId& room, std::int64_t at, std::size_t size) {
    recent.add({room, base::Slice::take(std::string(size, 'x')), at, true}, at);
  };
  for (std::int64_t at = 1; at <= 6; ++at) add(at % 2 == 0 ? kRoom : kOther, at, 10);
  EXPECT_THAT(positions_of(recent, kRoom), testing::ElementsAre(2, 4, 6));
  add(kRoom, 63, 10);  // 1 and 2 are too old
  EXPECT_THAT(positions_of(recent, kRoom), testing::ElementsAre(4, 6, 63));
  EXPECT_THAT(positions_of(recent, kOther), testing::ElementsAre(3, 5));
  EXPECT_EQ(recent.octets(), 50U);
  add(kRoom, 64, 80);  // 3, 4 and 5 do not fit any more
  EXPECT_THAT(positions_of(recent, kRoom), testing::ElementsAre(6, 63, 64));
  EXPECT_THAT(positions_of(recent, kOther), testing::IsEmpty());
  for (std::int64_t at = 70; at < 100; ++at) add(kOther, at, 0);
  EXPECT_EQ(recent.size(), 10U);
  add(kRoom, 100, 200);  // more than there may be
  EXPECT_EQ(recent.size(), 0U);
  EXPECT_EQ(recent.octets(), 0U);
}

// ---- headcounts -------------------------------------------------------------------------------

TEST(ChatHeadcounts, AreAddedUpAndExpire) {
  ChatHeadcounts counts(10s);
  const base::MonotonicTime start{};
  EXPECT_THAT(counts.heard(NodeId{1}, {{{kRoom, {3, 2}}, {kOther, {1, 1}}}}, start),
              testing::ElementsAre(kRoom, kOther));
  EXPECT_THAT(counts.heard(NodeId{2}, {{{kRoom, {5, 5}}}}, start + 5s),
              testing::ElementsAre(kRoom));
  EXPECT_EQ(counts.sum(kRoom), (Headcount{8, 7}));
  EXPECT_THAT(counts.heard(NodeId{2}, {{{kRoom, {5, 5}}}}, start + 6s), testing::IsEmpty());
  EXPECT_THAT(counts.expire(start + 10s), testing::IsEmpty());
  EXPECT_THAT(counts.expire(start + 11s), testing::UnorderedElementsAre(kRoom, kOther));
  EXPECT_EQ(counts.sum(kRoom), (Headcount{5, 5}));
  EXPECT_EQ(counts.sum(kOther), Headcount{});
  EXPECT_EQ(counts.size(), 1U);
  EXPECT_THAT(counts.heard(NodeId{2}, {{{kRoom, {}}, {kOther, {}}}}, start + 12s),
              testing::ElementsAre(kRoom));
  EXPECT_EQ(counts.size(), 0U);
}

}  // namespace
}  // namespace control
