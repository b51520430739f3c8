// Life, flow control and callbacks of a connection; connection_io.cc moves the bytes.
#include "io/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace io {
namespace {

using base::ErrorCode;

// A connection that has more to do than this lets the others of its loop go first.
constexpr std::size_t kReadBudget = 256 * 1024;
constexpr int kDrainRounds = 16;
// How long the peer may take to close its side after we have closed ours.
constexpr std::chrono::seconds kLinger{3};

base::Error closed_by_peer() {
  return {ErrorCode::kClosed, "closed by the peer"};
}

void set_option(int descriptor, int level, int name, int value) {
  // Options are advice: the connection works without, for example over a Unix socket pair.
  (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

std::unique_ptr<Connection> Connection::plain(Loop& loop, Socket socket, Handler& handler) {
  std::unique_ptr<Connection> self(
      new Connection(loop, std::move(socket.descriptor), socket.peer, handler));
  self->start();
  return self;
}

std::unique_ptr<Connection> Connection::attach(Loop& loop, Detached detached, Handler& handler) {
  std::unique_ptr<Connection> self(
      new Connection(loop, std::move(detached.descriptor_), detached.peer_, handler));
  self->ssl_ = std::move(detached.ssl_);
  self->queue_ = std::move(detached.queue_);
  for (const base::Slice& slice : self->queue_) self->pending_ += slice.size();
  self->secured_ = detached.secured_;
  self->at_end_ = detached.at_end_;
  self->closing_ = detached.closing_;
  self->start();
  if (detached.failure_) {
    self->fail(std::move(*detached.failure_));
  } else {
    loop.defer(*self);  // output may be waiting, and TLS may hold bytes that epoll knows nothing of
  }
  return self;
}

Connection::Connection(Loop& loop, Descriptor descriptor, const Address& peer, Handler& handler)
    : loop_(loop), handler_(&handler), descriptor_(std::move(descriptor)), peer_(peer) {
  DCHECK(loop_.is_current());
  CHECK(descriptor_.is_open());
  set_option(descriptor_.get(), IPPROTO_TCP, TCP_NODELAY, 1);
}

Connection::~Connection() {
  DCHECK(loop_.is_current());
  if (alive_ != nullptr) *alive_ = false;
  if (!descriptor_.is_open()) return;
  if (watched_) loop_.unwatch(descriptor_.get(), *this, urgency_);
  if (ssl_ && secured_ && pending_ == 0 && !failure_ && !said_goodbye_) {
    (void)SSL_shutdown(ssl_.get());  // as far as the socket takes it: we do not wait here
  }
}

void Connection::start() {
  interest_ = EPOLLIN;
  watched_ = true;
  loop_.watch(descriptor_.get(), interest_, *this, urgency_);
}

template <class Call>
bool Connection::call_handler(Call call) {
  bool alive = true;
  alive_ = &alive;
  in_callback_ = true;
  call(*handler_);
  if (!alive) return false;
  alive_ = nullptr;
  in_callback_ = false;
  return descriptor_.is_open();  // not after detach()
}

void Connection::on_ready(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    if (interest_ == 0) {
      // Paused, but the kernel reports the end anyway, and would do so for ever.
      int error = 0;
      socklen_t length = sizeof error;
      (void)::getsockopt(descriptor_.get(), SOL_SOCKET, SO_ERROR, &error, &length);
      fail(error == 0 ? closed_by_peer() : system_error("connection", error));
      return;
    }
    events |= interest_;  // reading or sending finds out which error it is
  }
  if ((events & EPOLLOUT) != 0) blocked_ = false;
  if (ssl_ && !secured_) {
    if (!handshake()) return;
    events |= EPOLLIN;  // records that came with the handshake are in OpenSSL's buffer
  }
  if ((events & EPOLLOUT) != 0) {
    if (!send_queue()) return;
    if (read_blocked_) events |= EPOLLIN;
  }
  if ((events & EPOLLIN) != 0) handle_input();
}

void Connection::on_deferred() {
  if (failure_) {
    report_closed();
    return;
  }
  if (ssl_ && !secured_ && !handshake()) return;
  if (!send_queue()) return;
  if (ssl_ || at_end_) handle_input();
}

bool Connection::wants_input() const {
  if (at_end_ || failure_) return false;
  if (said_goodbye_ || (ssl_ && !secured_)) return true;
  return !paused_ && !closing_;
}

void Connection::handle_input() {
  read_blocked_ = false;
  std::size_t taken = 0;
  while (wants_input()) {
    const auto buffer = loop_.read_scratch();
    std::size_t count = 0;
    const Progress progress = read_some(buffer, count);
    if (count > 0 && !closing_) {
      if (!call_handler([&](Handler& handler) { handler.on_data(buffer.first(count)); })) return;
      if (!send_queue()) return;
    }
    if (progress == Progress::kFailed) return;
    if (progress == Progress::kEnd) {
      at_end_ = true;
      if (pending_ == 0 || said_goodbye_) {
        fail(closed_by_peer());
        return;
      }
      break;
    }
    if (progress == Progress::kWouldBlock) break;
    taken += count;
    if (taken >= kReadBudget) {
      if (ssl_) loop_.defer(*this);
      break;
    }
  }
  update_interest();
}

bool Connection::send_queue() {
  for (int round = 0; round < kDrainRounds; ++round) {
    if (pending_ == 0) return true;
    flush();
    if (failure_ || pending_ > 0 || closing_) return true;
    if (!call_handler([](Handler& handler) { handler.on_drained(); })) return false;
  }
  if (pending_ > 0) loop_.defer(*this);
  return true;
}

void Connection::write(std::span<const base::Slice> slices) {
  DCHECK(loop_.is_current());
  if (closing_ || failure_) return;
  if (!ssl_ && pending_ == 0 && !in_callback_ && can_send()) {
    // The common case, one response to a peer that keeps up: no queue, no reference counted.
    std::size_t sent = 0;
    const Progress progress = send_plain(slices, 0, sent);
    if (progress == Progress::kFailed) return;
    blocked_ = progress == Progress::kWouldBlock;
    for (const base::Slice& slice : slices) {
      const std::size_t gone = std::min(sent, slice.size());
      sent -= gone;
      if (gone < slice.size()) enqueue(slice.sub(gone));
    }
  } else {
    for (const base::Slice& slice : slices) {
      if (!slice.empty()) enqueue(slice);
    }
  }
  if (!in_callback_) flush();
}

void Connection::write(base::Slice slice) {
  write(std::span<const base::Slice>(&slice, 1));
}

void Connection::close_after_write() {
  DCHECK(loop_.is_current());
  if (closing_ || failure_) return;
  closing_ = true;
  if (pending_ == 0) {
    say_goodbye();
  } else if (!in_callback_) {
    flush();
  }
  update_interest();
}

void Connection::say_goodbye() {
  if (said_goodbye_) return;
  said_goodbye_ = true;
  if (ssl_ && secured_) (void)SSL_shutdown(ssl_.get());
  if (at_end_ || (ssl_ && !secured_) || ::shutdown(descriptor_.get(), SHUT_WR) != 0) {
    fail({ErrorCode::kClosed, "closed"});
    return;
  }
  linger_ = std::make_unique<CoarseTimer>(loop_);
  linger_->start(kLinger, [this] { fail({ErrorCode::kClosed, "closed"}); });
}

void Connection::fail(base::Error reason) {
  if (failure_) return;
  failure_ = std::make_unique<base::Error>(std::move(reason));
  if (watched_) loop_.unwatch(descriptor_.get(), *this, urgency_);
  watched_ = false;
  loop_.defer(*this);
}

void Connection::report_closed() {
  if (reported_) return;
  reported_ = true;
  // The handler usually destroys the connection, and with it the reason.
  const base::Error reason = *failure_;
  (void)call_handler([&](Handler& handler) { handler.on_closed(reason); });
}

void Connection::pause_reading() {
  DCHECK(loop_.is_current());
  paused_ = true;
  if (!in_callback_) update_interest();
}

void Connection::resume_reading() {
  DCHECK(loop_.is_current());
  if (!paused_) return;
  paused_ = false;
  if (ssl_) loop_.defer(*this);
  if (!in_callback_) update_interest();
}

void Connection::update_interest() {
  if (!watched_) return;
  const std::uint32_t wanted = (wants_input() ? static_cast<std::uint32_t>(EPOLLIN) : 0U) |
                               (blocked_ ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  if (wanted == interest_) return;
  interest_ = wanted;
  loop_.rewatch(descriptor_.get(), interest_, *this, urgency_);
}

Connection::Detached Connection::detach() {
  DCHECK(loop_.is_current());
  CHECK(descriptor_.is_open());
  if (watched_) loop_.unwatch(descriptor_.get(), *this, urgency_);
  watched_ = false;
  unlink();
  linger_.reset();
  Detached out;
  out.descriptor_ = std::move(descriptor_);
  out.ssl_ = std::move(ssl_);
  out.peer_ = peer_;
  if (pending_ > 0) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queue_head_));
    queue_.front() = queue_.front().sub(head_offset_);
    out.queue_ = std::move(queue_);
  }
  queue_.clear();
  pending_ = 0;
  if (failure_) out.failure_ = std::move(*failure_);
  if (!failure_ && said_goodbye_) out.failure_ = base::Error{ErrorCode::kClosed, "closed"};
  out.secured_ = secured_;
  out.at_end_ = at_end_;
  out.closing_ = closing_;
  return out;
}

Address Connection::local() const {
  sockaddr_storage native{};
  socklen_t length = sizeof native;
  void* place = &native;
  if (::getsockname(descriptor_.get(), static_cast<sockaddr*>(place), &length) != 0) return {};
  return Address::from_native(native);
}

void Connection::set_urgency(Urgency urgency) {
  DCHECK(loop_.is_current());
  if (urgency == urgency_) return;
  if (watched_) loop_.unwatch(descriptor_.get(), *this, urgency_);
  urgency_ = urgency;
  if (watched_) loop_.watch(descriptor_.get(), interest_, *this, urgency_);
}

void Connection::set_dead_peer_timeout(std::chrono::seconds timeout) {
  const int seconds = static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 3, 3600));
  const int descriptor = descriptor_.get();
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, seconds * 1000);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, std::max(1, seconds / 3));
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 3));
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void Connection::set_send_buffer(int bytes) {
  set_option(descriptor_.get(), SOL_SOCKET, SO_SNDBUF, bytes);
}

// TLS handshake: here because it calls the handler.
bool Connection::handshake() {
  if (!continue_handshake()) {
    update_interest();
    return false;
  }
  secured_ = true;
  if (!call_handler([](Handler& handler) { handler.on_secured(); })) return false;
  return send_queue();
}

}  // namespace io
