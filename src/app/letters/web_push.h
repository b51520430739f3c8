// Web Push: what browsers' push services take. Messages encrypted for one browser (RFC 8291, in the
// coding of RFC 8188), and proof of who sends them (VAPID, RFC 8292).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/letters/p256.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

namespace app {

/// Where a browser wants to be told, and how to encrypt for it.
struct PushSubscription {
  std::string endpoint;
  base::Bytes key;   // "p256dh": the browser's point
  base::Bytes auth;  // 16 octets
};

/// So much text fits into a message whatever the service (RFC 8291 section 4).
inline constexpr std::size_t kMaxPushText = 3993;

/// One record of aes128gcm. `ours` is a key of this message alone and `salt` 16 random octets.
/// Nothing if the subscription's key is no point of the curve, or its secret too short.
std::optional<base::Bytes> encrypt_push(std::string_view text, const PushSubscription& subscription,
                                        const P256Key& ours, base::ByteSpan salt);

/// The server's key for VAPID: a file of mode 0600, made when it is first needed; it lasts, because
/// browsers subscribe to it. Without a folder it lives as long as this program.
base::Expected<P256Key> open_push_key(const std::string& folder);

/// The value of Authorization for an endpoint on `origin` ("https://push.example").
std::string vapid_authorization(const P256Key& key, std::string_view origin,
                                std::string_view contact, base::WallTime expires_at);

}  // namespace app
