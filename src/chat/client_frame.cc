#include "chat/client_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "chat/client_members.h"
#include "chat/emoji.h"

namespace chat {
namespace {

using Kind = FoundMember::Kind;

constexpr std::size_t kIdLength = 12;
constexpr std::size_t kMaxReaction = 32;                  // octets
constexpr std::int64_t kMaxBan = 10LL * 365 * 24 * 3600;  // seconds; longer: until it is lifted
constexpr std::int64_t kMaxSlow = 3600;

/// Makes the action out of what was found. The first problem stays.
class Reader {
 public:
  explicit Reader(ClientMembers& found) : found_(found) {}

  bool failed() const { return !problem_.message.empty(); }
  ClientFrameError take_problem() { return std::move(problem_); }

  std::optional<std::string> optional_text(Member member) {
    FoundMember& found = found_.at(member);
    if (!once(member) || found.kind == Kind::kAbsent) return std::nullopt;
    if (found.kind != Kind::kText) {
      fail(400, fmt::format("{} must be a text.", name_of(member)));
      return std::nullopt;
    }
    if (member != Member::kRequestId && found.text.find('\0') != std::string::npos) {
      fail(400, fmt::format("{} must not contain U+0000.", name_of(member)));
      return std::nullopt;
    }
    return std::move(found.text);
  }
  std::string text(Member member) {
    std::optional<std::string> value = optional_text(member);
    if (value && !value->empty()) return std::move(*value);
    fail(400, fmt::format("{} is missing. Send it as a text.", name_of(member)));
    return {};
  }
  std::string short_text(Member member, std::size_t most) {
    std::string value = optional_text(member).value_or(std::string());
    if (code_points(value) > most) {
      fail(400, fmt::format("{} may have at most {} characters.", name_of(member), most));
    }
    return value;
  }
  std::string message_id() {
    std::string value = text(Member::kId);
    const auto alphanumeric = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    if (value.size() != kIdLength || !std::ranges::all_of(value, alphanumeric)) {
      fail(400, "Id must be the Id of a message: 12 letters and digits.");
    }
    return value;
  }
  std::string user_id() {
    std::string value = text(Member::kUserId);
    if (code_points(value) > kMaxUserId) {
      fail(400, fmt::format("UserId may have at most {} characters.", kMaxUserId));
    }
    return value;
  }
  std::string reason() { return short_text(Member::kReason, kMaxReason); }

  std::optional<std::int64_t> integer(Member member, std::int64_t least, std::int64_t most) {
    const FoundMember& found = found_.at(member);
    if (!once(member) || found.kind == Kind::kAbsent) return std::nullopt;
    if (found.kind == Kind::kInteger && found.integer >= least && found.integer <= most) {
      return found.integer;
    }
    fail(400,
         fmt::format("{} must be a whole number from {} to {}.", name_of(member), least, most));
    return std::nullopt;
  }
  bool boolean(Member member) {
    const FoundMember& found = found_.at(member);
    if (!once(member) || found.kind == Kind::kAbsent) return false;
    if (found.kind != Kind::kBoolean) {
      fail(400, fmt::format("{} must be true or false.", name_of(member)));
    }
    return found.boolean;
  }
  Attributes attributes() {
    const FoundMember& found = found_.at(Member::kAttributes);
    if (!once(Member::kAttributes) || found.kind == Kind::kAbsent) return {};
    if (found.kind != Kind::kTexts) {
      fail(400, "Attributes must be an object with texts as values.");
      return {};
    }
    Attributes& given = found_.attributes;
    if (found_.attribute_octets > kMaxAttributes) {
      fail(413, std::string(kTooLong));
    } else if (has_same_names(given)) {
      fail(400, "Attributes has a name twice. Send each name once.");
    } else if (std::ranges::any_of(given, [](const auto& attribute) {
                 return attribute.first.find('\0') != std::string::npos ||
                        attribute.second.find('\0') != std::string::npos;
               })) {
      fail(400, "Attributes must not contain U+0000.");
    }
    return std::move(given);
  }

  void fail(int code, std::string message) {
    if (!failed()) problem_ = {code, std::move(message), {}};
  }

 private:
  bool once(Member member) {
    if (!found_.at(member).is_twice) return true;
    fail(400, fmt::format("{} comes twice. Send it once.", name_of(member)));
    return false;
  }
  static bool has_same_names(const Attributes& attributes) {
    if (attributes.size() < 2) return false;
    std::vector<std::string_view> names;
    names.reserve(attributes.size());
    for (const auto& attribute : attributes) names.emplace_back(attribute.first);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
  }

  ClientMembers& found_;
  ClientFrameError problem_;
};

SendMessage read_send_message(Reader& reader) {
  SendMessage action;
  action.content = reader.text(Member::kContent);
  if (action.content.size() > kMaxContent) reader.fail(413, std::string(kTooLong));
  action.attributes = reader.attributes();
  return action;
}

React read_react(Reader& reader) {
  React action{.id = reader.message_id(),
               .reaction = reader.text(Member::kReaction),
               .remove = reader.boolean(Member::kRemove)};
  if (action.reaction.size() > kMaxReaction || !is_one_emoji(action.reaction)) {
    reader.fail(400, fmt::format("Reaction must be one emoji of at most {} octets.", kMaxReaction));
  }
  return action;
}

BanUser read_ban(Reader& reader) {
  BanUser action{.user_id = reader.user_id(), .duration = {}, .reason = reader.reason()};
  if (const auto duration = reader.integer(Member::kDurationSeconds, 1, kMaxBan)) {
    action.duration = std::chrono::seconds(*duration);
  }
  return action;
}

SetSlowMode read_slow_mode(Reader& reader) {
  const auto seconds = reader.integer(Member::kSeconds, 0, kMaxSlow);
  if (!seconds) reader.fail(400, "Seconds is missing. Send a whole number; 0 ends slow mode.");
  return {std::chrono::seconds(seconds.value_or(0))};
}

std::optional<ClientAction> read_extended(std::string_view name, Reader& reader) {
  if (name == "REACT") return read_react(reader);
  if (name == "PIN_MESSAGE") return PinMessage{reader.message_id()};
  if (name == "UNPIN_MESSAGE") return UnpinMessage{};
  if (name == "BAN_USER") return read_ban(reader);
  if (name == "UNBAN_USER") return UnbanUser{reader.user_id()};
  if (name == "SET_SLOW_MODE") return read_slow_mode(reader);
  return std::nullopt;
}

std::optional<ClientAction> read_action(std::string_view name, Dialect dialect, Reader& reader) {
  if (name == "SEND_MESSAGE") return read_send_message(reader);
  // Members of an aggregate are read in this order.
  if (name == "DELETE_MESSAGE") return DeleteMessage{reader.message_id(), reader.reason()};
  if (name == "DISCONNECT_USER") return DisconnectUser{reader.user_id(), reader.reason()};
  if (dialect == Dialect::kExtended) return read_extended(name, reader);
  return std::nullopt;
}

/// A text to echo, if there is a valid one.
std::string request_id_of(ClientMembers& found) {
  FoundMember& member = found.at(Member::kRequestId);
  if (member.text.size() > 4 * kMaxRequestId || code_points(member.text) > kMaxRequestId) return {};
  return member.text;
}

}  // namespace

std::expected<ClientFrame, ClientFrameError> parse_client_frame(std::string_view text,
                                                                Dialect dialect) {
  ClientMembers found = read_members(text, kMaxAttributes);
  std::string request_id = request_id_of(found);
  const auto refuse = [&](ClientFrameError error) {
    error.request_id = std::move(request_id);
    return std::unexpected(std::move(error));
  };
  if (!found.is_object) {
    return refuse({400, "Not a JSON object. Send one object in each text message.", {}});
  }
  Reader reader(found);
  (void)reader.short_text(Member::kRequestId, kMaxRequestId);  // to check it; it was copied above
  const std::string name = reader.text(Member::kAction);
  std::optional<ClientAction> action;
  if (!reader.failed()) {
    action = read_action(name, dialect, reader);
    if (!action) reader.fail(400, "Unknown Action. Send SEND_MESSAGE, for example.");
  }
  if (reader.failed()) return refuse(reader.take_problem());
  return ClientFrame{std::move(request_id), std::move(*action)};
}

std::size_t code_points(std::string_view text) {
  // Everything but continuation octets begins one.
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) != 0x80; }));
}

std::size_t octets(const Attributes& attributes) {
  std::size_t sum = 0;
  for (const auto& [name, value] : attributes) sum += name.size() + value.size();
  return sum;
}

}  // namespace chat
