#include "server/chat_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "io/connector.h"
#include "io/listener.h"
#include "io/tls.h"
#include "wire/http/message.h"
#include "wire/websocket/frame.h"
#include "wire/websocket/handshake.h"

namespace server {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using wire::websocket::Opcode;

/// The engine: lets in when it is told to, writes down what it hears.
class FakeRooms final : public chat::LoopRooms {
 public:
  struct Ticket final : chat::Admission {
    explicit Ticket(int& counter) : count(counter) { ++count; }
    ~Ticket() override { --count; }
    int& count;
  };
  using Done =
      std::move_only_function<void(std::expected<std::unique_ptr<chat::Admission>, chat::Refusal>)>;

  void admit(std::string_view token, chat::JoinOptions options, Done done) override {
    token_asked = token;
    options_asked = std::move(options);
    waiting.push_back(std::move(done));
    if (admits_at_once) let_in();
  }
  chat::MemberId join(std::unique_ptr<chat::Admission> admission,
                      chat::MemberConnection& connection) override {
    admission.reset();
    const chat::MemberId id{++last};
    members[id] = &connection;
    if (on_join) on_join(connection);
    return id;
  }
  void receive(chat::MemberId member, std::string_view text) override {
    CHECK(members.contains(member));
    heard.emplace_back(text);
    inside = true;
    if (on_receive) on_receive(*members.at(member));
    inside = false;
  }
  void leave(chat::MemberId member) override {
    CHECK(!inside);
    CHECK(members.erase(member) == 1);
    ++left;
  }

  void let_in() { answer(std::make_unique<Ticket>(tickets)); }
  void answer(std::expected<std::unique_ptr<chat::Admission>, chat::Refusal> what) {
    Done done = std::move(waiting.front());
    waiting.pop_front();
    done(std::move(what));
  }
  chat::MemberConnection& member() { return *members.begin()->second; }

  bool admits_at_once = true;
  std::string token_asked;
  chat::JoinOptions options_asked;
  std::deque<Done> waiting;
  int tickets = 0;
  std::uint64_t last = 0;
  std::map<chat::MemberId, chat::MemberConnection*> members;
  std::vector<std::string> heard;
  std::function<void(chat::MemberConnection&)> on_join;
  std::function<void(chat::MemberConnection&)> on_receive;
  bool inside = false;
  int left = 0;
};

/// A WebSocket client that speaks frame by frame.
struct TestClient final : io::Connection::Handler, wire::websocket::Reader::Listener {
  std::unique_ptr<io::Connection> connection;
  wire::websocket::Reader reader{wire::websocket::Reader::Role::kClient, 1 << 20};
  std::string head;  // of the last answer, then
  std::string rest;  // what came behind it, if that is no WebSocket
  bool upgraded = false;
  std::vector<std::string> frames;  // "text:..."
  bool closed = false;
  bool secured = false;

  void on_secured() override { secured = true; }
  void on_data(base::ByteSpan data) override {
    if (upgraded) {
      read(data);
      return;
    }
    head += base::as_text(data);
    const auto end = head.find("\r\n\r\n");
    if (end == std::string::npos) return;
    rest = head.substr(end + 4);
    head.resize(end + 4);
    upgraded = head.starts_with("HTTP/1.1 101");
    if (upgraded) read(base::as_bytes(rest));
  }
  void on_closed(const base::Error&) override { closed = true; }
  void read(base::ByteSpan data) { CHECK(reader.receive(data, *this).has_value()); }
  void on_text(std::string_view text) override { frames.push_back("text:" + std::string(text)); }
  void on_ping(base::ByteSpan) override { frames.emplace_back("ping"); }
  void on_pong(base::ByteSpan payload) override {
    frames.push_back("pong:" + std::string(base::as_text(payload)));
  }
  void on_close(std::optional<std::uint16_t> code, std::string_view reason) override {
    frames.push_back("close:" + std::to_string(code.value_or(0)) + ":" + std::string(reason));
  }

  void send(std::string text) { connection->write(base::Slice::take(std::move(text))); }
  void send_frame(Opcode opcode, std::string_view payload) {
    connection->write(wire::websocket::masked_frame(opcode, base::as_bytes(payload), {1, 2, 3, 4}));
  }
};

std::string frame_text(Opcode opcode, std::string_view payload) {
  return std::string(
      wire::websocket::masked_frame(opcode, base::as_bytes(payload), {1, 2, 3, 4}).text());
}

std::string handshake(std::string_view target = "/", std::string_view fields =
                                                         "Sec-WebSocket-Protocol: the.token\r\n"
                                                         "Sec-WebSocket-Version: 13\r\n") {
  std::string text = "GET " + std::string(target) + " HTTP/1.1\r\nHost: here\r\n";
  text += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  text += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  return text + std::string(fields) + "\r\n";
}

/// A server of one loop over the loopback interface, with or without TLS.
class ChatSessionTest : public ::testing::Test, private HttpRouter {
 protected:
  explicit ChatSessionTest(bool tls = false) {
    if (tls) {
      const auto pem = io::make_development_certificate({});
      CHECK(pem.has_value());
      server_tls_ = std::move(*io::TlsContext::server(*pem, {}));
      client_tls_ =
          std::move(*io::TlsContext::client({.alpn = {"http/1.1"}, .trusted = pem->certificate}));
    }
    http_context_.loop = &loop_;
    http_context_.router = this;
    http_context_.date = &date_;
    http_context_.sessions = &http_sessions_;
    chat_context_.loop = &loop_;
    chat_context_.rooms = &rooms_;
    chat_context_.sessions = &chat_sessions_;
    auto sockets = io::bind_tcp("127.0.0.1", 0, 1);
    CHECK(sockets.has_value());
    listener_ = std::make_unique<io::Listener>(
        loop_, std::move(sockets->front()), [this](io::Socket socket) {
          http_sessions_.add(
              std::make_unique<HttpSession>(http_context_, std::move(socket), server_tls_.get()));
        });
  }
  ~ChatSessionTest() override {
    client_->connection.reset();
    chat_sessions_.clear();
    http_sessions_.clear();
    EXPECT_TRUE(rooms_.members.empty());
    EXPECT_EQ(rooms_.tickets, 0);
    rooms_.waiting.clear();
  }

  template <class Done>
  bool drive(Done done) {
    const auto deadline = io::Loop::precise_now() + seconds(10);
    while (!done()) {
      if (io::Loop::precise_now() > deadline) return false;
      (void)loop_.run_once(std::chrono::milliseconds(20));
    }
    return true;
  }
  void connect() {
    io::Connector connector(loop_, {.host = "127.0.0.1", .port = listener_->local_port()},
                            [&](base::Expected<io::Socket> socket) {
                              CHECK(socket.has_value());
                              client_->connection =
                                  client_tls_ == nullptr
                                      ? io::Connection::plain(loop_, std::move(*socket), *client_)
                                      : io::Connection::tls_client(loop_, std::move(*socket),
                                                                   *client_tls_, "localhost",
                                                                   *client_);
                            });
    ASSERT_TRUE(drive([&] {
      return client_->connection != nullptr && (client_tls_ == nullptr || client_->secured);
    }));
  }
  /// Connects and joins a room.
  void join() {
    connect();
    client_->send(handshake());
    ASSERT_TRUE(drive([&] { return client_->upgraded && rooms_.members.size() == 1; }));
  }
  bool drive_until_frames(std::size_t count) {
    return drive([&] { return client_->frames.size() >= count; });
  }
  void say(std::string_view text) {
    const base::Slice frame = wire::websocket::text_frame(text);
    rooms_.member().write({&frame, 1});
  }
  bool is_empty() const { return chat_sessions_.size() == 0 && http_sessions_.size() == 0; }

  void handle(HttpSession& session, wire::http::RequestId id,
              wire::http::Request&& request) override {
    if (wire::websocket::is_websocket_upgrade(request)) {
      start_chat(session, id, std::move(request), chat_context_);
    } else if (request.path == "/later") {
      later_ = [weak = session.self(), id] {
        (**weak.lock()).respond(id, wire::http::Response::with_status(204));
      };
    } else {
      session.respond(id, wire::http::Response::with_status(204));
    }
  }
  bool answers_preflight(const wire::http::Request&) const override { return false; }

  const std::int64_t open_before_ = open_connections().value();
  io::Loop loop_;
  wire::http::DateText date_{base::WallTime()};
  std::unique_ptr<io::TlsContext> server_tls_;
  std::unique_ptr<io::TlsContext> client_tls_;
  FakeRooms rooms_;
  SessionSet<HttpSession> http_sessions_{loop_};
  SessionSet<ChatSession> chat_sessions_{loop_};
  HttpContext http_context_;
  ChatContext chat_context_;
  std::unique_ptr<io::Listener> listener_;
  std::optional<TestClient> client_{std::in_place};
  std::function<void()> later_;
};

/// Plain and TLS.
class ChatSessionOverTest : public ChatSessionTest, public ::testing::WithParamInterface<bool> {
 protected:
  ChatSessionOverTest() : ChatSessionTest(GetParam()) {}
};
INSTANTIATE_TEST_SUITE_P(Transport, ChatSessionOverTest, ::testing::Values(false, true),
                         [](const auto& row) { return row.param ? "Tls" : "Plain"; });

TEST_P(ChatSessionOverTest, JoinsTalksAndLeaves) {
  rooms_.on_join = [](chat::MemberConnection& connection) {
    const base::Slice frames[] = {wire::websocket::text_frame("one"),
                                  wire::websocket::text_frame("two")};
    connection.write(frames);
  };
  connect();
  client_->send(handshake("/?rostrum=1&history=17&since=abcDEF123456"));
  ASSERT_TRUE(drive_until_frames(2));
  EXPECT_THAT(client_->head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(client_->head, HasSubstr("Sec-WebSocket-Protocol: the.token\r\n"));
  EXPECT_THAT(client_->head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(client_->frames, ElementsAre("text:one", "text:two"));
  EXPECT_EQ(rooms_.token_asked, "the.token");
  EXPECT_TRUE(rooms_.options_asked.extended);
  EXPECT_EQ(rooms_.options_asked.history, 17u);
  EXPECT_EQ(rooms_.options_asked.since, "abcDEF123456");
  EXPECT_EQ(rooms_.options_asked.address, "127.0.0.1");
  ASSERT_TRUE(drive([&] { return http_sessions_.size() == 0; }));
  EXPECT_EQ(chat_sessions_.size(), 1u);
  EXPECT_TRUE(drive([&] { return open_connections().value() - open_before_ == 1; }));

  client_->send_frame(Opcode::kText, "hello");
  ASSERT_TRUE(drive([&] { return rooms_.heard.size() == 1; }));
  EXPECT_EQ(rooms_.heard[0], "hello");
  say("hi");
  EXPECT_EQ(rooms_.member().backlog(), 0u);
  ASSERT_TRUE(drive_until_frames(3));
  EXPECT_EQ(client_->frames[2], "text:hi");
  client_->send_frame(Opcode::kPing, "p");
  ASSERT_TRUE(drive_until_frames(4));
  EXPECT_EQ(client_->frames[3], "pong:p");

  client_->connection.reset();
  ASSERT_TRUE(drive([&] { return rooms_.left == 1 && is_empty(); }));
  EXPECT_TRUE(drive([&] { return open_connections().value() == open_before_; }));
}

TEST_P(ChatSessionOverTest, LosesNothingThatComesBehindTheRequest) {
  rooms_.admits_at_once = false;
  connect();
  const std::string long_text(20'000, 'x');
  chat_context_.max_message = 30'000;
  client_->send(handshake() + frame_text(Opcode::kText, "early") +
                frame_text(Opcode::kText, "cut"));
  ASSERT_TRUE(drive([&] { return rooms_.waiting.size() == 1; }));
  client_->send_frame(Opcode::kText, long_text);
  EXPECT_EQ(rooms_.members.size(), 0u);
  rooms_.let_in();
  ASSERT_TRUE(drive([&] { return rooms_.heard.size() == 3; }));
  EXPECT_THAT(rooms_.heard, ElementsAre("early", "cut", long_text));
}

TEST_F(ChatSessionTest, TakesARequestInAnyPieces) {
  const std::string all = handshake() + frame_text(Opcode::kText, "first words");
  for (std::size_t cut = 1; cut < all.size(); cut += 7) {
    rooms_.heard.clear();
    client_.emplace();
    connect();
    client_->send(all.substr(0, cut));
    (void)loop_.run_once(std::chrono::milliseconds(1));
    client_->send(all.substr(cut));
    ASSERT_TRUE(drive([&] { return rooms_.heard.size() == 1; })) << cut;
    EXPECT_EQ(rooms_.heard[0], "first words");
  }
}

TEST_F(ChatSessionTest, RefusesWithASentenceAndGoesOnWithHttp) {
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string token = "Sec-WebSocket-Protocol: t\r\n";
  struct Row {
    std::string target;
    std::string fields;
    std::string status;
    std::string rest;
  };
  const Row rows[] = {
      {"/", version, "401", "token"},
      {"/chat", version + token, "404", "is at /"},
      {"/", version + "Sec-WebSocket-Protocol: a, b\r\n", "400", "only subprotocol"},
      {"/", version + token + "Sec-WebSocket-Protocol: b\r\n", "400", "only subprotocol"},
      {"/", token, "426", "13"},
      {"/?history=201", version + token, "400", "history"},
      {"/?history=-1", version + token, "400", "history"},
      {"/?history=", version + token, "400", "history"},
      {"/?rostrum=2", version + token, "400", "rostrum"},
      {"/?since=" + std::string(65, 'a'), version + token, "400", "since"},
      {"/?history=%2", version + token, "400", "query"},
  };
  connect();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.target + " " + row.fields);
    client_->head.clear();
    client_->rest.clear();
    client_->send(handshake(row.target, row.fields));
    ASSERT_TRUE(drive([&] { return client_->rest.find(row.rest) != std::string::npos; }));
    EXPECT_THAT(client_->head, StartsWith("HTTP/1.1 " + row.status));
    EXPECT_TRUE(rooms_.token_asked.empty());
  }
  client_->head.clear();
  client_->send("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
  EXPECT_TRUE(drive([&] { return client_->head.starts_with("HTTP/1.1 204"); }));
}

TEST_F(ChatSessionTest, PassesTheRefusalOfTheEngineOn) {
  rooms_.admits_at_once = false;
  connect();
  client_->send(handshake());
  ASSERT_TRUE(drive([&] { return rooms_.waiting.size() == 1; }));
  rooms_.answer(std::unexpected(chat::Refusal{404, "there is no such room"}));
  ASSERT_TRUE(drive([&] { return !client_->rest.empty(); }));
  EXPECT_THAT(client_->head, StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(client_->rest, StartsWith(R"({"message":"there is no such room"})"));
  client_->head.clear();
  client_->send(handshake());
  ASSERT_TRUE(drive([&] { return rooms_.waiting.size() == 1; }));
  rooms_.let_in();
  EXPECT_TRUE(drive([&] { return client_->upgraded && rooms_.members.size() == 1; }));
}

TEST_F(ChatSessionTest, AClientThatDidNotWaitIsForgotten) {
  rooms_.admits_at_once = false;
  connect();
  client_->send(handshake());
  ASSERT_TRUE(drive([&] { return rooms_.waiting.size() == 1; }));
  http_sessions_.clear();
  rooms_.let_in();
  EXPECT_EQ(rooms_.tickets, 0);
  EXPECT_EQ(chat_sessions_.size(), 0u);
  EXPECT_EQ(open_connections().value(), open_before_);
}

// The answer is there, but the connection ends before it has been handed over.
TEST_F(ChatSessionTest, AConnectionThatEndsInBetweenGivesItsPlaceBack) {
  rooms_.admits_at_once = false;
  connect();
  client_->send(handshake());
  ASSERT_TRUE(drive([&] { return rooms_.waiting.size() == 1; }));
  rooms_.let_in();
  EXPECT_EQ(rooms_.tickets, 1);
  http_sessions_.clear();
  EXPECT_EQ(rooms_.tickets, 0);
  ASSERT_TRUE(drive([&] { return client_->closed; }));
  EXPECT_EQ(chat_sessions_.size(), 0u);
}

TEST_F(ChatSessionTest, DoesNotBeginOnAConnectionThatDrainsOrAnswersOthers) {
  rooms_.admits_at_once = false;
  connect();
  client_->send(handshake());
  ASSERT_TRUE(drive([&] { return rooms_.waiting.size() == 1; }));
  http_sessions_.for_each([](HttpSession& session) { session.drain(); });
  rooms_.let_in();
  ASSERT_TRUE(drive([&] { return client_->closed; }));
  EXPECT_THAT(client_->head, StartsWith("HTTP/1.1 503 "));

  client_.emplace();
  connect();
  client_->send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n" + handshake());
  ASSERT_TRUE(drive([&] { return later_ != nullptr; }));
  later_();
  ASSERT_TRUE(drive([&] { return client_->rest.starts_with("HTTP/1.1 503 "); }));
  EXPECT_TRUE(rooms_.waiting.empty());
}

// The request is parsed inside the answer to the one before.
TEST_F(ChatSessionTest, BeginsBehindAnAnswerThatComesLate) {
  http_context_.options.max_pipelined = 1;
  connect();
  client_->send("GET /later HTTP/1.1\r\nHost: here\r\n\r\n" + handshake() +
                frame_text(Opcode::kText, "early"));
  ASSERT_TRUE(drive([&] { return later_ != nullptr; }));
  later_();
  ASSERT_TRUE(drive([&] { return rooms_.heard.size() == 1; }));
  EXPECT_EQ(rooms_.heard[0], "early");
}

TEST_P(ChatSessionOverTest, EchoesTheCloseFrameOfTheClient) {
  join();
  client_->send_frame(Opcode::kClose, "\x0f\xa1 bye");  // 4001
  client_->send_frame(Opcode::kText, "not heard");
  ASSERT_TRUE(drive([&] { return client_->closed; }));
  EXPECT_THAT(client_->frames, ElementsAre("close:4001:"));
  client_->connection.reset();
  ASSERT_TRUE(drive([&] { return is_empty(); }));
  EXPECT_EQ(rooms_.left, 1);
  EXPECT_TRUE(rooms_.heard.empty());
}

TEST_F(ChatSessionTest, AnswersACloseFrameWithoutCode) {
  join();
  client_->send_frame(Opcode::kClose, "");
  ASSERT_TRUE(drive([&] { return client_->closed; }));
  EXPECT_THAT(client_->frames, ElementsAre("close:0:"));
}

TEST_P(ChatSessionOverTest, SaysGoodbyeAndWaitsForTheClient) {
  join();
  rooms_.member().close(1000, "disconnected");
  rooms_.member().close(1001, "only once");
  say("nothing more is said");
  EXPECT_EQ(rooms_.left, 0);
  client_->send_frame(Opcode::kText, "and nothing heard");
  ASSERT_TRUE(drive_until_frames(1));
  (void)loop_.run_once(std::chrono::milliseconds(1));
  EXPECT_FALSE(client_->closed);
  client_->send_frame(Opcode::kClose, "\x03\xe8");
  ASSERT_TRUE(drive([&] { return client_->closed; }));
  EXPECT_THAT(client_->frames, ElementsAre("close:1000:disconnected"));
  client_->connection.reset();
  ASSERT_TRUE(drive([&] { return is_empty(); }));
  EXPECT_EQ(rooms_.left, 1);
  EXPECT_TRUE(rooms_.heard.empty());
}

TEST_F(ChatSessionTest, DoesNotWaitLongForACloseFrame) {
  chat_context_.close_timeout = seconds(1);
  join();
  rooms_.member().close(1000, "");
  ASSERT_TRUE(drive([&] { return client_->closed; }));
  EXPECT_THAT(client_->frames, ElementsAre("close:1000:"));
  ASSERT_TRUE(drive([&] { return is_empty(); }));
  EXPECT_EQ(rooms_.left, 1);
}

TEST_P(ChatSessionOverTest, IsDroppedWithoutAWord) {
  join();
  rooms_.member().drop();
  rooms_.member().drop();
  say("nothing more is said");
  EXPECT_EQ(rooms_.member().backlog(), 0u);
  EXPECT_EQ(rooms_.left, 0) << "not from inside";
  ASSERT_TRUE(drive([&] { return client_->closed && is_empty(); }));
  EXPECT_EQ(rooms_.left, 1);
  EXPECT_TRUE(client_->frames.empty());
}

TEST_P(ChatSessionOverTest, MayBeEndedInsideWhatItSays) {
  for (const bool drops : {true, false}) {
    rooms_.heard.clear();
    rooms_.left = 0;
    client_.emplace();
    rooms_.on_receive = [&](chat::MemberConnection& connection) {
      drops ? connection.drop() : connection.close(1000, "enough");
    };
    join();
    client_->send(frame_text(Opcode::kText, "a") + frame_text(Opcode::kText, "b") +
                  frame_text(Opcode::kPing, "") + frame_text(Opcode::kBinary, "") +
                  frame_text(Opcode::kClose, ""));
    ASSERT_TRUE(drive([&] { return client_->closed; }));
    client_->connection.reset();
    ASSERT_TRUE(drive([&] { return is_empty(); }));
    EXPECT_THAT(rooms_.heard, ElementsAre("a"));
    EXPECT_EQ(rooms_.left, 1);
    EXPECT_EQ(client_->frames.size(), drops ? 0u : 1u);
  }
}

TEST_F(ChatSessionTest, MayBeEndedWhileItJoins) {
  for (const bool drops : {true, false}) {
    client_.emplace();
    rooms_.left = 0;
    rooms_.on_join = [&](chat::MemberConnection& connection) {
      drops ? connection.drop() : connection.close(1000, "");
    };
    connect();
    client_->send(handshake() + frame_text(Opcode::kText, "early") +
                  frame_text(Opcode::kClose, ""));
    ASSERT_TRUE(drive([&] { return client_->closed; }));
    client_->connection.reset();
    ASSERT_TRUE(drive([&] { return is_empty(); }));
    EXPECT_EQ(rooms_.left, 1);
    EXPECT_TRUE(rooms_.heard.empty());
  }
}

TEST_F(ChatSessionTest, FailsWithTheCodeOfTheProtocol) {
  struct Row {
    std::string input;
    std::string heard;
  };
  chat_context_.max_message = 100;
  const Row rows[] = {
      {frame_text(Opcode::kBinary, "b"), "close:1003:"},
      {frame_text(Opcode::kText, "\xff"), "close:1007:"},
      {frame_text(Opcode::kText, std::string(101, 'x')), "close:1009:"},
      {std::string(wire::websocket::text_frame("not masked").text()), "close:1002:"},
  };
  for (const Row& row : rows) {
    client_.emplace();
    join();
    client_->send(row.input);
    ASSERT_TRUE(drive([&] { return client_->closed; }));
    ASSERT_EQ(client_->frames.size(), 1u);
    EXPECT_THAT(client_->frames[0], StartsWith(row.heard));
    client_->connection.reset();
    ASSERT_TRUE(drive([&] { return is_empty(); }));
  }
  EXPECT_TRUE(rooms_.heard.empty());
}

TEST_F(ChatSessionTest, AsksASilentClientForASignOfLife) {
  chat_context_.ping_after = seconds(1);
  chat_context_.pong_timeout = seconds(1);
  join();
  ASSERT_TRUE(drive_until_frames(1));
  client_->send_frame(Opcode::kPong, "");
  ASSERT_TRUE(drive_until_frames(2)) << "it lives, and is asked again";
  EXPECT_FALSE(client_->closed);
  ASSERT_TRUE(drive([&] { return client_->closed; })) << "and does not answer";
  EXPECT_THAT(client_->frames, ElementsAre("ping", "ping"));
  ASSERT_TRUE(drive([&] { return is_empty(); }));
  EXPECT_EQ(rooms_.left, 1);
}

// Whoever says too much is read slowly, and still heard to the end.
TEST_F(ChatSessionTest, AFloodIsReadSlowly) {
  join();
  std::string flood;
  for (int i = 0; i < 450; ++i) flood += frame_text(Opcode::kText, std::string(200, 'f'));
  client_->send(std::move(flood));
  ASSERT_TRUE(drive([&] { return rooms_.heard.size() > 100; }));
  for (int i = 0; i < 20; ++i) (void)loop_.run_once(std::chrono::milliseconds(1));
  EXPECT_LT(rooms_.heard.size(), 450u);
  ASSERT_TRUE(drive([&] { return rooms_.heard.size() == 450; }));
  rooms_.member().close(1000, "");
  ASSERT_TRUE(drive_until_frames(1));
  client_->send_frame(Opcode::kClose, "");
  EXPECT_TRUE(drive([&] { return client_->closed; })) << "a pause does not outlive a goodbye";
}

// Pongs are bounded where a client does not read; messages are the engine's to bound.
TEST_F(ChatSessionTest, AFloodOfPingsDoesNotPileUp) {
  join();
  std::string pings;
  for (int i = 0; i < 600; ++i) pings += frame_text(Opcode::kPing, std::string(100, 'p'));
  std::size_t most = 0;
  client_->connection->pause_reading();
  client_->send(std::move(pings));
  client_->send_frame(Opcode::kText, "end");
  ASSERT_TRUE(drive([&] {
    most = std::max(most, rooms_.member().backlog());
    return rooms_.heard.size() == 1;
  }));
  EXPECT_LE(most, 4096u + 200u);
}

TEST_F(ChatSessionTest, DropsAllThatAreLeft) {
  join();
  drop_all(chat_sessions_);
  ASSERT_TRUE(drive([&] { return client_->closed && is_empty(); }));
  EXPECT_EQ(rooms_.left, 1);
  EXPECT_EQ(open_chat_connections().value(), 0);
}

TEST_F(ChatSessionTest, LeavesWhenTheServerStops) {
  join();
  chat_sessions_.clear();
  EXPECT_EQ(rooms_.left, 1);
}

}  // namespace
}  // namespace server
