#include "control/chat_bus_envelope.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/check.h"

namespace control {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kSaid = 1;
constexpr std::uint8_t kHeadcounts = 2;
constexpr std::size_t kMaxRoomId = 64;
// The octets of a room's headcount at least.
constexpr std::size_t kLeastHeadcount = 10;
// Beyond this (the year 2200 or so) a position is no time.
constexpr std::uint64_t kMostFloor = std::uint64_t{1} << 62;

std::uint32_t bounded(std::uint64_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

bool is_room_id(std::string_view id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

HeadcountEnvelope read_headcounts(base::ByteReader& in) {
  HeadcountEnvelope out;
  const std::size_t count = in.u32();
  if (count > kMostHeadcounts || count > in.remaining() / kLeastHeadcount) {
    in.set_failed();
    return out;
  }
  out.rooms.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const std::size_t size = in.u8();
    if (size > kMaxRoomId) in.set_failed();
    std::string id(in.text(size));
    if (!is_room_id(id)) in.set_failed();
    const std::uint32_t connections = in.u32();
    const std::uint32_t users = in.u32();
    out.rooms.emplace_back(chat::RoomId(std::move(id)), chat::Headcount{connections, users});
  }
  return out;
}

}  // namespace

base::Bytes serialise(const ChatEnvelope& envelope) {
  base::ByteWriter out(64);
  out.u8(kVersion);
  if (const auto* said = std::get_if<SaidEnvelope>(&envelope.content)) {
    out.u8(kSaid);
    out.u64(static_cast<std::uint64_t>(envelope.node));
    out.u64(static_cast<std::uint64_t>(std::max<std::int64_t>(said->floor, 0)));
    out.bytes(said->payload);
    return out.take();
  }
  const auto& rooms = std::get<HeadcountEnvelope>(envelope.content).rooms;
  CHECK(rooms.size() <= kMostHeadcounts);
  out.u8(kHeadcounts);
  out.u64(static_cast<std::uint64_t>(envelope.node));
  out.u32(static_cast<std::uint32_t>(rooms.size()));
  for (const auto& [room, count] : rooms) {
    CHECK(is_room_id(room.str()) && room.str().size() <= kMaxRoomId);
    out.u8(static_cast<std::uint8_t>(room.str().size()));
    out.text(room.str());
    out.u32(bounded(count.connections));
    out.u32(bounded(count.users));
  }
  return out.take();
}

base::Expected<ChatEnvelope> parse_chat_envelope(base::ByteSpan bytes) {
  base::ByteReader in(bytes);
  if (const std::uint8_t version = in.u8(); in.ok() && version != kVersion) {
    return base::fail(
        base::ErrorCode::kUnsupported,
        "chat of another version (" + std::to_string(version) + ") from another node");
  }
  ChatEnvelope out;
  const std::uint8_t kind = in.u8();
  out.node = NodeId{in.u64()};
  if (kind == kSaid) {
    const std::uint64_t floor = in.u64();
    if (floor > kMostFloor) in.set_failed();
    out.content = SaidEnvelope{static_cast<std::int64_t>(floor), in.rest()};
  } else if (kind == kHeadcounts) {
    out.content = read_headcounts(in);
  } else {
    in.set_failed();
  }
  if (!in.at_end()) {
    return base::fail(base::ErrorCode::kMalformed, "no message of another node about chat");
  }
  return out;
}

}  // namespace control
