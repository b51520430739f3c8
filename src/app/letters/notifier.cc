#include "app/letters/notifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "app/channels/channels.h"
#include "app/core/feed.h"
#include "app/letters/digest_hour.h"
#include "app/letters/letter_key.h"
#include "app/letters/live_rounds.h"
#include "app/letters/notice_store.h"
#include "app/letters/notice_view.h"
#include "app/letters/post.h"
#include "app/letters/push_sender.h"
#include "app/letters/texts.h"
#include "app/people/accounts.h"
#include "base/base64.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/timer.h"

namespace app {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::int64_t kPage = 500;         // followers that are told in one step
constexpr std::int64_t kPushPage = 100;     // whom a server that was killed may have told already
constexpr std::int64_t kMaxRounds = 2'000;  // channels that went live and wait for their turn
constexpr std::int64_t kDigestsAPass = 50;
constexpr std::int64_t kMaxDigestLines = 20;
constexpr auto kKeepStarts = 24h * 30;
constexpr auto kKeepRounds = 1h;  // that a server before this one began: older is no news
constexpr int kMostFailures = 10;
constexpr base::Duration kLookForDigests = 5min;

// A round and what those who follow are told.
struct Round {
  LiveRound kept;    // as it stands in the database
  std::string name;  // of the channel
  base::Slice event;
  std::string push_text;
  int failures = 0;
  std::optional<PushPage> pushed;  // whose push services have answered; not yet written
};

/// kAway: push services are asked, and the round comes back by itself.
enum class Step : std::uint8_t { kMore, kDone, kLater, kAway };

class LiveNotifier final : public Notifier {
 public:
  LiveNotifier(Parts& parts, std::optional<P256Key> key)
      : parts_(parts),
        push_(key ? std::make_unique<PushSender>(*key, parts.settings.push_contact, parts.sql)
                  : nullptr),
        push_key_(key ? base::to_base64url(key->point()) : std::string()),
        timer_(parts.home),
        digest_timer_(parts.home),
        self_(std::make_shared<LiveNotifier*>(this)) {}

  void start() override {
    at_home([](LiveNotifier& self) {
      self.resume();
      self.look_for_digests();
    });
  }

  const std::string& push_key() const override { return push_key_; }

  void told(io::SqlConnection& sql, std::span<const AccountNotice> notices) override {
    for (const AccountNotice& notice : notices) {
      if (!notice.is_new) continue;
      auto shown = show_account_notices(parts_, sql, std::span(&notice, 1), {});
      if (!shown || shown->empty()) continue;
      parts_.feed.publish("account:" + notice.account, "notice", {{"notice", shown->front()}});
    }
  }

  void went_live(const std::string& account) override {
    const bool given = parts_.slow.give([this, account](io::SqlConnection& sql) {
      auto round = begin(sql, account);
      if (!round) {
        base::log_warn("followers were not told that a channel is live",
                       {{"reason", round.error().message}});
        return;
      }
      if (!*round) return;
      at_home(
          [made = std::move(**round)](LiveNotifier& self) mutable { self.add(std::move(made)); });
    });
    if (!given) base::log_warn("followers were not told that a channel is live", {});
  }

 private:
  void at_home(std::move_only_function<void(LiveNotifier&)> work) {
    parts_.home.post([weak = std::weak_ptr(self_), work = std::move(work)]() mutable {
      if (const auto alive = weak.lock()) work(**alive);
    });
  }

  // ---- on the slow crew

  Outcome<std::optional<Round>> begin(io::SqlConnection& sql, const std::string& account) {
    const auto owner = parts_.accounts->find(sql, account);
    if (!owner) return std::unexpected(owner.error());
    if (!*owner || (*owner)->state != Account::State::kActive) return std::nullopt;
    const auto channel = parts_.channels->find(sql, account);
    if (!channel) return std::unexpected(channel.error());
    if (!*channel) return std::nullopt;
    std::optional<LiveRound> begun;
    auto written = write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
      begun.reset();
      auto noted = note_start(writer, account, (*channel)->title, io::Loop::wall_now());
      if (!noted) return broken(noted.error());
      if (!*noted) return {};
      begun = LiveRound{
          .start = std::move((*noted)->start), .is_mailed = (*noted)->is_mailed, .mark = {}};
      if (auto added = add_round(writer, *begun); !added) return broken(added.error());
      return {};
    });
    if (!written) return std::unexpected(std::move(written.error()));
    if (!begun) return std::nullopt;
    return prepare(sql, std::move(*begun));
  }

  // Nothing if the channel has gone.
  Outcome<std::optional<Round>> prepare(io::SqlConnection& sql, LiveRound kept) {
    const auto owner = parts_.accounts->find(sql, kept.start.channel);
    if (!owner) return std::unexpected(owner.error());
    if (!*owner) return std::nullopt;
    auto notices = show_notices(parts_, sql, std::span(&kept.start, 1), {});
    if (!notices) return std::unexpected(std::move(notices.error()));
    if (notices->empty()) return std::nullopt;
    const json::object& notice = notices->front().as_object();
    Round round;
    round.name = (*owner)->name;
    round.event = feed_event("notice", {{"notice", notice}});
    round.push_text = json::serialize(json::object{{"kind", "live"},
                                                   {"name", round.name},
                                                   {"title", kept.start.title},
                                                   {"url", "/" + round.name},
                                                   {"tag", "live:" + kept.start.channel},
                                                   {"at", base::to_rfc3339_ms(kept.start.at)}});
    round.kept = std::move(kept);
    return round;
  }

  // What a server before this one did not finish.
  void take_up(io::SqlConnection& sql) {
    auto open = open_rounds(sql, io::Loop::wall_now() - kKeepRounds, kMaxRounds);
    if (!open) {
      base::log_warn("starts that followers wait for cannot be read",
                     {{"reason", open.error().message}});
      return;
    }
    for (LiveRound& kept : *open) {
      auto round = prepare(sql, std::move(kept));
      if (!round || !*round) continue;
      at_home(
          [made = std::move(**round)](LiveNotifier& self) mutable { self.add(std::move(made)); });
    }
  }

  // Those with the page open and letters. What was done is written first, with the letters: after
  // a crash nobody is told twice, and whoever was to be told by the page comes back and asks.
  Step tell_page(io::SqlConnection& sql, Round& round) {
    const LiveStart& start = round.kept.start;
    const auto page =
        followers_after(sql, start.channel, round.kept.mark, kPage, io::Loop::wall_now());
    if (!page) return failed(round, page.error().message);
    std::vector<Letter> letters;
    for (const Follower& follower : *page) {
      if (!round.kept.is_mailed || follower.settings.digest != Digest::kInstant) continue;
      const LiveLine line{.name = round.name, .title = start.title};
      auto letter = letter_for(sql, follower.mark.follower, follower.site_url, std::span(&line, 1));
      if (letter) letters.push_back(std::move(*letter));
    }
    LiveRound next = round.kept;
    const bool is_last = static_cast<std::int64_t>(page->size()) < kPage;
    if (is_last) {
      next.is_pushing = true;
      next.mark = {};
    } else {
      next.mark = page->back().mark;
    }
    const bool is_end = is_last && !push_;
    const auto moved = move_on(round.kept, next, is_end, letters);
    if (!moved) return failed(round, moved.error().message);
    if (!*moved) return Step::kDone;
    round.kept = std::move(next);
    for (const Follower& follower : *page) {
      if (follower.settings.page) {
        parts_.feed.publish("account:" + follower.mark.follower, round.event);
      }
    }
    if (!letters.empty()) parts_.post->look();
    return is_end ? Step::kDone : Step::kMore;
  }

  // What was done is written afterwards: whoever waits for a push service when this server is
  // killed is told by the next one. Who was told already then is told once more, which replaces
  // the first message in the browser.
  Step push_page(io::SqlConnection& sql, const std::shared_ptr<Round>& round) {
    if (push_ && !round->pushed) {
      auto read = push_targets_after(sql, round->kept.start.channel, round->kept.mark, kPushPage,
                                     io::Loop::wall_now());
      if (!read) return failed(*round, read.error().message);
      if (!read->targets.empty()) return push(round, std::move(*read));
      round->pushed = std::move(*read);
    }
    const std::optional<FollowerMark> mark = round->pushed ? round->pushed->next : std::nullopt;
    LiveRound next = round->kept;
    if (mark) next.mark = *mark;
    const auto moved = move_on(round->kept, next, !mark, {});
    if (!moved) return failed(*round, moved.error().message);
    if (!*moved) return Step::kDone;
    round->kept = std::move(next);
    round->pushed.reset();
    return mark ? Step::kMore : Step::kDone;
  }

  Step push(const std::shared_ptr<Round>& round, PushPage page) {
    // Of one channel only the newest message waits at a push service.
    const std::string topic = "live" + round->kept.start.channel.substr(0, 28);
    auto told = [&home = parts_.home, weak = std::weak_ptr(self_), round, next = page.next] {
      home.post([weak, round, next] {
        const auto alive = weak.lock();
        if (!alive) return;
        round->pushed = PushPage{.targets = {}, .next = next};
        (*alive)->came_back(std::move(*round));
      });
    };
    const bool given =
        push_->send(std::move(page.targets), round->push_text, topic, std::move(told));
    return given ? Step::kAway : Step::kLater;
  }

  // False if somebody else goes on with the round.
  Outcome<bool> move_on(const LiveRound& from, const LiveRound& to, bool is_end,
                        const std::vector<Letter>& letters) {
    bool is_ours = false;
    auto written = write_and_wait(parts_.sql, [&](io::SqlConnection& sql) -> Outcome<void> {
      auto moved = is_end ? end_round(sql, from) : advance_round(sql, from, to);
      if (!moved) return broken(moved.error());
      is_ours = *moved;
      if (!is_ours) return {};
      for (const Letter& letter : letters) {
        if (auto queued = parts_.post->queue(sql, letter, io::Loop::wall_now()); !queued) {
          return queued;
        }
      }
      return {};
    });
    if (!written) return std::unexpected(std::move(written.error()));
    return is_ours;
  }

  // It stays in the database, for the next server.
  Step failed(Round& round, const std::string& reason) {
    base::log_warn("followers were not told that a channel is live", {{"reason", reason}});
    return ++round.failures < kMostFailures ? Step::kLater : Step::kDone;
  }

  // Nothing for those who cannot be written to.
  std::optional<Letter> letter_for(io::SqlConnection& sql, const std::string& account,
                                   const std::string& site_url, std::span<const LiveLine> lines) {
    const auto person = parts_.accounts->find(sql, account);
    if (!person || !*person || (*person)->state != Account::State::kActive ||
        (*person)->email.empty()) {
      return std::nullopt;
    }
    const std::string& configured = parts_.settings.public_url;
    return live_letter({.language = (*person)->language,
                        .brand = parts_.settings.brand.name,
                        .site_url = configured.empty() ? site_url : configured,
                        .name = (*person)->name,
                        .to = (*person)->email},
                       lines, parts_.post->key().sign("unsubscribe", account));
  }

  // True if there may be more.
  bool send_digests(io::SqlConnection& sql) {
    const base::WallTime now = io::Loop::wall_now();
    const auto due = due_digests(sql, now, kDigestsAPass);
    if (!due) return false;
    for (const DueDigest& digest : *due) {
      const auto starts = starts_since(sql, digest.account, digest.since, kMaxDigestLines, now);
      if (!starts) return false;
      std::vector<LiveLine> lines;
      for (const LiveStart& start : *starts) {
        const auto owner = parts_.accounts->find(sql, start.channel);
        if (owner && *owner && (*owner)->state == Account::State::kActive) {
          lines.push_back({.name = (*owner)->name, .title = start.title});
        }
      }
      std::optional<Letter> letter;
      if (!lines.empty()) letter = letter_for(sql, digest.account, digest.site_url, lines);
      const auto written =
          write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
            if (auto set = set_digest_due(writer, digest.account, now, next_digest_hour(now));
                !set) {
              return broken(set.error());
            }
            if (!letter) return {};
            return parts_.post->queue(writer, *letter, now);
          });
      if (!written) return false;
    }
    if (!due->empty()) parts_.post->look();
    (void)write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
      if (auto gone = forget_starts(writer, now - kKeepStarts); !gone) return broken(gone.error());
      if (auto gone = forget_rounds(writer, now - kKeepRounds); !gone) return broken(gone.error());
      if (auto gone = forget_account_notices(writer, now - kKeepStarts); !gone) {
        return broken(gone.error());
      }
      return {};
    });
    return static_cast<std::int64_t>(due->size()) == kDigestsAPass;
  }

  // ---- on the home loop

  void resume() {
    const bool given = parts_.slow.give([this](io::SqlConnection& sql) { take_up(sql); });
    if (!given) base::log_warn("starts that followers wait for cannot be read", {});
  }

  void add(Round round) {
    if (static_cast<std::int64_t>(rounds_.size()) + away_ >= kMaxRounds) {
      base::log_warn("followers were not told that a channel is live",
                     {{"reason", "too many channels went live at once"}});
      return;
    }
    rounds_.push_back(std::move(round));
    step();
  }

  // One page of one channel at a time; channels take turns.
  void step() {
    if (is_stepping_ || rounds_.empty()) return;
    is_stepping_ = true;
    auto round = std::make_shared<Round>(std::move(rounds_.front()));
    rounds_.pop_front();
    const bool given = parts_.slow.give([this, round](io::SqlConnection& sql) {
      const Step end = round->kept.is_pushing ? push_page(sql, round) : tell_page(sql, *round);
      at_home([round, end](LiveNotifier& self) { self.stepped(*round, end); });
    });
    if (!given) stepped(*round, Step::kLater);
  }

  void stepped(Round& round, Step end) {
    is_stepping_ = false;
    if (end == Step::kAway) ++away_;
    if (end == Step::kMore || end == Step::kLater) rounds_.push_back(std::move(round));
    if (end != Step::kLater) return step();
    timer_.start(1s, [this] { step(); });
  }

  // May be faster than stepped(), which does not touch a round that is away.
  void came_back(Round round) {
    --away_;
    rounds_.push_back(std::move(round));
    step();
  }

  void look_for_digests() {
    const bool given = parts_.slow.give([this](io::SqlConnection& sql) {
      const bool more = send_digests(sql);
      at_home([more](LiveNotifier& self) { self.wait_for_digests(more); });
    });
    if (!given) wait_for_digests(false);
  }

  void wait_for_digests(bool more) {
    digest_timer_.start(more ? base::Duration(10ms) : kLookForDigests,
                        [this] { look_for_digests(); });
  }

  Parts& parts_;
  const std::unique_ptr<PushSender> push_;  // null: no Web Push
  const std::string push_key_;
  // of the home loop:
  std::deque<Round> rounds_;
  std::int64_t away_ = 0;  // rounds that wait for push services
  bool is_stepping_ = false;
  io::Timer timer_;
  io::Timer digest_timer_;
  std::shared_ptr<LiveNotifier*> self_;  // for what is posted: expired once we are gone
};

}  // namespace

base::Expected<std::unique_ptr<Notifier>> Notifier::create(Parts& parts, io::SqlConnection& sql) {
  for (auto* make : {make_notice_tables, make_live_round_tables, make_account_notice_tables}) {
    if (auto made = make(sql); !made) return base::fail(std::move(made.error()));
  }
  std::optional<P256Key> key;
  if (!parts.settings.push_contact.empty()) {
    auto opened = open_push_key(parts.settings.data_dir);
    if (!opened) return base::fail(std::move(opened.error()));
    key = std::move(*opened);
  }
  parts.accounts->add_belongings(
      {.erase = [](io::SqlConnection& connection, const Account& account) -> Outcome<void> {
         for (auto* erase : {erase_notices, erase_rounds, erase_account_notices}) {
           if (auto erased = erase(connection, account.id); !erased) return broken(erased.error());
         }
         return {};
       },
       .after = {}});
  return std::make_unique<LiveNotifier>(parts, std::move(key));
}

}  // namespace app
