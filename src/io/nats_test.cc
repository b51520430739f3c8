// Against a real nats-server, which each test starts for itself.
#include "io/nats.h"

#include <gtest/gtest.h>
#include <nats/nats.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/check.h"
#include "io/io_test_support.h"
#include "io/nats_test_support.h"
#include "io/tls.h"

namespace io {
namespace {

using base::ErrorCode;
using base::Expected;
using namespace std::chrono_literals;

constexpr const char* kPassword = test::NatsServer::kPassword;

// The other side: makes a stream and looks into it, without our code.
class Consumer {
 public:
  explicit Consumer(const std::string& url) {
    CHECK(natsConnection_ConnectTo(&connection_, url.c_str()) == NATS_OK);
    CHECK(natsConnection_JetStream(&context_, connection_, nullptr) == NATS_OK);
  }
  ~Consumer() {
    natsSubscription_Destroy(subscription_);
    jsCtx_Destroy(context_);
    natsConnection_Destroy(connection_);
  }
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  void make_stream() {
    jsStreamConfig config;
    CHECK(jsStreamConfig_Init(&config) == NATS_OK);
    const char* subjects[] = {"events.>"};
    config.Name = "EVENTS";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    CHECK(js_AddStream(nullptr, context_, &config, nullptr, nullptr) == NATS_OK);
  }
  // What the stream keeps, in order: "subject id payload".
  std::vector<std::string> kept() {
    jsStreamInfo* info = nullptr;
    CHECK(js_GetStreamInfo(&info, context_, "EVENTS", nullptr, nullptr) == NATS_OK);
    const std::uint64_t last = info->State.LastSeq;
    jsStreamInfo_Destroy(info);
    std::vector<std::string> out;
    for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
      natsMsg* message = nullptr;
      CHECK(js_GetMsg(&message, context_, "EVENTS", sequence, nullptr, nullptr) == NATS_OK);
      out.push_back(text_of(message));
    }
    return out;
  }
  void subscribe(const char* subject) {
    CHECK(natsConnection_SubscribeSync(&subscription_, connection_, subject) == NATS_OK);
    CHECK(natsConnection_Flush(connection_) == NATS_OK);
  }
  std::string next() {
    natsMsg* message = nullptr;
    if (natsSubscription_NextMsg(&message, subscription_, 10'000) != NATS_OK) return "nothing";
    return text_of(message);
  }

 private:
  static std::string text_of(natsMsg* message) {
    const char* id = nullptr;
    (void)natsMsgHeader_Get(message, "Nats-Msg-Id", &id);
    std::string out = std::string(natsMsg_GetSubject(message)) + " " + (id == nullptr ? "-" : id) +
                      " " +
                      std::string(natsMsg_GetData(message),
                                  static_cast<std::size_t>(natsMsg_GetDataLength(message)));
    natsMsg_Destroy(message);
    return out;
  }
  natsConnection* connection_ = nullptr;
  jsCtx* context_ = nullptr;
  natsSubscription* subscription_ = nullptr;
};

class NatsTest : public ::testing::Test {
 protected:
  std::unique_ptr<NatsPublisher> publisher(const NatsPublisher::Options& options) {
    auto made = NatsPublisher::create(loop_, options);
    CHECK(made.has_value());
    return std::move(*made);
  }
  // Publishes and waits for the end: "" or the code's name and the message.
  std::string publish(NatsPublisher& to, const std::string& subject, const std::string& payload,
                      const std::string& id = "") {
    std::optional<std::string> out;
    to.publish(subject, payload, id, [&](const Expected<void>& result) {
      EXPECT_TRUE(loop_.is_current());
      out = result
                ? ""
                : std::string(base::to_string(result.error().code)) + " " + result.error().message;
    });
    EXPECT_FALSE(out.has_value());  // never within the call
    EXPECT_TRUE(test::drive(loop_, [&] { return out.has_value(); }, 20s));
    EXPECT_EQ(out.value_or("").find(kPassword), std::string::npos);
    return out.value_or("no answer");
  }

  Loop loop_;
  test::NatsServer server_{loop_};
};

TEST_F(NatsTest, AStreamKeepsWhatWasAcknowledgedOnce) {
  server_.start();
  Consumer consumer(server_.url());
  consumer.make_stream();
  auto nats = publisher({.url = server_.url()});
  EXPECT_EQ(publish(*nats, "events.a", "one", "id-1"), "");
  EXPECT_TRUE(nats->is_connected());
  EXPECT_EQ(publish(*nats, "events.b", std::string("two\0\xff", 5), "id-2"), "");
  EXPECT_EQ(publish(*nats, "events.a", "one again", "id-1"), "");
  EXPECT_EQ(publish(*nats, "events.c", ""), "");
  EXPECT_EQ(consumer.kept(), (std::vector<std::string>{
                                 "events.a id-1 one",
                                 "events.b id-2 " + std::string("two\0\xff", 5), "events.c - "}));
}

TEST_F(NatsTest, ManyAtOnceStayInOrder) {
  server_.start();
  Consumer consumer(server_.url());
  consumer.make_stream();
  auto nats = publisher({.url = server_.url()});
  int acknowledged = 0;
  for (int i = 0; i < 1000; ++i) {
    nats->publish("events.n", std::to_string(i), std::to_string(i),
                  [&](const Expected<void>& result) { acknowledged += result ? 1 : 0; });
  }
  ASSERT_TRUE(test::drive(loop_, [&] { return acknowledged == 1000; }, 20s)) << acknowledged;
  const auto kept = consumer.kept();
  ASSERT_EQ(kept.size(), 1000U);
  for (int i = 0; i < 1000; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(kept[static_cast<std::size_t>(i)], "events.n " + number + " " + number);
  }
}

TEST_F(NatsTest, NoStreamAndNoJetStreamAreSaidClearly) {
  server_.start();
  {
    auto nats = publisher({.url = server_.url()});
    EXPECT_EQ(publish(*nats, "nobody.listens", "x"),
              "not_found no JetStream stream takes the NATS subject nobody.listens");
  }
  server_.kill();
  server_.start({});
  auto nats = publisher({.url = server_.url()});
  EXPECT_TRUE(publish(*nats, "events.a", "x").starts_with("not_found no JetStream"));
}

TEST_F(NatsTest, WithoutJetStreamTheServerHasIt) {
  server_.start({});
  Consumer consumer(server_.url());
  consumer.subscribe("plain.*");
  auto nats = publisher({.url = server_.url(), .jetstream = false});
  EXPECT_EQ(publish(*nats, "plain.a", "one", "id-1"), "");
  EXPECT_EQ(publish(*nats, "plain.b", "two"), "");
  EXPECT_EQ(consumer.next(), "plain.a id-1 one");
  EXPECT_EQ(consumer.next(), "plain.b - two");
}

TEST_F(NatsTest, AServerThatIsKilledAndComesBack) {
  server_.start();
  {
    Consumer consumer(server_.url());
    consumer.make_stream();
  }
  auto nats = publisher({.url = server_.url(), .timeout = 2s});
  EXPECT_EQ(publish(*nats, "events.a", "before", "1"), "");
  server_.kill();
  ASSERT_TRUE(test::drive(loop_, [&] { return !nats->is_connected(); }));
  EXPECT_EQ(publish(*nats, "events.a", "during", "2"),
            "timeout no connection to the NATS server: it was lost");
  server_.start();
  ASSERT_TRUE(test::drive(loop_, [&] { return nats->is_connected(); }, 30s));
  EXPECT_EQ(publish(*nats, "events.a", "after", "3"), "");
  Consumer consumer(server_.url());
  // What was not sent in time is not sent later.
  const auto kept = consumer.kept();
  ASSERT_FALSE(kept.empty());
  EXPECT_EQ(kept.back(), "events.a 3 after");
  for (const std::string& message : kept) EXPECT_EQ(message.find("during"), message.npos);
}

TEST_F(NatsTest, WhatFailedWithTheConnectionIsNotSentLater) {
  server_.start();
  {
    Consumer consumer(server_.url());
    consumer.make_stream();
  }
  auto nats = publisher({.url = server_.url(), .sends_after_loss = false});
  EXPECT_EQ(publish(*nats, "events.a", "before"), "");
  server_.kill();
  // The loss is noticed at some time during these.
  std::vector<std::string> failed;
  int answers = 0;
  for (int i = 0; i < 50; ++i) {
    nats->publish("events.a", "m" + std::to_string(i), "", [&, i](const Expected<void>& result) {
      ++answers;
      if (!result) failed.push_back("events.a - m" + std::to_string(i));
    });
  }
  server_.start();
  ASSERT_TRUE(test::drive(loop_, [&] { return answers == 50; }, 20s)) << answers;
  EXPECT_EQ(publish(*nats, "events.a", "after"), "");
  Consumer consumer(server_.url());
  const auto kept = consumer.kept();
  for (const std::string& message : failed) EXPECT_EQ(std::ranges::count(kept, message), 0);
  EXPECT_EQ(kept.size(), 52 - failed.size());
}

TEST_F(NatsTest, MessagesWaitForAServerThatComesLater) {
  auto nats = publisher({.url = server_.url(), .jetstream = false, .timeout = 20s});
  std::optional<bool> sent;
  nats->publish("plain.a", "x", "",
                [&](const Expected<void>& result) { sent = result.has_value(); });
  server_.start({});
  ASSERT_TRUE(test::drive(loop_, [&] { return sent.has_value(); }, 20s));
  EXPECT_TRUE(*sent);
}

TEST_F(NatsTest, WrongPasswordsFailWithoutBeingNamed) {
  server_.start();
  auto nats = publisher({.url = server_.url("nats", "wrong-one"), .timeout = 300ms});
  const std::string failed = publish(*nats, "events.a", "x");
  EXPECT_TRUE(failed.starts_with("timeout no connection to the NATS server")) << failed;
  EXPECT_EQ(failed.find("wrong-one"), std::string::npos) << failed;
  EXPECT_NE(failed.find("Violation"), std::string::npos) << failed;
}

TEST_F(NatsTest, WhatCannotBePublished) {
  server_.start();
  auto nats = publisher({.url = server_.url(), .jetstream = false, .max_waiting_bytes = 3 << 20});
  for (const char* subject : {"", ".", "a.", ".a", "a..b", "a b", "a\r\nPUB b 0", "a.*", "a.>"}) {
    EXPECT_TRUE(publish(*nats, subject, "x").starts_with("invalid")) << subject;
  }
  EXPECT_TRUE(publish(*nats, std::string(300, 'a'), "x").starts_with("invalid"));
  EXPECT_TRUE(publish(*nats, "a", "x", "id\r\nEvil: 1").starts_with("invalid"));
  EXPECT_TRUE(publish(*nats, "a", std::string(2 << 20, 'x')).starts_with("limit"));
  EXPECT_TRUE(publish(*nats, "a", std::string(4 << 20, 'x')).starts_with("limit"));
  EXPECT_EQ(publish(*nats, "a", "fine"), "");
}

TEST_F(NatsTest, WaitingMessagesAreBounded) {
  auto nats = publisher({.url = server_.url(), .timeout = 200ms, .max_waiting = 2});
  std::vector<ErrorCode> codes;
  for (int i = 0; i < 3; ++i) {
    nats->publish("a", "x", "",
                  [&](const Expected<void>& result) { codes.push_back(result.error().code); });
  }
  ASSERT_TRUE(test::drive(loop_, [&] { return codes.size() == 3; }));
  EXPECT_EQ(codes,
            (std::vector<ErrorCode>{ErrorCode::kLimit, ErrorCode::kTimeout, ErrorCode::kTimeout}));
  EXPECT_TRUE(publish(*nats, "a", "x").starts_with("timeout"));  // there is room again
}

TEST_F(NatsTest, DestructionCallsNobody) {
  server_.start();
  Consumer consumer(server_.url());
  consumer.make_stream();
  auto token = std::make_shared<int>(1);
  auto nats = publisher({.url = server_.url()});
  EXPECT_EQ(publish(*nats, "events.a", "x"), "");
  for (int i = 0; i < 100; ++i) {
    nats->publish("events.a", "x", "", [token](const Expected<void>&) { ADD_FAILURE(); });
  }
  nats.reset();
  EXPECT_TRUE(test::drive(loop_, [&] { return token.use_count() == 1; }));
}

TEST_F(NatsTest, TlsWithTheServersCertificateChecked) {
  const auto pem = make_development_certificate(std::vector<std::string>{"127.0.0.1"});
  ASSERT_TRUE(pem);
  server_.start({"-a", "0.0.0.0", "--tls", "--tlscert", server_.file("cert.pem", pem->certificate),
                 "--tlskey", server_.file("key.pem", pem->private_key)});
  auto nats =
      publisher({.url = server_.url("tls"), .trusted = pem->certificate, .jetstream = false});
  EXPECT_EQ(publish(*nats, "a", "x"), "");
  // The certificate does not name this address.
  auto other = publisher({.url = server_.url("tls", kPassword, "127.0.0.2"),
                          .trusted = pem->certificate,
                          .jetstream = false,
                          .timeout = 300ms});
  EXPECT_TRUE(publish(*other, "a", "x").starts_with("timeout no connection"));
  auto strict = publisher({.url = server_.url("tls"), .jetstream = false, .timeout = 300ms});
  EXPECT_TRUE(publish(*strict, "a", "x").starts_with("timeout no connection"));
}

TEST(NatsUrl, UrlsThatNameNoServer) {
  Loop loop;
  for (const char* url : {"", ",", "http://u:hunter2@host", "nats://", "nats://u:hunter2@",
                          "nats://u:hunter2@:4222", "nats://ok,u:hunter2@host"}) {
    const auto made = NatsPublisher::create(loop, {.url = url});
    ASSERT_FALSE(made) << url;
    EXPECT_EQ(made.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(made.error().message.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace io
