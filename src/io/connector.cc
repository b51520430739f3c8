#include "io/connector.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/loop.h"
#include "io/timer.h"

namespace io {
namespace {

using base::ErrorCode;
using Tcp = boost::asio::ip::tcp;

constexpr std::size_t kMaxAddresses = 16;

}  // namespace

struct Connector::Attempt final : Watcher, std::enable_shared_from_this<Attempt> {
  Attempt(Loop& owner, Options wanted, Done call)
      : loop(owner),
        options(std::move(wanted)),
        done(std::move(call)),
        deadline(owner),
        resolver(owner.context()) {}

  void start();
  void resolve();
  void try_next();
  void finish(base::Expected<Socket> result);
  void cancel();
  void drop_descriptor();
  void on_ready(std::uint32_t events) override;
  base::Error error(ErrorCode code, std::string_view what) const {
    return {code, "connect to " + options.host + ":" + std::to_string(options.port) + ": " +
                      std::string(what)};
  }

  Loop& loop;
  Options options;
  Done done;
  Timer deadline;
  Tcp::resolver resolver;
  std::vector<Address> addresses;
  std::size_t next = 0;
  Descriptor descriptor;
  base::Error last_error;
  bool over = false;
};

void Connector::Attempt::start() {
  last_error = error(ErrorCode::kNotFound, "the name has no address");
  // By post, so that the result never comes from inside the constructor.
  loop.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->over) return;
    if (auto address = Address::parse(self->options.host, self->options.port);
        address && !self->options.host.empty()) {
      self->addresses.push_back(*address);
      self->try_next();
    } else {
      self->resolve();
    }
  });
  deadline.start(options.timeout,
                 [this] { finish(base::fail(error(ErrorCode::kTimeout, "no answer in time"))); });
}

void Connector::Attempt::resolve() {
  resolver.async_resolve(
      options.host, std::to_string(options.port),
      [self = shared_from_this()](const boost::system::error_code& failure,
                                  const Tcp::resolver::results_type& results) {
        if (self->over) return;
        if (failure) {
          self->finish(base::fail(self->error(ErrorCode::kNotFound, failure.message())));
          return;
        }
        for (const auto& entry : results) {
          if (self->addresses.size() == kMaxAddresses) break;
          const auto address =
              Address::parse(entry.endpoint().address().to_string(), self->options.port);
          if (address) self->addresses.push_back(*address);
        }
        self->try_next();
      });
}

void Connector::Attempt::try_next() {
  while (next < addresses.size()) {
    const Address& address = addresses[next++];
    descriptor = Descriptor(::socket(address.is_v6() ? AF_INET6 : AF_INET,
                                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_storage native{};
    const void* place = &native;
    bool usable = descriptor.is_open();
    if (usable && options.source) {
      // The port is chosen at connect(), when the destination is known and it can be shared.
      const int on = 1;
      (void)::setsockopt(descriptor.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
      const auto source = Address::parse(options.source->ip(), 0);
      const socklen_t length = source->to_native(native);
      usable = ::bind(descriptor.get(), static_cast<const sockaddr*>(place), length) == 0;
    }
    if (usable) {
      const socklen_t length = address.to_native(native);
      usable = ::connect(descriptor.get(), static_cast<const sockaddr*>(place), length) == 0 ||
               errno == EINPROGRESS;
    }
    if (usable) {
      loop.watch(descriptor.get(), EPOLLOUT, *this);
      return;
    }
    const base::Error failure = system_error(address.to_string(), errno);
    last_error = error(failure.code, failure.message);
    descriptor.reset();
  }
  finish(base::fail(last_error));
}

void Connector::Attempt::on_ready(std::uint32_t) {
  int error_number = 0;
  socklen_t length = sizeof error_number;
  CHECK(::getsockopt(descriptor.get(), SOL_SOCKET, SO_ERROR, &error_number, &length) == 0);
  const Address& address = addresses[next - 1];
  if (error_number != 0) {
    const base::Error failure = system_error(address.to_string(), error_number);
    last_error = error(failure.code, failure.message);
    drop_descriptor();
    try_next();
    return;
  }
  loop.unwatch(descriptor.get(), *this);
  finish(Socket{std::move(descriptor), address});
}

void Connector::Attempt::drop_descriptor() {
  if (!descriptor.is_open()) return;
  loop.unwatch(descriptor.get(), *this);
  descriptor.reset();
}

void Connector::Attempt::finish(base::Expected<Socket> result) {
  const auto keep = shared_from_this();  // `done` may destroy the connector
  cancel();
  done(std::move(result));
}

void Connector::Attempt::cancel() {
  over = true;
  drop_descriptor();
  deadline.cancel();
  resolver.cancel();
}

Connector::Connector(Loop& loop, Options options, Done done)
    : attempt_(std::make_shared<Attempt>(loop, std::move(options), std::move(done))) {
  DCHECK(loop.is_current());
  attempt_->start();
}

Connector::~Connector() {
  if (!attempt_->over) attempt_->cancel();
}

}  // namespace io
