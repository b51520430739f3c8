// A request while it arrives: fills a Request from the parser and enforces the rules that make a
// message mean the same to us as to any proxy in front (RFC 9112 sections 3.2, 6 and 11.2).
// Internal to Http1Connection.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "wire/http/connection.h"
#include "wire/http/http1_connection.h"
#include "wire/http/message_parser.h"

namespace wire::http {

class Http1Connection::Incoming final : public MessageSink {
 public:
  Incoming(Listener& listener, const ServerOptions& options);

  bool on_request_line(std::string_view method, std::string_view target, Version version) override;
  bool on_status_line(std::uint16_t, std::string_view, Version) override { return false; }
  bool on_field(std::string_view name, std::string_view value) override;
  bool on_head_complete(const BodyAnnouncement& announced) override;
  bool on_body(base::ByteSpan data) override;

  MessageParser& parser() { return *parser_; }
  /// Why a call above returned false: the status to answer with; 0 if none did.
  std::uint16_t refusal() const { return refusal_; }
  std::string_view reason() const { return reason_; }
  bool expects_continue() const { return expects_continue_; }
  bool closes() const;
  Request take_request();

 private:
  bool refuse(std::uint16_t status, std::string_view reason);

  Listener& listener_;
  const ServerOptions& options_;
  std::unique_ptr<MessageParser> parser_;
  Request request_;
  base::Bytes body_;
  std::size_t body_limit_ = 0;
  std::size_t trailer_fields_ = 0;
  std::string_view reason_;  // a literal
  std::uint16_t refusal_ = 0;
  bool head_is_complete_ = false;
  bool has_host_ = false;
  bool has_content_length_ = false;
  bool expects_continue_ = false;
};

}  // namespace wire::http
