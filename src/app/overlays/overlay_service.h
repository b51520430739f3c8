// The part "overlays" behind its door: see overlays.h. Its routes stand in overlay_routes.cc,
// poll_routes.cc and overlay_demo_routes.cc.
#pragma once

#include <memory>
#include <string>

#include "app/overlays/overlay_runner.h"
#include "app/overlays/overlays.h"
#include "app/overlays/poll_desk.h"
#include "app/overlays/visitor_passes.h"
#include "app/people/accounts.h"
#include "base/guarded.h"
#include "io/timer.h"

namespace app {

class OverlayService final : public Overlays, private OverlayVoice {
 public:
  OverlayService(Parts& parts, VisitorPasses passes);
  ~OverlayService() override;
  base::Expected<void> set_up(io::SqlConnection& sql);

  void start() override;
  Outcome<boost::json::object> poll_of(io::SqlConnection& sql, const ChannelRow& channel,
                                       const std::optional<Viewer>& viewer,
                                       std::string_view visitor, base::WallTime now) override;
  void went_offline(const std::string& account) override;

  PollDesk& desk() { return desk_; }
  const OverlayRunner& runner() const { return runner_; }
  VisitorPasses& passes() { return passes_; }

  // From a thread of the crew: on the home loop, `told` from there.
  void begin(OverlayRunner::Start wanted, OverlayRunner::Started told);
  void end(const std::string& account, const std::string& channel_arn, OverlayRunner::Stopped told);
  void pass_on(const std::string& account, const std::string& channel_arn, std::string metadata,
               OverlayRunner::Sent told);

  /// How somebody votes who may be signed in, or bring a visitor's token; empty: nobody.
  std::string voter_of(std::string_view channel, const std::optional<Viewer>& viewer,
                       std::string_view visitor, base::WallTime now) const;

  static constexpr base::Duration kTick = std::chrono::milliseconds(100);
  /// After a restart streams have this long to come back.
  static constexpr base::Duration kReturn = std::chrono::seconds(60);

 private:
  // OverlayVoice
  void put_metadata(const std::string& channel_arn, const std::string& text,
                    std::move_only_function<void(control::OwnAnswer)> done) override;
  void say(const std::string& room_arn, const boost::json::object& speaker,
           const PollSignal& signal) override;

  void on_home(std::move_only_function<void(OverlayService&)> work);
  void wake();
  void check_live();
  void hear(const chat::Entry& entry);
  void count(io::SqlConnection& sql, const std::string& room, const SubmittedVote& vote);

  Parts& parts_;
  VisitorPasses passes_;
  PollDesk desk_;
  OverlayRunner runner_;
  io::Timer timer_;
  io::Timer return_timer_;
  // Chat tells it on media loops, which may run when this goes.
  std::shared_ptr<base::Guarded<OverlayService*>> ear_;
  std::shared_ptr<OverlayService*> self_;  // for what is posted: expired once this is gone
};

/// {userId, attributes} of somebody who speaks in the chat of a channel.
boost::json::object speaker_of(const Account& account, const std::string& channel_arn);
OverlayService& overlays_of(Call& call);

std::span<const Route> overlay_routes();
std::span<const Route> poll_routes();

}  // namespace app
