// The rooms of a chat load test and the tokens of their members, made through the API before the
// test and deleted behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "server/ctl_client.h"

namespace server::loadtest {

class LoadRooms {
 public:
  struct Options {
    ctl::Access access;
    std::string room;         // the ARN of one that is there; empty: new ones
    std::uint32_t rooms = 1;  // how many new ones
    double rate = 0;          // messages a second in each of them
    std::uint32_t members = 1;
  };
  /// Member i is in room i % rooms, as user-i. Calls `progress` now and then with the tokens made.
  static base::Expected<LoadRooms> create(Options options,
                                          const std::function<void(std::size_t)>& progress);
  /// Deletes the rooms that were made.
  ~LoadRooms();
  LoadRooms(LoadRooms&&) = default;
  LoadRooms& operator=(LoadRooms&&) = delete;

  /// Secrets, one a member.
  const std::vector<std::string>& tokens() const { return tokens_; }

 private:
  explicit LoadRooms(std::unique_ptr<ctl::Client> client) : client_(std::move(client)) {}
  base::Expected<boost::json::object> call(std::string_view operation,
                                           const boost::json::object& input);
  base::Expected<void> make_rooms(const Options& options);

  std::unique_ptr<ctl::Client> client_;
  std::vector<std::string> made_;  // ARNs
  std::vector<std::string> tokens_;
};

}  // namespace server::loadtest
