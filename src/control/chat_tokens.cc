#include "control/chat_tokens.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/base64url.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "control/secret_box.h"

namespace control {

namespace json = boost::json;

namespace {

constexpr std::string_view kToken = "chat1";
constexpr std::string_view kInvite = "invite1";
constexpr std::string_view kVisitor = "visitor1";
// Attributes of 1 KB, a user id of 128 characters, and what base64url adds.
constexpr std::size_t kMaxText = 8 * 1024;
constexpr std::size_t kTokenId = 16;

constexpr std::int64_t kSend = 1;
constexpr std::int64_t kDelete = 2;
constexpr std::int64_t kDisconnect = 4;

std::int64_t number_of(base::WallTime time) {
  return time.time_since_epoch().count();
}

std::unexpected<base::Error> refuse(std::string sentence) {
  return base::fail(base::ErrorCode::kUnauthorized, std::move(sentence));
}

// What was signed by us has the form that we give it, unless the key was stolen: anything else is
// refused like a wrong signature.
std::optional<json::object> read(std::string_view payload) {
  boost::system::error_code failed;
  json::value value = json::parse(payload, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t integer_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

base::WallTime time_at(const json::object& object, std::string_view name) {
  return base::WallTime(std::chrono::microseconds(integer_at(object, name)));
}

chat::Attributes attributes_at(const json::object& object, std::string_view name) {
  chat::Attributes attributes;
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_object()) return attributes;
  for (const auto& [key, entry] : value->get_object()) {
    if (entry.is_string()) attributes.emplace_back(key, entry.get_string());
  }
  return attributes;
}

}  // namespace

ChatTokens::ChatTokens(const SecretBox& secrets) : key_(secrets.derive("chat tokens")) {}

std::string ChatTokens::sign(std::string_view kind, std::string_view payload) const {
  std::string text = fmt::format("{}.{}", kind, base::to_base64url(base::as_bytes(payload)));
  const base::Sha256Digest mac = base::hmac_sha256(key_, base::as_bytes(text));
  text += '.';
  text += base::to_base64url(mac);
  return text;
}

std::optional<std::string> ChatTokens::open(std::string_view kind, std::string_view text) const {
  const std::size_t first = text.find('.');
  const std::size_t last = text.rfind('.');
  if (text.size() > kMaxText || first == std::string_view::npos || first == last ||
      text.substr(0, first) != kind) {
    return std::nullopt;
  }
  const std::string_view signed_text = text.substr(0, last);
  const base::Sha256Digest mac = base::hmac_sha256(key_, base::as_bytes(signed_text));
  if (!base::equal_in_constant_time(base::to_base64url(mac), text.substr(last + 1))) {
    return std::nullopt;
  }
  const auto payload = base::from_base64url(text.substr(first + 1, last - first - 1));
  if (!payload) return std::nullopt;
  return std::string(base::as_text(*payload));
}

std::string ChatTokens::issue(const chat::Pass& pass) const {
  json::object payload{
      {"r", pass.room.str()},
      {"u", pass.user_id},
      {"c", (pass.capabilities.send_message ? kSend : 0) |
                (pass.capabilities.delete_message ? kDelete : 0) |
                (pass.capabilities.disconnect_user ? kDisconnect : 0)},
      {"e", number_of(pass.expires_at)},
      {"s", number_of(pass.session_ends_at)},
      {"i", pass.token_id.empty() ? base::random_alphanumeric(kTokenId) : pass.token_id}};
  if (pass.role != chat::Role::kNone) payload["o"] = chat::to_string(pass.role);
  if (!pass.attributes.empty()) {
    json::object attributes;
    for (const auto& [name, value] : pass.attributes) attributes[name] = value;
    payload["a"] = std::move(attributes);
  }
  return sign(kToken, json::serialize(payload));
}

base::Expected<chat::Pass> ChatTokens::check(std::string_view token, base::WallTime now) const {
  const auto payload = open(kToken, token);
  const auto said = payload ? read(*payload) : std::nullopt;
  if (!said) return refuse("the chat token is not one of this server's");
  chat::Pass pass;
  pass.room = chat::RoomId(text_at(*said, "r"));
  pass.user_id = text_at(*said, "u");
  const std::int64_t capabilities = integer_at(*said, "c");
  pass.capabilities = {.send_message = (capabilities & kSend) != 0,
                       .delete_message = (capabilities & kDelete) != 0,
                       .disconnect_user = (capabilities & kDisconnect) != 0};
  pass.role = chat::role_of(text_at(*said, "o")).value_or(chat::Role::kNone);
  pass.attributes = attributes_at(*said, "a");
  pass.token_id = text_at(*said, "i");
  pass.expires_at = time_at(*said, "e");
  pass.session_ends_at = time_at(*said, "s");
  if (pass.expires_at <= now || pass.session_ends_at <= now) {
    return refuse("the chat token has expired: create a new one");
  }
  return pass;
}

std::string ChatTokens::issue(const ChatInvite& invite) const {
  return sign(kInvite, json::serialize(json::object{{"c", invite.channel.str()},
                                                    {"u", invite.user_id},
                                                    {"d", invite.display_name},
                                                    {"o", chat::to_string(invite.role)},
                                                    {"e", number_of(invite.expires_at)}}));
}

base::Expected<ChatInvite> ChatTokens::check_invite(std::string_view text,
                                                    base::WallTime now) const {
  const auto payload = open(kInvite, text);
  const auto said = payload ? read(*payload) : std::nullopt;
  if (!said) return refuse("the invitation is not one of this server's");
  ChatInvite invite{.channel = base::ChannelId(text_at(*said, "c")),
                    .user_id = text_at(*said, "u"),
                    .display_name = text_at(*said, "d"),
                    .role = chat::role_of(text_at(*said, "o")).value_or(chat::Role::kNone),
                    .expires_at = time_at(*said, "e")};
  if (invite.expires_at <= now) return refuse("the invitation has expired: ask for a new one");
  return invite;
}

std::string ChatTokens::issue(const ChatVisitor& visitor) const {
  return sign(kVisitor, json::serialize(json::object{{"u", visitor.user_id},
                                                     {"e", number_of(visitor.expires_at)}}));
}

base::Expected<ChatVisitor> ChatTokens::check_visitor(std::string_view text,
                                                      base::WallTime now) const {
  const auto payload = open(kVisitor, text);
  const auto said = payload ? read(*payload) : std::nullopt;
  if (!said) return refuse("the visitor is not one of this server's");
  ChatVisitor visitor{.user_id = text_at(*said, "u"), .expires_at = time_at(*said, "e")};
  if (visitor.expires_at <= now) return refuse("the visitor was not here for too long");
  return visitor;
}

}  // namespace control
