// Channels put together: what the routes of this folder share. Safe from every thread of the crews;
// made and destroyed as Channels says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/channels/categories.h"
#include "app/channels/channel_facts.h"
#include "app/channels/channel_maker.h"
#include "app/channels/channel_profile.h"
#include "app/channels/channels.h"
#include "app/channels/live_shelf.h"
#include "app/channels/viewing_tickets.h"
#include "base/guarded.h"
#include "io/timer.h"

namespace app {

class ChannelService final : public Channels {
 public:
  explicit ChannelService(Parts& parts);
  base::Expected<void> set_up(io::SqlConnection& sql);
  static ChannelService& of(Call& call);

  // Channels
  void start() override;
  Outcome<std::optional<ChannelRow>> find(io::SqlConnection& sql,
                                          std::string_view account) override;
  Outcome<std::optional<ChannelRow>> find_by_arn(io::SqlConnection& sql,
                                                 std::string_view channel_arn) override;
  Outcome<std::optional<ChannelRow>> find_by_room(io::SqlConnection& sql,
                                                  std::string_view room_arn) override;
  Outcome<ChannelRow> ensure(Call& call, std::string_view account) override;
  void revoke(Call& call, const ChannelRow& channel, std::string_view account) override;

  // ---- what pages show
  /// Nothing if there is no such channel or its owner was suspended.
  Outcome<ProfilePtr> profile(io::SqlConnection& sql, ProfileKey key, std::string_view value);
  /// Those of suspended people, too.
  Outcome<ProfilePtr> find_profile(io::SqlConnection& sql, std::string_view account) {
    return profiles_.find(sql, ProfileKey::kAccount, account);
  }
  Outcome<ProfilePtr> find_profile_by_name(io::SqlConnection& sql, std::string_view name) {
    return profiles_.find(sql, ProfileKey::kName, name);
  }
  /// 404 where profile() has nothing.
  Outcome<ProfilePtr> named(Call& call, std::string_view name);
  /// One's own; 404 as long as there is none.
  Outcome<ProfilePtr> own(Call& call);
  Outcome<ShelfPtr> shelf(io::SqlConnection& sql);
  /// A shelf of these: what shelf() does with what is live.
  Outcome<ShelfPtr> fill_shelf(io::SqlConnection& sql, std::uint64_t version,
                               const std::vector<LiveChannel>& live);
  /// After something of a channel was written.
  void changed(const ChannelProfile& profile);
  /// Where the viewer may watch the channel; nothing where it may not.
  Outcome<std::optional<std::string>> playback_url(Call& call, const ChannelProfile& profile);
  /// Whether the viewer of a call is banned from the channel.
  Outcome<bool> is_banned(Call& call, const ChannelProfile& profile);

  // ---- what is done with channels
  Outcome<void> follow(Call& call, const ChannelProfile& profile);
  Outcome<bool> unfollow(Call& call, const ChannelProfile& profile);
  /// Live ones by their start, newest first, then the others, last followed first.
  Outcome<std::vector<std::string>> followed(Call& call, const LiveShelf& shelf);
  /// Cards of accounts in this order, those that are not there left out.
  Outcome<boost::json::array> cards(io::SqlConnection& sql, const LiveShelf& shelf,
                                    const std::vector<std::string>& accounts);
  Outcome<void> stop_stream(Call& call, const ChannelRow& row);
  Outcome<std::string> stream_key(Call& call, const ChannelRow& row);
  Outcome<std::string> reset_stream_key(Call& call, const ChannelRow& row);

  ChannelFacts& facts() { return facts_; }
  Categories& categories() { return categories_; }
  ChannelMaker& maker() { return maker_; }
  ViewingTickets& tickets() { return tickets_; }
  Parts& parts() { return parts_; }

  static constexpr std::size_t kMostFollowed = 2'000;  // by one person

 private:
  Outcome<void> erase(io::SqlConnection& sql, const Account& account);
  /// Deletes what is left of deleted accounts, as far as that can be done now.
  void clear_leftovers(io::SqlConnection& sql);
  /// Whether nothing of it is there any more.
  bool clear(const ChannelRow& row);
  void clear_later();
  void keep_last_live(const LiveChannel& live);
  /// Tells pages that what is live has changed, at most once in five seconds. On the home loop.
  void tell_directory();

  Parts& parts_;
  ProfileMemory profiles_;
  ChannelFacts facts_;
  ChannelMaker maker_;
  ViewingTickets tickets_;
  Categories categories_;
  struct Shown {
    ShelfPtr shelf;
    bool is_old = false;  // something on it has changed
    bool is_being_made = false;
  };
  base::Guarded<Shown> shown_;
  // On the home loop:
  io::Timer timer_;
  io::Timer quiet_;  // runs while the directory is not told again
  bool is_quiet_ = false;
  bool is_untold_ = false;
};

// The tables of routes of this folder.
std::span<const Route> directory_routes();
std::span<const Route> channel_page_routes();
std::span<const Route> own_channel_routes();
std::span<const Route> channel_admin_routes();
std::span<const Route> demo_channel_routes();
std::span<const Route> demo_channels_routes();
std::span<const Route> demo_metrics_routes();

}  // namespace app
