// One call of an operation: what a handler gets, and how handlers are listed. Handlers are
// straight-line code inside one transaction, on a worker's thread.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "control/access_keys.h"
#include "control/api_error.h"
#include "control/endpoints.h"
#include "control/model.h"
#include "io/sql.h"

namespace control {

struct Platform;

struct Call {
  const Operation& operation;
  /// Valid against operation.input, without members that it does not know or that were null.
  const boost::json::object& input;
  const AccessKey& caller;
  const Endpoints& endpoints;
  Platform& platform;
  io::SqlConnection& sql;
  base::WallTime now;
  /// Run once what was written is durable, on the writer's thread; nothing is run after an error.
  std::vector<std::move_only_function<void()>> after_commit = {};
  /// Set by operations that have to wait for somebody on another thread: gets what the handler
  /// gave once that is durable, and must call `finish` once, from any thread.
  using Finish = std::move_only_function<void(ApiObject)>;
  std::move_only_function<void(boost::json::object output, Finish finish)> later = {};
};

struct Handler {
  std::string_view operation;
  enum class Kind : std::uint8_t { kRead, kWrite } kind;
  /// The output; ignored where the operation has none.
  ApiObject (*run)(Call&);
};

// Reading inputs: absent and null are the same.
bool has(const boost::json::object& input, std::string_view name);
std::string text_of(const boost::json::object& input, std::string_view name,
                    std::string_view absent = {});
std::int64_t integer_of(const boost::json::object& input, std::string_view name,
                        std::int64_t absent);
bool boolean_of(const boost::json::object& input, std::string_view name, bool absent);
/// The member as JSON text, or `absent`.
std::string json_of(const boost::json::object& input, std::string_view name,
                    std::string_view absent);

/// A page of a list: how many at most, and behind which key to go on. The token is opaque to
/// clients: base64url of a check of operation and key, and of the key.
struct Page {
  std::int64_t limit = 100;
  std::string after;  // empty: from the beginning
};
ApiResult<Page> page_of(const Call& call);
std::string next_token(const Operation& operation, std::string_view last_key);
inline std::string next_token(const Call& call, std::string_view last_key) {
  return next_token(call.operation, last_key);
}

/// `{"key":"value"}` kept as text, as an object for answers.
boost::json::value parse_kept(std::string_view text);
/// Calls `next` on control's loop when everything that was said so far is in the database.
void after_chat_is_written(Platform& platform, std::move_only_function<void()> next);
/// The answer once the engine knows that the room has changed: what applies from then on was
/// answered for.
boost::json::object after_reload(Call& call, const std::string& room, boost::json::object output);
/// The quota of the service in ivs mode, otherwise none (a very large number).
std::int64_t quota(const Call& call, std::string_view name);

// The operations, by file.
std::span<const Handler> access_key_handlers();
std::span<const Handler> ad_configuration_handlers();
std::span<const Handler> channel_handlers();
std::span<const Handler> event_handlers();
std::span<const Handler> logging_configuration_handlers();
std::span<const Handler> playback_key_handlers();
std::span<const Handler> recording_configuration_handlers();
std::span<const Handler> recording_handlers();
std::span<const Handler> restriction_policy_handlers();
std::span<const Handler> revocation_handlers();
std::span<const Handler> room_handlers();
std::span<const Handler> room_message_handlers();
std::span<const Handler> room_moderation_handlers();
std::span<const Handler> room_people_handlers();
std::span<const Handler> server_status_handlers();
std::span<const Handler> stream_handlers();
std::span<const Handler> stream_health_handlers();
std::span<const Handler> stream_key_handlers();
std::span<const Handler> stream_session_handlers();
std::span<const Handler> tag_handlers();

}  // namespace control
