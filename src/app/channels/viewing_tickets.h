// Playback tokens for channels that only members may watch. The private key is a file of ours; its
// public half is imported once as a playback key pair. Used from every thread of the crews.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "base/guarded.h"
#include "base/time.h"
#include "wire/jwt/keys.h"

namespace app {

class ViewingTickets {
 public:
  explicit ViewingTickets(Parts& parts) : parts_(parts) {}

  /// Has the key known to control. 409 if there are as many key pairs as there may be. Waits for
  /// control; on a slow thread.
  Outcome<void> prepare();
  /// A token that lets an account watch a channel for ten minutes (who watches then goes on), and
  /// that revoke() makes worthless.
  Outcome<std::string> issue(std::string_view channel_arn, std::string_view account,
                             base::WallTime now);
  /// Ends what the account watches of the channel. Waits for control.
  Outcome<void> revoke(std::string_view channel_arn, std::string_view account, base::WallTime now);

 private:
  Outcome<wire::jwt::PrivateKey> key();

  Parts& parts_;
  struct State {
    std::optional<wire::jwt::PrivateKey> key;
    bool is_imported = false;
  };
  base::Guarded<State> state_;
};

}  // namespace app
