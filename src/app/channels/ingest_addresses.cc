#include "app/channels/ingest_addresses.h"

#include <fmt/format.h>

namespace app {

namespace json = boost::json;

json::object ingest_of(const PlatformSettings& settings, const IngestPorts& ports,
                       const ChannelFacts::Addresses& addresses) {
  const std::string& host = addresses.ingest_endpoint;
  json::object ingest;
  if (settings.insecure_ingest && ports.rtmp != 0) {
    ingest["rtmp"] = fmt::format("rtmp://{}:{}/app/", host, ports.rtmp);
  }
  if (ports.rtmps != 0) ingest["rtmps"] = fmt::format("rtmps://{}:{}/app/", host, ports.rtmps);
  if (const json::value* server = ingest.if_contains(ingest.contains("rtmp") ? "rtmp" : "rtmps")) {
    ingest["server"] = *server;
  }
  if (!addresses.srt_endpoint.empty()) ingest["srt"] = addresses.srt_endpoint;
  if (!addresses.srt_passphrase.empty()) ingest["srtPassphrase"] = addresses.srt_passphrase;
  return ingest;
}

std::string ingest_server_of(const PlatformSettings& settings, const IngestPorts& ports,
                             const ChannelFacts::Addresses& addresses) {
  const json::object ingest = ingest_of(settings, ports, addresses);
  if (const json::value* server = ingest.if_contains("server")) {
    return std::string(server->get_string());
  }
  return fmt::format("rtmps://{}:443/app/", addresses.ingest_endpoint);
}

}  // namespace app
