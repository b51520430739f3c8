#include "io/srt.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <srt.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace io {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

constexpr int kBacklog = 128;
constexpr std::int64_t kPollMilliseconds = 50;  // also how long a closed connection may linger
constexpr std::size_t kMaxPayload = 1456;       // of SRT's live mode over an MTU of 1500
constexpr std::size_t kReadBudget = 1024 * 1024;
constexpr base::Duration kStatisticsEvery = 1s;
constexpr base::Duration kAdmissionLife = 10s;  // a caller's handshake takes less or fails
constexpr std::size_t kMaxStreamId = 512;

base::Error srt_error(std::string_view what) {
  return {ErrorCode::kIo, std::string(what) + ": " + srt_getlasterror_str()};
}

template <class Value>
bool set_flag(SRTSOCKET socket, SRT_SOCKOPT option, const Value& value) {
  return srt_setsockflag(socket, option, &value, sizeof value) != SRT_ERROR;
}

}  // namespace

// What reader thread and loop share about one connection.
struct SrtSession {
  SrtSession(SRTSOCKET id, Loop& home) : socket(id), loop(home) {}

  void deliver();
  void report_end(const base::Error& reason);

  const SRTSOCKET socket;
  Loop& loop;
  std::string stream_id;
  Address peer;
  std::atomic<bool> abandoned{false};  // the loop's side has gone: the reader closes the socket

  std::mutex mutex;
  base::Bytes waiting;       // guarded; not empty while a delivery is posted
  SrtStatistics statistics;  // guarded

  SrtConnection* connection = nullptr;  // touched on the loop only
};

void SrtSession::deliver() {
  base::Bytes bytes;
  {
    const std::lock_guard lock(mutex);
    bytes.swap(waiting);
  }
  if (connection != nullptr && connection->handler_ != nullptr) {
    connection->handler_->on_data(bytes);
  }
}

void SrtSession::report_end(const base::Error& reason) {
  if (connection == nullptr) return;
  SrtConnection::Handler* handler = std::exchange(connection->handler_, nullptr);
  if (handler != nullptr) handler->on_closed(reason);
}

SrtConnection::SrtConnection(std::shared_ptr<SrtSession> session) : session_(std::move(session)) {
  session_->connection = this;
}

SrtConnection::~SrtConnection() {
  DCHECK(session_->loop.is_current());
  session_->connection = nullptr;
  session_->abandoned = true;  // srt_close() may wait for locks: the reader thread does it
}

const std::string& SrtConnection::stream_id() const {
  return session_->stream_id;
}

const Address& SrtConnection::peer() const {
  return session_->peer;
}

SrtStatistics SrtConnection::statistics() const {
  const std::lock_guard lock(session_->mutex);
  return session_->statistics;
}

struct SrtListener::Engine {
  Engine(Options wanted, Admit admission, Connected arrival)
      : options(std::move(wanted)), admit(std::move(admission)), connected(std::move(arrival)) {
    CHECK(srt_startup() >= 0);
    // libsrt would write to standard error, stream ids included.
    srt_setloglevel(LOG_CRIT);
  }
  ~Engine();

  struct Admission {
    Loop* loop;
    base::MonotonicTime when;
    std::string stream_id;
    Address peer;
  };

  base::Expected<void> open(const Address& address);
  base::Expected<void> bind_udp(const Address& address);
  bool wait_for_first_packet();
  bool start_listening();
  static int on_caller(void* opaque, SRTSOCKET socket, int version, const sockaddr* peer,
                       const char* stream_id);
  int decide(SRTSOCKET socket, SrtRequest request);
  void run();
  void wait_for_callers();
  void accept_all();
  void read(const std::shared_ptr<SrtSession>& session);
  void end(const std::shared_ptr<SrtSession>& session, base::Error reason);
  void close_socket(SRTSOCKET socket);
  void sweep();

  const Options options;
  Admit admit;
  const Connected connected;
  SRTSOCKET listener = SRT_INVALID_SOCK;
  Descriptor udp;        // until libsrt takes it over
  Descriptor interrupt;  // eventfd: ends the wait for the first packet
  int poll = -1;
  std::uint16_t port = 0;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> open_count{0};

  std::mutex admissions_mutex;
  std::map<SRTSOCKET, Admission> admissions;  // guarded: admitted, not accepted yet
  std::condition_variable caller_came;        // or the end

  // The reader thread's own.
  std::map<SRTSOCKET, std::shared_ptr<SrtSession>> sessions;
  base::Bytes buffer;
  base::MonotonicTime next_statistics{};
  std::thread reader;
};

SrtListener::Engine::~Engine() {
  {
    const std::lock_guard lock(admissions_mutex);
    stopping = true;
  }
  caller_came.notify_one();
  if (interrupt.is_open())
    (void)::eventfd_write(interrupt.get(), 1);  // fails only when written before
  if (reader.joinable()) reader.join();
  if (listener != SRT_INVALID_SOCK) (void)srt_close(listener);
  for (const auto& [socket, session] : sessions) (void)srt_close(socket);
  if (poll >= 0) (void)srt_epoll_release(poll);
  (void)srt_cleanup();
}

base::Expected<void> SrtListener::Engine::open(const Address& address) {
  const std::string name = "cannot listen for SRT on " + address.to_string();
  listener = srt_create_socket();
  if (listener == SRT_INVALID_SOCK) return base::fail(srt_error(name));
  const int latency = static_cast<int>(options.latency.count());
  const bool no = false;
  const bool yes = true;
  bool fine = set_flag(listener, SRTO_RCVSYN, no) && set_flag(listener, SRTO_SNDSYN, no) &&
              set_flag(listener, SRTO_RCVLATENCY, latency) &&
              set_flag(listener, SRTO_ENFORCEDENCRYPTION, yes);
  if (!fine) return base::fail(srt_error(name));

  if (srt_listen_callback(listener, &Engine::on_caller, this) == SRT_ERROR) {
    return base::fail(srt_error(name));
  }
  if (auto bound = bind_udp(address); !bound) {
    return base::fail(std::move(bound.error()).with_context(name));
  }
  interrupt = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  poll = srt_epoll_create();
  if (!interrupt.is_open() || poll < 0) return base::fail(srt_error(name));
  // An empty set is waited for all the same.
  (void)srt_epoll_set(poll, SRT_EPOLL_ENABLE_EMPTY);
  reader = std::thread([this] { run(); });
  (void)::pthread_setname_np(reader.native_handle(), "srt-reader");
  return {};
}

// A socket of our own at first: libsrt looks at its sockets a hundred times a second, which is
// wasted where nobody ever publishes with SRT. No SO_REUSEADDR: another program could take the same
// port unnoticed.
base::Expected<void> SrtListener::Engine::bind_udp(const Address& address) {
  udp = Descriptor(::socket(address.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!udp.is_open()) return base::fail(system_error("socket", errno));
  const int zero = 0;
  if (address.is_v6() &&
      ::setsockopt(udp.get(), IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero) != 0) {
    return base::fail(system_error("socket", errno));
  }
  sockaddr_storage native{};
  socklen_t length = address.to_native(native);
  void* place = &native;
  if (::bind(udp.get(), static_cast<const sockaddr*>(place), length) != 0) {
    base::Error error = system_error("bind", errno);
    if (errno == EADDRINUSE) error.code = ErrorCode::kConflict;
    return base::fail(std::move(error));
  }
  length = sizeof native;
  if (::getsockname(udp.get(), static_cast<sockaddr*>(place), &length) != 0) {
    return base::fail(system_error("bind", errno));
  }
  port = Address::from_native(native).port();
  return {};
}

// False if the end came before any packet.
bool SrtListener::Engine::wait_for_first_packet() {
  std::array<pollfd, 2> waited{{{.fd = udp.get(), .events = POLLIN, .revents = 0},
                                {.fd = interrupt.get(), .events = POLLIN, .revents = 0}}};
  while (!stopping) {
    if (::poll(waited.data(), waited.size(), -1) < 0) CHECK(errno == EINTR);
    if (waited[0].revents != 0) return true;
  }
  return false;
}

// The packet that came is still in the socket and is handled by libsrt.
bool SrtListener::Engine::start_listening() {
  const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
  if (srt_bind_acquire(listener, udp.get()) == SRT_ERROR) return false;
  (void)udp.release();
  return srt_listen(listener, kBacklog) != SRT_ERROR &&
         srt_epoll_add_usock(poll, listener, &events) != SRT_ERROR;
}

int SrtListener::Engine::on_caller(void* opaque, SRTSOCKET socket, int version,
                                   const sockaddr* peer, const char* stream_id) {
  Engine& engine = *static_cast<Engine*>(opaque);
  // Handshakes before version 5 (SRT before 1.3) carry no stream id.
  if (version < 5 || stream_id == nullptr) {
    (void)srt_setrejectreason(socket, static_cast<int>(SrtReject::kBadRequest));
    return -1;
  }
  SrtRequest request;
  request.stream_id = std::string(stream_id, ::strnlen(stream_id, kMaxStreamId));
  sockaddr_storage native{};
  std::memcpy(&native, peer,
              peer->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  request.peer = Address::from_native(native);
  return engine.decide(socket, std::move(request));
}

int SrtListener::Engine::decide(SRTSOCKET socket, SrtRequest request) {
  const auto refuse = [&](SrtReject code) {
    (void)srt_setrejectreason(socket, static_cast<int>(code));
    return -1;
  };
  {
    // Half-made connections count: a flood of callers must not grow the map.
    const std::lock_guard lock(admissions_mutex);
    if (open_count + admissions.size() >= options.max_connections) {
      return refuse(SrtReject::kOverload);
    }
  }
  const SrtDecision decision = admit(request);
  if (const auto* code = std::get_if<SrtReject>(&decision)) return refuse(*code);
  const auto& accept = std::get<SrtAccept>(decision);
  CHECK(accept.loop != nullptr);
  if (!accept.passphrase.empty() &&
      srt_setsockflag(socket, SRTO_PASSPHRASE, accept.passphrase.data(),
                      static_cast<int>(accept.passphrase.size())) == SRT_ERROR) {
    return refuse(SrtReject::kForbidden);  // a passphrase of a length that SRT does not allow
  }
  const std::lock_guard lock(admissions_mutex);
  admissions[socket] = {.loop = accept.loop,
                        .when = Loop::precise_now(),
                        .stream_id = std::move(request.stream_id),
                        .peer = request.peer};
  caller_came.notify_one();
  return 0;
}

void SrtListener::Engine::run() {
  std::array<SRT_EPOLL_EVENT, 64> events{};
  if (!wait_for_first_packet()) return;
  if (!start_listening()) {
    base::log_error("cannot take SRT connections", {{"reason", srt_getlasterror_str()}});
    return;
  }
  while (!stopping) {
    wait_for_callers();
    const int count =
        srt_epoll_uwait(poll, events.data(), static_cast<int>(events.size()), kPollMilliseconds);
    for (int i = 0; i < std::min<int>(count, static_cast<int>(events.size())); ++i) {
      const SRTSOCKET socket = events[static_cast<std::size_t>(i)].fd;
      if (socket == listener) {
        accept_all();
      } else if (const auto found = sessions.find(socket); found != sessions.end()) {
        read(std::shared_ptr<SrtSession>(found->second));
      }
    }
    sweep();
  }
}

// libsrt's own wait wakes up a hundred times a second: not while there is nobody to wait for.
void SrtListener::Engine::wait_for_callers() {
  if (!sessions.empty()) return;
  std::unique_lock lock(admissions_mutex);
  caller_came.wait(lock, [this] { return stopping || !admissions.empty(); });
}

void SrtListener::Engine::accept_all() {
  while (true) {
    const SRTSOCKET socket = srt_accept(listener, nullptr, nullptr);
    if (socket == SRT_INVALID_SOCK) return;
    std::shared_ptr<SrtSession> session;
    {
      const std::lock_guard lock(admissions_mutex);
      const auto found = admissions.find(socket);
      if (found != admissions.end()) {
        session = std::make_shared<SrtSession>(socket, *found->second.loop);
        session->stream_id = std::move(found->second.stream_id);
        session->peer = found->second.peer;
        admissions.erase(found);
        ++open_count;
      }
    }
    const int events = SRT_EPOLL_IN | SRT_EPOLL_ERR;
    if (!session || srt_epoll_add_usock(poll, socket, &events) == SRT_ERROR) {
      if (session) --open_count;
      (void)srt_close(socket);
      continue;
    }
    sessions[socket] = session;
    session->loop.post([session, call = connected] {
      call(session->loop, std::make_unique<SrtConnection>(session));
    });
  }
}

void SrtListener::Engine::read(const std::shared_ptr<SrtSession>& session) {
  if (session->abandoned) return;
  buffer.clear();
  bool over = false;
  while (buffer.size() < kReadBudget) {
    const std::size_t filled = buffer.size();
    buffer.resize(filled + kMaxPayload);
    // libsrt writes characters; a byte array is what the rest of the program reads.
    void* place = buffer.data() + filled;
    const int got = srt_recvmsg2(session->socket, static_cast<char*>(place),
                                 static_cast<int>(kMaxPayload), nullptr);
    buffer.resize(filled + static_cast<std::size_t>(std::max(got, 0)));
    if (got <= 0) {
      over = got == 0 || srt_getlasterror(nullptr) != SRT_EASYNCRCV;
      break;
    }
  }
  if (!buffer.empty()) {
    bool wake = false;
    bool too_much = false;
    {
      const std::lock_guard lock(session->mutex);
      too_much = session->waiting.size() + buffer.size() > options.max_backlog;
      if (!too_much) {
        wake = session->waiting.empty();
        session->waiting.insert(session->waiting.end(), buffer.begin(), buffer.end());
      }
    }
    if (wake) session->loop.post([session] { session->deliver(); });
    if (too_much) {
      end(session, {ErrorCode::kLimit, "received bytes were not taken in time"});
      return;
    }
  }
  if (over) end(session, {ErrorCode::kClosed, "closed by the caller, or lost"});
}

void SrtListener::Engine::end(const std::shared_ptr<SrtSession>& session, base::Error reason) {
  session->loop.post([session, reason = std::move(reason)] { session->report_end(reason); });
  const auto keep = session;  // the map may hold the last reference
  close_socket(keep->socket);
}

void SrtListener::Engine::close_socket(SRTSOCKET socket) {
  (void)srt_epoll_remove_usock(poll, socket);
  (void)srt_close(socket);  // it may have been broken already
  sessions.erase(socket);
  --open_count;
}

void SrtListener::Engine::sweep() {
  std::vector<SRTSOCKET> unwanted;
  for (const auto& [socket, session] : sessions) {
    if (session->abandoned) unwanted.push_back(socket);
  }
  for (const SRTSOCKET socket : unwanted) close_socket(socket);

  const auto now = Loop::precise_now();
  if (now < next_statistics) return;
  next_statistics = now + kStatisticsEvery;
  for (const auto& [socket, session] : sessions) {
    SRT_TRACEBSTATS numbers{};
    if (srt_bstats(socket, &numbers, 0) == SRT_ERROR) continue;
    const std::lock_guard lock(session->mutex);
    session->statistics = {
        .round_trip = std::chrono::microseconds(static_cast<std::int64_t>(numbers.msRTT * 1000)),
        .received_packets = static_cast<std::uint64_t>(numbers.pktRecvTotal),
        .lost_packets = static_cast<std::uint64_t>(numbers.pktRcvLossTotal),
        .dropped_packets = static_cast<std::uint64_t>(numbers.pktRcvDropTotal),
        .undecrypted_packets = static_cast<std::uint64_t>(numbers.pktRcvUndecryptTotal)};
  }
  const std::lock_guard lock(admissions_mutex);
  std::erase_if(admissions,
                [&](const auto& entry) { return now - entry.second.when > kAdmissionLife; });
}

SrtListener::SrtListener(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

SrtListener::~SrtListener() = default;

std::uint16_t SrtListener::local_port() const {
  return engine_->port;
}

base::Expected<std::unique_ptr<SrtListener>> SrtListener::listen(Options options, Admit admit,
                                                                 Connected connected) {
  auto address = Address::parse(options.ip, options.port);
  if (!address) return base::fail(std::move(address.error()));
  const bool any = options.ip.empty() || options.ip == "::" || options.ip == "[::]";
  const std::uint16_t port = options.port;
  auto engine =
      std::make_unique<Engine>(std::move(options), std::move(admit), std::move(connected));
  auto opened = engine->open(*address);
  if (!opened && any && opened.error().code != ErrorCode::kConflict) {
    // No IPv6 on this machine.
    if (engine->listener != SRT_INVALID_SOCK) (void)srt_close(engine->listener);
    engine->listener = SRT_INVALID_SOCK;
    address = Address::parse("0.0.0.0", port);
    opened = engine->open(*address);
  }
  if (!opened) return base::fail(std::move(opened.error()));
  return std::unique_ptr<SrtListener>(new SrtListener(std::move(engine)));
}

}  // namespace io
