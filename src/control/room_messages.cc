// What the API says into rooms (events, deletions, disconnections), whom it lets in (tokens), and
// what was said there.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>

#include "base/ids.h"
#include "base/rfc3339.h"
#include "chat/chat.h"
#include "control/call.h"
#include "control/chat_history.h"
#include "control/chat_tokens.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/room_record.h"
#include "io/sql_workers.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kTokenId = 16;

ApiResult<chat::Attributes> read_attributes(const json::object& input, std::string_view quota_name,
                                            std::string_view member = "attributes") {
  chat::Attributes attributes;
  if (!has(input, member)) return attributes;
  std::size_t octets = 0;
  for (const auto& [name, value] : input.at(member).as_object()) {
    attributes.emplace_back(name, value.get_string());
    octets += name.size() + value.get_string().size();
  }
  const auto most = static_cast<std::size_t>(service_quota(quota_name));
  if (octets > most) {
    auto error = invalid(
        fmt::format("{} must have at most {} octets, names and values together, and have {}",
                    member, most, octets));
    error.error().field = member;
    return error;
  }
  return attributes;
}

// Whom the room has banned gets no token: the application need not know.
ApiResult<void> check_ban(Call& call, const RoomRow& room, const std::string& user) {
  auto banned = find_ban(call.sql, room.id, user, call.now);
  if (!banned) return internal(banned.error());
  if (*banned) return denied("this user is banned from the room");
  return {};
}

ApiObject create_token(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  auto attributes = read_attributes(call.input, "chat/tokenAttributesBytes");
  if (!attributes) return std::unexpected(attributes.error());
  chat::Pass pass;
  pass.room = chat::RoomId(room->id);
  pass.user_id = text_of(call.input, "userId");
  if (auto allowed = check_ban(call, *room, pass.user_id); !allowed) {
    return std::unexpected(allowed.error());
  }
  pass.attributes = std::move(*attributes);
  if (has(call.input, "capabilities")) {
    for (const json::value& capability : call.input.at("capabilities").as_array()) {
      pass.capabilities.send_message |= capability == "SEND_MESSAGE";
      pass.capabilities.delete_message |= capability == "DELETE_MESSAGE";
      pass.capabilities.disconnect_user |= capability == "DISCONNECT_USER";
    }
  }
  pass.token_id = base::random_alphanumeric(kTokenId);
  pass.session_ends_at =
      call.now + std::chrono::minutes(integer_of(call.input, "sessionDurationInMinutes", 60));
  const base::Duration validity = call.platform.settings.chat.token_validity;
  pass.expires_at =
      validity > base::Duration::zero()
          ? std::min(pass.session_ends_at,
                     call.now + std::chrono::floor<std::chrono::microseconds>(validity))
          : pass.session_ends_at;
  return json::object{{"token", call.platform.chat_tokens.issue(pass)},
                      {"tokenExpirationTime", base::to_rfc3339(pass.expires_at)},
                      {"sessionExpirationTime", base::to_rfc3339(pass.session_ends_at)}};
}

ApiError engine_error(const base::Error& error, const std::string& room) {
  switch (error.code) {
    case base::ErrorCode::kNotFound: {
      auto missing = not_found("there is no such room");
      missing.error().resource_id = room;
      missing.error().resource_type = "ROOM";
      return missing.error();
    }
    case base::ErrorCode::kLimit: {
      auto busy = throttled("the room is told too much at once; try again");
      busy.error().resource_id = room;
      busy.error().resource_type = "ROOM";
      return busy.error();
    }
    case base::ErrorCode::kInvalid:
      return invalid(error.message).error();
    default:
      return internal(error).error();
  }
}

// The engine answers on the room's home loop; `member` is where its id goes, empty: nowhere.
template <class Ask>
ApiObject ask_engine(Call& call, const RoomRow& room, std::string_view member, Ask ask) {
  chat::Chat* const chat = call.platform.chat;
  if (chat == nullptr) return api_fail("InternalServerException", "the server is starting", 500);
  call.later = [chat, ask = std::move(ask), id = room.id, member = std::string(member)](
                   json::object, Call::Finish finish) mutable {
    ask(*chat, chat::RoomId(id),
        [id, member, finish = std::move(finish)](base::Expected<std::string> said) mutable {
          if (!said) return finish(std::unexpected(engine_error(said.error(), id)));
          finish(member.empty() ? json::object{} : json::object{{member, *said}});
        });
  };
  return json::object{};
}

ApiObject send_event(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  auto attributes = read_attributes(call.input, "chat/eventAttributesBytes");
  if (!attributes) return std::unexpected(attributes.error());
  return ask_engine(call, *room, "id",
                    [name = text_of(call.input, "eventName"), given = std::move(*attributes)](
                        chat::Chat& chat, const chat::RoomId& id, chat::Chat::Done done) mutable {
                      chat.send_event(id, std::move(name), std::move(given), std::move(done));
                    });
}

// Our own: what an application says in somebody's name.
ApiObject send_room_message(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  auto attributes = read_attributes(call.input, "chat/eventAttributesBytes");
  if (!attributes) return std::unexpected(attributes.error());
  auto of_sender = read_attributes(call.input, "chat/tokenAttributesBytes", "senderAttributes");
  if (!of_sender) return std::unexpected(of_sender.error());
  return ask_engine(call, *room, "id",
                    [sender = chat::Sender{text_of(call.input, "userId"), std::move(*of_sender)},
                     content = text_of(call.input, "content"), given = std::move(*attributes)](
                        chat::Chat& chat, const chat::RoomId& id, chat::Chat::Done done) mutable {
                      chat.say(id, std::move(sender), std::move(content), std::move(given),
                               std::move(done));
                    });
}

ApiObject delete_message(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  return ask_engine(call, *room, "id",
                    [message = text_of(call.input, "id"), reason = text_of(call.input, "reason")](
                        chat::Chat& chat, const chat::RoomId& id, chat::Chat::Done done) mutable {
                      chat.delete_message(id, std::move(message), std::move(reason),
                                          std::move(done));
                    });
}

ApiObject disconnect_user(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  return ask_engine(call, *room, "",
                    [user = text_of(call.input, "userId"), reason = text_of(call.input, "reason")](
                        chat::Chat& chat, const chat::RoomId& id, chat::Chat::Done done) mutable {
                      chat.disconnect_user(id, std::move(user), std::move(reason), std::move(done));
                    });
}

void copy_texts(const json::object& from, std::string_view name, json::object& to,
                std::string_view as) {
  const json::value* value = from.if_contains(name);
  if (value != nullptr && !value->is_null()) to[as] = *value;
}

// The frame as the API shows it.
json::object message_object(const chat::Entry& entry) {
  json::object shown{{"id", entry.id},
                     {"type", entry.kind == chat::Entry::Kind::kMessage ? "MESSAGE" : "EVENT"},
                     {"sendTime", base::to_rfc3339_ms(entry.at)}};
  const json::value kept = parse_kept(entry.payload.text());
  const json::object& frame = kept.as_object();
  copy_texts(frame, "Content", shown, "content");
  copy_texts(frame, "EventName", shown, "eventName");
  copy_texts(frame, "Attributes", shown, "attributes");
  if (const json::value* sender = frame.if_contains("Sender");
      sender != nullptr && sender->is_object()) {
    copy_texts(sender->get_object(), "UserId", shown, "userId");
    copy_texts(sender->get_object(), "Attributes", shown, "senderAttributes");
    copy_texts(sender->get_object(), "Role", shown, "senderRole");
  }
  return shown;
}

ApiResult<std::optional<base::WallTime>> time_in(const Call& call, std::string_view member) {
  if (!has(call.input, member)) return std::nullopt;
  const auto time = base::parse_rfc3339(text_of(call.input, member));
  if (!time) {
    auto error = invalid(fmt::format("{} must be a time as in RFC 3339", member));
    error.error().field = member;
    return error;
  }
  return *time;
}

// One more than the page holds was asked for.
ApiObject read_messages(io::SqlConnection& sql, const Operation& operation,
                        const chat_history::Choice& choice) {
  auto kept = chat_history::page(sql, choice);
  if (!kept) return internal(kept.error());
  json::object output;
  json::array list;
  for (std::size_t i = 0; i < kept->size(); ++i) {
    if (i + 1 == choice.limit) {
      output["nextToken"] = next_token(operation, std::to_string((*kept)[i - 1].entry.position));
      break;
    }
    list.emplace_back(message_object((*kept)[i].entry));
  }
  output["messages"] = std::move(list);
  return output;
}

ApiObject list_messages(Call& call) {
  auto room = room_named(call);
  if (!room) return std::unexpected(room.error());
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  auto from = time_in(call, "startTime");
  if (!from) return std::unexpected(from.error());
  auto until = time_in(call, "endTime");
  if (!until) return std::unexpected(until.error());
  chat_history::Choice choice{.room = chat::RoomId(room->id),
                              .user_id = text_of(call.input, "userId"),
                              .from = from->value_or(base::WallTime{}),
                              .until = *until};
  const bool oldest_first = text_of(call.input, "order") == "OLDEST_FIRST";
  choice.order = oldest_first ? chat_history::Choice::Order::kOldestFirst
                              : chat_history::Choice::Order::kNewestFirst;
  if (!page->after.empty()) {
    std::int64_t& place = oldest_first ? choice.after : choice.before;
    const char* const end = page->after.data() + page->after.size();
    if (std::from_chars(page->after.data(), end, place).ptr != end) {
      return invalid("nextToken is not one that ListRoomMessages gave");
    }
  }
  choice.limit = static_cast<std::size_t>(page->limit) + 1;
  // What was said before the question belongs to the answer.
  call.later = [&platform = call.platform, &operation = call.operation, choice](
                   json::object, Call::Finish finish) {
    after_chat_is_written(
        platform, [&platform, &operation, choice, finish = std::move(finish)]() mutable {
          auto kept = std::make_shared<Call::Finish>(std::move(finish));
          const bool taken = platform.sql.read([&operation, choice, kept](io::SqlConnection& sql) {
            (*kept)(read_messages(sql, operation, choice));
          });
          if (!taken) (*kept)(throttled("too many requests wait; try again"));
        });
  };
  return json::object{};
}

}  // namespace

std::span<const Handler> room_message_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateChatToken", kRead, create_token},      {"SendEvent", kRead, send_event},
      {"DeleteMessage", kRead, delete_message},      {"DisconnectUser", kRead, disconnect_user},
      {"SendRoomMessage", kRead, send_room_message}, {"ListRoomMessages", kRead, list_messages},
  };
  return kHandlers;
}

}  // namespace control
