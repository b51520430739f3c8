#include "wire/http/client.h"

#include <utility>

#include "base/check.h"
#include "wire/http/message_parser.h"

namespace wire::http {

namespace {

// With room for so many octets behind it.
base::ByteWriter head_of(Method method, std::string_view target, std::string_view host,
                         const Headers& headers, std::size_t body_size, std::size_t room) {
  base::ByteWriter out(target.size() + host.size() + headers.text_size() + headers.size() * 4 +
                       room + 64);
  out.text(to_string(method));
  out.text(" ");
  out.text(target);
  out.text(" HTTP/1.1\r\nHost: ");
  out.text(host);
  out.text("\r\n");
  for (std::size_t i = 0; i < headers.size(); ++i) {
    out.text(headers[i].name);
    out.text(": ");
    out.text(headers[i].value);
    out.text("\r\n");
  }
  const bool usually_has_body =
      method == Method::kPost || method == Method::kPut || method == Method::kPatch;
  if (body_size > 0 || usually_has_body) {
    out.text("Content-Length: " + std::to_string(body_size) + "\r\n");
  }
  out.text("\r\n");
  return out;
}

}  // namespace

base::Bytes serialise_request(Method method, std::string_view target, std::string_view host,
                              const Headers& headers, base::ByteSpan body) {
  base::ByteWriter out = head_of(method, target, host, headers, body.size(), body.size());
  out.bytes(body);
  return out.take();
}

base::Bytes serialise_request_head(Method method, std::string_view target, std::string_view host,
                                   const Headers& headers, std::size_t body_size) {
  return head_of(method, target, host, headers, body_size, 0).take();
}

/// One response while it arrives.
class ResponseReader::Incoming final : public MessageSink {
 public:
  Incoming(Listener& listener, const Limits& limits, MessageParser::ResponseBody body)
      : listener_(listener), limits_(limits), parser_(MessageParser::of_response(*this, body)) {}

  bool on_request_line(std::string_view, std::string_view, Version) override { return false; }
  bool on_status_line(std::uint16_t status, std::string_view, Version version) override {
    head_.status = status;
    head_.version = version;
    return status >= 100 || refuse("its status is below 100");
  }
  bool on_field(std::string_view name, std::string_view value) override {
    if (++fields_ > limits_.max_fields) return refuse("it has too many fields");
    if (head_is_complete_) return true;  // a trailer
    if (equal_ignoring_case(name, "Transfer-Encoding") && !equal_ignoring_case(value, "chunked")) {
      return refuse("its transfer coding is not chunked");
    }
    head_.headers.add(name, value);
    return true;
  }
  bool on_head_complete(const BodyAnnouncement& announced) override {
    head_is_complete_ = true;
    until_close_ = announced.until_close;
    if (is_interim()) return true;
    listener_.on_head(head_);
    return announced.content_length.value_or(0) <= limits_.max_body || refuse("it is too long");
  }
  bool on_body(base::ByteSpan data) override {
    if (data.size() > limits_.max_body - received_) return refuse("it is too long");
    received_ += data.size();
    if (!data.empty()) listener_.on_body(data);
    return true;
  }

  MessageParser& parser() { return *parser_; }
  std::string_view refusal() const { return refusal_; }
  bool is_interim() const { return head_.status < 200 && head_.status != 101; }
  bool keeps_alive() const {
    if (until_close_ || head_.status == 101) return false;
    if (head_.version == Version::k1_0) return head_.headers.has_token("Connection", "keep-alive");
    return !head_.headers.has_token("Connection", "close");
  }

 private:
  bool refuse(std::string_view reason) {
    refusal_ = reason;
    return false;
  }

  Listener& listener_;
  const Limits& limits_;
  std::unique_ptr<MessageParser> parser_;
  ResponseHead head_;
  std::uint64_t received_ = 0;
  std::size_t fields_ = 0;
  std::string_view refusal_;  // a literal
  bool head_is_complete_ = false;
  bool until_close_ = false;
};

ResponseReader::ResponseReader(Listener& listener, const Limits& limits)
    : listener_(listener), limits_(limits) {}

ResponseReader::~ResponseReader() = default;

void ResponseReader::expect(Method method) {
  CHECK(expected_.size() < kMaxExpected);
  expected_ += static_cast<char>(method == Method::kHead);
}

base::Expected<void> ResponseReader::receive(base::ByteSpan data) {
  const bool joins = !buffered_.empty();
  if (joins) buffered_.insert(buffered_.end(), data.begin(), data.end());
  // Callbacks do not come back to receive(), so that buffered_ stays where it is.
  const auto used = parse(joins ? base::ByteSpan(buffered_) : data);
  if (!used) {
    ended_ = true;
    return base::fail(explain(used.error()));
  }
  if (joins) {
    buffered_.erase(buffered_.begin(), buffered_.begin() + static_cast<std::ptrdiff_t>(*used));
  } else {
    const base::ByteSpan rest = data.subspan(*used);
    buffered_.assign(rest.begin(), rest.end());
  }
  return {};
}

base::Expected<std::size_t> ResponseReader::parse(base::ByteSpan input) {
  std::size_t used = 0;
  while (used < input.size()) {
    if (ended_ || (!incoming_ && expected_.empty())) {
      return base::fail(base::ErrorCode::kMalformed, "bytes behind the last expected response");
    }
    const auto taken = step(input.subspan(used));
    if (!taken) return taken;
    used += *taken;
    if (incoming_ && incoming_->parser().is_complete()) {
      finish_message();
    } else if (*taken == 0) {
      break;
    }
  }
  return used;
}

base::Expected<std::size_t> ResponseReader::step(base::ByteSpan input) {
  if (incoming_) return incoming_->parser().parse_body(input);
  const auto size = find_head_end(input, scanned_);
  if (size.value_or(input.size() + 1) > limits_.max_header) {
    return base::fail(base::ErrorCode::kLimit,
                      "head longer than " + std::to_string(limits_.max_header) + " octets");
  }
  if (!size) return 0;
  incoming_ = std::make_unique<Incoming>(listener_, limits_,
                                         expected_.front() != 0
                                             ? MessageParser::ResponseBody::kNone
                                             : MessageParser::ResponseBody::kAsAnnounced);
  if (auto parsed = incoming_->parser().parse_head(input.first(*size)); !parsed) {
    return base::fail(std::move(parsed.error()));
  }
  return *size;
}

void ResponseReader::finish_message() {
  const auto finished = std::move(incoming_);
  if (finished->is_interim()) return;
  expected_.erase(0, 1);
  const bool keeps_alive = finished->keeps_alive();
  if (!keeps_alive) ended_ = true;
  listener_.on_complete(keeps_alive);
}

base::Expected<void> ResponseReader::end_of_input() {
  if (incoming_) {
    auto end = incoming_->parser().end_of_input();
    if (!end) {
      ended_ = true;
      return base::fail(base::ErrorCode::kClosed, "HTTP response: cut short by the server");
    }
    finish_message();
  }
  ended_ = true;
  if (!expected_.empty() || !buffered_.empty()) {
    return base::fail(
        base::ErrorCode::kClosed,
        "HTTP response: " + std::to_string(expected_.size()) + " missing when the server closed");
  }
  return {};
}

base::Error ResponseReader::explain(base::Error error) {
  if (incoming_ && !incoming_->refusal().empty()) {
    error = {base::ErrorCode::kLimit, std::string(incoming_->refusal())};
  }
  return std::move(error).with_context("HTTP response");
}

}  // namespace wire::http
