// Revoking viewers' sessions: what runs ends, and tokens up to a version are refused from now on.
#include <boost/json/array.hpp>

#include "control/call.h"
#include "control/channel_record.h"
#include "control/platform.h"
#include "control/viewer_gates.h"

namespace control {
namespace {

namespace json = boost::json;

ApiResult<void> revoke(Call& call, const json::object& session) {
  const std::string arn = text_of(session, "channelArn");
  auto channel = channel_named(call, arn);
  if (!channel) return std::unexpected(channel.error());
  const std::string viewer = text_of(session, "viewerId");
  const std::int64_t version = integer_of(session, "viewerSessionVersionsLessThanOrEqualTo", 0);
  // A later call never takes back what an earlier one revoked.
  auto kept = call.sql.run(
      "INSERT INTO viewer_revocations (channel_id, viewer_id, version, revoked_at) "
      "VALUES ($1, $2, $3, $4) ON CONFLICT (channel_id, viewer_id) DO UPDATE SET "
      "version = CASE WHEN excluded.version > viewer_revocations.version THEN excluded.version "
      "ELSE viewer_revocations.version END, revoked_at = excluded.revoked_at",
      {channel->id, viewer, version, std::int64_t{call.now.time_since_epoch().count()}});
  if (!kept) return internal(kept.error());
  call.after_commit.emplace_back([&platform = call.platform, id = base::ChannelId(channel->id),
                                  viewer,
                                  version] { platform.viewers.revoke(id, viewer, version); });
  return {};
}

ApiObject start_revocation(Call& call) {
  if (auto revoked = revoke(call, call.input); !revoked) return std::unexpected(revoked.error());
  return json::object{};
}

ApiObject batch_start_revocation(Call& call) {
  json::array errors;
  for (const json::value& entry : call.input.at("viewerSessions").as_array()) {
    const json::object& session = entry.as_object();
    if (auto revoked = revoke(call, session); !revoked) {
      errors.push_back(json::object{{"channelArn", text_of(session, "channelArn")},
                                    {"viewerId", text_of(session, "viewerId")},
                                    {"code", revoked.error().name},
                                    {"message", revoked.error().message}});
    }
  }
  return json::object{{"errors", std::move(errors)}};
}

}  // namespace

std::span<const Handler> revocation_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"StartViewerSessionRevocation", kWrite, start_revocation},
      {"BatchStartViewerSessionRevocation", kWrite, batch_start_revocation},
  };
  return kHandlers;
}

}  // namespace control
