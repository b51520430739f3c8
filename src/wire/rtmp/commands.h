// The AMF0 commands of RTMP (Adobe RTMP 1.0, section 7) that publishing needs: reading any, and
// writing ours. Values only; which command may come when is the sessions' affair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "media/flv/amf0.h"

namespace wire::rtmp {

/// name, transaction id, command object or null, then arguments. Missing values are undefined.
struct Command {
  std::string name;
  double transaction = 0;
  std::vector<media::amf0::Value> values;  // the command object first

  /// Value `i` behind the command object as text; empty if it is something else.
  std::string_view text(std::size_t i) const;
  /// Value `i` behind the command object as a number; 0 if it is something else.
  double number(std::size_t i) const;
};

/// Reads the payload of a command message (type 20). Errors: kMalformed, kLimit; the text names
/// no value, for values may be stream keys.
base::Expected<Command> parse_command(base::ByteSpan payload);

/// What one side of Enhanced RTMP says of itself in connect and its answer.
struct EnhancedCapabilities {
  std::vector<std::string> fourccs;
  std::uint32_t caps_ex = 0;  // CapsExMask: 1 reconnect, 2 multitrack, 4 ModEx, 8 nanoseconds
};

/// What a client says of itself in connect.
struct ConnectInfo {
  std::string app;
  std::string tc_url;  // may contain a stream key: never log
  std::string flash_version;
  /// Present if the client speaks Enhanced RTMP.
  std::optional<EnhancedCapabilities> enhanced;
};

ConnectInfo read_connect(const Command& command);

// Payloads of command messages from the server.
base::Bytes connect_result(double transaction, const EnhancedCapabilities* enhanced);
base::Bytes null_result(double transaction);
base::Bytes number_result(double transaction, double value);
/// `name` is onStatus, onFCPublish or onFCUnpublish; `level` status or error.
base::Bytes status(std::string_view name, std::string_view level, std::string_view code,
                   std::string_view description);

// Payloads of command messages from a publishing client.
base::Bytes connect_command(double transaction, const ConnectInfo& info);
/// A null command object, then the texts.
base::Bytes simple_command(std::string_view name, double transaction,
                           std::initializer_list<std::string_view> texts);
base::Bytes delete_stream_command(double transaction, double stream_id);

/// The `level`, `code` and `description` of an onStatus, a _result or an _error.
struct StatusInfo {
  std::string level;
  std::string code;
  std::string description;
};
StatusInfo read_status(const Command& command);

}  // namespace wire::rtmp
