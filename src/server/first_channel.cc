#include "server/first_channel.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/error_code.hpp>

#include "base/ids.h"
#include "io/files.h"

namespace server {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxFile = 4096;
constexpr std::size_t kKeySymbols = 24;

std::string path_of(const Config& config) {
  return config.data_dir + "/first-channel.json";
}

base::Expected<void> read_into(const std::string& path, ChannelConfig& channel) {
  auto bytes = io::read_file(path, kMaxFile);
  if (!bytes) return base::fail(bytes.error());
  boost::system::error_code failed;
  const json::value parsed = json::parse(base::as_text(*bytes), failed);
  const json::object* object = failed ? nullptr : parsed.if_object();
  const json::value* id = object != nullptr ? object->if_contains("id") : nullptr;
  const json::value* key = object != nullptr ? object->if_contains("streamKey") : nullptr;
  if (id == nullptr || key == nullptr || !id->is_string() || !key->is_string()) {
    return base::fail(base::ErrorCode::kMalformed,
                      path + " is broken; remove it to get a new channel and key");
  }
  channel.id = base::ChannelId(std::string(id->get_string()));
  channel.stream_key = std::string(key->get_string());
  return {};
}

}  // namespace

bool has_first_channel(const Config& config) {
  return io::file_exists(path_of(config));
}

base::Expected<ChannelConfig> load_first_channel(const Config& config) {
  const std::string path = path_of(config);
  ChannelConfig channel;
  channel.name = "My-channel";
  channel.insecure_ingest = true;
  channel.container_format = config.live.container;
  channel.max_bitrate = config.limits.max_bitrate;
  if (io::file_exists(path)) {
    if (auto read = read_into(path, channel); !read) return base::fail(read.error());
    return channel;
  }
  channel.id = base::ChannelId(base::random_alphanumeric(12));
  channel.stream_key = "sk_" + config.region + "_" + base::random_alphanumeric(kKeySymbols);
  const json::object content{{"id", channel.id.str()}, {"streamKey", channel.stream_key}};
  if (auto written = io::write_file_atomic(path, base::as_bytes(json::serialize(content)), 0600);
      !written) {
    return base::fail(written.error());
  }
  return channel;
}

}  // namespace server
