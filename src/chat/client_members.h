// The members of a client's message, before it is known which action it is: the step between JSON
// and client_frame.h.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "chat/chat.h"

namespace chat {

/// The members that some action has.
enum class Member : std::uint8_t {
  kAction,
  kRequestId,
  kContent,
  kAttributes,
  kId,
  kReason,
  kUserId,
  kReaction,
  kRemove,
  kDurationSeconds,
  kSeconds,
};
inline constexpr std::array<std::string_view, 11> kMemberNames{
    "Action", "RequestId", "Content", "Attributes",      "Id",     "Reason",
    "UserId", "Reaction",  "Remove",  "DurationSeconds", "Seconds"};

inline std::string_view name_of(Member member) {
  return kMemberNames.at(static_cast<std::size_t>(member));
}

struct FoundMember {
  enum class Kind : std::uint8_t {
    kAbsent,  // or null
    kText,
    kInteger,
    kBoolean,
    kTexts,  // an object with texts only
    kOther,
  };
  Kind kind = Kind::kAbsent;
  bool is_twice = false;
  std::string text = {};
  std::int64_t integer = 0;  // INT64_MAX: that or more
  bool boolean = false;
};

struct ClientMembers {
  /// Whether the text is one JSON object, not nested deeper than 16. If not, what was read up to
  /// the mistake is there nevertheless.
  bool is_object = false;
  /// Whole if Attributes is kTexts and not too large.
  Attributes attributes;
  std::size_t attribute_octets = 0;  // of all names and values together
  std::array<FoundMember, kMemberNames.size()> members{};

  FoundMember& at(Member member) { return members.at(static_cast<std::size_t>(member)); }
};

/// Reads `text` without making a tree of it: other members cost nothing. Attributes beyond
/// `max_attributes` octets are counted, not kept.
ClientMembers read_members(std::string_view text, std::size_t max_attributes);

}  // namespace chat
