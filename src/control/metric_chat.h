// What is measured of chat: from totals since the start to figures for every five seconds, and the
// same totals for Prometheus.
//
// Namespace AWS/IVSChat:
//
//   ConcurrentChatConnections   Count   -
//   MessagingRequests           Count   -
//   MessagingDeliveries         Count   -
//   Requests, Deliveries        Count   Action
//   InvocationErrors, ResponseValidationErrors   Count   Uri
//   LogDestinationErrors, LogDestinationAccessDeniedError, LogDestinationResourceNotFoundErrors
//                               Count   LoggingConfiguration
//
// Action is SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER or SEND_EVENT, Uri what rooms name as
// their review handler, LoggingConfiguration the id of one (its ARN is accepted too). Namespace
// AWS/Usage has ResourceCount for ConcurrentChatConnections. In Prometheus:
//
//   ivs_chat_concurrent_connections, ivs_chat_open_rooms
//   ivs_chat_requests_total{action}, ivs_chat_deliveries_total{action}
//   ivs_chat_review_errors_total{uri,kind="invocation"|"response"}
//   ivs_chat_log_destination_errors_total{logging_configuration,
//                                         kind="access_denied"|"not_found"|"other"}
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "chat/chat.h"
#include "control/chat_log_shipper.h"
#include "control/chat_reviewer.h"
#include "control/metric_points.h"

namespace control {

/// Totals since the start, and what is now.
struct ChatStatus {
  chat::Figures figures = {};
  ChatReviewer::FailuresByUri reviews = {};
  std::map<std::string, ChatLogShipper::Errors> logs = {};
};

/// Knows what was counted before. Belongs to one thread.
class ChatMeter {
 public:
  /// Adds to `board` what has happened since the last time; nothing while nobody is there and
  /// nothing happens.
  void measure(const ChatStatus& status, Board& board);

 private:
  ChatStatus last_;
};

/// Each group with its HELP and TYPE.
std::string chat_prometheus_text(const ChatStatus& status);

}  // namespace control
