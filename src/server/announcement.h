// What the server says on standard output when it is ready: to the person at the terminal, or as
// one line of JSON to the program that started it. It holds secrets and must not get into the log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/app.h"
#include "control/control.h"
#include "server/config.h"

namespace server {

/// "http://localhost:8080"; an address that stands for all is told as localhost.
std::string base_url(std::string_view scheme, const ListenAddress& address, std::uint16_t port);

struct Addresses {
  std::string http, https, rtmp, rtmps, srt;
};

struct Announcement {
  const Config& config;
  const Addresses& addresses;
  const ChannelConfig* first_channel;         // null: none was made
  std::string_view playback_path;             // of the first channel
  const control::AccessKeySecret* first_key;  // null: there were keys
  /// Null: no platform, or there were accounts.
  const app::Platform::FirstAdministrator* administrator;
};

void announce_as_json(const Announcement& what);
void announce_to_person(const Announcement& what);
/// Of a server that made it and could not start then.
void announce_key(const control::AccessKeySecret& key);

}  // namespace server
