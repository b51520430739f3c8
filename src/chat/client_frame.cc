#include "chat/client_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>
#include <vector>

#include "base/check.h"
#include "chat/emoji.h"

namespace chat {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kIdLength = 12;
constexpr std::size_t kMaxReaction = 32;                  // octets
constexpr std::int64_t kMaxBan = 10LL * 365 * 24 * 3600;  // seconds; longer: until it is lifted
constexpr std::int64_t kMaxSlow = 3600;

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
constexpr std::array<std::string_view, 11> kMembers{
    "Action", "RequestId", "Content", "Attributes",      "Id",     "Reason",
    "UserId", "Reaction",  "Remove",  "DurationSeconds", "Seconds"};

std::string_view name_of(Member member) {
  return kMembers.at(static_cast<std::size_t>(member));
}

/// What was found of one member. Whether that is right depends on the action, which may come last.
struct Found {
  enum class Kind : std::uint8_t {
    kAbsent,
    kText,
    kInteger,
    kBoolean,
    kTexts,  // an object with texts only
    kOther,
  } kind = Kind::kAbsent;
  bool twice = false;
  std::string text = {};
  std::int64_t integer = 0;
  bool boolean = false;
};

/// Takes the events of Boost.JSON's parser: no tree is built, and unknown members cost nothing.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = json::error_code;

  bool is_object() const { return is_object_; }
  bool attributes_too_large() const { return attribute_octets_ > kMaxAttributes; }
  Found& at(Member member) { return found_.at(static_cast<std::size_t>(member)); }
  Attributes& attributes() { return attributes_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }

  bool on_object_begin(Code&) {
    ++depth_;
    if (depth_ == 1) is_object_ = true;
    if (depth_ == 2) begin(member_ == Member::kAttributes ? Found::Kind::kTexts : kOther);
    if (depth_ == 3) spoil_attributes();
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_array_begin(Code&) {
    ++depth_;
    if (depth_ == 2) begin(kOther);
    if (depth_ == 3) spoil_attributes();
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    --depth_;
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, Code&) {
    if (wants_key()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, Code&) {
    if (!wants_key()) return true;
    text_.append(part.data(), part.size());
    if (depth_ == 1) {
      const auto* const at = std::ranges::find(kMembers, text_);
      known_ = at != kMembers.end();
      if (known_) member_ = static_cast<Member>(at - kMembers.begin());
    } else {
      attribute_octets_ += text_.size();
      name_ = std::move(text_);
    }
    text_.clear();
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, Code&) {
    if (wants_value()) text_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, Code&) {
    if (!wants_value()) return true;
    text_.append(part.data(), part.size());
    if (depth_ == 1) {
      if (Found* const found = begin(Found::Kind::kText)) found->text = std::move(text_);
    } else {
      attribute_octets_ += text_.size();
      // What is too large is refused in the end; until then it must not grow.
      if (!attributes_too_large()) attributes_.emplace_back(std::move(name_), std::move(text_));
    }
    text_.clear();
    return true;
  }

  bool on_number_part(json::string_view, Code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, Code&) {
    if (Found* const found = scalar(Found::Kind::kInteger)) found->integer = value;
    return true;
  }
  bool on_uint64(std::uint64_t, json::string_view, Code&) {
    // Above every bound that there is.
    if (Found* const found = scalar(Found::Kind::kInteger)) found->integer = INT64_MAX;
    return true;
  }
  bool on_double(double, json::string_view, Code&) {
    scalar(kOther);
    return true;
  }
  bool on_bool(bool value, Code&) {
    if (Found* const found = scalar(Found::Kind::kBoolean)) found->boolean = value;
    return true;
  }
  bool on_null(Code&) {
    scalar(Found::Kind::kAbsent);
    return true;
  }
  bool on_comment_part(json::string_view, Code&) { return true; }
  bool on_comment(json::string_view, Code&) { return true; }

 private:
  static constexpr Found::Kind kOther = Found::Kind::kOther;

  bool in_attributes() const {
    return depth_ == 2 && known_ && member_ == Member::kAttributes &&
           found_.at(static_cast<std::size_t>(member_)).kind == Found::Kind::kTexts;
  }
  bool wants_key() const { return (depth_ == 1 && is_object_) || in_attributes(); }
  bool wants_value() const { return (depth_ == 1 && is_object_ && known_) || in_attributes(); }

  /// The value of a member begins; null if nobody asks for it, or if it is not the first.
  Found* begin(Found::Kind kind) {
    if (!known_ || !is_object_) return nullptr;
    Found& found = at(member_);
    const std::uint16_t bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(member_));
    if ((seen_ & bit) != 0) {
      found.twice = true;
      // What comes now is not read: neither its texts nor what is inside.
      found.kind = kOther;
      return nullptr;
    }
    seen_ |= bit;
    found.kind = kind;
    return &found;
  }
  Found* scalar(Found::Kind kind) {
    if (depth_ == 1) return begin(kind);
    if (depth_ == 2) spoil_attributes();
    return nullptr;
  }
  /// Something in the attributes is not a text.
  void spoil_attributes() {
    if (known_ && member_ == Member::kAttributes) at(member_).kind = kOther;
  }

  std::array<Found, kMembers.size()> found_{};
  Attributes attributes_;
  std::size_t attribute_octets_ = 0;
  std::size_t depth_ = 0;
  bool is_object_ = false;
  bool known_ = false;  // whether member_ says in which member the parser is
  Member member_ = Member::kAction;
  std::uint16_t seen_ = 0;
  std::string text_;  // of the key or value so far
  std::string name_;  // of the attribute whose value comes next
};

/// Makes the action out of what was found. The first problem stays.
class Reader {
 public:
  explicit Reader(Handler& found) : found_(found) {}

  bool failed() const { return !problem_.message.empty(); }
  ClientFrameError take_problem() { return std::move(problem_); }

  std::optional<std::string> optional_text(Member member) {
    Found& found = found_.at(member);
    if (!once(member) || found.kind == Found::Kind::kAbsent) return std::nullopt;
    if (found.kind != Found::Kind::kText) {
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
    const Found& found = found_.at(member);
    if (!once(member) || found.kind == Found::Kind::kAbsent) return std::nullopt;
    if (found.kind == Found::Kind::kInteger && found.integer >= least && found.integer <= most) {
      return found.integer;
    }
    fail(400,
         fmt::format("{} must be a whole number from {} to {}.", name_of(member), least, most));
    return std::nullopt;
  }
  bool boolean(Member member) {
    const Found& found = found_.at(member);
    if (!once(member) || found.kind == Found::Kind::kAbsent) return false;
    if (found.kind != Found::Kind::kBoolean) {
      fail(400, fmt::format("{} must be true or false.", name_of(member)));
    }
    return found.boolean;
  }
  Attributes attributes() {
    const Found& found = found_.at(Member::kAttributes);
    if (!once(Member::kAttributes) || found.kind == Found::Kind::kAbsent) return {};
    if (found.kind != Found::Kind::kTexts) {
      fail(400, "Attributes must be an object with texts as values.");
      return {};
    }
    Attributes& given = found_.attributes();
    if (found_.attributes_too_large()) {
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
    if (!found_.at(member).twice) return true;
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

  Handler& found_;
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
std::string request_id_of(Handler& found) {
  Found& member = found.at(Member::kRequestId);
  if (member.text.size() > 4 * kMaxRequestId || code_points(member.text) > kMaxRequestId) return {};
  return member.text;
}

}  // namespace

std::expected<ClientFrame, ClientFrameError> parse_client_frame(std::string_view text,
                                                                Dialect dialect) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Handler> parser(options);
  json::error_code failure;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), failure);
  Handler& found = parser.handler();

  std::string request_id = request_id_of(found);
  const auto refuse = [&](ClientFrameError error) {
    error.request_id = std::move(request_id);
    return std::unexpected(std::move(error));
  };
  if (failure || used != text.size() || !found.is_object()) {
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
