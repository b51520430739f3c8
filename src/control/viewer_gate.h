// The gate of one loop (see viewer_gates.h). Everything here happens on that loop; what takes long
// is done on workers and comes back by post.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/crypto.h"
#include "base/time.h"
#include "control/channel_access.h"
#include "control/playback_claims.h"
#include "control/viewer_session.h"
#include "live/live.h"

namespace io {
class Loop;
}

namespace control {

/// What a gate asks of those around it.
class ViewerGateHost {
 public:
  virtual ~ViewerGateHost() = default;
  /// Loads the channel (and the keys, if none are there yet) and brings it to every gate.
  virtual void load(const base::ChannelId& channel) = 0;
  /// Tells all gates but the one of `from` that the session is still used.
  virtual void renew(const io::Loop& from, const base::ChannelId& channel,
                     const std::string& session) = 0;
  using Verified = std::move_only_function<void(std::expected<PlaybackClaims, live::ViewRefusal>)>;
  /// Verifies a token on a worker; answers on `loop`.
  virtual void verify(io::Loop& loop, std::string token, std::shared_ptr<const PlaybackKeys> keys,
                      Verified done) = 0;
  using Used = std::move_only_function<void(std::expected<void, live::ViewRefusal>)>;
  /// Uses a token's id up, for good; answers on `loop`.
  virtual void use_up(io::Loop& loop, const PlaybackClaims& claims, Used done) = 0;
  virtual live::CountryCode country_of(std::string_view address) = 0;
  /// False, and counted, if there are as many viewers as there may be.
  virtual bool has_room() = 0;
  virtual std::string channel_arn(const base::ChannelId& channel) const = 0;
};

class ViewerGate final : public live::ViewAdmission {
 public:
  ViewerGate(io::Loop& loop, ViewerGateHost& host, base::ByteSpan session_key)
      : loop_(loop), host_(host), signer_(session_key) {}

  // live::ViewAdmission
  void authorise_view(live::ViewRequest request, Answer answer) override;
  std::expected<live::SessionBounds, live::ViewRefusal> check_session(
      const base::ChannelId& channel, std::string_view session, std::string_view origin) override;
  live::CountryCode country_of(std::string_view remote_address) override {
    return host_.country_of(remote_address);
  }

  /// The channel as it is now; null if it has gone. Answers who waited for it.
  void update(const base::ChannelId& channel, std::shared_ptr<const ChannelAccess> access);
  /// It could not be loaded: what was known of it may be old.
  void load_failed(const base::ChannelId& channel);
  /// Answers who waited for them.
  void update_keys(std::shared_ptr<const PlaybackKeys> keys);
  void keys_failed();
  void revoke(const base::ChannelId& channel, const std::string& viewer, std::int64_t version);
  /// Another loop's gate sees the session used.
  void on_renewal(const base::ChannelId& channel, const std::string& session);
  std::size_t known_sessions() const { return sessions_.size(); }

 private:
  struct Waiting {
    live::ViewRequest request;
    Answer answer;
  };
  struct Known {
    std::string channel;
    ViewerSession session;
    base::MonotonicTime last_used{};
    base::MonotonicTime renew_at{};  // when the other loops must hear that it is used
  };
  struct Channel {
    std::shared_ptr<const ChannelAccess> access;
    /// Revoked since it was loaded: viewers and versions.
    std::unordered_map<std::string, std::int64_t> revoked = {};

    bool is_revoked(const std::string& viewer, std::int64_t version) const;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class Value>
  using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  void decide(live::ViewRequest request, const ChannelAccess& access, Answer answer);
  void on_claims(live::ViewRequest request, PlaybackClaims claims, Answer answer);
  std::expected<void, live::ViewRefusal> check_policy(const ChannelAccess& access,
                                                      const live::ViewRequest& request);
  live::ViewGrant grant(const live::ViewRequest& request, const PlaybackClaims& claims);
  Known* find_session(const base::ChannelId& channel, std::string_view text);
  void make_room_for_session();
  Known& keep_session(const base::ChannelId& channel, std::string text, ViewerSession session);
  const Channel* find(const base::ChannelId& channel) const;
  bool can_decide(const Channel& channel) const {
    return keys_ != nullptr || !channel.access->authorized;
  }
  void refuse_waiting(const base::ChannelId& channel, const live::ViewRefusal& refusal);

  io::Loop& loop_;
  ViewerGateHost& host_;
  ViewerSessionSigner signer_;
  std::unordered_map<base::ChannelId, Channel, base::IdHash> channels_;
  std::shared_ptr<const PlaybackKeys> keys_;
  /// Channels that are being loaded (or whose keys are), and who waits; perhaps nobody.
  std::unordered_map<base::ChannelId, std::vector<Waiting>, base::IdHash> waiting_;
  ByText<Known> sessions_;
  ByText<PlaybackClaims> verified_;  // by the token's SHA-256
};

}  // namespace control
