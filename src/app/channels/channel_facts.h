// What control knows of channels and pages ask for all the time, remembered for a while: addresses,
// what is recorded, what was recorded, what encoders send. Used from every thread of the crews.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/channels/cards.h"
#include "app/core/call.h"
#include "base/guarded.h"

namespace app {

class ChannelFacts {
 public:
  explicit ChannelFacts(control::Control& control) : control_(control) {}

  struct Addresses {
    std::string playback_url;
    std::string ingest_endpoint;
    std::string srt_endpoint;
    std::string srt_passphrase;  // secret: for the owner
    std::string type;
    boost::json::object multitrack;
  };
  using AddressesPtr = std::shared_ptr<const Addresses>;
  /// As the request's client reaches us. Nothing if there is no such channel.
  Outcome<AddressesPtr> addresses(const PlatformRequest& request, const std::string& channel_arn);
  void forget(const std::string& channel_arn);

  /// Public channels among these, by ARN, of those that belong to no account.
  std::unordered_map<std::string, LooseChannel> loose(const std::vector<std::string>& arns);
  /// The recordings that go on for these streams, by stream.
  std::unordered_map<std::string, std::string> running(const std::vector<LiveChannel>& live);
  /// {"video": {"videoWidth", "videoHeight"}} of a running stream; nothing while it is not known.
  std::optional<boost::json::object> ingest(const LiveChannel& live);
  /// The newest recordings that are over, of all channels, as ListRecordings tells them.
  std::shared_ptr<const boost::json::array> recent();

  static constexpr base::Duration kKeep = std::chrono::seconds(60);
  static constexpr base::Duration kKeepRecent = std::chrono::seconds(10);

 private:
  template <class T>
  struct Kept {
    T value{};
    base::MonotonicTime until{};
  };
  template <class T>
  using Memory = base::Guarded<std::unordered_map<std::string, Kept<T>>>;

  control::Control& control_;
  Memory<AddressesPtr> addresses_;                     // by ARN, host and scheme
  Memory<std::optional<LooseChannel>> loose_;          // by ARN; nothing: not public
  Memory<std::string> running_;                        // by stream
  Memory<std::optional<boost::json::object>> ingest_;  // by stream
  base::Guarded<Kept<std::shared_ptr<const boost::json::array>>> recent_;
};

}  // namespace app
