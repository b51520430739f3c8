#include "wire/http/http1_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>

#include "base/check.h"

namespace wire::http {
namespace {

constexpr std::string_view kDate = "Date: ";
constexpr std::string_view kContentLength = "Content-Length: ";
constexpr std::string_view kTransferEncoding = "Transfer-Encoding: chunked\r\n";
constexpr std::size_t kMaxDigits = 20;

/// Fills a buffer whose size was computed beforehand.
class Filler {
 public:
  explicit Filler(std::span<std::uint8_t> out) : out_(out) {}

  void text(std::string_view text) {
    CHECK(text.size() <= out_.size() - used_);
    std::copy(text.begin(), text.end(), out_.begin() + static_cast<std::ptrdiff_t>(used_));
    used_ += text.size();
  }
  void number(std::uint64_t value, int base = 10) {
    std::array<char, kMaxDigits> digits;
    const auto result = std::to_chars(digits.begin(), digits.end(), value, base);
    text(std::string_view(digits.begin(), result.ptr));
  }
  std::size_t used() const { return used_; }

 private:
  std::span<std::uint8_t> out_;
  std::size_t used_ = 0;
};

std::string_view line_of(ConnectionField field) {
  switch (field) {
    case ConnectionField::kNone:
      return "";
    case ConnectionField::kKeepAlive:
      return "Connection: keep-alive\r\n";
    case ConnectionField::kClose:
      return "Connection: close\r\n";
    case ConnectionField::kUpgrade:
      return "Connection: Upgrade\r\n";
  }
  return "";
}

template <class Fill>
base::Slice filled(std::size_t capacity, Fill&& fill) {
  auto buffer = std::make_shared_for_overwrite<std::uint8_t[]>(capacity);
  Filler filler(std::span<std::uint8_t>(buffer.get(), capacity));
  fill(filler);
  const base::ByteSpan written(buffer.get(), filler.used());
  return base::Slice(std::shared_ptr<const void>(std::move(buffer)), written);
}

}  // namespace

base::Slice serialise_head(const Response& response, BodyFraming framing,
                           ConnectionField connection, std::string_view date) {
  const std::string_view reason = reason_phrase(response.status);
  const std::string_view connection_line = line_of(connection);
  const std::size_t capacity = sizeof("HTTP/1.1 999 \r\n") + reason.size() +
                               response.headers.text_size() + response.headers.size() * 4 +
                               kDate.size() + date.size() + 2 + kTransferEncoding.size() +
                               kContentLength.size() + kMaxDigits + 2 + connection_line.size() + 2;
  return filled(capacity, [&](Filler& out) {
    out.text("HTTP/1.1 ");
    out.number(response.status);
    out.text(" ");
    out.text(reason);
    out.text("\r\n");
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
      const Headers::Field field = response.headers[i];
      out.text(field.name);
      out.text(": ");
      out.text(field.value);
      out.text("\r\n");
    }
    out.text(kDate);
    out.text(date);
    out.text("\r\n");
    if (framing == BodyFraming::kLength) {
      out.text(kContentLength);
      out.number(response.body_size());
      out.text("\r\n");
    } else if (framing == BodyFraming::kChunked) {
      out.text(kTransferEncoding);
    }
    out.text(connection_line);
    out.text("\r\n");
  });
}

base::Slice chunk_header(std::size_t size, bool is_first) {
  DCHECK(size > 0);
  return filled(kMaxDigits + 4, [&](Filler& out) {
    if (!is_first) out.text("\r\n");
    out.number(size, 16);
    out.text("\r\n");
  });
}

base::Slice last_chunk(bool is_first) {
  static constexpr std::string_view kLast = "\r\n0\r\n\r\n";
  return base::Slice::unowned(is_first ? kLast.substr(2) : kLast);
}

}  // namespace wire::http
