// The chat of a channel for pages:
//
//   POST /api/rostrum/v1/channels/<id>/chat            who comes in gets a token (docs/chat.md)
//   GET  /api/rostrum/v1/channels/<id>/chat/messages   what was said between two instants
//
// On the loop of the connection; control answers on its workers.
#pragma once

#include <string>
#include <string_view>

#include "control/control.h"
#include "server/config.h"
#include "server/http_session.h"

namespace server {

class ChatRoutes {
 public:
  /// `public_url`: empty where viewers use the address of their request.
  ChatRoutes(io::Loop& loop, control::Control& control, ChatGuests guests, std::string public_url)
      : loop_(loop), control_(control), guests_(guests), public_url_(std::move(public_url)) {}

  static bool handles(const wire::http::Request& request);
  void handle(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request);

 private:
  void enter(HttpSession& session, wire::http::RequestId id, const wire::http::Request& request,
             std::string_view channel);
  void messages(HttpSession& session, wire::http::RequestId id, const wire::http::Request& request,
                std::string_view channel);
  std::string socket_url(const HttpSession& session, const wire::http::Request& request) const;

  io::Loop& loop_;
  control::Control& control_;
  const ChatGuests guests_;
  const std::string public_url_;
};

}  // namespace server
