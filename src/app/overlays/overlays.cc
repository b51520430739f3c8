#include "app/overlays/overlays.h"

#include <algorithm>
#include <vector>

#include "app/core/live_board.h"
#include "app/overlays/overlay_schema.h"
#include "app/overlays/overlay_service.h"
#include "app/talk/chat_minder.h"
#include "base/log.h"
#include "io/loop.h"

namespace app {

namespace json = boost::json;

json::object speaker_of(const Account& account, const std::string& channel_arn) {
  return {{"userId", account.name},
          {"attributes", json::object{{"avatar", account.avatar},
                                      {"color", account.color},
                                      {"displayName", account.name},
                                      {"channelArn", channel_arn},
                                      {"channelAssetUrls", "{}"}}}};
}

OverlayService& overlays_of(Call& call) {
  return static_cast<OverlayService&>(*call.parts.overlays);
}

OverlayService::OverlayService(Parts& parts, VisitorPasses passes)
    : parts_(parts),
      passes_(std::move(passes)),
      desk_(parts.sql),
      runner_(
          {parts.sql, parts.home, parts.feed, desk_, *this, [] { return io::Loop::wall_now(); }}),
      timer_(parts.home),
      return_timer_(parts.home),
      ear_(std::make_shared<base::Guarded<OverlayService*>>(this)),
      self_(std::make_shared<OverlayService*>(this)) {}

OverlayService::~OverlayService() {
  ear_->with([](OverlayService*& service) { service = nullptr; });
}

base::Expected<void> OverlayService::set_up(io::SqlConnection& sql) {
  if (auto resumed = desk_.resume(sql); !resumed) return resumed;
  if (auto resumed = runner_.resume(sql); !resumed) return resumed;
  // Polls that go on are spoken for by their owners.
  for (const auto& [account, channel_arn] : desk_.current()) {
    auto owner = parts_.accounts->find(sql, account);
    if (owner && *owner) runner_.set_speaker(account, speaker_of(**owner, channel_arn));
  }
  parts_.accounts->add_belongings(
      {.erase = [](io::SqlConnection& writer, const Account& account) -> Outcome<void> {
         if (auto erased = erase_overlays(writer, account.id); !erased) {
           return broken(erased.error());
         }
         return {};
       },
       .after =
           [this](const Account& account) {
             on_home([id = account.id](OverlayService& self) { self.runner_.forget(id); });
           }});
  parts_.control.listen_to_chat([ear = ear_](const chat::Entry& entry) {
    if (entry.kind != chat::Entry::Kind::kMessage || !may_be_vote(entry.payload.text())) return;
    ear->with([&](OverlayService* service) {
      if (service != nullptr) service->hear(entry);
    });
  });
  return {};
}

void OverlayService::start() {
  on_home([](OverlayService& self) {
    self.wake();
    self.return_timer_.start(kReturn, [&self] { self.check_live(); });
  });
}

// What was shown when the server stopped, on channels whose streams did not come back.
void OverlayService::check_live() {
  auto shown = runner_.shown();
  for (auto& each : desk_.current()) shown.push_back(std::move(each));
  for (const auto& [account, channel_arn] : shown) {
    if (!parts_.live.find(channel_arn)) went_offline(account);
  }
}

Outcome<json::object> OverlayService::poll_of(io::SqlConnection&, const ChannelRow& channel,
                                              const std::optional<Viewer>& viewer,
                                              std::string_view visitor, base::WallTime now) {
  const auto poll = desk_.find(channel.account, {});
  if (!poll) return json::object{};
  const std::string voter = voter_of(channel.account, viewer, visitor, now);
  if (voter.empty()) return poll->json();
  const auto own = desk_.find(channel.account, voter);
  return own ? own->json() : json::object{};
}

void OverlayService::went_offline(const std::string& account) {
  runner_.clear(account);
  wake();
}

std::string OverlayService::voter_of(std::string_view channel, const std::optional<Viewer>& viewer,
                                     std::string_view visitor, base::WallTime now) const {
  if (viewer) return "a:" + viewer->id;
  if (visitor.empty()) return {};
  const auto known = passes_.read(visitor, channel, now);
  return known ? "v:" + *known : std::string();
}

// ---- onto the home loop -----------------------------------------------------------------------

void OverlayService::on_home(std::move_only_function<void(OverlayService&)> work) {
  parts_.home.post([weak = std::weak_ptr(self_), work = std::move(work)]() mutable {
    if (const auto alive = weak.lock()) work(**alive);
  });
}

void OverlayService::begin(OverlayRunner::Start wanted, OverlayRunner::Started told) {
  on_home([wanted = std::move(wanted), told = std::move(told)](OverlayService& self) mutable {
    self.runner_.start(std::move(wanted), [&self, told = std::move(told)](auto outcome) mutable {
      told(std::move(outcome));
      self.wake();
    });
    self.wake();
  });
}

void OverlayService::end(const std::string& account, const std::string& channel_arn,
                         OverlayRunner::Stopped told) {
  on_home([account, channel_arn, told = std::move(told)](OverlayService& self) mutable {
    self.runner_.stop(account, channel_arn, std::move(told));
    self.wake();
  });
}

void OverlayService::pass_on(const std::string& account, const std::string& channel_arn,
                             std::string metadata, OverlayRunner::Sent told) {
  on_home([account, channel_arn, metadata = std::move(metadata),
           told = std::move(told)](OverlayService& self) mutable {
    self.runner_.send(account, channel_arn, std::move(metadata),
                      [&self, told = std::move(told)](control::OwnAnswer answer) mutable {
                        told(std::move(answer));
                        self.wake();
                      });
    self.wake();
  });
}

void OverlayService::wake() {
  if (timer_.is_running() || runner_.is_idle()) return;
  timer_.start(kTick, [this] {
    runner_.tick(io::Loop::wall_now());
    wake();
  });
}

// ---- to viewers -------------------------------------------------------------------------------

void OverlayService::put_metadata(const std::string& channel_arn, const std::string& text,
                                  std::move_only_function<void(control::OwnAnswer)> done) {
  parts_.control.call(
      {.operation = "PutMetadata", .input = {{"channelArn", channel_arn}, {"metadata", text}}},
      std::move(done));
}

void OverlayService::say(const std::string& room_arn, const json::object& speaker,
                         const PollSignal& signal) {
  const json::value* user = speaker.if_contains("userId");
  if (user == nullptr) return;  // the account has gone meanwhile
  json::object attributes;
  for (const auto& [name, value] : signal.attributes) attributes[name] = value;
  parts_.control.call({.operation = "SendRoomMessage",
                       .input = {{"roomIdentifier", room_arn},
                                 {"userId", *user},
                                 {"senderAttributes", speaker.at("attributes")},
                                 {"content", signal.content},
                                 {"attributes", std::move(attributes)}}},
                      [](const control::OwnAnswer& answer) {
                        if (answer.ok()) return;
                        base::log_warn("a room was not told of a poll",
                                       {{"error", answer.error}, {"reason", answer.message}});
                      });
}

// ---- votes of clients that send them as messages ----------------------------------------------

void OverlayService::hear(const chat::Entry& entry) {
  if (desk_.is_idle()) return;
  const bool given = parts_.quick.give(
      [this, room = entry.room.str(), payload = entry.payload](io::SqlConnection& sql) {
        if (const auto vote = read_vote(payload.text())) count(sql, room, *vote);
      });
  if (!given) base::log_warn("a vote in a chat room was not looked at", {});
}

void OverlayService::count(io::SqlConnection& sql, const std::string& room,
                           const SubmittedVote& vote) {
  const auto poll = desk_.in_room(room);
  if (!poll) return;
  const auto began =
      std::chrono::floor<std::chrono::milliseconds>(poll->started_at).time_since_epoch().count();
  if (vote.start_time != 0 && vote.start_time != began) return;  // of an earlier poll
  const auto option = std::ranges::find(poll->options, vote.option);
  if (option == poll->options.end()) return;
  const base::WallTime now = io::Loop::wall_now();
  const auto voter = parts_.accounts->find_by_name(sql, vote.user_id);
  if (!voter || !*voter || (*voter)->state != Account::State::kActive) return;
  const auto banned = parts_.chat->is_banned(sql, poll->account, (*voter)->id, now);
  if (!banned || *banned) return;
  desk_.vote({.account = poll->account,
              .poll = poll->id,
              .voter = "a:" + (*voter)->id,
              .address = {},
              .choice = static_cast<std::size_t>(option - poll->options.begin())},
             now, [](const Outcome<PollView>&) {});  // a message has no answer
}

base::Expected<std::unique_ptr<Overlays>> Overlays::create(Parts& parts, io::SqlConnection& sql) {
  if (auto migrated = migrate_overlays(sql); !migrated) {
    return base::fail(std::move(migrated.error()));
  }
  auto passes = VisitorPasses::create(parts.settings.data_dir);
  if (!passes) return base::fail(std::move(passes.error()));
  auto made = std::make_unique<OverlayService>(parts, std::move(*passes));
  if (auto done = made->set_up(sql); !done) return base::fail(std::move(done.error()));
  return made;
}

std::span<const Route> Overlays::routes() {
  static const std::vector<Route> kAll = [] {
    std::vector<Route> all(overlay_routes().begin(), overlay_routes().end());
    all.insert(all.end(), poll_routes().begin(), poll_routes().end());
    return all;
  }();
  return kAll;
}

}  // namespace app
