#include "wire/websocket/handshake.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/base64.h"
#include "base/check.h"

namespace wire::websocket {
namespace {

constexpr std::string_view kVersion = "13";
constexpr std::size_t kKeyOctets = 16;
constexpr std::size_t kMaxProtocols = 16;

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

/// The value of a field that must be there once.
std::optional<std::string_view> only_value(const http::Headers& headers, std::string_view name) {
  std::optional<std::string_view> value;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!http::equal_ignoring_case(headers[i].name, name)) continue;
    if (value) return std::nullopt;
    value = headers[i].value;
  }
  return value;
}

std::unexpected<http::Response> refuse(std::string_view sentence) {
  return std::unexpected(http::error_response(400, sentence));
}

}  // namespace

bool is_websocket_upgrade(const http::Request& request) {
  return request.is_upgrade && request.version == http::Version::k1_1 &&
         request.headers.has_token("Upgrade", "websocket");
}

std::expected<Offer, http::Response> check_upgrade(const http::Request& request) {
  DCHECK(is_websocket_upgrade(request));
  if (request.method != http::Method::kGet) {
    return refuse("A WebSocket begins with a GET request.");
  }
  if (only_value(request.headers, "Sec-WebSocket-Version") != kVersion) {
    http::Response response =
        http::error_response(426, "The only WebSocket version known here is 13.");
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Sec-WebSocket-Version", kVersion);
    return std::unexpected(std::move(response));
  }
  const auto key = only_value(request.headers, "Sec-WebSocket-Key");
  // 16 octets as base64 with padding; the decoder alone would take other forms too.
  const bool has_form = key && key->size() == 24 && key->ends_with("==") &&
                        key->find_first_of("-_") == std::string_view::npos;
  const auto octets = has_form ? base::from_base64(*key) : std::nullopt;
  if (!octets || octets->size() != kKeyOctets) {
    return refuse("The Sec-WebSocket-Key is not 16 octets in base64.");
  }
  Offer offer;
  offer.accept = accept_for(*key);
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto field = request.headers[i];
    if (!http::equal_ignoring_case(field.name, "Sec-WebSocket-Protocol")) continue;
    std::string_view list = field.value;
    while (const auto protocol = http::next_list_element(list)) {
      if (!is_token(*protocol)) return refuse("A WebSocket subprotocol is not a token.");
      if (std::ranges::find(offer.protocols, *protocol) != offer.protocols.end()) {
        return refuse("A WebSocket subprotocol is named twice.");
      }
      if (offer.protocols.size() == kMaxProtocols) {
        return refuse("There are too many WebSocket subprotocols.");
      }
      offer.protocols.emplace_back(*protocol);
    }
  }
  return offer;
}

http::Response switching_response(const Offer& offer, std::string_view protocol) {
  http::Response response = http::Response::with_status(101);
  response.headers.add("Upgrade", "websocket");
  response.headers.add("Sec-WebSocket-Accept", offer.accept);
  if (!protocol.empty()) {
    CHECK(std::ranges::find(offer.protocols, protocol) != offer.protocols.end());
    response.headers.add("Sec-WebSocket-Protocol", protocol);
  }
  return response;
}

std::string accept_for(std::string_view key) {
  // Section 1.3: proves that the server has read a handshake of this protocol; hides nothing, so
  // SHA-1 is good enough.
  static constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  CHECK(algorithm != nullptr);
  std::string text(key);
  text += kGuid;
  std::array<std::uint8_t, 20> digest = {};
  unsigned int length = 0;
  CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &length, algorithm, nullptr) == 1);
  CHECK(length == digest.size());
  return base::to_base64(digest);
}

}  // namespace wire::websocket
