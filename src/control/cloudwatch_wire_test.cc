// The three protocols carry the same calls and the same answers.
#include "control/cloudwatch_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "control/cloudwatch_test_support.h"
#include "control/metric_store.h"
#include "wire/cbor/cbor.h"

namespace control {
namespace {

namespace json = boost::json;
using test::kStart;
using ::testing::HasSubstr;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kForm =
    "Action=GetMetricData&Version=2010-08-01&MetricDataQueries.member.1.Id=m1"
    "&MetricDataQueries.member.1.MetricStat.Metric.Namespace=AWS%2FIVS"
    "&MetricDataQueries.member.1.MetricStat.Metric.MetricName=ConcurrentViews"
    "&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name=Channel"
    "&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value=abc"
    "&MetricDataQueries.member.1.MetricStat.Period=60"
    "&MetricDataQueries.member.1.MetricStat.Stat=Average"
    "&MetricDataQueries.member.1.Label=a%26b+c&MetricDataQueries.member.1.ReturnData=true"
    "&StartTime=2027-01-15T08%3A00%3A00Z&EndTime=2027-01-15T08%3A02%3A00Z"
    "&ScanBy=TimestampAscending";

json::object same_as_json() {
  return json::parse(
             R"({"MetricDataQueries":[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"AWS/IVS",
                 "MetricName":"ConcurrentViews","Dimensions":[{"Name":"Channel","Value":"abc"}]},
                 "Period":60,"Stat":"Average"},"Label":"a&b c","ReturnData":true,"Unit":null}],
                 "StartTime":1800000000.5,"EndTime":1800000120,"ScanBy":"TimestampAscending",
                 "NextToken":null})")
      .as_object();
}

// The same as CBOR with open lists and maps, as some SDKs write them.
void append_cbor(base::ByteWriter& out, std::string_view member, const json::value& value) {
  wire::cbor::Writer one;
  const auto put = [&] { out.bytes(one.take()); };
  switch (value.kind()) {
    case json::kind::object:
      out.u8(0xbf);
      for (const auto& [key, entry] : value.get_object()) {
        wire::cbor::Writer name;
        name.text(key);
        out.bytes(name.take());
        append_cbor(out, key, entry);
      }
      return out.u8(0xff);
    case json::kind::array:
      out.u8(0x9f);
      for (const json::value& entry : value.get_array()) append_cbor(out, member, entry);
      return out.u8(0xff);
    case json::kind::string:
      one.text(value.get_string());
      return put();
    case json::kind::bool_:
      one.boolean(value.get_bool());
      return put();
    case json::kind::null:
      one.null();
      return put();
    default:
      if (member.ends_with("Time")) one.tag(wire::cbor::kEpochTag);
      if (value.is_double()) {
        one.real(value.get_double());
      } else {
        one.number(value.to_number<std::int64_t>());
      }
      return put();
  }
}

base::Bytes to_cbor(const json::value& value) {
  base::ByteWriter out;
  append_cbor(out, "", value);
  return out.take();
}

class CloudWatchWire : public test::CloudWatchTest {};
ROSTRUM_INSTANTIATE_SQL_TEST(CloudWatchWire);

TEST_P(CloudWatchWire, Query) {
  const Response response = answer(test::form_request(std::string(kForm)));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "text/xml");
  const std::string id(response.headers.get("x-amzn-requestid"));
  EXPECT_EQ(id.size(), 36U);
  EXPECT_EQ(test::body_of(response),
            "<GetMetricDataResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
            "<GetMetricDataResult><MetricDataResults><member><Id>m1</Id><Label>a&amp;b c</Label>"
            "<Timestamps><member>2027-01-15T08:00:00Z</member>"
            "<member>2027-01-15T08:01:00Z</member></Timestamps>"
            "<Values><member>6.5</member><member>18.5</member></Values>"
            "<StatusCode>Complete</StatusCode></member></MetricDataResults>"
            "<Messages></Messages></GetMetricDataResult>"
            "<ResponseMetadata><RequestId>" +
                id + "</RequestId></ResponseMetadata></GetMetricDataResponse>");
}

TEST_P(CloudWatchWire, Json) {
  const Response response = answer(test::json_request("GetMetricData", same_as_json()));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "application/x-amz-json-1.0");
  EXPECT_EQ(test::body_of(response),
            R"({"MetricDataResults":[{"Id":"m1","Label":"a&b c",)"
            R"("Timestamps":[1800000000,1800000060],"Values":[6.5E0,1.85E1],)"
            R"("StatusCode":"Complete"}],"Messages":[]})");
}

TEST_P(CloudWatchWire, Cbor) {
  const Response response = answer(test::cbor_request("GetMetricData", to_cbor(same_as_json())));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.get("content-type"), "application/cbor");
  EXPECT_EQ(response.headers.get("smithy-protocol"), "rpc-v2-cbor");
  const std::string body = test::body_of(response);
  const std::string hex = base::to_hex(base::as_bytes(body));
  // "Timestamps": [1(1800000000), 1(1800000060)], "Values": [6.5, 18.5]
  EXPECT_THAT(hex, HasSubstr("6a54696d657374616d7073"
                             "82c11a6b49d200c11a6b49d23c"
                             "6656616c756573"
                             "82fb401a000000000000fb4032800000000000"));
  EXPECT_EQ(json::serialize(*tree_from_cbor(base::as_bytes(body))),
            R"({"MetricDataResults":[{"Id":"m1","Label":"a&b c",)"
            R"("Timestamps":[1800000000,1800000060],"Values":[6.5E0,1.85E1],)"
            R"("StatusCode":"Complete"}],"Messages":[]})");
}

TEST_P(CloudWatchWire, ErrorsHaveTheFormOfTheProtocol) {
  const Response form = answer(test::form_request(
      "Action=GetMetricData&Version=2010-08-01&MetricDataQueries.member.1.Id=%3C"));
  EXPECT_EQ(form.status, 400);
  EXPECT_THAT(test::body_of(form), HasSubstr("<Type>Sender</Type><Code>MissingParameter</Code>"
                                             "<Message>The parameter StartTime is required."));
  const json::object input = {{"MetricDataQueries", json::array{}}};
  const Response as_json = answer(test::json_request("GetMetricData", input));
  EXPECT_EQ(as_json.status, 400);
  EXPECT_EQ(as_json.headers.get("x-amzn-query-error"), "MissingParameter;Sender");
  EXPECT_EQ(test::body_of(as_json),
            R"({"__type":"com.amazonaws.cloudwatch#MissingRequiredParameterException",)"
            R"("message":"The parameter MetricDataQueries is required."})");
  const Response as_cbor = answer(test::cbor_request("GetMetricData", to_cbor(input)));
  EXPECT_EQ(as_cbor.status, 400);
  EXPECT_EQ(as_cbor.headers.get("x-amzn-query-error"), "MissingParameter;Sender");
  EXPECT_EQ(json::serialize(*tree_from_cbor(base::as_bytes(test::body_of(as_cbor)))),
            test::body_of(as_json));
}

TEST_P(CloudWatchWire, RefusalsOfTheCallerHaveItToo) {
  const Request form = test::form_request(std::string(kForm));
  const Response refused =
      MetricStore::refuse(form, "InvalidSignatureException", 403, "The signature <is> wrong");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(test::body_of(refused), HasSubstr("<Code>SignatureDoesNotMatch</Code><Message>The "
                                                "signature &lt;is&gt; wrong</Message>"));
  const Response as_json = MetricStore::refuse(test::json_request("ListMetrics", json::object{}),
                                               "AccessDeniedException", 403, "no");
  EXPECT_EQ(as_json.headers.get("x-amzn-query-error"), "AccessDenied;Sender");
}

TEST_P(CloudWatchWire, BrokenBodiesAreRefused) {
  for (const std::string_view body :
       {"Version=2010-08-01", "Action=ListMetrics&Version=2010-08-01&a=%zz",
        "Action=ListMetrics&Version=2010-08-01&a=%ff", "Action.b=x&Version=2010-08-01"}) {
    EXPECT_EQ(answer(test::form_request(std::string(body))).status, 400) << body;
  }
  Request broken = test::json_request("ListMetrics", json::object{});
  for (const std::string_view body : {"{", "[]", "5", "{\"a\":1}{"}) {
    broken.body = base::Slice::unowned(body);
    const Response response = answer(broken);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(test::body_of(response), HasSubstr("SerializationException"));
  }
  for (const unsigned octet : {0x80U, 0xa1U, 0x00U, 0xffU}) {
    EXPECT_EQ(answer(test::cbor_request("ListMetrics", {static_cast<std::uint8_t>(octet)})).status,
              400);
  }
  // Without a body there are no members.
  broken.body = {};
  EXPECT_EQ(answer(broken).status, 200);
  EXPECT_EQ(answer(test::cbor_request("ListMetrics", {})).status, 200);
}

TEST(CloudWatchProtocol, IsKnownByTheRequest) {
  const auto known = [](const Request& request) { return MetricStore::is_request(request); };
  EXPECT_TRUE(known(test::form_request("Action=x&Version=2010-08-01")));
  EXPECT_FALSE(known(test::form_request("Action=x&Version=2012-11-05")));
  EXPECT_FALSE(known(test::form_request("")));
  EXPECT_TRUE(known(test::json_request("x", json::object{})));
  EXPECT_TRUE(known(test::cbor_request("x", {})));
  Request other = test::json_request("x", json::object{});
  other.headers.set("X-Amz-Target", "DynamoDB_20120810.GetItem");
  EXPECT_FALSE(known(other));
  Request elsewhere = test::form_request("Action=x&Version=2010-08-01");
  elsewhere.method = wire::http::Method::kGet;
  EXPECT_FALSE(known(elsewhere));
}

TEST(CloudWatchForm, BecomesATree) {
  struct Row {
    std::string_view form;
    std::string_view tree;  // empty: refused
  };
  for (const Row& row : {
           Row{"", "{}"},
           Row{"a=1&&b.c=2&b.d=x+y", R"({"a":"1","b":{"c":"2","d":"x y"}})"},
           Row{"l.member.1=a&l.member.2=b", R"({"l":["a","b"]})"},
           Row{"l.member.1.x=a&l.member.1.y=b&l.member.2.x=c",
               R"({"l":[{"x":"a","y":"b"},{"x":"c"}]})"},
           Row{"a=&b", R"({"a":"","b":""})"},
           Row{"a=1&a=2", ""},
           Row{"a=1&a.b=2", ""},
           Row{"a.b=2&a=1", ""},
           Row{"l.member.2=b", ""},
           Row{"l.member.0=b", ""},
           Row{"l.member.1=a&l.member.3=b", ""},
           Row{"l.member.1=a&l.x=b", ""},
           Row{"l.x=a&l.member.1=b", ""},
           Row{"l.member=b", ""},
           Row{"l.member.1x=b", ""},
           Row{"member.1=b", ""},
           Row{"..=b", ""},
           Row{"=b", ""},
           Row{"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s=1", ""},
       }) {
    const auto tree = tree_from_form(row.form);
    EXPECT_EQ(tree ? json::serialize(*tree) : "", row.tree) << row.form;
  }
  std::string long_list;
  for (int i = 1; i <= 1'001; ++i) long_list += "l.member." + std::to_string(i) + "=x&";
  EXPECT_FALSE(tree_from_form(long_list));
  std::string many;
  for (int i = 0; i <= 20'000; ++i) many += "p" + std::to_string(i) + "=&";
  EXPECT_FALSE(tree_from_form(many));
}

TEST(CloudWatchCbor, BecomesATree) {
  const auto read = [](std::initializer_list<std::uint8_t> octets) {
    const base::Bytes data(octets);
    const auto tree = tree_from_cbor(data);
    return tree ? json::serialize(*tree) : "";
  };
  EXPECT_EQ(read({}), "{}");
  EXPECT_EQ(read({0xa1, 0x61, 'a', 0xc1, 0x05}), R"({"a":5})");
  EXPECT_EQ(read({0xbf, 0x61, 'a', 0x9f, 0x20, 0xff, 0xff}), R"({"a":[-1]})");
  EXPECT_EQ(read({0xa1, 0x61, 'a', 0xc2, 0x05}), "") << "another tag";
  EXPECT_EQ(read({0xa1, 0x61, 'a', 0xc1, 0x61, 'x'}), "") << "a time that is a text";
  EXPECT_EQ(read({0xa1, 0x61, 'a', 0x41, 'x'}), "") << "octets";
  EXPECT_EQ(read({0xa1, 0x05, 0x05}), "") << "a key that is no text";
  EXPECT_EQ(read({0xa2, 0x61, 'a', 0x01, 0x61, 'a', 0x02}), "") << "a key twice";
  EXPECT_EQ(read({0xa1, 0x61, 'a', 0xff}), "") << "an end in place of a value";
  EXPECT_EQ(read({0xa0, 0x00}), "") << "more behind it";
  EXPECT_EQ(read({0xa1, 0x61, 'a', 0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), "");
  base::Bytes deep = {0xa1, 0x61, 'a'};
  deep.insert(deep.end(), 1'000, 0x81);
  EXPECT_FALSE(tree_from_cbor(deep));
}

}  // namespace
}  // namespace control
