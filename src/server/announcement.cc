#include "server/announcement.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "server/demo.h"
#include "server/version.h"

namespace server {

std::string base_url(std::string_view scheme, const ListenAddress& address, std::uint16_t port) {
  const bool any = address.host.empty() || address.host == "::" || address.host == "0.0.0.0";
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", scheme,
                     any  ? "localhost"
                     : v6 ? fmt::format("[{}]", address.host)
                          : address.host,
                     port);
}

void announce_as_json(const Announcement& what) {
  boost::json::object ready{
      {"http", what.addresses.http},  {"https", what.addresses.https},
      {"rtmp", what.addresses.rtmp},  {"rtmps", what.addresses.rtmps},
      {"srt", what.addresses.srt},    {"dataDir", what.config.data_dir},
      {"region", what.config.region},
  };
  if (what.first_key != nullptr) {
    ready["accessKeyId"] = what.first_key->id;
    ready["secretAccessKey"] = what.first_key->secret;
  }
  if (what.administrator != nullptr) {
    ready["administrator"] = {{"name", what.administrator->name},
                              {"password", what.administrator->password}};
  }
  if (what.first_channel != nullptr) {
    ready["channel"] = {{"id", what.first_channel->id.str()},
                        {"streamKey", what.first_channel->stream_key},
                        {"playbackPath", what.playback_path}};
  }
  fmt::print("{}\n", boost::json::serialize(ready));
  (void)std::fflush(stdout);
}

void announce_to_person(const Announcement& what) {
  const std::string& http = what.addresses.http;
  fmt::print("\n  Rostrum {} is running: {}/\n", kVersion, http);
  if (what.config.demo.enabled) {
    fmt::print("\n  Watch the demo channel\n      {}/watch/{}\n", http,
               DemoChannel::channel().id.str());
  }
  if (what.first_channel != nullptr && what.config.rtmp.listen.enabled) {
    fmt::print(
        "\n  Publish your own with OBS or ffmpeg\n      server      {0}/app\n"
        "      stream key  {1}\n"
        "      ffmpeg -re -i video.mp4 -c:v libx264 -bf 0 -g 60 -c:a aac -f flv {0}/app/{1}\n"
        "  and watch it\n      {2}/watch/{3}\n",
        what.addresses.rtmp, what.first_channel->stream_key, http, what.first_channel->id.str());
  }
  if (what.administrator != nullptr) {
    fmt::print(
        "\n  Look after the platform: people register at {0}/register, you sign in at\n"
        "      {0}/login\n      name      {1}\n      password  {2}   (shown once)\n",
        http, what.administrator->name, what.administrator->password);
    if (what.config.mail.url.empty()) {
      fmt::print(
          "  Letters are not sent before there is a mail server; they stand at\n"
          "      {}/mailbox\n",
          http);
    }
  }
  if (what.first_key != nullptr) {
    fmt::print(
        "\n  Call the API with any AWS SDK, the aws-cli or rostrum ctl; this key is shown once\n"
        "      endpoint           {}\n      access key id      {}\n      secret access key  {}\n"
        "  and see what is going on, with the same key\n      {}/console\n",
        http, what.first_key->id, what.first_key->secret, http);
  }
  fmt::print("\n  Stop with Ctrl-C.\n\n");
  (void)std::fflush(stdout);
}

void announce_key(const control::AccessKeySecret& key) {
  fmt::print(
      "\n  An access key of the API was made; it is shown once\n"
      "      access key id      {}\n      secret access key  {}\n\n",
      key.id, key.secret);
  (void)std::fflush(stdout);
}

}  // namespace server
