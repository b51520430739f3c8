#include "control/viewer_gates.h"

#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "control/live_board.h"
#include "control/model.h"
#include "control/secret_box.h"
#include "control/viewer_gate.h"
#include "io/country_database.h"
#include "io/loop.h"
#include "io/sql_workers.h"
#include "wire/jwt/jwt.h"

namespace control {
namespace {

// Whoever cannot be verified with any key is refused by the first sentence that says something.
std::expected<PlaybackClaims, live::ViewRefusal> verify_token(std::string_view text,
                                                              const PlaybackKeys& keys) {
  auto token = wire::jwt::parse(text);
  if (!token) return std::unexpected(token_refused(token.error().message));
  if (keys.empty()) {
    return std::unexpected(token_refused("no playback key was imported that could have signed it"));
  }
  std::string reason;
  for (const wire::jwt::PublicKey& key : keys) {
    auto verified = wire::jwt::verify_es384(*token, key);
    if (verified) return read_playback_claims(token->claims);
    reason = verified.error().message;
  }
  return std::unexpected(token_refused(reason));
}

class Gates final : public ViewerGates, public ViewerGateHost {
 public:
  Gates(const Settings& settings, Home home, io::SqlWorkers& sql, const SecretBox& secrets,
        const LiveBoard& board, std::unique_ptr<io::CountryDatabase> countries)
      : home_(std::move(home)),
        sql_(sql),
        board_(board),
        countries_(std::move(countries)),
        session_key_(secrets.derive("playback sessions")),
        max_views_(static_cast<std::int64_t>(settings.max_concurrent_views)) {
    if (max_views_ == 0 && settings.limits == LimitsMode::kIvs) {
      max_views_ = service_quota("concurrentViews");
    }
  }

  live::ViewAdmission& of(io::Loop& loop) override {
    for (Entry& entry : gates_) {
      if (entry.loop == &loop) return *entry.gate;
    }
    gates_.push_back(
        {&loop, std::make_unique<ViewerGate>(loop, *this, base::ByteSpan(session_key_))});
    return *gates_.back().gate;
  }

  void prepare(const base::ChannelId& channel) override { load(channel); }
  void ensure(io::SqlConnection& sql, const base::ChannelId& channel) override {
    const bool is_new = held_.with([&](Held& held) {
      return !held.channels.contains(channel.str()) && held.channels[channel.str()].begin();
    });
    if (is_new) read_channel(sql, channel);
  }
  void forget(const base::ChannelId& channel) override {
    // Nobody holds it: whoever asks for it will read what is there now.
    if (held_.with([&](auto& held) { return held.channels.contains(channel.str()); })) {
      load(channel);
    }
  }
  void forget_policies() override;
  void forget_keys() override;
  void revoke(const base::ChannelId& channel, const std::string& viewer,
              std::int64_t version) override;
  std::uint64_t take_refused_views() override {
    const std::uint64_t now = refused_.value();
    return now - std::exchange(told_refused_, now);
  }

  // ViewerGateHost
  void load(const base::ChannelId& channel) override;
  void renew(const io::Loop& from, const base::ChannelId& channel,
             const std::string& session) override {
    for (Entry& entry : gates_) {
      if (entry.loop == &from) continue;
      entry.loop->post(
          [&gate = *entry.gate, channel, session] { gate.on_renewal(channel, session); });
    }
  }
  void verify(io::Loop& loop, std::string token, std::shared_ptr<const PlaybackKeys> keys,
              Verified done) override;
  void use_up(io::Loop& loop, const PlaybackClaims& claims, Used done) override;
  live::CountryCode country_of(std::string_view address) override {
    return countries_ == nullptr ? live::CountryCode{} : countries_->country_of(address);
  }
  bool has_room() override {
    if (max_views_ == 0 || board_.viewers() < max_views_) return true;
    refused_.add();
    return false;
  }
  std::string channel_arn(const base::ChannelId& channel) const override {
    return make_arn(home_, "channel", channel.str());
  }

 private:
  struct Entry {
    io::Loop* loop = nullptr;
    std::unique_ptr<ViewerGate> gate;
  };

  template <class Do>
  void on_all(Do act) {
    for (Entry& entry : gates_) {
      entry.loop->post([&gate = *entry.gate, act] { act(gate); });
    }
  }
  /// What is read may be old by the time it is there: who changes the database meanwhile says
  /// `again`. So every gate gets one state after the other, and the newest last.
  struct Reading {
    bool runs = false;
    bool again = false;

    /// False if a reader is at it already, which will begin anew.
    bool begin() {
      again = runs;
      return !std::exchange(runs, true);
    }
    /// False if it has to be read anew.
    bool end() {
      runs = again;
      return !again;
    }
  };
  struct Held {
    std::unordered_map<std::string, Reading> channels;  // of those that gates hold
    Reading keys;
    bool has_keys = false;
  };

  bool begin_channel(const base::ChannelId& channel) {
    return held_.with([&](Held& held) { return held.channels[channel.str()].begin(); });
  }
  void read_channel(io::SqlConnection& sql, const base::ChannelId& channel);
  void give_up_channel(const base::ChannelId& channel);
  void read_keys(io::SqlConnection& sql);
  void give_up_keys();

  const Home home_;
  io::SqlWorkers& sql_;
  const LiveBoard& board_;
  const std::unique_ptr<io::CountryDatabase> countries_;
  const base::Bytes session_key_;
  std::int64_t max_views_ = 0;
  std::vector<Entry> gates_;        // complete before the loops run
  base::Guarded<Held> held_;        // posts to the gates are made under it, and so are in order
  std::uint64_t told_refused_ = 0;  // on one thread
  base::Counter& refused_ = base::metrics().counter("rostrum_views_refused_total",
                                                    "Viewers refused because as many watch as may");
};

void Gates::load(const base::ChannelId& channel) {
  if (!begin_channel(channel)) return;
  const bool taken = sql_.read([this, channel](io::SqlConnection& sql) {
    // Whoever waits for the channel waits for the keys, too.
    const bool needs_keys = held_.with(
        [](Held& held) { return !held.has_keys && !held.keys.runs && held.keys.begin(); });
    if (needs_keys) read_keys(sql);
    read_channel(sql, channel);
  });
  if (!taken) give_up_channel(channel);
}

void Gates::read_channel(io::SqlConnection& sql, const base::ChannelId& channel) {
  for (;;) {
    held_.with([&](Held& held) { held.channels[channel.str()].again = false; });
    const auto access = load_channel_access(sql, channel);
    if (!access) {
      base::log_error("a channel's access cannot be read",
                      {{"channel", channel.str()}, {"reason", access.error().message}});
      give_up_channel(channel);
      return;
    }
    const bool done = held_.with([&](Held& held) {
      const auto found = held.channels.find(channel.str());
      if (!found->second.end()) return false;
      if (*access == nullptr) held.channels.erase(found);
      on_all([channel, known = *access](ViewerGate& gate) { gate.update(channel, known); });
      return true;
    });
    if (done) return;
  }
}

// What gates hold may be old: they forget it, and ask again when somebody comes.
void Gates::give_up_channel(const base::ChannelId& channel) {
  held_.with([&](Held& held) {
    held.channels.erase(channel.str());
    on_all([channel](ViewerGate& gate) { gate.load_failed(channel); });
  });
}

void Gates::read_keys(io::SqlConnection& sql) {
  for (;;) {
    held_.with([](Held& held) { held.keys.again = false; });
    const auto keys = load_playback_keys(sql);
    if (!keys) {
      base::log_error("playback keys cannot be read", {{"reason", keys.error().message}});
      give_up_keys();
      return;
    }
    const bool done = held_.with([&](Held& held) {
      if (!held.keys.end()) return false;
      held.has_keys = true;
      on_all([known = *keys](ViewerGate& gate) { gate.update_keys(known); });
      return true;
    });
    if (done) return;
  }
}

void Gates::give_up_keys() {
  held_.with([&](Held& held) {
    held.keys = {};
    held.has_keys = false;
    on_all([](ViewerGate& gate) { gate.keys_failed(); });
  });
}

void Gates::forget_keys() {
  // Before anybody has asked there is nothing to forget.
  const bool must_read =
      held_.with([](Held& held) { return (held.has_keys || held.keys.runs) && held.keys.begin(); });
  if (must_read && !sql_.read([this](io::SqlConnection& sql) { read_keys(sql); })) give_up_keys();
}

void Gates::forget_policies() {
  std::vector<base::ChannelId> begun;
  held_.with([&](Held& held) {
    for (auto& [id, reading] : held.channels) {
      if (reading.begin()) begun.emplace_back(id);
    }
  });
  if (begun.empty()) return;
  // One after the other, so that the workers' queue does not overflow.
  const bool taken = sql_.read([this, begun](io::SqlConnection& sql) {
    for (const base::ChannelId& channel : begun) read_channel(sql, channel);
  });
  if (taken) return;
  for (const base::ChannelId& channel : begun) give_up_channel(channel);
}

void Gates::revoke(const base::ChannelId& channel, const std::string& viewer,
                   std::int64_t version) {
  held_.with([&](Held& held) {
    const auto found = held.channels.find(channel.str());
    if (found == held.channels.end()) return;
    // What is being read may not have it yet.
    if (found->second.runs) found->second.again = true;
    on_all([=](ViewerGate& gate) { gate.revoke(channel, viewer, version); });
  });
}

void Gates::verify(io::Loop& loop, std::string token, std::shared_ptr<const PlaybackKeys> keys,
                   Verified done) {
  auto kept = std::make_shared<Verified>(std::move(done));
  const bool taken = sql_.read(
      [&loop, token = std::move(token), keys = std::move(keys), kept](io::SqlConnection&) {
        auto claims = verify_token(token, *keys);
        loop.post([kept, claims = std::move(claims)]() mutable { (*kept)(std::move(claims)); });
      });
  if (!taken) {
    (*kept)(std::unexpected(
        live::ViewRefusal{503, "not_available", "too many tokens are being verified; try again"}));
  }
}

void Gates::use_up(io::Loop& loop, const PlaybackClaims& claims, Used done) {
  auto kept = std::make_shared<Used>(std::move(done));
  // Kept a little longer than the token lives.
  constexpr std::int64_t kMicroseconds = 1'000'000;
  const std::int64_t until = (claims.expires + 60) * kMicroseconds;
  sql_.write(
      [id = claims.single_use, until](io::SqlConnection& sql) -> base::Expected<void> {
        auto used =
            sql.run("INSERT INTO used_tokens (id, expires_at) VALUES ($1, $2)", {id, until});
        if (!used) return base::fail(std::move(used.error()));
        return {};
      },
      [&loop, kept](base::Expected<void> used) {
        std::expected<void, live::ViewRefusal> answer;
        if (!used && used.error().code == base::ErrorCode::kConflict) {
          answer = std::unexpected(view_refused("the token was used before"));
        } else if (!used) {
          answer = std::unexpected(
              live::ViewRefusal{503, "not_available", "the token cannot be checked; try again"});
        }
        loop.post([kept, answer = std::move(answer)]() mutable { (*kept)(std::move(answer)); });
      });
}

}  // namespace

base::Expected<std::unique_ptr<ViewerGates>> ViewerGates::create(const Settings& settings,
                                                                 Home home, io::SqlWorkers& sql,
                                                                 const SecretBox& secrets,
                                                                 const LiveBoard& board) {
  std::unique_ptr<io::CountryDatabase> countries;
  if (!settings.country_database.empty()) {
    auto opened = io::CountryDatabase::open(settings.country_database);
    if (!opened) return base::fail(std::move(opened.error()));
    countries = std::move(*opened);
  }
  return std::make_unique<Gates>(settings, std::move(home), sql, secrets, board,
                                 std::move(countries));
}

}  // namespace control
