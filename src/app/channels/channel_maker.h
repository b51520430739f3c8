// Makes the resources of people's channels by the API, once: channel, stream key, room, and the
// recording configuration that all of them share. Used from every thread of the slow crew.
//
// A row comes before the resources, which carry the account's id as a tag: what a crash left half
// made is found and taken.
#pragma once

#include <future>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/channels/channel_profile.h"
#include "app/people/accounts.h"
#include "base/guarded.h"

namespace app {

class ChannelMaker {
 public:
  explicit ChannelMaker(Parts& parts) : parts_(parts) {}

  /// The account's channel, made if it has none. Whoever asks meanwhile gets the same answer.
  Outcome<ChannelRow> ensure(Call& call, const Account& account);
  /// Brings type, multitrack and recording of a channel to what the settings say. False if it was
  /// so already, or cannot be changed now because it is live.
  Outcome<bool> apply_settings(Call& call, const ChannelRow& row);

 private:
  Outcome<ChannelRow> make(Call& call, const Account& account);
  Outcome<BegunChannel> begin(Call& call, const Account& account, bool& is_new);
  Outcome<void> make_channel(const BegunChannel& begun, bool is_new, ChannelRow& row);
  Outcome<void> make_room(const BegunChannel& begun, bool is_new, ChannelRow& row);
  /// Empty where nothing is recorded.
  Outcome<std::string> recording_configuration();
  boost::json::object form_of_channel(const std::string& recording) const;

  Parts& parts_;
  using Result = std::shared_future<Outcome<ChannelRow>>;
  base::Guarded<std::unordered_map<std::string, Result>> under_way_;
  base::Guarded<std::string> recording_arn_;
};

/// A member of an answer that is there by contract; "" otherwise.
std::string text_in(const boost::json::object& object, std::string_view name);
const boost::json::object* object_in(const boost::json::object& object, std::string_view name);
const boost::json::array* array_in(const boost::json::object& object, std::string_view name);
/// A name of a resource: what may stand in one.
std::string resource_name_of(std::string_view account_name);

}  // namespace app
