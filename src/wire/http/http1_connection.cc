#include "wire/http/http1_connection.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wire/http/http1_incoming.h"
#include "wire/http/http1_writer.h"
#include "wire/http/message_parser.h"

namespace wire::http {
namespace {

/// Capacity of the output list worth keeping between responses.
constexpr std::size_t kKeptSlices = 4;

bool has_no_body(std::uint16_t status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

Http1Connection::Http1Connection(Listener& listener, const ServerOptions& options,
                                 const DateText& date)
    : listener_(listener), options_(options), date_(date) {}

Http1Connection::~Http1Connection() = default;

base::Expected<void> Http1Connection::receive(base::ByteSpan data) {
  DCHECK(!is_parsing_);
  if (input_ == Input::kUpgraded) {
    return base::fail(base::ErrorCode::kConflict, "HTTP bytes after the protocol was switched");
  }
  if (input_ == Input::kClosed || closing_) return {};
  if (!buffered_.empty()) {
    buffered_.insert(buffered_.end(), data.begin(), data.end());
    return parse_buffered();
  }
  const auto used = parse(data);
  if (!used) return base::fail(used.error());
  const base::ByteSpan rest = data.subspan(*used);
  // A callback may have ended the connection or switched the protocol.
  if (input_ == Input::kClosed || closing_) return {};
  buffered_.assign(rest.begin(), rest.end());
  if (buffered_.size() > options_.max_buffered) {
    return refuse(503, {base::ErrorCode::kLimit, "HTTP: too much sent ahead of the answers"});
  }
  return {};
}

base::Expected<void> Http1Connection::parse_buffered() {
  // Moved out while it is read, so that nothing a callback does can move it under the parser.
  base::Bytes input = std::exchange(buffered_, {});
  const auto used = parse(input);
  if (!used) return base::fail(used.error());
  if (input_ == Input::kClosed || closing_) return {};
  input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(*used));
  if (!input.empty()) buffered_ = std::move(input);
  if (buffered_.size() > options_.max_buffered) {
    return refuse(503, {base::ErrorCode::kLimit, "HTTP: too much sent ahead of the answers"});
  }
  return {};
}

base::Expected<std::size_t> Http1Connection::parse(base::ByteSpan input) {
  is_parsing_ = true;
  std::size_t used = 0;
  base::Expected<void> result;
  while (used < input.size() && may_parse()) {
    const base::ByteSpan rest = input.subspan(used);
    const auto step = incoming_ ? incoming_->parser().parse_body(rest) : start_request(rest);
    if (!step) {
      result = incoming_ ? refuse_incoming(step.error()) : base::fail(step.error());
      break;
    }
    used += *step;
    if (incoming_ && incoming_->parser().is_complete()) {
      deliver();
    } else if (*step == 0) {
      break;
    }
  }
  is_parsing_ = false;
  if (!result) return base::fail(std::move(result.error()));
  if (used == input.size()) offer_continue();
  return used;
}

base::Expected<std::size_t> Http1Connection::start_request(base::ByteSpan input) {
  // Old clients send an empty line behind a body (RFC 9112 section 2.2).
  if (base::as_text(input).starts_with("\r\n")) {
    scanned_ = 0;
    return 2;
  }
  std::size_t scanned = scanned_;
  const auto size = find_head_end(input, scanned);
  scanned_ = static_cast<std::uint32_t>(scanned);
  if (size.value_or(input.size()) > options_.max_header ||
      (!size && input.size() == options_.max_header)) {
    const bool line_is_long =
        base::as_text(input).substr(0, options_.max_target).find("\r\n") == std::string_view::npos;
    base::Error error{base::ErrorCode::kLimit,
                      "HTTP: head longer than " + std::to_string(options_.max_header) + " octets"};
    return base::fail(std::move(refuse(line_is_long ? 414 : 431, std::move(error)).error()));
  }
  if (!size) return 0;
  incoming_ = std::make_unique<Incoming>(listener_, options_);
  if (auto parsed = incoming_->parser().parse_head(input.first(*size)); !parsed) {
    return base::fail(std::move(parsed.error()));
  }
  owes_continue_ = incoming_->expects_continue();
  return *size;
}

bool Http1Connection::may_parse() const {
  if (input_ != Input::kOpen || closing_) return false;
  return incoming_ || (!draining_ && exchanges_.size() < options_.max_pipelined);
}

void Http1Connection::deliver() {
  const bool closes = incoming_->closes();
  Request request = incoming_->take_request();
  incoming_.reset();
  owes_continue_ = false;
  Exchange& exchange = exchanges_.emplace_back();
  exchange.id = RequestId{next_id_++};
  exchange.is_head = request.method == Method::kHead;
  exchange.is_http_1_0 = request.version == Version::k1_0;
  exchange.closes = closes;
  if (closes) {
    input_ = Input::kClosed;
    request.is_upgrade = false;
  } else if (request.is_upgrade) {
    input_ = Input::kAwaitingUpgrade;
  }
  listener_.on_request(exchange.id, std::move(request));
}

base::Expected<void> Http1Connection::refuse_incoming(base::Error error) {
  const auto incoming = std::move(incoming_);
  if (incoming->refusal() != 0) {
    const auto code = incoming->refusal() == 413 || incoming->refusal() == 431
                          ? base::ErrorCode::kLimit
                          : base::ErrorCode::kMalformed;
    return refuse(incoming->refusal(), {code, std::string(incoming->reason())});
  }
  const bool other_version = error.code == base::ErrorCode::kUnsupported;
  return refuse(other_version ? 505 : 400, std::move(error));
}

base::Expected<void> Http1Connection::refuse(std::uint16_t status, base::Error error) {
  input_ = Input::kClosed;
  incoming_.reset();
  buffered_ = {};
  owes_continue_ = false;
  Exchange& exchange = exchanges_.emplace_back();
  exchange.id = RequestId{next_id_++};
  exchange.closes = true;
  respond(exchange.id, error_response(status, error.message));
  return base::fail(std::move(error));
}

Http1Connection::Exchange* Http1Connection::find(RequestId id) {
  const auto found = std::find_if(exchanges_.begin(), exchanges_.end(),
                                  [&](const Exchange& exchange) { return exchange.id == id; });
  return found == exchanges_.end() || found->is_complete ? nullptr : &*found;
}

void Http1Connection::respond(RequestId id, Response response) {
  Exchange* const exchange = find(id);
  if (exchange == nullptr) return;
  CHECK(!exchange->is_answered);
  CHECK(response.status >= 200 || response.status == 101);
  exchange->is_answered = true;
  const bool is_last = exchange == &exchanges_.back();
  if (response.status == 101) {
    CHECK(input_ == Input::kAwaitingUpgrade && is_last);
    input_ = Input::kUpgraded;
  } else if (input_ == Input::kAwaitingUpgrade && is_last) {
    input_ = Input::kOpen;
  }
  if (draining_ && is_last && !incoming_) exchange->closes = true;

  BodyFraming framing = BodyFraming::kLength;
  if (has_no_body(response.status)) {
    framing = BodyFraming::kNoBody;
  } else if (response.streaming) {
    if (exchange->is_head) {
      framing = BodyFraming::kNoBody;
    } else if (response.headers.find("Content-Length")) {
      framing = BodyFraming::kGiven;
    } else if (exchange->is_http_1_0) {
      framing = BodyFraming::kClose;
      exchange->closes = true;
    } else {
      framing = BodyFraming::kChunked;
    }
  }
  ConnectionField connection = ConnectionField::kNone;
  if (response.status == 101) {
    connection = ConnectionField::kUpgrade;
  } else if (exchange->closes) {
    connection = ConnectionField::kClose;
  } else if (exchange->is_http_1_0) {
    connection = ConnectionField::kKeepAlive;
  }
  emit(*exchange, serialise_head(response, framing, connection, date_.text()));

  const bool sends_body = framing != BodyFraming::kNoBody && !exchange->is_head;
  exchange->is_chunked = framing == BodyFraming::kChunked;
  if (sends_body) {
    for (base::Slice& slice : response.body) emit_chunk(*exchange, std::move(slice));
  }
  if (!response.streaming || !sends_body) complete(*exchange);
}

void Http1Connection::append(RequestId id, base::Slice data) {
  Exchange* const exchange = find(id);
  if (exchange == nullptr) return;
  CHECK(exchange->is_answered);
  emit_chunk(*exchange, std::move(data));
}

void Http1Connection::finish(RequestId id) {
  Exchange* const exchange = find(id);
  if (exchange == nullptr) return;
  CHECK(exchange->is_answered);
  if (exchange->is_chunked) emit(*exchange, last_chunk(!exchange->has_chunk));
  complete(*exchange);
}

void Http1Connection::abort(RequestId id) {
  Exchange* const exchange = find(id);
  if (exchange == nullptr) return;
  // Only a connection that ends too early tells an HTTP/1 client that a body is incomplete.
  exchange->closes = true;
  complete(*exchange);
}

void Http1Connection::emit(Exchange& exchange, base::Slice data) {
  queued_bytes_ += data.size();
  const bool is_first = &exchange == &exchanges_.front();
  (is_first ? output_ : exchange.output).push_back(std::move(data));
}

void Http1Connection::emit_chunk(Exchange& exchange, base::Slice data) {
  if (data.empty()) return;  // an empty chunk would end the body
  if (exchange.is_chunked) emit(exchange, chunk_header(data.size(), !exchange.has_chunk));
  exchange.has_chunk = true;
  emit(exchange, std::move(data));
}

void Http1Connection::complete(Exchange& exchange) {
  exchange.is_complete = true;
  if (&exchange == &exchanges_.front()) advance();
}

void Http1Connection::advance() {
  while (!exchanges_.empty() && exchanges_.front().is_complete) {
    if (exchanges_.front().closes) return end_after_this();
    exchanges_.erase(exchanges_.begin());
    if (exchanges_.empty()) break;
    std::vector<base::Slice>& held = exchanges_.front().output;
    std::move(held.begin(), held.end(), std::back_inserter(output_));
    held = {};
  }
  if (exchanges_.empty() && input_ != Input::kUpgraded && draining_ && !incoming_) {
    return end_after_this();
  }
  if (is_parsing_) return;  // the loop above us goes on by itself
  offer_continue();
  // Errors have been answered in the output, and should_close() tells.
  if (!buffered_.empty() && may_parse()) (void)parse_buffered();
}

void Http1Connection::end_after_this() {
  closing_ = true;
  input_ = Input::kClosed;
  cancel_all();
}

void Http1Connection::offer_continue() {
  if (!owes_continue_ || !exchanges_.empty() || !incoming_ || !incoming_->expects_continue()) {
    return;
  }
  owes_continue_ = false;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  queued_bytes_ += kContinue.size();
  output_.push_back(base::Slice::unowned(kContinue));
}

void Http1Connection::take_output(std::vector<base::Slice>& out, std::size_t budget) {
  std::size_t taken = 0;
  auto end = output_.begin();
  while (end != output_.end() && taken < budget) {
    taken += end->size();
    out.push_back(std::move(*end));
    ++end;
  }
  output_.erase(output_.begin(), end);
  queued_bytes_ -= taken;
  if (output_.empty() && output_.capacity() > kKeptSlices) output_ = {};
}

bool Http1Connection::wants_input() const {
  return may_parse();
}

bool Http1Connection::is_receiving() const {
  return incoming_ != nullptr || (!buffered_.empty() && may_parse());
}

std::size_t Http1Connection::open_requests() const {
  return static_cast<std::size_t>(
      std::count_if(exchanges_.begin(), exchanges_.end(),
                    [](const Exchange& exchange) { return !exchange.is_complete; }));
}

void Http1Connection::drain() {
  draining_ = true;
  if (exchanges_.empty() && !incoming_ && input_ == Input::kOpen) end_after_this();
}

void Http1Connection::close() {
  closing_ = true;
  input_ = Input::kClosed;
  output_ = {};
  cancel_all();
  queued_bytes_ = 0;
}

void Http1Connection::cancel_all() {
  incoming_.reset();
  buffered_ = {};
  const std::vector<Exchange> open = std::exchange(exchanges_, {});
  for (const Exchange& exchange : open) {
    for (const base::Slice& slice : exchange.output) queued_bytes_ -= slice.size();
    if (!exchange.is_complete) listener_.on_cancelled(exchange.id);
  }
}

}  // namespace wire::http
