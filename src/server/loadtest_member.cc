#include "server/loadtest_member.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "io/loop.h"
#include "wire/http/client.h"
#include "wire/websocket/frame.h"
#include "wire/websocket/handshake.h"

namespace server::loadtest {
namespace {

// Nothing here is secret: one key will do, and neither do masks.
constexpr std::string_view kKey = "cm9zdHJ1bSBsb2FkdGVzdA==";
constexpr wire::websocket::MaskKey kMask = {0x5a, 0x11, 0xe7, 0x3c};
constexpr std::uint32_t kMaxMessage = 1 << 20;
constexpr std::size_t kMaxAnswer = 8192;
/// What a message's JSON has around the content, until the first own one has shown it.
constexpr std::size_t kUsualOverhead = 180;

std::string_view error_code(std::string_view frame) {
  constexpr std::string_view kName = "\"ErrorCode\":";
  const std::size_t at = frame.find(kName);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = frame.substr(at + kName.size());
  return rest.substr(0, rest.find_first_not_of("0123456789"));
}

}  // namespace

void ChatFigures::merge(const ChatFigures& other) {
  joined += other.joined;
  open += other.open;
  sent += other.sent;
  deliveries += other.deliveries;
  octets += other.octets;
  reads += other.reads;
  repeated += other.repeated;
  missing += other.missing;
  last_join = std::max(last_join, other.last_join);
  failures.merge(other.failures);
  join.merge(other.join);
  latency.merge(other.latency);
}

LoadMember::LoadMember(io::Loop& loop, const Options& options, ChatFigures& figures,
                       NewestStamps& newest)
    : loop_(loop),
      options_(options),
      figures_(figures),
      newest_(newest),
      reader_(wire::websocket::Reader::Role::kClient, kMaxMessage),
      tracks_(options.senders),
      content_size_(options.size - std::min(options.size, kUsualOverhead)),
      timer_(loop) {}

void LoadMember::start(base::MonotonicTime began, base::MonotonicTime sends_from) {
  began_ = began;
  started_ = io::Loop::precise_now();
  next_send_ = sends_from;
  if (options_.number) {
    // The senders of a room take turns.
    next_send_ += options_.interval * *options_.number / options_.senders;
  }
  connector_ = std::make_unique<io::Connector>(
      loop_,
      io::Connector::Options{
          .host = options_.target->host, .port = options_.target->port, .source = options_.source},
      [this](base::Expected<io::Socket> socket) {
        if (!socket) {
          fail(socket.error().message);
          return;
        }
        connection_ = options_.tls != nullptr
                          ? io::Connection::tls_client(loop_, std::move(*socket), *options_.tls,
                                                       options_.target->host, *this)
                          : io::Connection::plain(loop_, std::move(*socket), *this);
        begin();
        connector_.reset();
      });
}

void LoadMember::begin() {
  wire::http::Headers headers;
  headers.add("Connection", "Upgrade");
  headers.add("Upgrade", "websocket");
  headers.add("Sec-WebSocket-Version", "13");
  headers.add("Sec-WebSocket-Key", kKey);
  headers.add("Sec-WebSocket-Protocol", options_.token);
  connection_->write(base::Slice::take(wire::http::serialise_request(
      wire::http::Method::kGet, options_.target->path, options_.target->authority(), headers)));
}

void LoadMember::close() {
  timer_.cancel();
  connector_.reset();
  connection_.reset();
}

void LoadMember::fail(std::string_view reason) {
  timer_.cancel();
  figures_.failures.add(reason);
  if (std::exchange(is_member_, false)) --figures_.open;
  if (connection_ != nullptr) connection_->close_after_write();
}

void LoadMember::on_data(base::ByteSpan data) {
  if (!is_member_ && !take_answer(data)) return;
  const std::uint64_t before = figures_.deliveries;
  const auto received = reader_.receive(data, *this);
  if (figures_.deliveries != before) ++figures_.reads;
  if (!received) fail(received.error().reason);
}

// The answer to the handshake; true once it is there and good, and `data` is what comes behind it.
bool LoadMember::take_answer(base::ByteSpan& data) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t before = answer_.size();
  answer_ += base::as_text(data);
  const std::size_t end = answer_.find(kEnd);
  if (end == std::string::npos) {
    if (answer_.size() > kMaxAnswer) fail("the answer to the handshake is too long");
    return false;
  }
  const std::string_view head = std::string_view(answer_).substr(0, end + kEnd.size());
  static const std::string accept =
      fmt::format("Sec-WebSocket-Accept: {}\r\n", wire::websocket::accept_for(kKey));
  if (!head.starts_with("HTTP/1.1 101 ") || head.find(accept) == std::string_view::npos) {
    fail(fmt::format("not let in: {}", head.substr(0, head.find("\r\n"))));
    return false;
  }
  data = data.subspan(head.size() - before);
  answer_ = {};
  is_member_ = true;
  const base::MonotonicTime now = io::Loop::precise_now();
  ++figures_.joined;
  ++figures_.open;
  figures_.join.add(now - started_);
  figures_.last_join = now - began_;
  if (options_.number) timer_.start_at(next_send_, [this] { send(); });
  return true;
}

void LoadMember::on_text(std::string_view text) {
  const auto stamp = read_chat_stamp(text);
  if (!stamp || stamp->sender >= tracks_.size()) {
    const std::string_view code = error_code(text);
    if (code.empty()) return;  // an event
    ++refused_;
    figures_.failures.add(fmt::format("error {}", code));
    return;
  }
  if (!tracks_[stamp->sender].add(*stamp)) {
    ++figures_.repeated;
    return;
  }
  newest_.add(*stamp);
  ++figures_.deliveries;
  figures_.octets += text.size();
  figures_.latency.add(io::Loop::precise_now() - stamp->sent);
  if (stamp->sender == options_.number) {
    // Now it is known how much longer the delivered message is than its content.
    const std::size_t overhead = text.size() - std::min(text.size(), content_size_);
    content_size_ = options_.size - std::min(options_.size, overhead);
  }
}

void LoadMember::on_ping(base::ByteSpan payload) {
  write(wire::websocket::Opcode::kPong, payload);
}

void LoadMember::on_close(std::optional<std::uint16_t> code, std::string_view) {
  fail(fmt::format("closed with {}", code.value_or(1005)));
}

void LoadMember::on_closed(const base::Error& reason) {
  if (is_member_ || !answer_.empty()) fail(reason.message);
  connection_.reset();
}

void LoadMember::send() {
  const base::MonotonicTime now = io::Loop::precise_now();
  ++sequence_;
  ++figures_.sent;
  const std::string frame = fmt::format(
      R"({{"Action":"SEND_MESSAGE","Content":"{}"}})",
      write_chat_stamp({options_.number.value_or(0), sequence_, refused_, now}, content_size_));
  write(wire::websocket::Opcode::kText, base::as_bytes(frame));
  next_send_ += options_.interval;
  // One that has fallen behind does not make up for it in a burst, which the server would refuse.
  if (next_send_ < now) next_send_ = now + options_.interval;
  timer_.start_at(next_send_, [this] { send(); });
}

void LoadMember::write(wire::websocket::Opcode opcode, base::ByteSpan payload) {
  connection_->write(wire::websocket::masked_frame(opcode, payload, kMask));
}

std::uint64_t LoadMember::missing() const {
  if (!is_member_) return 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const ChatStamp& newest = newest_.of_senders()[i];
    if (newest.sequence > 0) sum += tracks_[i].missing(newest);
  }
  return sum;
}

}  // namespace server::loadtest
