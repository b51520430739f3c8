#include "control/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/check.h"
#include "io/coarse_timer.h"
#include "io/connection.h"
#include "io/connector.h"
#include "io/loop.h"
#include "io/timer.h"
#include "io/tls.h"
#include "wire/http/absolute_url.h"
#include "wire/http/client.h"

namespace control {
namespace {

using base::ErrorCode;
using wire::http::AbsoluteUrl;
using wire::http::Method;

std::string server_of(const AbsoluteUrl& url) {
  return url.scheme + "://" + url.authority();
}

bool is_idempotent(Method method) {
  return method == Method::kGet || method == Method::kHead || method == Method::kPut ||
         method == Method::kDelete;
}

}  // namespace

/// A connection to a server: owned by the exchange that uses it, or by the client while idle.
class HttpClient::Link final : private io::Connection::Handler,
                               private wire::http::ResponseReader::Listener {
 public:
  class User {
   public:
    virtual void on_head(const wire::http::ResponseHead& head) = 0;
    virtual void on_body(base::ByteSpan data) = 0;
    /// After everything that one read brought; `complete` says whether the answer is. May destroy
    /// the link.
    virtual void on_progress(bool complete, bool keeps_alive) = 0;
    /// The answer was broken, or the connection ended. May destroy the link.
    virtual void on_lost(const base::Error& reason) = 0;

   protected:
    ~User() = default;
  };

  Link(HttpClient& client, io::Socket socket, const AbsoluteUrl& url, const io::TlsContext* tls)
      : client_(client), server_(server_of(url)), reader_(*this), idle_timer_(client.loop_) {
    io::Connection::Handler& handler = *this;
    connection_ = tls == nullptr ? io::Connection::plain(client.loop_, std::move(socket), handler)
                                 : io::Connection::tls_client(client.loop_, std::move(socket), *tls,
                                                              url.host, handler);
  }

  const std::string& server() const { return server_; }
  /// Carried an answer before: it may have died since without our noticing.
  bool is_reused() const { return answers_ > 0; }
  /// Something of an answer has come for the present user.
  bool has_received() const { return received_; }

  void use(User& user, Method method, std::span<const base::Slice> request) {
    user_ = &user;
    complete_ = received_ = false;
    idle_timer_.cancel();
    reader_.expect(method);
    connection_->write(request);
  }
  /// Whether it can carry another request: all of the last one has left, and all of its answer
  /// has come.
  bool is_idle() const {
    return complete_ && reader_.expected() == 0 && connection_->pending_bytes() == 0 &&
           !connection_->is_closing();
  }
  std::size_t unsent() const { return connection_->pending_bytes(); }
  void rest() {
    user_ = nullptr;
    idle_timer_.start(client_.options_.idle_timeout, [this] { client_.drop(*this); });
  }

 private:
  void on_data(base::ByteSpan data) override {
    if (user_ == nullptr) {  // nobody asked for this
      client_.drop(*this);
      return;
    }
    received_ = true;
    if (const auto received = reader_.receive(data); !received) {
      user_->on_lost(received.error());
      return;
    }
    user_->on_progress(complete_, keeps_alive_);
  }
  void on_closed(const base::Error& reason) override {
    if (user_ == nullptr) {
      client_.drop(*this);
      return;
    }
    (void)reader_.end_of_input();  // completes an answer that lasts until here
    if (complete_) {
      user_->on_progress(true, false);
    } else {
      user_->on_lost(reason);
    }
  }
  void on_head(const wire::http::ResponseHead& head) override { user_->on_head(head); }
  void on_body(base::ByteSpan data) override { user_->on_body(data); }
  void on_complete(bool keeps_alive) override {
    complete_ = true;
    keeps_alive_ = keeps_alive;
    ++answers_;
  }

  HttpClient& client_;
  const std::string server_;
  User* user_ = nullptr;
  wire::http::ResponseReader reader_;
  std::unique_ptr<io::Connection> connection_;
  io::CoarseTimer idle_timer_;
  std::uint64_t answers_ = 0;
  bool complete_ = false;
  bool keeps_alive_ = false;
  bool received_ = false;
};

class HttpClient::Exchange final : public PendingRequest, private Link::User {
 public:
  Exchange(HttpClient& client, Request request, Done done)
      : client_(client),
        request_(std::move(request)),
        done_(std::move(done)),
        timer_(client.loop_) {
    auto url = wire::http::parse_http_url(request_.url);
    if (!url) {
      fail_later(url.error());
      return;
    }
    url_ = std::move(*url);
    std::size_t size = 0;
    for (const base::Slice& piece : request_.body) size += piece.size();
    octets_ = std::move(request_.body);
    std::erase_if(octets_, [](const base::Slice& piece) { return piece.empty(); });
    octets_.insert(octets_.begin(),
                   base::Slice::take(wire::http::serialise_request_head(
                       request_.method, url_.path, url_.host_field(), request_.headers, size)));
    watch();
    if ((link_ = client_.take_idle(server_of(url_))) != nullptr) {
      link_->use(*this, request_.method, octets_);
    } else {
      connect();
    }
  }

 private:
  struct Progress {
    bool has_link = false;
    std::size_t unsent = 0;
    std::uint64_t received = 0;
    bool operator==(const Progress&) const = default;
  };

  void watch() {
    timer_.start(request_.timeout, [this] {
      const Progress now{link_ != nullptr, link_ != nullptr ? link_->unsent() : 0, received_};
      if (request_.timeout_counts == Request::Counts::kSilence && now != progress_) {
        progress_ = now;
        watch();
        return;
      }
      finish(base::fail(ErrorCode::kTimeout, "no complete answer in time"));
    });
  }
  void connect() {
    const io::TlsContext* tls = nullptr;
    if (url_.is_secure()) {
      auto made = client_.tls();
      if (!made) {
        fail_later(made.error());
        return;
      }
      tls = *made;
    }
    connector_ = std::make_unique<io::Connector>(
        client_.loop_, io::Connector::Options{.host = url_.host, .port = url_.port},
        [this, tls](base::Expected<io::Socket> socket) {
          const auto connector = std::exchange(connector_, nullptr);
          if (!socket) {
            finish(base::fail(socket.error()));
            return;
          }
          link_ = std::make_unique<Link>(client_, std::move(*socket), url_, tls);
          link_->use(*this, request_.method, octets_);
        });
  }

  void fail_later(base::Error error) {
    timer_.start(base::Duration::zero(), [this, error = std::move(error)]() mutable {
      finish(base::fail(std::move(error)));
    });
  }

  void on_head(const wire::http::ResponseHead& head) override {
    answer_.status = head.status;
    answer_.headers = head.headers;
    ++received_;
    std::uint64_t announced = 0;
    const std::string_view length = head.headers.get("Content-Length");
    const char* const end = length.data() + length.size();
    if (request_.method != Method::kHead &&
        std::from_chars(length.data(), end, announced).ptr == end) {
      answer_.body.reserve(std::min<std::uint64_t>(announced, request_.max_answer));
    }
  }
  void on_body(base::ByteSpan data) override {
    received_ += data.size();
    const std::size_t room = request_.max_answer - answer_.body.size();
    if (data.size() > room) {
      is_too_long_ = true;
      data = data.first(room);
    }
    answer_.body += base::as_text(data);
  }
  void on_progress(bool complete, bool keeps_alive) override {
    if (is_too_long_ && request_.cut_answer) {
      finish(std::move(answer_));
    } else if (is_too_long_) {
      finish(base::fail(ErrorCode::kLimit,
                        fmt::format("the answer has more than {} octets", request_.max_answer)));
    } else if (complete) {
      if (keeps_alive && link_->is_idle()) {
        link_->rest();
        client_.keep(std::move(link_));
      }
      finish(std::move(answer_));
    }
  }
  void on_lost(const base::Error& reason) override {
    // A server may close a kept connection in the moment in which we use it again.
    if (link_->is_reused() && !link_->has_received() &&
        (request_.repeatable || is_idempotent(request_.method))) {
      link_.reset();
      connect();
      return;
    }
    finish(base::fail(reason));
  }

  // The last thing that happens: whoever waits may destroy this object.
  void finish(base::Expected<Answer> result) {
    timer_.cancel();
    connector_.reset();
    link_.reset();
    if (!result && !url_.host.empty()) {
      result = base::fail(std::move(result.error()).with_context(server_of(url_)));
    }
    Done done = std::move(done_);
    done(std::move(result));
  }

  HttpClient& client_;
  Request request_;
  Done done_;
  io::Timer timer_;
  AbsoluteUrl url_;
  std::vector<base::Slice> octets_;  // all of it, head and body
  Progress progress_;                // when the timer was started
  std::uint64_t received_ = 0;
  std::unique_ptr<io::Connector> connector_;
  std::unique_ptr<Link> link_;
  Answer answer_;
  bool is_too_long_ = false;
};

HttpClient::HttpClient(io::Loop& loop, Options options)
    : loop_(loop), options_(std::move(options)) {}

HttpClient::~HttpClient() = default;

std::unique_ptr<HttpClient::PendingRequest> HttpClient::send(Request request, Done done) {
  DCHECK(loop_.is_current());
  return std::make_unique<Exchange>(*this, std::move(request), std::move(done));
}

base::Expected<const io::TlsContext*> HttpClient::tls() {
  if (tls_ == nullptr) {
    auto made = io::TlsContext::client(
        {.verify = !options_.trust_any_certificate, .trusted = options_.trusted});
    if (!made) return base::fail(made.error());
    tls_ = std::move(*made);
  }
  return tls_.get();
}

std::unique_ptr<HttpClient::Link> HttpClient::take_idle(std::string_view server) {
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const auto& link) { return link->server() == server; });
  if (found == idle_.rend()) return nullptr;
  std::unique_ptr<Link> link = std::move(*found);
  idle_.erase(std::next(found).base());
  return link;
}

void HttpClient::keep(std::unique_ptr<Link> link) {
  const auto same = std::count_if(idle_.begin(), idle_.end(), [&](const auto& other) {
    return other->server() == link->server();
  });
  if (options_.max_idle == 0 || std::cmp_greater_equal(same, options_.max_idle_per_server)) return;
  if (idle_.size() >= options_.max_idle) idle_.erase(idle_.begin());
  idle_.push_back(std::move(link));
}

void HttpClient::drop(const Link& link) {
  std::erase_if(idle_, [&](const auto& other) { return other.get() == &link; });
}

}  // namespace control
