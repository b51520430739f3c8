// The opening handshake of a WebSocket (RFC 6455 section 4) on the server's side, over HTTP/1.1.
// Pure: a request in, an answer out. Extensions (permessage-deflate above all) are never agreed
// on: a compressor for each connection costs more memory than everything else that a member of a
// room has, and a frame made once can be sent to everybody only if all connections read the same
// octets.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "wire/http/message.h"

namespace wire::websocket {

/// What a client asks for.
struct Offer {
  std::string accept;                  // the value of Sec-WebSocket-Accept for its key
  std::vector<std::string> protocols;  // Sec-WebSocket-Protocol, all fields, in order
};

/// Whether this wants to become a WebSocket at all; requests that ask for other protocols (h2c)
/// are answered as if they had not asked.
bool is_websocket_upgrade(const http::Request& request);

/// Checks a request for which is_websocket_upgrade() holds. The error is the answer to give: 400,
/// or 426 with the version that we speak.
std::expected<Offer, http::Response> check_upgrade(const http::Request& request);

/// 101 with the chosen subprotocol (one of the offer's, or "" for none).
http::Response switching_response(const Offer& offer, std::string_view protocol);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_for(std::string_view key);

}  // namespace wire::websocket
