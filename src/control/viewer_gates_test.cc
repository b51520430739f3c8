#include "control/viewer_gates.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

#include "control/channel_record.h"
#include "control/live_board.h"
#include "control/secret_box.h"
#include "io/country_test_support.h"
#include "io/loop.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"
#include "wire/jwt/jwt.h"

namespace control {
namespace {

const base::ChannelId kChannel("channel00001");
const Home kHome{"local", "000000000000"};

// Hands everything on, and tells of each statement once its result is there.
class WatchedConnection final : public io::SqlConnection {
 public:
  WatchedConnection(io::SqlConnection& inner, const std::function<void(std::string_view)>& seen)
      : inner_(inner), seen_(seen) {}

  base::Expected<io::SqlResult> run(std::string_view statement,
                                    std::span<const io::SqlValue> parameters) override {
    auto result = inner_.run(statement, parameters);
    if (seen_) seen_(statement);
    return result;
  }
  base::Expected<void> run_script(std::string_view script) override {
    return inner_.run_script(script);
  }
  base::Expected<void> begin(bool will_write) override { return inner_.begin(will_write); }
  base::Expected<void> commit() override { return inner_.commit(); }
  void rollback() override { inner_.rollback(); }
  bool is_failed() const override { return inner_.is_failed(); }
  io::SqlDialect dialect() const override { return inner_.dialect(); }

 private:
  io::SqlConnection& inner_;
  const std::function<void(std::string_view)>& seen_;
};

// Workers without threads: reads run when the test says so, writes at once.
class StepWorkers final : public io::SqlWorkers {
 public:
  explicit StepWorkers(io::SqlDatabase& database)
      : reader_(std::move(*database.connect())), writer_(std::move(*database.connect())) {}

  bool read(Read task) override {
    if (is_full) return false;
    reads_.push_back(std::move(task));
    return true;
  }
  void read_patiently(Read task) override { reads_.push_back(std::move(task)); }
  void write(Write work, Done done) override {
    CHECK(writer_->begin(true).has_value());
    auto written = work(*writer_);
    if (written) {
      written = writer_->commit();
    } else {
      writer_->rollback();
    }
    done(std::move(written));
  }
  /// How many there were.
  int run_reads() {
    int count = 0;
    for (; !reads_.empty(); ++count) {
      Read task = std::move(reads_.front());
      reads_.pop_front();
      WatchedConnection watched(*reader_, on_statement);
      task(watched);
    }
    return count;
  }
  io::SqlConnection& writer() { return *writer_; }

  bool is_full = false;
  std::function<void(std::string_view)> on_statement;

 private:
  std::unique_ptr<io::SqlConnection> reader_;
  std::unique_ptr<io::SqlConnection> writer_;
  std::deque<Read> reads_;
};

class ViewerGatesTest : public io::test::SqlTest {
 protected:
  ViewerGatesTest() {
    database_ = open();
    CHECK(prepare_database(*database_).has_value());
    restart();
  }
  // All that a process holds, anew.
  void restart() {
    gates_.reset();
    workers_.reset();
    workers_.emplace(*database_);
    auto box = SecretBox::open_or_create(folder() + "/key");
    CHECK(box.has_value());
    box_.emplace(std::move(*box));
    auto gates = ViewerGates::create(settings_, kHome, *workers_, *box_, board_);
    ASSERT_TRUE(gates) << gates.error().message;
    gates_ = std::move(*gates);
    (void)gates_->of(first_);
    (void)gates_->of(second_);
  }
  // Lets everything that was begun come to its end; gives how often the database was read.
  int settle() {
    int reads = 0;
    // What a read brings to a loop may ask for one more; answers to writes come without one.
    for (int quiet = 0; quiet < 2;) {
      const int now = workers_->run_reads();
      reads += now;
      quiet = now == 0 ? quiet + 1 : 0;
      run_posted(first_);
      run_posted(second_);
    }
    return reads;
  }
  static void run_posted(io::Loop& loop) {
    bool reached = false;
    loop.post([&] { reached = true; });  // behind what was posted before
    while (!reached) (void)loop.run_once(std::chrono::milliseconds(5));
  }
  void sql(std::string_view statement, std::vector<io::SqlValue> parameters = {}) {
    const auto done = workers_->writer().run(statement, std::span<const io::SqlValue>(parameters));
    ASSERT_TRUE(done) << done.error().message;
  }
  void add_channel(bool authorized, const std::string& policy = {}) {
    ChannelRecord record;
    record.id = kChannel.str();
    record.authorized = authorized;
    record.restriction_policy = policy;
    const auto added = insert_channel(workers_->writer(), record);
    ASSERT_TRUE(added) << added.error().message;
  }
  void set_authorized(bool authorized) {
    sql("UPDATE channels SET authorized = $1", {std::int64_t{authorized}});
  }
  void add_policy(const std::string& countries, const std::string& origins, bool strict) {
    sql("INSERT INTO playback_restriction_policies (id, name, countries, origins, strict_origin, "
        "tags, created_at) VALUES ('policy', '', $1, $2, $3, '{}', 0)",
        {countries, origins, std::int64_t{strict}});
  }
  void import_key(const std::string& id, const wire::jwt::PrivateKey& key) {
    const wire::jwt::PublicKey half = key.public_key();
    sql("INSERT INTO playback_key_pairs (id, name, public_key, fingerprint, tags, created_at) "
        "VALUES ($1, '', $2, $3, '{}', 0)",
        {id, half.to_pem(), half.fingerprint()});
    gates_->forget_keys();
  }
  void revoke(const std::string& viewer, std::int64_t version) {
    sql("INSERT INTO viewer_revocations (channel_id, viewer_id, version, revoked_at) "
        "VALUES ($1, $2, $3, 0)",
        {kChannel.str(), viewer, version});
    gates_->revoke(kChannel, viewer, version);
  }
  std::string token(const wire::jwt::PrivateKey& key, const std::string& more = {}) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch());
    return wire::jwt::sign_es384(
        key, "{\"aws:channel-arn\":\"" + make_arn(kHome, "channel", kChannel.str()) +
                 "\",\"exp\":" + std::to_string(now.count() + 300) + more + "}");
  }
  // The session, or the refusal's code; "waits" if there is no answer.
  std::string view(io::Loop& loop, const std::string& token, const std::string& origin = {},
                   const std::string& address = "192.0.2.1") {
    auto result = ask(loop, token, origin, address);
    settle();
    return *result;
  }
  std::shared_ptr<std::string> ask(io::Loop& loop, const std::string& token,
                                   const std::string& origin = {},
                                   const std::string& address = "192.0.2.1") {
    auto result = std::make_shared<std::string>("waits");
    gates_->of(loop).authorise_view({kChannel, token, origin, address}, [result](auto answer) {
      *result = answer ? answer->session : answer.error().code;
    });
    return result;
  }
  std::string child(io::Loop& loop, const std::string& session, const std::string& origin = {}) {
    const auto checked = gates_->of(loop).check_session(kChannel, session, origin);
    return checked ? "" : checked.error().code;
  }
  // What both loops say, if they agree.
  std::string child(const std::string& session) {
    const std::string one = child(first_, session);
    return one == child(second_, session) ? one : "differs";
  }

  io::Loop first_{0};
  io::Loop second_{1};
  Settings settings_;
  LiveBoard board_;
  const wire::jwt::PrivateKey key_ = wire::jwt::PrivateKey::generate();
  std::unique_ptr<io::SqlDatabase> database_;
  std::optional<StepWorkers> workers_;
  std::optional<SecretBox> box_;
  std::unique_ptr<ViewerGates> gates_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(ViewerGatesTest);

constexpr std::size_t kShortest = 40;  // of a session

TEST_P(ViewerGatesTest, OneLoopsSessionIsGoodOnAll) {
  add_channel(true);
  import_key("a", key_);
  const std::string session = view(first_, token(key_));
  ASSERT_GT(session.size(), kShortest);
  EXPECT_EQ(child(session), "");
  EXPECT_EQ(child("-"), "playback_auth_error");
  EXPECT_EQ(view(second_, "a.b.c"), "invalid_playback_auth_token");
  EXPECT_EQ(view(second_, token(wire::jwt::PrivateKey::generate())), "invalid_playback_auth_token");
}

TEST_P(ViewerGatesTest, ReadsNothingBeforeSomebodyComes) {
  add_channel(true);
  gates_->forget(kChannel);
  gates_->forget_policies();
  gates_->forget_keys();
  gates_->revoke(kChannel, "alice", 0);
  EXPECT_EQ(settle(), 0);
  // The engine says when a broadcast begins: then nobody has to wait.
  gates_->prepare(kChannel);
  EXPECT_EQ(settle(), 1);
  EXPECT_EQ(child("-"), "playback_auth_error");
}

TEST_P(ViewerGatesTest, ChangesReachAllLoops) {
  add_channel(false);
  EXPECT_EQ(view(first_, ""), "-");
  EXPECT_EQ(child("-"), "");
  set_authorized(true);
  gates_->forget(kChannel);
  settle();
  EXPECT_EQ(child("-"), "playback_auth_error");
  EXPECT_EQ(view(second_, ""), "invalid_playback_auth_token");
  set_authorized(false);
  gates_->forget(kChannel);
  settle();
  EXPECT_EQ(child("-"), "");
  sql("DELETE FROM channels");
  gates_->forget(kChannel);
  settle();
  EXPECT_EQ(view(first_, ""), "not_found");
  EXPECT_EQ(view(second_, ""), "not_found");
}

TEST_P(ViewerGatesTest, AnyOfThreeKeysAndNoneThatWasDeleted) {
  add_channel(true);
  std::vector<wire::jwt::PrivateKey> keys;
  for (const char* id : {"a", "b", "c"}) {
    keys.push_back(wire::jwt::PrivateKey::generate());
    import_key(id, keys.back());
  }
  std::vector<std::string> sessions;
  for (const auto& key : keys) {
    sessions.push_back(view(first_, token(key)));
    EXPECT_GT(sessions.back().size(), kShortest);
  }
  const std::string of_b = token(keys[1]);
  EXPECT_GT(view(second_, of_b).size(), kShortest);
  sql("DELETE FROM playback_key_pairs WHERE id = 'b'");
  gates_->forget_keys();
  settle();
  // Verified before or not: it starts nothing any more. Who watches goes on.
  EXPECT_EQ(view(second_, of_b), "invalid_playback_auth_token");
  EXPECT_EQ(view(first_, of_b), "invalid_playback_auth_token");
  EXPECT_EQ(view(first_, token(keys[1])), "invalid_playback_auth_token");
  EXPECT_GT(view(first_, token(keys[2])).size(), kShortest);
  for (const std::string& session : sessions) EXPECT_EQ(child(session), "");
}

TEST_P(ViewerGatesTest, PoliciesByCountryAndOrigin) {
  settings_.country_database = folder() + "/countries.mmdb";
  ASSERT_TRUE(io::test::write_country_database(
      settings_.country_database,
      {{"81.2.69.0/24", "GB"}, {"89.160.20.0/24", "SE"}, {"2001:db8::/32", "FR"}}));
  restart();
  add_policy(R"(["GB","FR"])", R"(["https://*.example.com"])", false);
  add_channel(false, "policy");
  const struct {
    const char* address;
    const char* origin;
    bool may;
  } rows[] = {
      {"81.2.69.160", "", true},
      {"::ffff:81.2.69.160", "", true},
      {"2001:db8::1", "", true},
      {"89.160.20.112", "", false},
      {"127.0.0.1", "", true},  // nobody knows where that is
      {"not an address", "", true},
      {"81.2.69.160", "https://app.example.com", true},
      {"81.2.69.160", "https://example.com", false},
      {"81.2.69.160", "http://app.example.com", false},
      {"89.160.20.112", "https://app.example.com", false},
  };
  for (const auto& row : rows) {
    const std::string said = view(first_, "", row.origin, row.address);
    EXPECT_EQ(said.size() > kShortest, row.may) << row.address << ' ' << row.origin << ' ' << said;
    if (!row.may) EXPECT_EQ(said, "playback_auth_error");
  }
  EXPECT_EQ((gates_->country_of("89.160.20.112")), (live::CountryCode{'S', 'E'}));

  // Only the start asks, until the policy says otherwise.
  const std::string session = view(first_, "", "https://app.example.com", "81.2.69.160");
  EXPECT_EQ(child(session), "");
  sql("UPDATE playback_restriction_policies SET strict_origin = 1, countries = '[\"SE\"]'");
  gates_->forget_policies();
  settle();
  EXPECT_EQ(child(session), "playback_auth_error");
  EXPECT_EQ(child(second_, session, "https://app.example.com"), "");
  EXPECT_EQ(view(second_, "", "https://app.example.com", "81.2.69.160"), "playback_auth_error");
  EXPECT_GT(view(second_, "", "https://app.example.com", "89.160.20.112").size(), kShortest);
  EXPECT_EQ(view(second_, "", "", "89.160.20.112"), "playback_auth_error");
  // Without its policy the channel is everybody's again.
  sql("UPDATE channels SET restriction_policy = ''");
  gates_->forget(kChannel);
  settle();
  EXPECT_EQ(view(first_, "", "", "89.160.20.112"), "-");
  EXPECT_EQ(child(session), "");
}

TEST_P(ViewerGatesTest, UnreadableCountriesAreAnError) {
  settings_.country_database = folder() + "/nothing.mmdb";
  EXPECT_FALSE(ViewerGates::create(settings_, kHome, *workers_, *box_, board_));
}

TEST_P(ViewerGatesTest, SingleUseSurvivesARestart) {
  add_channel(true);
  import_key("a", key_);
  const std::string once =
      token(key_, ",\"aws:single-use-uuid\":\"01234567-89ab-cdef-0123-456789abcdef\"");
  const std::string session = view(first_, once);
  EXPECT_GT(session.size(), kShortest);
  EXPECT_EQ(view(first_, once), "playback_auth_error");
  EXPECT_EQ(view(second_, once), "playback_auth_error");
  // Another token of the same id, in other letters.
  EXPECT_EQ(view(second_, token(key_,
                                ",\"aws:viewer-id\":\"v\",\"aws:single-use-uuid\":"
                                "\"01234567-89AB-CDEF-0123-456789ABCDEF\"")),
            "playback_auth_error");
  restart();
  EXPECT_EQ(view(first_, once), "playback_auth_error");
  // The viewer goes on.
  EXPECT_EQ(child(session), "");
}

TEST_P(ViewerGatesTest, TwoLoopsCannotUseOneTokenTwice) {
  add_channel(true);
  import_key("a", key_);
  gates_->prepare(kChannel);
  settle();
  const std::string once =
      token(key_, ",\"aws:single-use-uuid\":\"01234567-89ab-cdef-0123-456789abcdef\"");
  const auto one = ask(first_, once);
  const auto two = ask(second_, once);
  settle();
  EXPECT_NE(*one == "playback_auth_error", *two == "playback_auth_error") << *one << ' ' << *two;
}

TEST_P(ViewerGatesTest, RevocationSurvivesARestart) {
  add_channel(true);
  import_key("a", key_);
  const auto of = [&](int version) {
    return token(key_, ",\"aws:viewer-id\":\"alice\",\"aws:viewer-session-version\":" +
                           std::to_string(version));
  };
  const std::string old = view(first_, of(2));
  const std::string young = view(second_, of(3));
  revoke("alice", 2);
  settle();
  for (int pass = 0; pass < 2; ++pass) {
    EXPECT_EQ(child(old), "playback_auth_error");
    EXPECT_EQ(child(young), "");
    EXPECT_EQ(view(first_, of(2)), "playback_auth_error");
    EXPECT_GT(view(first_, of(3)).size(), kShortest);
    EXPECT_GT(view(first_, token(key_, ",\"aws:viewer-id\":\"bob\"")).size(), kShortest);
    restart();
    gates_->prepare(kChannel);
    settle();
  }
}

// The channel changes behind the back of whoever reads it.
TEST_P(ViewerGatesTest, ChangesWhileItIsReadAreNotLost) {
  add_channel(false);
  int changes = 0;
  workers_->on_statement = [&](std::string_view statement) {
    if (!statement.contains("FROM channels") || changes++ > 0) return;
    set_authorized(true);
    gates_->forget(kChannel);
  };
  EXPECT_EQ(view(first_, ""), "invalid_playback_auth_token");
  EXPECT_EQ(changes, 2);
  EXPECT_EQ(child("-"), "playback_auth_error");
}

TEST_P(ViewerGatesTest, RevocationsWhileTheChannelIsReadAreNotLost) {
  add_channel(true);
  import_key("a", key_);
  const std::string alice = token(key_, ",\"aws:viewer-id\":\"alice\"");
  const std::string session = view(first_, alice);
  int reads = 0;
  workers_->on_statement = [&](std::string_view statement) {
    if (statement.contains("FROM viewer_revocations") && reads++ == 0) revoke("alice", 0);
  };
  gates_->forget(kChannel);
  settle();
  EXPECT_EQ(reads, 2);
  EXPECT_EQ(child(session), "playback_auth_error");
  EXPECT_EQ(view(second_, alice), "playback_auth_error");
}

TEST_P(ViewerGatesTest, KeysThatGoWhileTheyAreReadAreNotKept) {
  add_channel(true);
  import_key("a", key_);
  int reads = 0;
  workers_->on_statement = [&](std::string_view statement) {
    if (!statement.contains("FROM playback_key_pairs") || reads++ > 0) return;
    sql("DELETE FROM playback_key_pairs");
    gates_->forget_keys();
  };
  EXPECT_EQ(view(first_, token(key_)), "invalid_playback_auth_token");
  EXPECT_EQ(reads, 2);
}

TEST_P(ViewerGatesTest, ManyWhoAskAtOnceReadOnce) {
  add_channel(false);
  std::vector<std::shared_ptr<std::string>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(ask(i % 2 == 0 ? first_ : second_, ""));
  EXPECT_EQ(settle(), 1);
  for (const auto& answer : answers) EXPECT_EQ(*answer, "-");
}

TEST_P(ViewerGatesTest, FullQueuesLetNobodyInOnWhatMayBeOld) {
  add_channel(true);
  import_key("a", key_);
  const std::string session = view(first_, token(key_));
  workers_->is_full = true;
  set_authorized(true);
  gates_->forget(kChannel);
  gates_->forget_keys();
  settle();
  EXPECT_EQ(child(session), "not_available");
  EXPECT_EQ(view(first_, token(key_)), "not_available");
  workers_->is_full = false;
  EXPECT_GT(view(first_, token(key_)).size(), kShortest);
  EXPECT_EQ(child(session), "");
  workers_->is_full = true;
  gates_->forget_policies();
  settle();
  EXPECT_EQ(child(session), "not_available");
}

TEST_P(ViewerGatesTest, AFullHouseIsCounted) {
  settings_.max_concurrent_views = 2;
  restart();
  add_channel(false);
  EXPECT_EQ(view(first_, ""), "-");
  live::StreamEvent created;
  created.kind = live::StreamEvent::Kind::kSessionCreated;
  created.channel = kChannel;
  board_.on_event(created);
  live::StreamStatus status;
  status.channel = kChannel;
  status.viewers = 2;
  board_.on_figures({status});
  (void)gates_->take_refused_views();  // the process's counter may have been used before
  EXPECT_EQ(view(first_, ""), "playback_auth_error");
  EXPECT_EQ(view(second_, ""), "playback_auth_error");
  EXPECT_EQ(gates_->take_refused_views(), 2U);
  EXPECT_EQ(gates_->take_refused_views(), 0U);
}

}  // namespace
}  // namespace control
