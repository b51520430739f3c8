#include "io/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/timer.h"

namespace io {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

constexpr int kBacklog = 4096;
constexpr int kAcceptsAtOnce = 64;
constexpr base::Duration kRest = 100ms;
constexpr base::Duration kReport = 1s;

bool set_flag(int descriptor, int level, int name, int value) {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

Descriptor open_spare() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

base::Expected<ListenSocket> bind_one(const Address& address, bool first) {
  const auto failed = [&](std::string_view what, int error_number) {
    return base::fail(
        system_error("cannot " + std::string(what) + " " + address.to_string(), error_number));
  };
  ListenSocket out;
  out.descriptor = Descriptor(::socket(address.is_v6() ? AF_INET6 : AF_INET,
                                       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int descriptor = out.descriptor.get();
  if (descriptor < 0) return failed("open a socket for", errno);
  if (!set_flag(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)) return failed("share", errno);
  if (address.is_v6() && !set_flag(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 0)) {
    return failed("take IPv4 on", errno);
  }
  // The first is bound without SO_REUSEPORT, so that another program's use of the port (even of a
  // second Rostrum) is an error; the flag set later lets our own further sockets join it.
  if (!first && !set_flag(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)) return failed("share", errno);
  sockaddr_storage native{};
  const void* place = &native;
  const socklen_t length = address.to_native(native);
  if (::bind(descriptor, static_cast<const sockaddr*>(place), length) != 0) {
    return failed("listen on", errno);
  }
  if (first && !set_flag(descriptor, SOL_SOCKET, SO_REUSEPORT, 1)) return failed("share", errno);
  if (::listen(descriptor, kBacklog) != 0) return failed("listen on", errno);

  socklen_t local_length = sizeof native;
  void* local = &native;
  if (::getsockname(descriptor, static_cast<sockaddr*>(local), &local_length) != 0) {
    return failed("ask the port of", errno);
  }
  out.local = Address::from_native(native);
  return out;
}

}  // namespace

base::Expected<std::vector<ListenSocket>> bind_tcp(const std::string& ip, std::uint16_t port,
                                                   std::size_t count) {
  auto address = Address::parse(ip, port);
  if (!address) return base::fail(std::move(address.error()));
  auto first = bind_one(*address, true);
  const bool any = ip.empty() || ip == "::" || ip == "[::]";
  if (!first && any && first.error().code != ErrorCode::kConflict) {
    address = Address::parse("0.0.0.0", port);
    first = bind_one(*address, true);
  }
  if (!first) return base::fail(std::move(first.error()));
  auto same = Address::parse(address->ip(), first->local.port());
  CHECK(same.has_value());
  std::vector<ListenSocket> out;
  out.push_back(std::move(*first));
  while (out.size() < count) {
    auto next = bind_one(*same, false);
    if (!next) return base::fail(std::move(next.error()));
    out.push_back(std::move(*next));
  }
  return out;
}

Listener::Listener(Loop& loop, ListenSocket socket, Accept accept)
    : loop_(loop),
      descriptor_(std::move(socket.descriptor)),
      local_(socket.local),
      accept_(std::move(accept)),
      spare_(open_spare()) {
  CHECK(descriptor_.is_open());
  loop_.watch(descriptor_.get(), EPOLLIN, *this);
}

Listener::~Listener() {
  if (alive_ != nullptr) *alive_ = false;
  loop_.unwatch(descriptor_.get(), *this);
}

void Listener::on_ready(std::uint32_t) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage native{};
    socklen_t length = sizeof native;
    void* place = &native;
    Socket socket;
    socket.descriptor = Descriptor(::accept4(descriptor_.get(), static_cast<sockaddr*>(place),
                                             &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.descriptor.is_open()) {
      if (handle_accept_error(errno) == Outcome::kDone) return;
      continue;
    }
    socket.peer = Address::from_native(native);
    bool alive = true;
    alive_ = &alive;
    accept_(std::move(socket));
    if (!alive) return;
    alive_ = nullptr;
  }
}

Listener::Outcome Listener::handle_accept_error(int error_number) {
  switch (error_number) {
    case EAGAIN:
      return Outcome::kDone;
    case EMFILE:
    case ENFILE:
      // The connection stays in the backlog and would wake us for ever: take it and close it.
      spare_.reset();
      {
        const Descriptor unwanted(::accept4(descriptor_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (unwanted.is_open()) {
          count_refused();
        } else {
          rest();
        }
      }
      spare_ = open_spare();
      return spare_.is_open() && !rest_timer_ ? Outcome::kNext : Outcome::kDone;
    case ENOBUFS:
    case ENOMEM:
      rest();
      return Outcome::kDone;
    default:
      return Outcome::kNext;  // accept(2): errors of that one connection
  }
}

void Listener::count_refused() {
  ++refused_;
  if (report_timer_) return;
  // One line for a flood, not one for each connection of it.
  report_timer_ = std::make_unique<Timer>(loop_);
  report_timer_->start(kReport, [this] {
    base::log_error("connections refused: out of file descriptors",
                    {{"address", local_.to_string()}, {"refused", refused_}});
    report_timer_.reset();
  });
}

void Listener::rest() {
  loop_.rewatch(descriptor_.get(), 0, *this);
  rest_timer_ = std::make_unique<Timer>(loop_);
  rest_timer_->start(kRest, [this] {
    loop_.rewatch(descriptor_.get(), EPOLLIN, *this);
    if (!spare_.is_open()) spare_ = open_spare();
    rest_timer_.reset();
  });
}

}  // namespace io
