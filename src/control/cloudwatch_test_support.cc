#include "control/cloudwatch_test_support.h"

#include <boost/json.hpp>

#include "base/check.h"
#include "control/metric_rollup.h"
#include "control/metric_tables.h"

namespace control::test {

namespace json = boost::json;
using wire::http::Request;
using wire::http::Response;

namespace {

Request post(std::string_view target, std::string_view type, base::Slice body) {
  Request request;
  request.method = wire::http::Method::kPost;
  CHECK(request.set_target(target).has_value());
  request.headers.add("Content-Type", type);
  request.body = std::move(body);
  return request;
}

}  // namespace

Request form_request(std::string body) {
  return post("/", "application/x-www-form-urlencoded; charset=utf-8",
              base::Slice::take(std::move(body)));
}

Request json_request(std::string_view operation, const json::value& input) {
  Request request =
      post("/", "application/x-amz-json-1.0", base::Slice::take(json::serialize(input)));
  request.headers.add("X-Amz-Target", "GraniteServiceVersion20100801." + std::string(operation));
  return request;
}

Request cbor_request(std::string_view operation, base::Bytes body) {
  Request request =
      post("/service/GraniteServiceVersion20100801/operation/" + std::string(operation),
           "application/cbor", base::Slice::take(std::move(body)));
  request.headers.add("Smithy-Protocol", "rpc-v2-cbor");
  return request;
}

std::string body_of(const Response& response) {
  std::string body;
  for (const base::Slice& piece : response.body) body += base::as_text(piece.span());
  return body;
}

CloudWatchTest::CloudWatchTest() : database_(open()) {
  auto connection = database_->connect();
  CHECK(connection.has_value());
  sql_ = std::move(*connection);
  CHECK(migrate_metrics(*sql_).has_value());
  CHECK(sql_->begin(true).has_value());
  for (std::int64_t i = 0; i < 120; ++i) {
    Board board;
    const auto value = static_cast<double>(i + 1);
    board["abc"].add({Measure::kViews, ""}, Aggregate::of(value));
    board["abc"].add({Measure::kVideoBitrate, ""}, Aggregate::of(value * 1000));
    board[""].add({Measure::kViews, ""}, Aggregate::of(value));
    CHECK(insert_tick(*sql_, kStart + i * kTick, encode_board(board)).has_value());
  }
  while (true) {
    // The last minute stays open.
    const auto step = next_rollup(*sql_, kStart + 540);
    CHECK(step.has_value());
    if (!*step) break;
    CHECK(write_rollup(*sql_, **step, 0, 1000).has_value());
    CHECK(finish_rollup(*sql_, **step).has_value());
  }
  CHECK(sql_->commit().has_value());
}

Response CloudWatchTest::answer(const Request& request) {
  return answer_cloudwatch(
      request, {.sql = *sql_, .home = home_, .now = base::WallTime(std::chrono::seconds(now_))});
}

json::object CloudWatchTest::ask(std::string_view operation, std::string_view input) {
  const Response response = answer(json_request(operation, json::parse(input)));
  json::object body = json::parse(body_of(response)).as_object();
  EXPECT_EQ(response.status == 200, !body.contains("__type"));
  return body;
}

}  // namespace control::test
