#include "server/chat_routes.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/rfc3339.h"
#include "io/loop.h"

namespace server {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kChannels = "/api/rostrum/v1/channels/";
constexpr std::string_view kChat = "/chat";
constexpr std::string_view kMessages = "/chat/messages";
constexpr std::size_t kMostMessages = 500;

Response json_response(std::uint16_t status, const json::value& value) {
  Response response =
      Response::with_body(status, "application/json", base::Slice::take(json::serialize(value)));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Response refusal(std::uint16_t status, std::string_view error, std::string_view message) {
  return json_response(status, json::object{{"error", error}, {"message", message}});
}

Response refusal(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::kNotFound:
      return refusal(404, "not_found", error.message);
    case base::ErrorCode::kConflict:
      return refusal(403, "banned", error.message);
    case base::ErrorCode::kUnauthorized:
      return refusal(403, "invite_expired", error.message);
    case base::ErrorCode::kUnsupported:
      return refusal(403, "private", error.message);
    case base::ErrorCode::kInvalid:
      return refusal(400, "invalid", error.message);
    default:
      return refusal(503, "busy", "this cannot be answered now; try again in a moment");
  }
}

// `/api/rostrum/v1/channels/<id>` before `tail`; nothing if the path is another one.
std::optional<std::string_view> channel_before(std::string_view path, std::string_view tail) {
  if (!path.starts_with(kChannels) || !path.ends_with(tail)) return std::nullopt;
  path.remove_prefix(kChannels.size());
  if (path.size() <= tail.size()) return std::nullopt;
  path.remove_suffix(tail.size());
  return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

base::Expected<control::Control::ChatEntry> read_entry(const Request& request) {
  control::Control::ChatEntry entry;
  const std::string_view text = base::as_text(request.body.span());
  if (text.empty()) return entry;
  boost::system::error_code failed;
  const json::value body = json::parse(text, failed);
  if (failed || !body.is_object()) {
    return base::fail(base::ErrorCode::kInvalid, "the body must be a JSON object");
  }
  for (const auto& [name, value] : body.get_object()) {
    std::string* const member = name == "displayName" ? &entry.display_name
                                : name == "invite"    ? &entry.invite
                                : name == "visitor"   ? &entry.visitor
                                                      : nullptr;
    if (member == nullptr || value.is_null()) continue;
    if (!value.is_string()) {
      return base::fail(base::ErrorCode::kInvalid, fmt::format("{} must be text", name));
    }
    *member = value.get_string();
  }
  return entry;
}

json::array names_of(const chat::Capabilities& capabilities) {
  json::array names;
  if (capabilities.send_message) names.emplace_back("SEND_MESSAGE");
  if (capabilities.delete_message) names.emplace_back("DELETE_MESSAGE");
  if (capabilities.disconnect_user) names.emplace_back("DISCONNECT_USER");
  return names;
}

Response grant_response(const control::Control::ChatEntryGrant& grant, const std::string& url,
                        bool guests_may_send) {
  if (grant.banned_until) {
    return json_response(403, json::object{{"error", "banned"},
                                           {"message", "you may come back later"},
                                           {"until", base::to_rfc3339_ms(*grant.banned_until)}});
  }
  json::object body{{"url", url},
                    {"token", grant.token},
                    {"userId", grant.user_id},
                    {"displayName", grant.display_name},
                    {"role", chat::to_string(grant.role)},
                    {"capabilities", names_of(grant.capabilities)},
                    {"tokenExpirationTime", base::to_rfc3339(grant.token_expires_at)},
                    {"sessionExpirationTime", base::to_rfc3339(grant.session_ends_at)},
                    {"maximumMessageLength", grant.max_length},
                    {"roomArn", grant.room_arn},
                    // Whether giving a name would help somebody who may only look on.
                    {"guestsMaySend", guests_may_send}};
  if (!grant.visitor.empty()) body["visitor"] = grant.visitor;
  return json_response(200, body);
}

// The frames stand in the answer as they are.
Response messages_response(std::vector<chat::Entry> entries, std::size_t limit) {
  const bool has_more = entries.size() > limit;
  if (has_more) entries.resize(limit);
  std::string body = R"({"messages":[)";
  for (const chat::Entry& entry : entries) {
    if (&entry != &entries.front()) body += ',';
    body += entry.payload.text();
  }
  body += ']';
  if (has_more) body += fmt::format(R"(,"next":"{}")", entries.back().id);
  body += '}';
  Response response =
      Response::with_body(200, "application/json", base::Slice::take(std::move(body)));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace

bool ChatRoutes::handles(const Request& request) {
  return channel_before(request.path, kChat).has_value() ||
         channel_before(request.path, kMessages).has_value();
}

void ChatRoutes::handle(HttpSession& session, wire::http::RequestId id, Request&& request) {
  const auto entering = channel_before(request.path, kChat);
  const bool right_method =
      entering ? request.method == Method::kPost : request.method == Method::kGet;
  if (guests_ == ChatGuests::kOff) {
    session.respond(id, refusal(403, "chat_off", "this server's pages have no chat"));
  } else if (!right_method) {
    Response response = wire::http::error_response(405, "use POST to enter, GET for messages");
    response.headers.add("Allow", entering ? "POST, OPTIONS" : "GET, OPTIONS");
    session.respond(id, std::move(response));
  } else if (entering) {
    enter(session, id, request, *entering);
  } else {
    messages(session, id, request, *channel_before(request.path, kMessages));
  }
}

std::string ChatRoutes::socket_url(const HttpSession& session, const Request& request) const {
  if (public_url_.starts_with("http")) return fmt::format("ws{}/", public_url_.substr(4));
  return fmt::format("{}://{}/", session.is_secure() ? "wss" : "ws", request.host);
}

void ChatRoutes::enter(HttpSession& session, wire::http::RequestId id, const Request& request,
                       std::string_view channel) {
  auto entry = read_entry(request);
  if (!entry) return session.respond(id, refusal(entry.error()));
  entry->channel = base::ChannelId(std::string(channel));
  entry->may_send = guests_ == ChatGuests::kSend;
  control_.enter_chat(std::move(*entry),
                      [this, weak = session.self(), id, url = socket_url(session, request),
                       may_send = guests_ == ChatGuests::kSend](
                          base::Expected<control::Control::ChatEntryGrant> grant) {
                        loop_.post([weak, id,
                                    answer = grant ? grant_response(*grant, url, may_send)
                                                   : refusal(grant.error())]() mutable {
                          if (const auto alive = weak.lock())
                            (*alive)->respond(id, std::move(answer));
                        });
                      });
}

void ChatRoutes::messages(HttpSession& session, wire::http::RequestId id, const Request& request,
                          std::string_view channel) {
  auto query = request.parse_query();
  if (!query) return session.respond(id, refusal(400, "invalid", query.error().message));
  const std::string_view from_text = query->find("from").value_or("");
  const std::string_view until_text = query->find("to").value_or("");
  const auto from = base::parse_rfc3339(from_text);
  const auto until = base::parse_rfc3339(until_text);
  if ((!from && !from_text.empty()) || (!until && !until_text.empty())) {
    return session.respond(id, refusal(400, "invalid", "from and to must be RFC 3339 times"));
  }
  std::size_t limit = 100;
  if (const std::string_view text = query->find("limit").value_or(""); !text.empty()) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (read.ptr != text.data() + text.size() || limit == 0 || limit > kMostMessages) {
      return session.respond(
          id, refusal(400, "invalid", fmt::format("limit must be 1 to {}", kMostMessages)));
    }
  }
  control_.chat_messages(
      base::ChannelId(std::string(channel)), from.value_or(base::WallTime{}),
      until.value_or(io::Loop::wall_now()), std::string(query->find("after").value_or("")),
      limit + 1,
      [this, weak = session.self(), id, limit](base::Expected<std::vector<chat::Entry>> entries) {
        loop_.post([weak, id,
                    answer = entries ? messages_response(std::move(*entries), limit)
                                     : refusal(entries.error())]() mutable {
          if (const auto alive = weak.lock()) (*alive)->respond(id, std::move(answer));
        });
      });
}

}  // namespace server
