// How events reach the people who asked for them: webhooks, NATS. On the loop of deliveries.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "control/event_rules.h"
#include "control/event_store.h"
#include "control/http_client.h"

namespace control {

/// What came of one attempt.
struct DeliveryOutcome {
  enum class Kind : std::uint8_t {
    kDelivered,
    kRetry,     // the receiver is busy, broken or away: again later
    kRejected,  // it will never take this one
  } kind = Kind::kDelivered;
  std::string reason = {};  // one sentence, without secrets
  /// Not before this long, if the receiver asked for time.
  base::Duration wait{};
};

/// As EventBridge does it: 408, 409, 425, 429 and 5xx are tried again, and so is whoever cannot be
/// reached or does not answer in time; every other answer but 2xx is final.
DeliveryOutcome outcome_of(const base::Expected<HttpClient::Answer>& answer);

/// The pause after `attempts` failures in a row: from one second on twice as long each time up to
/// ten minutes, of which between half and all is waited (`random` from 0 to 1).
base::Duration retry_pause(std::int64_t attempts, double random);

/// `v1=` and the hexadecimal HMAC-SHA256 with the target's secret of: the seconds since 1970 in
/// decimal, a dot, the body.
std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body);

/// The request for one delivery: the envelope as JSON, signed if the target has a secret.
HttpClient::Request webhook_request(const EventTarget& target, const Delivery& delivery,
                                    base::WallTime now);

/// A way to NATS servers.
class NatsSender {
 public:
  using Done = std::move_only_function<void(base::Expected<void>)>;
  virtual ~NatsSender() = default;
  /// `message_id` is the same whenever this message is sent again. `done` is called on the loop,
  /// not from inside; never after the sender was destroyed.
  virtual void publish(const std::string& url, std::string subject, std::string payload,
                       std::string message_id, Done done) = 0;
};

/// By io::NatsPublisher, one for each URL, made when first needed.
std::unique_ptr<NatsSender> make_nats_sender(io::Loop& loop);

/// The subject with its placeholders {detail-type} and {channel} filled in, in characters that
/// subjects may hold; "rostrum.events" if it is empty.
std::string nats_subject(std::string_view pattern, std::string_view detail_type,
                         std::string_view channel_arn);

}  // namespace control
