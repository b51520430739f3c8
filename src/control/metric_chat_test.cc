#include "control/metric_chat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/metric_series.h"

namespace control {
namespace {

using ::testing::HasSubstr;

const Home kHome{.region = "eu-west-1", .account = "123456789012"};
const std::string kUri = "arn:aws:lambda:eu-west-1:123456789012:function:\"check\"";

ChatStatus busy() {
  ChatStatus status;
  status.figures.connections = 7;
  status.figures.rooms = 2;
  status.figures.requests = {10, 2, 1, 3};
  status.figures.deliveries = {70, 14, 7, 21};
  status.reviews[kUri] = {5, 2};
  status.logs["abcdefghijkl"] = {.access_denied = 1, .not_found = 2, .other = 3};
  return status;
}

double sum(const Board& board, Measure measure, std::string qualifier = {}) {
  const auto at = board.find("");
  if (at == board.end()) return -1;
  const Aggregate* found = at->second.find({measure, std::move(qualifier)});
  return found == nullptr ? -1 : found->sum;
}

TEST(ChatMeter, CountsWhatHasHappenedSince) {
  ChatMeter meter;
  Board first;
  meter.measure(busy(), first);
  EXPECT_EQ(sum(first, Measure::kChatConnections), 7);
  EXPECT_EQ(sum(first, Measure::kChatRequests), 16);
  EXPECT_EQ(sum(first, Measure::kChatRequestsByAction, "SEND_MESSAGE"), 10);
  EXPECT_EQ(sum(first, Measure::kChatRequestsByAction, "SEND_EVENT"), 3);
  EXPECT_EQ(sum(first, Measure::kChatDeliveries), 112);
  EXPECT_EQ(sum(first, Measure::kChatDeliveriesByAction, "DELETE_MESSAGE"), 14);
  EXPECT_EQ(sum(first, Measure::kChatDeliveriesByAction, "DISCONNECT_USER"), 7);
  EXPECT_EQ(sum(first, Measure::kReviewInvocationErrors, kUri), 5);
  EXPECT_EQ(sum(first, Measure::kReviewResponseErrors, kUri), 2);
  EXPECT_EQ(sum(first, Measure::kChatLogErrors, "abcdefghijkl"), 6);
  EXPECT_EQ(sum(first, Measure::kChatLogAccessDenied, "abcdefghijkl"), 1);
  EXPECT_EQ(sum(first, Measure::kChatLogNotFound, "abcdefghijkl"), 2);
  ChatStatus later = busy();
  later.figures.requests.send_message += 4;
  later.figures.deliveries.send_message += 28;
  later.reviews[kUri].invocations += 1;
  later.logs["abcdefghijkl"].other += 1;
  Board second;
  meter.measure(later, second);
  EXPECT_EQ(sum(second, Measure::kChatRequests), 4);
  EXPECT_EQ(sum(second, Measure::kChatRequestsByAction, "SEND_MESSAGE"), 4);
  EXPECT_EQ(sum(second, Measure::kChatRequestsByAction, "SEND_EVENT"), -1);
  EXPECT_EQ(sum(second, Measure::kChatDeliveries), 28);
  EXPECT_EQ(sum(second, Measure::kReviewInvocationErrors, kUri), 1);
  EXPECT_EQ(sum(second, Measure::kReviewResponseErrors, kUri), -1);
  EXPECT_EQ(sum(second, Measure::kChatLogErrors, "abcdefghijkl"), 1);
}

TEST(ChatMeter, SaysNothingWhileNothingHappens) {
  ChatMeter meter;
  Board board;
  meter.measure({}, board);
  EXPECT_TRUE(board.empty());
  ChatStatus status;
  status.figures.connections = 1;
  meter.measure(status, board);
  EXPECT_EQ(sum(board, Measure::kChatConnections), 1);
  Board gone;
  meter.measure({}, gone);
  EXPECT_EQ(sum(gone, Measure::kChatConnections), 0) << "once";
  Board nothing;
  meter.measure({}, nothing);
  EXPECT_TRUE(nothing.empty());
  // Events may be sent into rooms that nobody is in.
  ChatStatus event;
  event.figures.requests.send_event = 1;
  meter.measure(event, nothing);
  EXPECT_EQ(sum(nothing, Measure::kChatRequests), 1);
}

TEST(ChatMeter, LongNamesAreCut) {
  ChatMeter meter;
  ChatStatus status;
  const std::string name(300, 'x');
  status.reviews[name] = {1, 0};
  Board board;
  meter.measure(status, board);
  EXPECT_EQ(sum(board, Measure::kReviewInvocationErrors, name.substr(0, 255)), 1);
}

TEST(ChatMeter, EverySeriesIsFoundByItsNames) {
  ChatMeter meter;
  Board board;
  meter.measure(busy(), board);
  std::size_t names = 0;
  for (const Point& point : board.at("").all()) {
    const auto known = names_of("", point.slot);
    EXPECT_FALSE(known.empty()) << static_cast<int>(point.slot.measure);
    for (const MetricName& name : known) {
      const auto place = place_of(kHome, name);
      ASSERT_TRUE(place) << name.name;
      EXPECT_EQ(place->subject, "");
      EXPECT_EQ(place->slot, point.slot);
      EXPECT_EQ(place->unit, "Count");
      ++names;
    }
  }
  // Three of the whole, four actions twice, two of the handler, three of the log, one of usage.
  EXPECT_EQ(names, 3U + 8U + 2U + 3U + 1U);
}

TEST(ChatMeter, PlacesByName) {
  const auto place = [](MetricName name) {
    const auto found = place_of(kHome, name);
    return found
               ? std::to_string(static_cast<int>(found->slot.measure)) + "/" + found->slot.qualifier
               : std::string("-");
  };
  const std::string arn = "arn:aws:ivschat:eu-west-1:123456789012:logging-configuration/abc";
  EXPECT_EQ(place({"AWS/IVSChat", "ConcurrentChatConnections", {}}), "13/");
  EXPECT_EQ(place({"AWS/IVSChat", "MessagingRequests", {}}), "14/");
  EXPECT_EQ(place({"AWS/IVSChat", "Requests", {{"Action", "SEND_EVENT"}}}), "15/SEND_EVENT");
  EXPECT_EQ(place({"AWS/IVSChat", "Requests", {}}), "-");
  EXPECT_EQ(place({"AWS/IVSChat", "InvocationErrors", {{"Uri", "x"}}}), "18/x");
  EXPECT_EQ(place({"AWS/IVSChat", "LogDestinationErrors", {{"LoggingConfiguration", "abc"}}}),
            "20/abc");
  EXPECT_EQ(place({"AWS/IVSChat", "LogDestinationErrors", {{"LoggingConfiguration", arn}}}),
            "20/abc");
  EXPECT_EQ(place({"AWS/IVSChat", "ConcurrentViews", {}}), "-");
  EXPECT_EQ(place({"AWS/IVS", "ConcurrentChatConnections", {}}), "-");
  EXPECT_EQ(place({"AWS/Usage",
                   "ResourceCount",
                   {{"Class", "None"},
                    {"Resource", "ConcurrentChatConnections"},
                    {"Service", "IVS Chat"},
                    {"Type", "Resource"}}}),
            "13/");
}

TEST(ChatMeter, Prometheus) {
  const std::string text = chat_prometheus_text(busy());
  for (const std::string_view line : {
           "# TYPE ivs_chat_concurrent_connections gauge\n",
           "ivs_chat_concurrent_connections 7\n",
           "ivs_chat_open_rooms 2\n",
           "# TYPE ivs_chat_requests_total counter\n",
           "ivs_chat_requests_total{action=\"SEND_MESSAGE\"} 10\n",
           "ivs_chat_deliveries_total{action=\"SEND_EVENT\"} 21\n",
           "function:\\\"check\\\"\",kind=\"invocation\"} 5\n",
           "function:\\\"check\\\"\",kind=\"response\"} 2\n",
           "ivs_chat_log_destination_errors_total{logging_configuration=\"abcdefghijkl\","
           "kind=\"not_found\"} 2\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(chat_prometheus_text({}), HasSubstr("ivs_chat_concurrent_connections 0\n"));
}

}  // namespace
}  // namespace control
