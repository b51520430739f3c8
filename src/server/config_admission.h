// Admission by the channels of the configuration. Immutable, so any loop may ask it.
#pragma once

#include <string>
#include <unordered_map>

#include "live/live.h"
#include "server/config.h"

namespace server {

class ConfigAdmission final : public live::Admission {
 public:
  /// `channels` may hold more than the configuration's own (the demo channel).
  ConfigAdmission(const Config& config, std::vector<ChannelConfig> channels);

  void authorise_publish(live::PublishRequest request, Answer answer) override;
  /// What the SRT handshake needs to know before there is a connection.
  struct SrtEntry {
    base::ChannelId channel;
    std::string passphrase;  // secret; empty: the caller must come without
  };
  /// kUnauthorized if the key is not known or the channel has no passphrase and needs one.
  base::Expected<SrtEntry> find_srt(const std::string& stream_key) const;

 private:
  base::Expected<live::PublishGrant> decide(const live::PublishRequest& request) const;
  const ChannelConfig* find(const std::string& stream_key) const;

  const Config& config_;
  const std::vector<ChannelConfig> channels_;
  std::unordered_map<std::string, const ChannelConfig*> by_key_;
};

}  // namespace server
