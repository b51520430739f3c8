// A client's message is any text. What is read keeps its bounds, is UTF-8, goes into frames that
// are JSON again, and our own actions are only for those who ask.
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "base/utf8.h"
#include "chat/client_frame.h"
#include "chat/emoji.h"
#include "chat/frames.h"

namespace {

using namespace chat;

void check_text(std::string_view text, std::size_t most) {
  CHECK(base::is_utf8(text) && !text.contains('\0') && code_points(text) <= most);
}

/// What was said goes out again as it came.
void check_message(const ClientFrame& frame, const SendMessage& message) {
  CHECK(!message.content.empty() && message.content.size() <= kMaxContent);
  CHECK(octets(message.attributes) <= kMaxAttributes);
  check_text(message.content, kMaxContent);
  const std::string json = message_json({.id = "AYk6xKitV4On",
                                         .request_id = frame.request_id,
                                         .content = message.content,
                                         .attributes = message.attributes,
                                         .user_id = "u",
                                         .user_attributes = message.attributes,
                                         .role = Role::kVip,
                                         .at = {}});
  boost::system::error_code failure;
  const boost::json::value written = boost::json::parse(json, failure);
  CHECK(!failure);
  CHECK(written.at("Content").as_string() == message.content);
  CHECK(frame.request_id.empty() || written.at("RequestId").as_string() == frame.request_id);
  for (const auto& [name, value] : message.attributes) {
    CHECK(written.at("Attributes").at(name).as_string() == value);
  }
  const boost::json::value history = boost::json::parse(history_json(json), failure);
  CHECK(!failure && history.at("History").as_bool() && !history.as_object().contains("RequestId"));
  CHECK(history.at("Content") == written.at("Content"));
}

void check_action(const ClientFrame& frame) {
  const auto is_id = [](const std::string& id) { return id.size() == 12 && code_points(id) == 12; };
  if (const auto* message = std::get_if<SendMessage>(&frame.action)) check_message(frame, *message);
  if (const auto* deletion = std::get_if<DeleteMessage>(&frame.action)) {
    CHECK(is_id(deletion->id));
    check_text(deletion->reason, kMaxReason);
  }
  if (const auto* user = std::get_if<DisconnectUser>(&frame.action)) {
    CHECK(!user->user_id.empty());
    check_text(user->user_id, kMaxUserId);
    check_text(user->reason, kMaxReason);
  }
  if (const auto* reaction = std::get_if<React>(&frame.action)) {
    CHECK(is_id(reaction->id) && reaction->reaction.size() <= 32);
    CHECK(is_one_emoji(reaction->reaction));
  }
  if (const auto* ban = std::get_if<BanUser>(&frame.action)) {
    check_text(ban->user_id, kMaxUserId);
    CHECK(!ban->duration || ban->duration->count() > 0);
  }
  if (const auto* slow = std::get_if<SetSlowMode>(&frame.action)) {
    CHECK(slow->interval.count() >= 0 && slow->interval.count() <= 3600);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto extended = parse_client_frame(text, Dialect::kExtended);
  const auto plain = parse_client_frame(text, Dialect::kService);
  if (extended) {
    CHECK(base::is_utf8(extended->request_id));
    CHECK(code_points(extended->request_id) <= kMaxRequestId);
    check_action(*extended);
    CHECK(plain.has_value() == (extended->action.index() < 3));
  } else {
    const ClientFrameError& error = extended.error();
    CHECK(!plain && (error.code == 400 || error.code == 413) && !error.message.empty());
    boost::system::error_code failure;
    (void)boost::json::parse(error_json({.id = "a",
                                         .request_id = error.request_id,
                                         .code = error.code,
                                         .message = error.message}),
                             failure);
    CHECK(!failure);
  }
  return 0;
}
