#include "app/letters/post.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "app/letters/letter_key.h"
#include "app/letters/letter_store.h"
#include "app/people/accounts.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/loop.h"
#include "io/smtp.h"
#include "io/timer.h"

namespace app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMaxWaiting = 200'000;
constexpr std::int64_t kMaxDigests = 100'000;  // beyond so many letters no digest is taken
constexpr int kLettersAPass = 20;              // then others have their turn on the crew
constexpr auto kClaim = 15min;                 // longer than any attempt takes
constexpr auto kGiveUp = 48h;
constexpr std::int64_t kMaxRefusals = 3;  // "never", said so often, is believed
constexpr base::Duration kLook = 30s;     // when nobody says that a letter waits

void count(const char* result) {
  base::metrics()
      .counter("rostrum_platform_letters_total", "Letters to people", {{"result", result}})
      .add();
}

// Before a letter is tried again, and before a server that is not there is asked again.
std::chrono::microseconds growing(std::chrono::seconds first, std::int64_t times,
                                  std::chrono::seconds longest) {
  const auto steps = std::clamp<std::int64_t>(times, 0, 20);
  return std::min(first * (std::int64_t{1} << steps), longest);
}

// The server itself does not work, so that no other letter would get through.
bool is_about_server(base::ErrorCode code) {
  using enum base::ErrorCode;
  return code == kClosed || code == kTimeout || code == kUnauthorized || code == kUnsupported;
}

class MailPost final : public Post {
 public:
  MailPost(Parts& parts, LetterKey key)
      : parts_(parts),
        key_(std::move(key)),
        store_(key_),
        timer_(parts.home),
        self_(std::make_shared<MailPost*>(this)) {}

  Outcome<void> queue(io::SqlConnection& sql, const Letter& letter, base::WallTime now) override {
    if (!sends()) return outcome_of(store_.add(sql, letter, Tray::kMailbox, now));
    if (!io::mail_address(letter.to)) return invalid("email", "No letter can go to that address.");
    const std::int64_t most = letter.kind == "digest" ? kMaxDigests : kMaxWaiting;
    if (waiting_.with([](const std::int64_t& waiting) { return waiting; }) >= most) {
      count("refused");
      return refuse(503, "Busy", "Too many letters wait. Try again later.");
    }
    waiting_.with([](std::int64_t& waiting) { ++waiting; });
    return outcome_of(store_.add(sql, letter, Tray::kOut, now));
  }

  const LetterKey& key() const override { return key_; }

  void look() override {
    if (!sends()) return;
    parts_.home.post([weak = std::weak_ptr(self_)] {
      if (const auto alive = weak.lock()) (*alive)->look_soon();
    });
  }

  void start() override { look(); }

 private:
  bool sends() const { return !parts_.settings.mail.url.empty(); }

  static Outcome<void> outcome_of(base::Expected<void> done) {
    if (!done) return broken(done.error());
    return {};
  }

  // ---- on the home loop

  void look_soon() {
    if (is_passing_) {
      is_wanted_again_ = true;
    } else if (io::Loop::precise_now() >= rest_until_) {
      begin_pass();
    }
  }

  void begin_pass() {
    is_passing_ = true;
    is_wanted_again_ = false;
    const bool given = parts_.slow.give([this](io::SqlConnection& sql) {
      const Pass pass = send_some(sql);
      parts_.home.post([weak = std::weak_ptr(self_), pass] {
        if (const auto alive = weak.lock()) (*alive)->end_pass(pass);
      });
    });
    if (given) return;
    is_passing_ = false;
    wait(5s);
  }

  struct Pass {
    enum class End : std::uint8_t { kNothingDue, kMore, kServerGone } end = End::kNothingDue;
    std::optional<base::WallTime> next_due = {};
  };

  void end_pass(const Pass& pass) {
    is_passing_ = false;
    if (pass.end == Pass::End::kServerGone) {
      const auto rest = growing(5s, failures_++, 5min);
      rest_until_ = io::Loop::precise_now() + rest;
      return wait(rest);
    }
    failures_ = 0;
    if (pass.end == Pass::End::kMore || is_wanted_again_) return begin_pass();
    base::Duration after = kLook;
    if (pass.next_due) {
      const base::Duration until = *pass.next_due - io::Loop::wall_now();
      after = std::clamp<base::Duration>(until, 100ms, kLook);
    }
    wait(after);
  }

  void wait(base::Duration after) {
    timer_.start(after, [this] {
      if (!is_passing_) begin_pass();
    });
  }

  // ---- on the slow crew, one pass at a time

  Pass send_some(io::SqlConnection& sql) {
    forget_sent();
    if (const auto waiting = store_.count(sql, Tray::kOut)) {
      waiting_.with([&](std::int64_t& known) { known = *waiting; });
    }
    const MailSettings& settings = parts_.settings.mail;
    auto mailer = io::Mailer::create(
        {.url = settings.url, .user = settings.user, .password = settings.password});
    if (!mailer) {
      base::log_error("mail cannot be sent", {{"reason", mailer.error().message}});
      return {.end = Pass::End::kServerGone};
    }
    for (int i = 0; i < kLettersAPass; ++i) {
      auto letter = store_.next(sql, io::Loop::wall_now());
      if (!letter) {
        base::log_error("letters cannot be read", {{"reason", letter.error().message}});
        return {.end = Pass::End::kServerGone};
      }
      if (!*letter) {
        auto due = store_.next_due(sql);
        return {.end = Pass::End::kNothingDue, .next_due = due ? *due : std::nullopt};
      }
      if (!send_one(*mailer, **letter)) return {.end = Pass::End::kServerGone};
    }
    return {.end = Pass::End::kMore};
  }

  // False if the server does not work.
  bool send_one(io::Mailer& mailer, const StoredLetter& letter) {
    const bool is_finished = finished_.with(
        [&](const std::set<std::int64_t>& finished) { return finished.contains(letter.id); });
    if (is_finished) return false;  // the database takes nothing at present
    bool is_ours = false;
    const bool wrote = write([&](io::SqlConnection& sql) -> base::Expected<void> {
      auto taken = store_.claim(sql, letter, io::Loop::wall_now() + kClaim);
      if (!taken) return base::fail(std::move(taken.error()));
      is_ours = *taken;
      return {};
    });
    // Without the claim a second attempt could be under way, or follow a success.
    if (!wrote) return false;
    if (!is_ours) return true;
    if (!letter.is_readable) {
      finish(letter, "unreadable");
      return true;
    }
    const auto sent =
        mailer.send({.from = parts_.settings.mail.from,
                     .to = letter.letter.to,
                     .subject = letter.letter.subject,
                     .text = letter.letter.text,
                     .id = std::to_string(letter.created_at.time_since_epoch().count()) + "." +
                           std::to_string(letter.id),
                     .date = letter.created_at,
                     .unsubscribe_url = letter.letter.unsubscribe_url});
    if (sent) {
      finish(letter, "sent");
      return true;
    }
    return on_failure(letter, sent.error());
  }

  bool on_failure(const StoredLetter& letter, const base::Error& error) {
    const base::WallTime now = io::Loop::wall_now();
    const std::int64_t attempts = letter.attempts + 1;
    base::log_warn(
        "a letter was not sent",
        {{"kind", letter.letter.kind}, {"reason", error.message}, {"attempts", attempts}});
    const bool is_hopeless = error.code == base::ErrorCode::kInvalid ||
                             (error.code == base::ErrorCode::kConflict && attempts >= kMaxRefusals);
    if (is_hopeless || now - letter.created_at > kGiveUp) {
      finish(letter, "given_up");
      return !is_about_server(error.code);
    }
    count("retried");
    // What is the server's fault keeps the letter's place.
    const base::WallTime due =
        is_about_server(error.code) ? letter.due_at : now + growing(60s, attempts - 1, 4h);
    (void)write([&](io::SqlConnection& sql) { return store_.put_back(sql, letter.id, due); });
    return !is_about_server(error.code);
  }

  // The letter is done with. If even that cannot be written, it is remembered: it must not go out
  // again.
  void finish(const StoredLetter& letter, const char* result) {
    count(result);
    finished_.with([&](std::set<std::int64_t>& finished) { finished.insert(letter.id); });
    forget_sent();
  }

  void forget_sent() {
    const auto finished = finished_.with([](const std::set<std::int64_t>& ids) { return ids; });
    if (finished.empty()) return;
    const bool wrote = write([&](io::SqlConnection& sql) -> base::Expected<void> {
      for (const std::int64_t id : finished) {
        if (auto removed = store_.remove(sql, id); !removed) return removed;
      }
      return {};
    });
    if (!wrote) return;
    finished_.with([&](std::set<std::int64_t>& ids) {
      for (const std::int64_t id : finished) ids.erase(id);
    });
  }

  bool write(io::SqlWorkers::Write work) {
    const auto written = parts_.sql.write_and_wait(std::move(work));
    if (!written) {
      base::log_error("letters cannot be written down", {{"reason", written.error().message}});
    }
    return written.has_value();
  }

  Parts& parts_;
  const LetterKey key_;
  const LetterStore store_;
  base::Guarded<std::int64_t> waiting_;  // about how many
  base::Guarded<std::set<std::int64_t>> finished_;
  // of the home loop:
  io::Timer timer_;
  bool is_passing_ = false;
  bool is_wanted_again_ = false;
  std::int64_t failures_ = 0;
  base::MonotonicTime rest_until_{};
  std::shared_ptr<MailPost*> self_;  // for what is posted: expired once we are gone
};

}  // namespace

base::Expected<std::unique_ptr<Post>> Post::create(Parts& parts, io::SqlConnection& sql) {
  if (auto made = make_letter_tables(sql); !made) return base::fail(std::move(made.error()));
  auto key = LetterKey::open(parts.settings.data_dir);
  if (!key) return base::fail(std::move(key.error()));
  if (!parts.settings.mail.url.empty()) {
    const auto sender = io::mail_address(parts.settings.mail.from);
    if (!sender) {
      return base::fail(base::Error(sender.error()).with_context("the sender of mail"));
    }
    auto server = io::Mailer::create({.url = parts.settings.mail.url});
    if (!server) return base::fail(std::move(server.error()));
  }
  auto post = std::make_unique<MailPost>(parts, std::move(*key));
  parts.accounts->add_belongings(
      {.erase = [&self = *post](io::SqlConnection& connection,
                                const Account& account) -> Outcome<void> {
         auto gone = LetterStore(self.key()).remove_of(connection, account.email);
         if (!gone) return broken(gone.error());
         return {};
       },
       .after = {}});
  return post;
}

}  // namespace app
