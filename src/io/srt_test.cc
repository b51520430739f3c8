#include "io/srt.h"

#include <gtest/gtest.h>
#include <srt.h>
#include <sys/socket.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "io/io_test_support.h"

namespace io {
namespace {

using namespace std::chrono_literals;
using test::drive;

/// A caller by libsrt itself, blocking, on the test's thread or one of its own.
class Caller {
 public:
  Caller() {
    EXPECT_GE(srt_startup(), 0);
    socket_ = srt_create_socket();
  }
  ~Caller() {
    close();
    (void)srt_cleanup();
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  bool connect(std::uint16_t port, const std::string& stream_id, const std::string& passphrase) {
    const bool on = true;
    EXPECT_NE(srt_setsockflag(socket_, SRTO_SENDER, &on, sizeof on), SRT_ERROR);
    EXPECT_NE(srt_setsockflag(socket_, SRTO_STREAMID, stream_id.data(),
                              static_cast<int>(stream_id.size())),
              SRT_ERROR);
    if (!passphrase.empty()) {
      EXPECT_NE(srt_setsockflag(socket_, SRTO_PASSPHRASE, passphrase.data(),
                                static_cast<int>(passphrase.size())),
                SRT_ERROR);
    }
    sockaddr_storage native{};
    const int length = static_cast<int>(Address::parse("127.0.0.1", port)->to_native(native));
    const void* place = &native;
    const bool connected =
        srt_connect(socket_, static_cast<const sockaddr*>(place), length) != SRT_ERROR;
    reject_ = connected ? 0 : srt_getrejectreason(socket_);
    return connected;
  }
  void send(const std::string& payload) {
    EXPECT_NE(srt_sendmsg2(socket_, payload.data(), static_cast<int>(payload.size()), nullptr),
              SRT_ERROR)
        << srt_getlasterror_str();
  }
  void close() {
    if (socket_ != SRT_INVALID_SOCK) (void)srt_close(socket_);
    socket_ = SRT_INVALID_SOCK;
  }
  /// Waits for the other side to end the connection.
  bool wait_until_broken() {
    const int poll = srt_epoll_create();
    const int events = SRT_EPOLL_ERR;
    EXPECT_NE(srt_epoll_add_usock(poll, socket_, &events), SRT_ERROR);
    SRT_EPOLL_EVENT event{};
    const int count = srt_epoll_uwait(poll, &event, 1, 10'000);
    (void)srt_epoll_release(poll);
    return count == 1;
  }
  int reject_reason() const { return reject_; }

 private:
  SRTSOCKET socket_ = SRT_INVALID_SOCK;
  int reject_ = 0;
};

struct Sink final : SrtConnection::Handler {
  void on_data(base::ByteSpan data) override {
    received += base::as_text(data);
    if (react_to_data) react_to_data();
  }
  void on_closed(const base::Error& reason) override {
    ++closed;
    error = reason;
  }
  std::unique_ptr<SrtConnection> connection;
  std::string received;
  int closed = 0;
  base::Error error;
  std::function<void()> react_to_data;
};

class Srt : public testing::Test {
 protected:
  void listen(SrtListener::Options options = {}) {
    options.ip = "127.0.0.1";
    auto listener = SrtListener::listen(
        options,
        [this](const SrtRequest& request) -> SrtDecision {
          if (request.peer.ip() != "127.0.0.1") return SrtReject::kForbidden;
          if (request.stream_id == "clear") return SrtAccept{.loop = &loop_};
          if (request.stream_id == "secret") {
            return SrtAccept{.loop = &loop_, .passphrase = "correct horse"};
          }
          return request.stream_id == "busy" ? SrtReject::kConflict : SrtReject::kUnauthorized;
        },
        [this](Loop&, std::unique_ptr<SrtConnection> connection) {
          EXPECT_TRUE(loop_.is_current());
          connection->set_handler(sink_);
          sink_.connection = std::move(connection);
        });
    ASSERT_TRUE(listener) << listener.error().message;
    listener_ = std::move(*listener);
  }
  void TearDown() override {
    sink_.connection.reset();
    listener_.reset();
  }
  Loop loop_;
  Sink sink_;
  std::unique_ptr<SrtListener> listener_;
};

TEST_F(Srt, CallersArriveOrAreRefusedByPassphraseAndKey) {
  listen();
  struct Row {
    std::string stream_id;
    std::string passphrase;
    int reject;  // 0: accepted
  };
  for (const Row& row : std::vector<Row>{{"clear", "", 0},
                                         {"secret", "correct horse", 0},
                                         {"clear", "correct horse", SRT_REJ_UNSECURE},
                                         {"secret", "wrong horse", SRT_REJ_BADSECRET},
                                         {"secret", "", SRT_REJ_UNSECURE},
                                         {"busy", "", 1409},
                                         {"unknown", "", 1401},
                                         {"", "", 1401}}) {
    SCOPED_TRACE(row.stream_id + "/" + row.passphrase);
    Caller caller;
    const bool connected = caller.connect(listener_->local_port(), row.stream_id, row.passphrase);
    EXPECT_EQ(connected, row.reject == 0);
    EXPECT_EQ(caller.reject_reason(), row.reject);
    if (!connected) continue;
    ASSERT_TRUE(drive(loop_, [&] { return sink_.connection != nullptr; }));
    EXPECT_EQ(sink_.connection->stream_id(), row.stream_id);
    EXPECT_EQ(sink_.connection->peer().ip(), "127.0.0.1");
    caller.send("hello");
    EXPECT_TRUE(drive(loop_, [&] { return sink_.received == "hello"; }));
    caller.close();
    EXPECT_TRUE(drive(loop_, [&] { return sink_.closed == 1; }));
    EXPECT_EQ(sink_.error.code, base::ErrorCode::kClosed);
    sink_.connection.reset();
    sink_.received.clear();
    sink_.closed = 0;
  }
}

TEST_F(Srt, BytesArriveInOrderAndAreCounted) {
  listen();
  Caller caller;
  ASSERT_TRUE(caller.connect(listener_->local_port(), "secret", "correct horse"));
  const std::string data = test::pattern(1316 * 700);
  std::jthread sender([&] {
    for (std::size_t at = 0; at < data.size(); at += 1316) caller.send(data.substr(at, 1316));
  });
  EXPECT_TRUE(drive(loop_, [&] { return sink_.received.size() == data.size(); }));
  EXPECT_TRUE(sink_.received == data);
  EXPECT_TRUE(drive(loop_, [&] { return sink_.connection->statistics().received_packets >= 700; }));
  EXPECT_GT(sink_.connection->statistics().round_trip.count(), 0);
  EXPECT_EQ(sink_.connection->statistics().undecrypted_packets, 0U);
}

TEST_F(Srt, DestroyingTheConnectionInACallbackDisconnectsTheCaller) {
  listen();
  Caller caller;
  ASSERT_TRUE(caller.connect(listener_->local_port(), "clear", ""));
  sink_.react_to_data = [&] { sink_.connection.reset(); };
  ASSERT_TRUE(drive(loop_, [&] { return sink_.connection != nullptr; }));
  caller.send("x");
  ASSERT_TRUE(drive(loop_, [&] { return sink_.connection == nullptr && !sink_.received.empty(); }));
  // The place is free again and the listener goes on.
  Caller next;
  ASSERT_TRUE(next.connect(listener_->local_port(), "clear", ""));
  EXPECT_TRUE(drive(loop_, [&] { return sink_.connection != nullptr; }));
  EXPECT_EQ(sink_.closed, 0);
}

TEST_F(Srt, ALoopThatDoesNotTakeItsBytesLosesTheConnection) {
  listen({.ip = {}, .max_backlog = 100'000});
  Caller caller;
  ASSERT_TRUE(caller.connect(listener_->local_port(), "clear", ""));
  ASSERT_TRUE(drive(loop_, [&] { return sink_.connection != nullptr; }));
  // The loop stands still while more than the backlog comes.
  for (int i = 0; i < 120; ++i) caller.send(std::string(1316, 'x'));
  EXPECT_TRUE(caller.wait_until_broken());
  ASSERT_TRUE(drive(loop_, [&] { return sink_.closed == 1; }));
  EXPECT_EQ(sink_.error.code, base::ErrorCode::kLimit);
  EXPECT_LE(sink_.received.size(), 100'000U);
}

TEST_F(Srt, MoreCallersThanAllowedAreRefused) {
  listen({.ip = {}, .max_connections = 1});
  Caller first;
  ASSERT_TRUE(first.connect(listener_->local_port(), "clear", ""));
  Caller second;
  EXPECT_FALSE(second.connect(listener_->local_port(), "clear", ""));
  EXPECT_EQ(second.reject_reason(), 1402);
}

TEST(SrtListener, PortTakenByAnotherProgramIsAConflictThatNamesTheAddress) {
  const Descriptor other(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_storage native{};
  void* place = &native;
  const auto any = Address::parse("127.0.0.1", 0)->to_native(native);
  ASSERT_EQ(::bind(other.get(), static_cast<const sockaddr*>(place), any), 0);
  socklen_t length = sizeof native;
  ASSERT_EQ(::getsockname(other.get(), static_cast<sockaddr*>(place), &length), 0);
  const Address address = Address::from_native(native);
  for (const char* ip : {"127.0.0.1", ""}) {
    const auto taken = SrtListener::listen(
        {.ip = ip, .port = address.port()},
        [](const SrtRequest&) -> SrtDecision { return SrtReject::kForbidden; },
        [](Loop&, std::unique_ptr<SrtConnection>) {});
    ASSERT_FALSE(taken) << ip;
    EXPECT_EQ(taken.error().code, base::ErrorCode::kConflict) << taken.error().message;
    EXPECT_NE(taken.error().message.find(std::to_string(address.port())), std::string::npos);
  }
}

}  // namespace
}  // namespace io
