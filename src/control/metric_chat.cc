#include "control/metric_chat.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

namespace control {
namespace {

using ByAction = chat::Figures::ByAction;

constexpr std::size_t kMaxQualifier = 255;

constexpr std::array<std::pair<std::string_view, std::uint64_t ByAction::*>, 4> kActions = {{
    {"SEND_MESSAGE", &ByAction::send_message},
    {"DELETE_MESSAGE", &ByAction::delete_message},
    {"DISCONNECT_USER", &ByAction::disconnect_user},
    {"SEND_EVENT", &ByAction::send_event},
}};

std::uint64_t sum(const ByAction& counts) {
  std::uint64_t all = 0;
  for (const auto& [name, count] : kActions) all += counts.*count;
  return all;
}

double difference(std::uint64_t now, std::uint64_t before) {
  return now > before ? static_cast<double>(now - before) : 0.0;
}

void add_if_any(Points& points, Measure what, std::string_view qualifier, double value) {
  if (value <= 0) return;
  points.add({what, std::string(qualifier.substr(0, kMaxQualifier))}, Aggregate::of(value));
}

void add_by_action(Points& points, Measure what, const ByAction& now, const ByAction& before) {
  for (const auto& [name, count] : kActions) {
    add_if_any(points, what, name, difference(now.*count, before.*count));
  }
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void text_by_action(std::string& out, std::string_view name, std::string_view help,
                    const ByAction& counts) {
  head(out, name, "counter", help);
  for (const auto& [action, count] : kActions) {
    fmt::format_to(std::back_inserter(out), "{}{{action=\"{}\"}} {}\n", name, action,
                   counts.*count);
  }
}

}  // namespace

void ChatMeter::measure(const ChatStatus& status, Board& board) {
  const chat::Figures& now = status.figures;
  const chat::Figures& before = last_.figures;
  Points points;
  add_by_action(points, Measure::kChatRequestsByAction, now.requests, before.requests);
  add_by_action(points, Measure::kChatDeliveriesByAction, now.deliveries, before.deliveries);
  for (const auto& [uri, failures] : status.reviews) {
    const ChatReviewer::Failures& known = last_.reviews[uri];
    add_if_any(points, Measure::kReviewInvocationErrors, uri,
               difference(failures.invocations, known.invocations));
    add_if_any(points, Measure::kReviewResponseErrors, uri,
               difference(failures.invalid_responses, known.invalid_responses));
  }
  for (const auto& [configuration, errors] : status.logs) {
    const ChatLogShipper::Errors& known = last_.logs[configuration];
    add_if_any(points, Measure::kChatLogErrors, configuration,
               difference(errors.all(), known.all()));
    add_if_any(points, Measure::kChatLogAccessDenied, configuration,
               difference(errors.access_denied, known.access_denied));
    add_if_any(points, Measure::kChatLogNotFound, configuration,
               difference(errors.not_found, known.not_found));
  }
  const bool anybody = now.connections > 0 || before.connections > 0;
  if (anybody || !points.empty()) {
    const auto add = [&points](Measure what, double value) {
      points.add({what, {}}, Aggregate::of(value));
    };
    add(Measure::kChatConnections, static_cast<double>(now.connections));
    add(Measure::kChatRequests, difference(sum(now.requests), sum(before.requests)));
    add(Measure::kChatDeliveries, difference(sum(now.deliveries), sum(before.deliveries)));
    board[""].merge(points);
  }
  last_ = status;
}

std::string chat_prometheus_text(const ChatStatus& status) {
  std::string out;
  const auto line = std::back_inserter(out);
  head(out, "ivs_chat_concurrent_connections", "gauge", "Connections to chat rooms");
  fmt::format_to(line, "ivs_chat_concurrent_connections {}\n", status.figures.connections);
  head(out, "ivs_chat_open_rooms", "gauge", "Chat rooms that somebody is in, or was a moment ago");
  fmt::format_to(line, "ivs_chat_open_rooms {}\n", status.figures.rooms);
  text_by_action(out, "ivs_chat_requests_total", "Requests to chat rooms", status.figures.requests);
  text_by_action(out, "ivs_chat_deliveries_total", "Messages and events given to members",
                 status.figures.deliveries);
  head(out, "ivs_chat_review_errors_total", "counter", "Failures of review handlers");
  for (const auto& [uri, failures] : status.reviews) {
    const std::string label = escaped(uri);
    fmt::format_to(line, "ivs_chat_review_errors_total{{uri=\"{}\",kind=\"invocation\"}} {}\n",
                   label, failures.invocations);
    fmt::format_to(line, "ivs_chat_review_errors_total{{uri=\"{}\",kind=\"response\"}} {}\n", label,
                   failures.invalid_responses);
  }
  head(out, "ivs_chat_log_destination_errors_total", "counter",
       "Failed deliveries of chat logs to their destinations");
  for (const auto& [configuration, errors] : status.logs) {
    for (const auto& [kind, count] :
         {std::pair<std::string_view, std::uint64_t>{"access_denied", errors.access_denied},
          {"not_found", errors.not_found},
          {"other", errors.other}}) {
      fmt::format_to(line,
                     "ivs_chat_log_destination_errors_total{{logging_configuration=\"{}\","
                     "kind=\"{}\"}} {}\n",
                     escaped(configuration), kind, count);
    }
  }
  return out;
}

}  // namespace control
