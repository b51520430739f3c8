#include "wire/http/message_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/check.h"

namespace wire::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;
using BeastText = boost::beast::string_view;

std::string_view view(BeastText text) {
  return {text.data(), text.size()};
}
base::ByteSpan bytes(BeastText text) {
  return base::as_bytes(view(text));
}

/// Chunk extensions mean nothing to us; long ones only serve to hide things.
constexpr std::size_t kMaxChunkExtension = 256;
/// "0" CRLF CRLF.
constexpr std::size_t kMinLastChunk = 5;

template <bool kIsRequest>
class BeastMessageParser final : public MessageParser, beast_http::basic_parser<kIsRequest> {
  using Base = beast_http::basic_parser<kIsRequest>;

 public:
  explicit BeastMessageParser(MessageSink& sink, ResponseBody body = ResponseBody::kAsAnnounced)
      : sink_(sink) {
    Base::eager(false);             // one element a call: see parse_body
    Base::body_limit(boost::none);  // the sink counts: its limit depends on the head
    Base::header_limit(std::numeric_limits<std::uint32_t>::max());  // so does its caller
    if (body == ResponseBody::kNone) Base::skip(true);
  }

  base::Expected<void> parse_head(base::ByteSpan head) override {
    error_code error;
    const std::size_t used = Base::put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (error) return failure(error);
    if (used != head.size() || !Base::is_header_done()) {
      return base::fail(base::ErrorCode::kMalformed, "HTTP head: lines end in disorder");
    }
    return {};
  }

  base::Expected<std::size_t> parse_body(base::ByteSpan data) override {
    std::size_t total = 0;
    while (total < data.size() && !Base::is_done()) {
      // One element (a chunk's size line, a trailer) must fit a window that starts with it. As the
      // window's place depends on the elements only, so does the outcome.
      const base::ByteSpan window = data.subspan(total, std::min(data.size() - total, kMaxElement));
      // A chunked body never ends with fewer octets than these, and Beast asserts that they are
      // there when it comes back to a last chunk whose end it has not seen.
      if (at_chunk_header_ && window.size() < kMinLastChunk) break;
      error_code error;
      const std::size_t used =
          Base::put(boost::asio::const_buffer(window.data(), window.size()), error);
      total += used;
      if (error == beast_http::error::need_more) {
        if (used > 0) continue;
        if (window.size() == kMaxElement) {
          return base::fail(base::ErrorCode::kLimit, "HTTP body: chunk header or trailer too long");
        }
        break;
      }
      if (error) return failure(error);
    }
    return total;
  }

  bool is_complete() const override { return Base::is_done(); }

  base::Expected<void> end_of_input() override {
    error_code error;
    Base::put_eof(error);
    if (error) return failure(error);
    return {};
  }

 private:
  std::unexpected<base::Error> failure(const error_code& error) const {
    if (refused_) return base::fail(base::ErrorCode::kInvalid, "HTTP message refused");
    return base::fail(error == beast_http::error::bad_version ? base::ErrorCode::kUnsupported
                                                              : base::ErrorCode::kMalformed,
                      "HTTP message: " + error.message());
  }

  void require(bool accepted, error_code& error) {
    if (accepted) return;
    refused_ = true;
    error = beast_http::error::body_limit;
  }

  static Version version_of(int number) { return number == 10 ? Version::k1_0 : Version::k1_1; }

  void on_request_impl(beast_http::verb, BeastText method, BeastText target, int version,
                       error_code& error) override {
    require(sink_.on_request_line(view(method), view(target), version_of(version)), error);
  }
  void on_response_impl(int status, BeastText reason, int version, error_code& error) override {
    require(
        sink_.on_status_line(static_cast<std::uint16_t>(status), view(reason), version_of(version)),
        error);
  }
  void on_field_impl(beast_http::field, BeastText name, BeastText value,
                     error_code& error) override {
    require(sink_.on_field(view(name), view(value)), error);
  }
  void on_header_impl(error_code& error) override {
    BodyAnnouncement announced;
    if (const auto length = Base::content_length()) announced.content_length = *length;
    announced.is_chunked = Base::chunked();
    at_chunk_header_ = announced.is_chunked;
    if constexpr (!kIsRequest) announced.until_close = Base::need_eof() && !Base::is_done();
    require(sink_.on_head_complete(announced), error);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(BeastText body, error_code& error) override {
    require(sink_.on_body(bytes(body)), error);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t size, BeastText extensions, error_code& error) override {
    at_chunk_header_ = size == 0;
    if (extensions.size() > kMaxChunkExtension) error = beast_http::error::bad_chunk_extension;
  }
  std::size_t on_chunk_body_impl(std::uint64_t remaining, BeastText body,
                                 error_code& error) override {
    at_chunk_header_ = remaining == body.size();
    require(sink_.on_body(bytes(body)), error);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  MessageSink& sink_;
  bool at_chunk_header_ = false;
  bool refused_ = false;
};

}  // namespace

std::optional<std::size_t> find_head_end(base::ByteSpan data, std::size_t& scanned) {
  static constexpr std::string_view kEnd = "\r\n\r\n";
  // The end may have begun in what was scanned before.
  const std::size_t from = scanned < kEnd.size() ? 0 : scanned - (kEnd.size() - 1);
  const auto found = base::as_text(data).find(kEnd, from);
  if (found == std::string_view::npos) {
    scanned = data.size();
    return std::nullopt;
  }
  scanned = 0;
  return found + kEnd.size();
}

std::unique_ptr<MessageParser> MessageParser::of_request(MessageSink& sink) {
  return std::make_unique<BeastMessageParser<true>>(sink);
}

std::unique_ptr<MessageParser> MessageParser::of_response(MessageSink& sink, ResponseBody body) {
  return std::make_unique<BeastMessageParser<false>>(sink, body);
}

}  // namespace wire::http
