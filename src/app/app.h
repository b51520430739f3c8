// The door of app: applications that come with the product.
//
// PollResults is the results service of polls that run in step with the video: the three routes
// that pages written for the tutorial's service call, and a stream of counts that is made once for
// all viewers. Platform is the live platform: accounts, channels of people, chat, overlays
// (docs/platform.md).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "wire/http/message.h"

namespace control {
class Control;
}

namespace io {
class Loop;
class SqlConnection;
class SqlDatabase;
class SqlWorkers;
}  // namespace io

namespace app {

struct PollSettings {
  /// What the routes stand below; begins with a slash and does not end with one.
  std::string prefix = "/PROD";
  /// A poll whose last answer is older goes, with all its answers. 0: never.
  base::Duration keep = std::chrono::hours(24 * 30);
  /// Whether /poll-get tells who gave which answer, as the tutorial's service does. Without, its
  /// `items` are always empty, and nobody learns an id that another person votes with.
  bool list_voters = true;
  std::size_t max_polls = 10'000;
  std::size_t max_voters = 1'000'000;  // of one poll
  std::size_t max_answers = 64;        // distinct ones, of one poll
  /// Requests of one address (IPv6: of one /64) for each second, and how many it may have saved up.
  /// A hall full of people, or a whole mobile network, can stand behind one address. 0: no limit.
  double requests_per_second = 2'000;
  double burst = 20'000;
};

/// A request and where it came from.
struct PollRequest {
  wire::http::Request http;
  std::string remote_address;
};

/// Hands the counts of polls to the viewers of one media loop. The service makes an update once
/// and posts it once to each loop, however many voters and viewers there are: when counts changed,
/// at most four times a second. Made, used and destroyed on its loop (or while that does not run),
/// before the service is destroyed.
class PollFeed {
 public:
  virtual ~PollFeed() = default;

  /// Takes one event in the form of text/event-stream, or says false when the viewer is behind with
  /// reading: then it is offered the newest counts a little later, in place of these. May remove
  /// any viewer, itself too.
  using Viewer = std::move_only_function<bool(const base::Slice& event)>;
  /// Shows the viewer the counts as soon as they are known, which may be inside this call, and
  /// each time they changed. The token is never 0. kLimit if too many polls are watched.
  virtual base::Expected<std::uint64_t> add(const std::string& poll_id, Viewer viewer) = 0;
  /// No effect if that viewer was removed before.
  virtual void remove(std::uint64_t token) = 0;
};

/// Takes votes and counts them. An answer is durable before it is acknowledged; votes that come
/// together are written together. handle() and the questions about requests may be called from
/// every thread; the rest, and the object's life, belong to its home loop.
class PollResults {
 public:
  /// Brings its tables to the newest version, on the calling thread. Destroy it before `sql` and
  /// `home`, while `home` does not run or from its thread.
  static base::Expected<std::unique_ptr<PollResults>> create(PollSettings settings,
                                                             io::SqlWorkers& sql, io::Loop& home);
  virtual ~PollResults() = default;

  /// Whether a path (decoded) is one of ours. Preflights (OPTIONS) for it are ours, too: existing
  /// pages ask for a request field that is not usually allowed.
  virtual bool handles(std::string_view path) const = 0;

  /// Gets the response on any thread, exactly once, unless the service ends before. It carries its
  /// own cross-origin fields and has to be sent as it is: some answers must have none.
  using Reply = std::move_only_function<void(wire::http::Response)>;
  virtual void handle(PollRequest request, Reply reply) = 0;

  /// The id of the poll whose counts a request wants as a stream: then add a viewer to the loop's
  /// feed and answer with poll_stream_head(). Otherwise handle() has the answer.
  virtual std::optional<std::string> stream_of(const wire::http::Request& request) const = 0;
  /// From any thread, while that loop does not run or from its thread.
  virtual std::unique_ptr<PollFeed> feed(io::Loop& loop) = 0;
};

/// The head of the stream's response; its body stays open.
wire::http::Response poll_stream_head();

// ---- the live platform ------------------------------------------------------------------------

struct MailSettings {
  /// "smtps://mail.example.org:465" or "smtp://..." (STARTTLS if the server offers it). Empty: what
  /// would be sent stands in the development mailbox.
  std::string url;
  std::string user;
  std::string password;  // secret
  std::string from = "Rostrum <rostrum@localhost>";
};

/// Somebody else who says who people are, by OpenID Connect.
struct OidcProvider {
  std::string id;      // in addresses: letters, digits, '-'
  std::string name;    // "Sign in with <name>"
  std::string issuer;  // https://...; plain http only for loopback
  std::string client_id;
  std::string client_secret;  // secret
  std::vector<std::string> scopes = {"openid", "email", "profile"};
};

/// Amazon's Product Advertising API 5. Off without an access key.
struct AmazonProductSettings {
  std::string access_key;
  std::string secret_key;  // secret
  std::string partner_tag;
  std::string locale = "www.amazon.com";  // the marketplace
  std::string region_code;                // appended to tracking ids of links
  std::string endpoint;                   // in place of the locale's own, for tests
};

struct BrandSettings {
  std::string name = "Rostrum";
  std::string tagline;
  std::string logo;        // a file: SVG, PNG; empty: our mark
  std::string accent;      // "#D6FF3F"; empty: our own
  std::string terms_file;  // text or Markdown
  std::string privacy_file;
};

struct PlatformSettings {
  std::string public_url;  // empty: what each request names
  std::string data_dir;    // our secrets are kept there
  std::string helper;      // the path of rostrum-av: pictures are read by it alone
  BrandSettings brand;
  MailSettings mail;
  std::vector<OidcProvider> oidc;
  AmazonProductSettings amazon;

  bool registration = true;                  // anybody may make an account
  bool auto_verify = false;                  // nobody has to prove an address
  std::vector<std::string> allowed_domains;  // of addresses; empty: all
  std::vector<std::string> reserved_names;   // besides those of pages
  /// Accounts (names or addresses) that are administrators.
  std::vector<std::string> administrators;
  base::Duration session_length = std::chrono::hours(24 * 30);
  base::Duration keep_unverified = std::chrono::hours(24);

  std::string channel_type = "STANDARD";
  std::string channel_preset;  // of ADVANCED types
  bool multitrack = false;
  std::string multitrack_resolution = "FULL_HD";
  std::string multitrack_policy = "ALLOW";
  bool record = true;           // past broadcasts of people's channels
  bool insecure_ingest = true;  // people's channels take plain RTMP
  /// Whether a new account may go live; otherwise an administrator makes people streamers.
  bool everyone_streams = true;

  /// Requests a second of one address to what costs (sign-in, registration, mail).
  double attempts_per_minute = 10;
  double requests_per_second = 200;  // of one address, all together
  std::size_t quick_threads = 3;
  std::size_t slow_threads = 2;

  std::string push_contact;  // mailto: or https: of whoever runs this; empty: no Web Push
};

struct PlatformRequest {
  wire::http::Request http;
  std::string remote_address;
  bool is_secure = false;
};

/// What a page hears of as it happens, on one media loop. Made, used and destroyed on its loop (or
/// while that does not run), before the platform is destroyed.
class PlatformFeed {
 public:
  virtual ~PlatformFeed() = default;
  /// Takes an event in the form of text/event-stream, or says false when the viewer is behind: then
  /// it misses that event.
  using Viewer = std::move_only_function<bool(const base::Slice& event)>;
  /// The token is never 0. kLimit if there are too many viewers.
  virtual base::Expected<std::uint64_t> add(std::vector<std::string> topics, Viewer viewer) = 0;
  virtual void remove(std::uint64_t token) = 0;
};

/// Where encoders reach this server, by protocol; 0: off.
struct IngestPorts {
  std::uint16_t rtmp = 0;
  std::uint16_t rtmps = 0;
};

class Platform {
 public:
  /// Brings its tables to the newest version, on the calling thread. `home` is a loop that is not a
  /// media loop. Destroy it before `sql`, `control` and `home`, from home's thread or while that
  /// does not run.
  static base::Expected<std::unique_ptr<Platform>> create(PlatformSettings settings,
                                                          io::SqlDatabase& database,
                                                          io::SqlWorkers& sql,
                                                          control::Control& control,
                                                          io::Loop& home);
  virtual ~Platform() = default;

  /// Once control works, before the media loops run: begins to follow what is live.
  virtual void start(IngestPorts ingest) = 0;

  /// Whether a request is for one of our routes (docs/platform-api.md), by path and method.
  virtual bool handles(const wire::http::Request& request) const = 0;
  virtual std::size_t body_limit(const wire::http::Request& head, std::size_t usual) const = 0;
  using Reply = std::move_only_function<void(wire::http::Response)>;
  /// From any thread; answers on any thread, exactly once unless the platform ends before.
  virtual void handle(PlatformRequest request, Reply reply) = 0;

  /// Whether a request wants the stream of events: then open_feed() has the answer.
  virtual bool is_feed(const wire::http::Request& request) const = 0;
  /// What a viewer is told and first of all gets, or the refusal. `done` on any thread.
  struct FeedGrant {
    std::vector<std::string> topics;
    std::vector<base::Slice> first;
  };
  virtual void open_feed(
      PlatformRequest request,
      std::move_only_function<void(std::expected<FeedGrant, wire::http::Response>)> done) = 0;
  virtual std::unique_ptr<PlatformFeed> feed(io::Loop& loop) = 0;

  /// A name and a password, made for the first administrator if there are no accounts yet.
  struct FirstAdministrator {
    std::string name;
    std::string password;  // secret
  };
  virtual const std::optional<FirstAdministrator>& first_administrator() const = 0;
};

// ---- accounts, directly in the database: the command line ---------------------------------------

struct AccountListing {
  std::string id;
  std::string name;
  std::string email;  // may be empty
  std::string role;   // viewer, streamer, moderator, administrator
  std::string state;  // unverified, active, suspended
  base::WallTime created_at{};
};
struct NewAccount {
  std::string name;
  std::string email;     // may be empty
  std::string password;  // secret
  std::string role = "streamer";
};

/// A password by the rules of the pages, with more than a hundred bits of chance.
std::string random_password();

/// Makes the tables of accounts if they are not there: before the functions below.
base::Expected<void> prepare_accounts(io::SqlConnection& sql);
/// kInvalid for what the pages would refuse (the sentence says what), kConflict for a name or an
/// address that somebody has. The account is active.
base::Expected<AccountListing> create_account(io::SqlConnection& sql, const NewAccount& account);
/// By name; at most `limit` behind the name `after`.
base::Expected<std::vector<AccountListing>> list_accounts(io::SqlConnection& sql,
                                                          const std::string& after,
                                                          std::size_t limit);
// `who` is a name or an address. kNotFound; kInvalid for the role or password. A running server
// knows of them within seconds.
base::Expected<void> set_account_role(io::SqlConnection& sql, const std::string& who,
                                      const std::string& role);
/// Ends the account's sessions.
base::Expected<void> set_account_password(io::SqlConnection& sql, const std::string& who,
                                          const std::string& password);
struct AccountImport {
  std::size_t imported = 0;
  struct Failure {
    std::size_t line = 0;
    std::string reason;
  };
  std::vector<Failure> failures;
};
/// Lines of "name,email,password hash[,role]" (RFC 4180; a first line of these words is a heading).
/// Hashes: argon2, bcrypt, PBKDF2-SHA256 and scrypt as Django, passlib and Werkzeug write them,
/// SHA-512-crypt; an empty one makes an account whose owner has to ask for a new password. What can
/// be imported is; kInvalid if the text is no CSV.
base::Expected<AccountImport> import_accounts(io::SqlConnection& sql, std::string_view csv);

}  // namespace app
