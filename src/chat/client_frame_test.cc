#include "chat/client_frame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/utf8.h"

namespace chat {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

ClientFrame parsed(std::string_view text, Dialect dialect = Dialect::kExtended) {
  auto frame = parse_client_frame(text, dialect);
  EXPECT_TRUE(frame) << text << ": " << (frame ? "" : frame.error().message);
  return frame ? std::move(*frame) : ClientFrame{};
}

template <class Action>
Action action(std::string_view text, Dialect dialect = Dialect::kExtended) {
  ClientFrame frame = parsed(text, dialect);
  EXPECT_TRUE(std::holds_alternative<Action>(frame.action)) << text;
  return std::holds_alternative<Action>(frame.action) ? std::get<Action>(frame.action) : Action{};
}

ClientFrameError refused(std::string_view text, Dialect dialect = Dialect::kExtended) {
  auto frame = parse_client_frame(text, dialect);
  EXPECT_FALSE(frame) << text;
  return frame ? ClientFrameError{0, "", ""} : std::move(frame.error());
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out.append(text);
  return out;
}

TEST(ClientFrame, ReadsTheServicesActions) {
  const ClientFrame sent =
      parsed(R"({"Action":"SEND_MESSAGE","RequestId":"5f1d","Content":"Hi \"you\"\n\ud83d\ude00",)"
             R"("Attributes":{"a":"1","b":""}})",
             Dialect::kService);
  EXPECT_EQ(sent.request_id, "5f1d");
  const auto& message = std::get<SendMessage>(sent.action);
  EXPECT_EQ(message.content, "Hi \"you\"\n\xf0\x9f\x98\x80");
  EXPECT_EQ(message.attributes, (Attributes{{"a", "1"}, {"b", ""}}));

  const auto deleted = action<DeleteMessage>(
      R"({"Action":"DELETE_MESSAGE","Id":"AYk6xKitV4On","Reason":"rude"})", Dialect::kService);
  EXPECT_EQ(deleted.id, "AYk6xKitV4On");
  EXPECT_EQ(deleted.reason, "rude");

  const auto thrown_out = action<DisconnectUser>(
      R"({"Action":"DISCONNECT_USER","RequestId":"r","UserId":"Zoë / 7"})", Dialect::kService);
  EXPECT_EQ(thrown_out.user_id, "Zoë / 7");
  EXPECT_EQ(thrown_out.reason, "");
}

TEST(ClientFrame, ReadsOurOwnActionsOnlyForThoseWhoAsk) {
  const auto reaction =
      action<React>(R"({"Action":"REACT","Id":"AYk6xKitV4On","Reaction":"❤️","Remove":true})");
  EXPECT_EQ(reaction.id, "AYk6xKitV4On");
  EXPECT_EQ(reaction.reaction, "❤️");
  EXPECT_TRUE(reaction.remove);
  EXPECT_FALSE(action<React>(R"({"Action":"REACT","Id":"AYk6xKitV4On","Reaction":"👍🏽"})").remove);
  EXPECT_EQ(action<PinMessage>(R"({"Action":"PIN_MESSAGE","Id":"AYk6xKitV4On"})").id,
            "AYk6xKitV4On");
  action<UnpinMessage>(R"({"Action":"UNPIN_MESSAGE"})");
  const auto ban = action<BanUser>(
      R"({"Action":"BAN_USER","UserId":"u","DurationSeconds":600,"Reason":"spam"})");
  EXPECT_EQ(ban.user_id, "u");
  EXPECT_EQ(ban.duration, std::chrono::seconds(600));
  EXPECT_EQ(ban.reason, "spam");
  EXPECT_EQ(action<BanUser>(R"({"Action":"BAN_USER","UserId":"u"})").duration, std::nullopt);
  EXPECT_EQ(action<UnbanUser>(R"({"Action":"UNBAN_USER","UserId":"u"})").user_id, "u");
  EXPECT_EQ(action<SetSlowMode>(R"({"Action":"SET_SLOW_MODE","Seconds":0})").interval.count(), 0);
  EXPECT_EQ(action<SetSlowMode>(R"({"Action":"SET_SLOW_MODE","Seconds":3600})").interval.count(),
            3600);

  for (const char* name :
       {"REACT", "PIN_MESSAGE", "UNPIN_MESSAGE", "BAN_USER", "UNBAN_USER", "SET_SLOW_MODE"}) {
    const auto error = refused(R"({"Action":")"s + name +
                                   R"(","Id":"AYk6xKitV4On","Reaction":"❤️","UserId":"u",)"
                                   R"("Seconds":1,"RequestId":"r"})",
                               Dialect::kService);
    EXPECT_EQ(error.code, 400) << name;
    EXPECT_EQ(error.request_id, "r");
    EXPECT_THAT(error.message, HasSubstr("Unknown Action"));
  }
}

TEST(ClientFrame, OrderWhitespaceAndStrangersDoNotMatter) {
  const auto message = action<SendMessage>(
      " {\t\"Content\" : \"x\" ,\r\n \"Deep\":[[{\"Content\":\"no\",\"Action\":[1.5e3,null]}]],"
      "\"Id\":7, \"UserId\":{\"Attributes\":{\"a\":1}}, \"Remove\":\"maybe\","
      "\"Attributes\":{\"a\":\"b\"}, \"content\":\"other\", \"Action\":\"SEND_MESSAGE\" } ");
  EXPECT_EQ(message.content, "x");
  EXPECT_EQ(message.attributes, (Attributes{{"a", "b"}}));
}

TEST(ClientFrame, NullIsAbsent) {
  const ClientFrame frame =
      parsed(R"({"Action":"SEND_MESSAGE","RequestId":null,"Content":"x","Attributes":null})");
  EXPECT_EQ(frame.request_id, "");
  EXPECT_TRUE(std::get<SendMessage>(frame.action).attributes.empty());
  EXPECT_EQ(
      action<BanUser>(R"({"Action":"BAN_USER","UserId":"u","DurationSeconds":null,"Reason":null})")
          .duration,
      std::nullopt);
  EXPECT_THAT(refused(R"({"Action":"SEND_MESSAGE","Content":null})").message,
              HasSubstr("Content is missing"));
}

struct Wrong {
  const char* text;
  int code;
  const char* message;
};

TEST(ClientFrame, RefusesWhatIsWrong) {
  const Wrong rows[] = {
      {"", 400, "Not a JSON object"},
      {"   ", 400, "Not a JSON object"},
      {"null", 400, "Not a JSON object"},
      {"[]", 400, "Not a JSON object"},
      {R"([{"Action":"SEND_MESSAGE","Content":"x"}])", 400, "Not a JSON object"},
      {R"("SEND_MESSAGE")", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x")", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x"}})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x"} {})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x",})", 400, "Not a JSON object"},
      {R"({'Action':'SEND_MESSAGE'})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE",/**/"Content":"x"})", 400, "Not a JSON object"},
      {"\xef\xbb\xbf{\"Action\":\"SEND_MESSAGE\",\"Content\":\"x\"}", 400, "Not a JSON object"},
      {"{\"Action\":\"SEND_MESSAGE\",\"Content\":\"a\nb\"}", 400, "Not a JSON object"},
      {"{\"Action\":\"SEND_MESSAGE\",\"Content\":\"\xff\"}", 400, "Not a JSON object"},
      {"{\"Action\":\"SEND_MESSAGE\",\"Content\":\"\xed\xa0\x80\"}", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"\ud83d"})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"\ud83dx"})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"\ud83d\ud83d"})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"\ude00"})", 400, "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"\ude00":"x"}})", 400,
       "Not a JSON object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","y":[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]})", 400,
       "Not a JSON object"},
      {"{}", 400, "Action is missing"},
      {R"({"action":"SEND_MESSAGE","Content":"x"})", 400, "Action is missing"},
      {R"({"Action":""})", 400, "Action is missing"},
      {R"({"Action":5})", 400, "Action must be a text"},
      {R"({"Action":"send_message","Content":"x"})", 400, "Unknown Action"},
      {R"({"Action":"SEND_MESSAGE","Action":"SEND_MESSAGE","Content":"x"})", 400,
       "Action comes twice"},
      {R"({"Action":"SEND_MESSAGE"})", 400, "Content is missing"},
      {R"({"Action":"SEND_MESSAGE","Content":""})", 400, "Content is missing"},
      {R"({"Action":"SEND_MESSAGE","Content":5})", 400, "Content must be a text"},
      {R"({"Action":"SEND_MESSAGE","Content":{"a":"b"}})", 400, "Content must be a text"},
      {R"({"Action":"SEND_MESSAGE","Content":["a"]})", 400, "Content must be a text"},
      {R"({"Action":"SEND_MESSAGE","Content":"a\u0000b"})", 400, "U+0000"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Content":"y"})", 400, "Content comes twice"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Content":null})", 400, "Content comes twice"},
      {R"({"Action":"SEND_MESSAGE","\u0043ontent":"x","Content":"y"})", 400, "Content comes twice"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":[]})", 400,
       "Attributes must be an object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":"a"})", 400,
       "Attributes must be an object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":1}})", 400,
       "Attributes must be an object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":null}})", 400,
       "Attributes must be an object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":{"b":"c"}}})", 400,
       "Attributes must be an object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":["b"],"c":"d"}})", 400,
       "Attributes must be an object"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":"1","a":"1"}})", 400,
       "name twice"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":"1"},"Attributes":{}})", 400,
       "Attributes comes twice"},
      {R"({"Action":"SEND_MESSAGE","Content":"x","Attributes":{"a":"\u0000"}})", 400, "U+0000"},
      {R"({"Action":"DELETE_MESSAGE"})", 400, "Id is missing"},
      {R"({"Action":"DELETE_MESSAGE","Id":"AYk6xKitV4O"})", 400, "Id must be"},
      {R"({"Action":"DELETE_MESSAGE","Id":"AYk6xKitV4Onn"})", 400, "Id must be"},
      {R"({"Action":"DELETE_MESSAGE","Id":"AYk6xKitV4-n"})", 400, "Id must be"},
      {R"({"Action":"DELETE_MESSAGE","Id":123456789012})", 400, "Id must be a text"},
      {R"({"Action":"DELETE_MESSAGE","Id":"AYk6xKitV4On","Reason":7})", 400,
       "Reason must be a text"},
      {R"({"Action":"DISCONNECT_USER"})", 400, "UserId is missing"},
      {R"({"Action":"DISCONNECT_USER","UserId":""})", 400, "UserId is missing"},
      {R"({"Action":"DISCONNECT_USER","UserId":"a\u0000"})", 400, "U+0000"},
      {R"({"Action":"REACT","Id":"AYk6xKitV4On"})", 400, "Reaction is missing"},
      {R"({"Action":"REACT","Id":"AYk6xKitV4On","Reaction":"no"})", 400, "one emoji"},
      {R"({"Action":"REACT","Id":"AYk6xKitV4On","Reaction":"❤️❤️"})", 400, "one emoji"},
      {R"({"Action":"REACT","Id":"AYk6xKitV4On","Reaction":"❤️","Remove":1})", 400,
       "Remove must be true or false"},
      {R"({"Action":"REACT","Reaction":"❤️"})", 400, "Id is missing"},
      {R"({"Action":"PIN_MESSAGE","Id":"x"})", 400, "Id must be"},
      {R"({"Action":"BAN_USER","UserId":"u","DurationSeconds":0})", 400, "whole number from 1"},
      {R"({"Action":"BAN_USER","UserId":"u","DurationSeconds":1.5})", 400, "whole number"},
      {R"({"Action":"BAN_USER","UserId":"u","DurationSeconds":"60"})", 400, "whole number"},
      {R"({"Action":"BAN_USER","UserId":"u","DurationSeconds":18446744073709551615})", 400,
       "whole number"},
      {R"({"Action":"SET_SLOW_MODE"})", 400, "Seconds is missing"},
      {R"({"Action":"SET_SLOW_MODE","Seconds":-1})", 400, "whole number from 0 to 3600"},
      {R"({"Action":"SET_SLOW_MODE","Seconds":3601})", 400, "whole number from 0 to 3600"},
      {R"({"Action":"SET_SLOW_MODE","Seconds":true})", 400, "whole number from 0 to 3600"},
  };
  for (const Wrong& row : rows) {
    const auto error = refused(row.text);
    EXPECT_EQ(error.code, row.code) << row.text;
    EXPECT_THAT(error.message, HasSubstr(row.message)) << row.text;
  }
}

TEST(ClientFrame, EchoesTheRequestIdOfWhatItRefuses) {
  EXPECT_EQ(refused(R"({"Action":"X","RequestId":"né"})").request_id, "né");
  EXPECT_EQ(refused(R"({"RequestId":"a","Action":"SEND_MESSAGE","Content":)").request_id, "a");
  EXPECT_EQ(refused(R"({"RequestId":"a","RequestId":"b","Action":"UNPIN_MESSAGE"})").request_id,
            "a");
  EXPECT_EQ(refused(R"({"RequestId":"cut)").request_id, "");
  EXPECT_EQ(refused(R"({"x":{"RequestId":"inner"}})").request_id, "");
  EXPECT_EQ(refused(R"({"RequestId":5,"Action":"UNPIN_MESSAGE"})").request_id, "");
}

std::string with(std::string_view member, const std::string& value) {
  return R"({"Action":"BAN_USER","UserId":"u",")"s.append(member) + R"(":")" + value + R"("})";
}

TEST(ClientFrame, RequestIdHasAtMost64Characters) {
  const std::string most = repeated("é", kMaxRequestId);
  EXPECT_EQ(parsed(with("RequestId", most)).request_id, most);
  const auto error = refused(with("RequestId", most + "x"));
  EXPECT_EQ(error.code, 400);
  EXPECT_EQ(error.request_id, "");
  EXPECT_THAT(error.message, HasSubstr("RequestId may have at most 64 characters"));
  EXPECT_EQ(refused(with("RequestId", repeated("😀", kMaxRequestId + 1))).code, 400);
  EXPECT_EQ(parsed(with("RequestId", R"(\"\u0000\ud83d\ude00)")).request_id, "\"\0😀"s);
}

TEST(ClientFrame, ReasonAndUserIdAreMeasuredInCharacters) {
  EXPECT_EQ(action<BanUser>(with("Reason", repeated("日", kMaxReason))).reason.size(),
            3 * kMaxReason);
  EXPECT_THAT(refused(with("Reason", repeated("日", kMaxReason + 1))).message,
              HasSubstr("Reason may have at most 256"));
  const std::string head = R"({"Action":"UNBAN_USER","UserId":")";
  EXPECT_EQ(action<UnbanUser>(head + repeated("я", kMaxUserId) + "\"}").user_id.size(),
            2 * kMaxUserId);
  EXPECT_THAT(refused(head + repeated("я", kMaxUserId + 1) + "\"}").message,
              HasSubstr("UserId may have at most 128"));
}

std::string message_with(const std::string& content, const std::string& attributes = "{}") {
  return R"({"Action":"SEND_MESSAGE","RequestId":"r","Content":")" + content +
         R"(","Attributes":)" + attributes + "}";
}

TEST(ClientFrame, ContentBeyondWhatAnyRoomAllowsIsTooLong) {
  EXPECT_EQ(action<SendMessage>(message_with(repeated("😀", 500))).content.size(), kMaxContent);
  const auto error = refused(message_with(repeated("😀", 500) + "x"));
  EXPECT_EQ(error.code, 413);
  EXPECT_EQ(error.message, "Message exceeds maximum length");
  EXPECT_EQ(error.request_id, "r");
}

TEST(ClientFrame, AttributesHaveOneKilobyteTogether) {
  // The value is what is left beside the name.
  const auto attributes = [](std::size_t octets_in_all) {
    return R"({"é":")" + std::string(octets_in_all - 2, 'v') + R"("})";
  };
  const auto most = action<SendMessage>(message_with("x", attributes(1024)));
  EXPECT_EQ(octets(most.attributes), kMaxAttributes);
  const auto error = refused(message_with("x", attributes(1025)));
  EXPECT_EQ(error.code, 413);
  EXPECT_EQ(error.message, kTooLong);
  std::string many = "{";
  for (int i = 0; i < 400; ++i) many += "\"k" + std::to_string(i) + "\":\"\",";
  many.back() = '}';
  EXPECT_EQ(refused(message_with("x", many)).code, 413);
  // What they are is checked first.
  EXPECT_EQ(refused(message_with("x", R"({"a":1,"b":")" + std::string(1100, 'v') + "\"}")).code,
            400);
}

TEST(ClientFrame, EveryCutOfAMessageIsRefused) {
  const std::string whole =
      R"({"Action":"SEND_MESSAGE","RequestId":"r\u00e9","Content":"a\ud83d\ude00é😀\\",)"
      R"("Attributes":{"a":"b","c":"\"d"},"Other":[1,2.5e1,{"x":null}]})";
  parsed(whole);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto error = refused(whole.substr(0, size));
    EXPECT_EQ(error.code, 400) << size;
    EXPECT_TRUE(error.request_id.empty() || error.request_id == "ré") << size;
  }
}

TEST(ClientFrame, EveryChangedOctetGivesTextsThatAreUtf8) {
  const std::string whole =
      R"({"Action":"SEND_MESSAGE","RequestId":"\ud83d\ude00é","Content":"\ud83d\ude00é😀",)"
      R"("Attributes":{"\ud83d\ude00":"é😀"}})";
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int octet = 0; octet < 256; ++octet) {
      std::string text = whole;
      text[at] = static_cast<char>(octet);
      const auto frame = parse_client_frame(text, Dialect::kService);
      EXPECT_TRUE(base::is_utf8(frame ? frame->request_id : frame.error().request_id));
      if (!frame) continue;
      ++accepted;
      const auto& message = std::get<SendMessage>(frame->action);
      EXPECT_TRUE(base::is_utf8(message.content)) << text;
      for (const auto& [name, value] : message.attributes) {
        EXPECT_TRUE(base::is_utf8(name) && base::is_utf8(value)) << text;
      }
    }
  }
  EXPECT_GT(accepted, 1000U);
}

TEST(ClientFrame, CountsCodePoints) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("abc"), 3U);
  EXPECT_EQ(code_points("é日😀"), 3U);
  EXPECT_EQ(code_points("e\u0301"), 2U);
}

}  // namespace
}  // namespace chat
