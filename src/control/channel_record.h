// A channel as the database keeps it, and as answers show it.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "control/api_error.h"
#include "control/arn.h"
#include "control/endpoints.h"
#include "control/secret_box.h"
#include "io/sql.h"

namespace control {

struct Call;

struct ChannelRecord {
  std::string id;
  std::string name;
  std::string latency_mode;
  std::string type;
  bool authorized = false;
  bool insecure_ingest = false;
  std::string preset;
  std::string container_format;
  std::string multitrack;               // JSON, empty = not given
  std::string recording_configuration;  // ids, empty = none
  std::string restriction_policy;
  std::string ad_configuration;
  base::Bytes srt_passphrase;  // sealed; empty = none
  std::int64_t max_bitrate = 0;
  std::string tags = "{}";  // JSON
  std::int64_t created_at = 0;
};

base::Expected<std::optional<ChannelRecord>> load_channel(io::SqlConnection& sql,
                                                          std::string_view id);
/// The channel that an ARN of the input names; ResourceNotFoundException if there is none.
ApiResult<ChannelRecord> channel_named(Call& call, std::string_view arn);
/// The channel of a stream key; nothing if no key has this value.
base::Expected<std::optional<ChannelRecord>> load_channel_by_key(io::SqlConnection& sql,
                                                                 const SecretBox& secrets,
                                                                 std::string_view stream_key);
/// `behind` a WHERE: rows in the order of kChannelColumns.
base::Expected<std::vector<ChannelRecord>> load_channels(io::SqlConnection& sql,
                                                         const std::string& statement,
                                                         std::span<const io::SqlValue> parameters);
extern const std::string kChannelColumns;

base::Expected<void> insert_channel(io::SqlConnection& sql, const ChannelRecord& channel);
base::Expected<void> update_channel(io::SqlConnection& sql, const ChannelRecord& channel);

/// Binds the sealed passphrase to its channel.
std::string passphrase_context(std::string_view channel_id);

/// The whole channel. Without a `secrets` the SRT passphrase is left out (kept snapshots).
boost::json::object channel_object(const ChannelRecord& channel, const Home& home,
                                   const Endpoints& endpoints, const SecretBox* secrets);
boost::json::object channel_summary(const ChannelRecord& channel, const Home& home);
std::string playback_url(const Home& home, const Endpoints& endpoints, std::string_view channel_id);

}  // namespace control
