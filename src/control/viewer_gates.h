// Who may watch: one gate for each loop, which holds what it needs of channels, key pairs, policies
// and revocations as replicas, and asks the database (on a worker) for what it does not know yet.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "control/arn.h"
#include "control/control.h"
#include "live/live.h"

namespace io {
class Loop;
class SqlConnection;
class SqlWorkers;
}  // namespace io

namespace control {

class LiveBoard;
class SecretBox;

class ViewerGates {
 public:
  /// Everything outlives it. kInvalid if the country database cannot be read.
  static base::Expected<std::unique_ptr<ViewerGates>> create(const Settings& settings, Home home,
                                                             io::SqlWorkers& sql,
                                                             const SecretBox& secrets,
                                                             const LiveBoard& board);
  virtual ~ViewerGates() = default;

  /// The gate of a loop; made when it is asked for first, before the loops run.
  virtual live::ViewAdmission& of(io::Loop& loop) = 0;

  // From any thread, after the change is committed.
  /// The channel is about to be watched: its gates learn of it before anybody asks.
  virtual void prepare(const base::ChannelId& channel) = 0;
  /// On a reader's thread: when this returns, what the gates need to know of the channel is posted
  /// to them, if they did not know it.
  virtual void ensure(io::SqlConnection& sql, const base::ChannelId& channel) = 0;
  /// The channel has changed or gone.
  virtual void forget(const base::ChannelId& channel) = 0;
  /// A policy has changed or gone: channels are not told apart.
  virtual void forget_policies() = 0;
  /// A key pair has come or gone.
  virtual void forget_keys() = 0;
  /// Sessions of this viewer with a version up to `version` end, and such tokens are refused.
  virtual void revoke(const base::ChannelId& channel, const std::string& viewer,
                      std::int64_t version) = 0;
  /// Where an address is; zero octets if nobody knows. From any thread.
  virtual live::CountryCode country_of(std::string_view address) = 0;
  /// What an event needs to know: how many views were refused for the limit of concurrent views
  /// since the last call.
  virtual std::uint64_t take_refused_views() = 0;
};

}  // namespace control
