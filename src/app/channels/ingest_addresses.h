// Where encoders send a channel's picture, as people are told: with the ports of this server.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "app/app.h"
#include "app/channels/channel_facts.h"

namespace app {

/// "rtmp", "rtmps", "srt", "srtPassphrase" as far as they are there, and as "server" the one that
/// works with every encoder: plain RTMP where it is taken, since a certificate made for development
/// is trusted by none.
boost::json::object ingest_of(const PlatformSettings& settings, const IngestPorts& ports,
                              const ChannelFacts::Addresses& addresses);
/// That one alone; the usual port of RTMPS where this server takes neither itself.
std::string ingest_server_of(const PlatformSettings& settings, const IngestPorts& ports,
                             const ChannelFacts::Addresses& addresses);

}  // namespace app
