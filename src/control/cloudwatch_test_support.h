// A database with metrics in it, and CloudWatch requests in each protocol, for tests.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "control/cloudwatch.h"
#include "io/sql_test_support.h"
#include "wire/http/message.h"

namespace control::test {

/// 2027-01-15T08:00:00Z
inline constexpr std::int64_t kStart = 1'800'000'000;

wire::http::Request form_request(std::string body);
wire::http::Request json_request(std::string_view operation, const boost::json::value& input);
wire::http::Request cbor_request(std::string_view operation, base::Bytes body);
std::string body_of(const wire::http::Response& response);

/// Channel `abc`: one sample every 5 s for ten minutes from kStart, with 1, 2, 3, ... viewers and
/// 1000 times as many bit/s.
class CloudWatchTest : public io::test::SqlTest {
 protected:
  CloudWatchTest();

  wire::http::Response answer(const wire::http::Request& request);
  /// By the JSON protocol; `__type` says what went wrong.
  boost::json::object ask(std::string_view operation, std::string_view input);

  Home home_{.region = "eu-west-1", .account = "123456789012"};
  std::int64_t now_ = kStart + 600;
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};

}  // namespace control::test
