#include "control/declared_channels.h"

#include <fmt/format.h>

#include "control/channel_record.h"
#include "control/stream_key_record.h"

namespace control {
namespace {

base::Expected<void> declare_key(io::SqlConnection& sql, const SecretBox& secrets,
                                 const DeclaredChannel& channel, base::WallTime now) {
  auto owner = sql.run("SELECT channel_id FROM stream_keys WHERE fingerprint = $1",
                       {secrets.fingerprint(channel.stream_key)});
  if (!owner) return base::fail(std::move(owner.error()));
  if (!owner->empty()) {
    if (owner->text(0, 0) == channel.id.str()) return {};
    return base::fail(base::ErrorCode::kConflict,
                      fmt::format("the stream key of channel {} is that of channel {} already",
                                  channel.id.str(), owner->text(0, 0)));
  }
  auto old = sql.run("DELETE FROM stream_keys WHERE channel_id = $1", {channel.id.str()});
  if (!old) return base::fail(std::move(old.error()));
  return insert_stream_key_value(sql, secrets, channel.id.str(), channel.stream_key, now);
}

base::Expected<void> declare_channel(io::SqlConnection& sql, const SecretBox& secrets,
                                     const DeclaredChannel& declared, base::WallTime now) {
  auto known = load_channel(sql, declared.id.str());
  if (!known) return base::fail(std::move(known.error()));
  ChannelRecord channel = known->value_or(ChannelRecord{});
  if (!*known) {
    channel.id = declared.id.str();
    channel.created_at = now.time_since_epoch().count();
  }
  channel.name = declared.name;
  if (channel.type != declared.type) {
    channel.type = declared.type;
    channel.preset = declared.type.starts_with("ADVANCED") ? "HIGHER_BANDWIDTH_DELIVERY" : "";
  }
  channel.latency_mode = declared.low_latency ? "LOW" : "NORMAL";
  channel.container_format = declared.fragmented_mp4 ? "FRAGMENTED_MP4" : "TS";
  channel.insecure_ingest = declared.insecure_ingest;
  channel.max_bitrate = static_cast<std::int64_t>(declared.max_bitrate);
  channel.srt_passphrase = declared.passphrase.empty()
                               ? base::Bytes()
                               : secrets.seal(declared.passphrase, passphrase_context(channel.id));
  auto kept = *known ? update_channel(sql, channel) : insert_channel(sql, channel);
  if (!kept) return kept;
  return declare_key(sql, secrets, declared, now);
}

}  // namespace

base::Expected<void> declare_channels(io::SqlConnection& sql, const SecretBox& secrets,
                                      const std::vector<DeclaredChannel>& channels,
                                      base::WallTime now) {
  for (const DeclaredChannel& channel : channels) {
    if (auto declared = declare_channel(sql, secrets, channel, now); !declared) return declared;
  }
  return {};
}

}  // namespace control
