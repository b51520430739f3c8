#include "control/channel_access.h"

#include <boost/json/array.hpp>

#include "control/call.h"
#include "control/channel_record.h"
#include "control/recording/past_access.h"

namespace control {
namespace {

std::vector<std::string> texts(std::string_view kept) {
  std::vector<std::string> list;
  const boost::json::value value = parse_kept(kept);
  if (!value.is_array()) return list;
  for (const boost::json::value& entry : value.get_array()) {
    if (entry.is_string()) list.emplace_back(entry.get_string());
  }
  return list;
}

}  // namespace

bool ChannelAccess::is_revoked(const std::string& viewer, std::int64_t version) const {
  if (viewer.empty()) return false;
  const auto found = revoked.find(viewer);
  return found != revoked.end() && version <= found->second;
}

base::Expected<std::shared_ptr<const ChannelAccess>> load_channel_access(
    io::SqlConnection& sql, const base::ChannelId& channel) {
  auto record = load_channel(sql, channel.str());
  if (!record) return base::fail(std::move(record.error()));
  std::shared_ptr<ChannelAccess> access;
  if (*record) {
    access = std::make_shared<ChannelAccess>();
    access->authorized = (*record)->authorized;
  } else {
    auto past = load_past_access(sql, channel);
    if (!past) return base::fail(std::move(past.error()));
    if (*past == nullptr) return nullptr;
    access = std::move(*past);
  }
  if (*record && !(*record)->restriction_policy.empty()) {
    auto rows = sql.run(
        "SELECT countries, origins, strict_origin FROM playback_restriction_policies WHERE id = $1",
        {(*record)->restriction_policy});
    if (!rows) return base::fail(std::move(rows.error()));
    if (!rows->empty()) {
      access->policy = {texts(rows->text(0, 0)), texts(rows->text(0, 1)), rows->integer(0, 2) != 0};
    }
  }
  auto revoked = sql.run("SELECT viewer_id, version FROM viewer_revocations WHERE channel_id = $1",
                         {channel.str()});
  if (!revoked) return base::fail(std::move(revoked.error()));
  for (std::size_t i = 0; i < revoked->size(); ++i) {
    access->revoked.emplace(revoked->text(i, 0), revoked->integer(i, 1));
  }
  return access;
}

base::Expected<std::shared_ptr<const PlaybackKeys>> load_playback_keys(io::SqlConnection& sql) {
  auto rows = sql.run("SELECT public_key FROM playback_key_pairs ORDER BY created_at");
  if (!rows) return base::fail(std::move(rows.error()));
  auto keys = std::make_shared<PlaybackKeys>();
  for (std::size_t i = 0; i < rows->size(); ++i) {
    auto key = wire::jwt::PublicKey::from_pem(rows->text(i, 0));
    if (!key) return base::fail(std::move(key.error()));
    keys->push_back(std::move(*key));
  }
  return keys;
}

}  // namespace control
