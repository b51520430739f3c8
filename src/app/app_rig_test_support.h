// The live platform put together for tests: a database, the real control plane (without live and
// chat: operations that only need the database work), and app::Platform, asked with requests.
//
//   PlatformRig rig;
//   const Person anna = rig.person("anna");
//   EXPECT_EQ(rig.get("/api/platform/v1/me/channel", anna).status, 404);
#pragma once

#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/app.h"
#include "control/control.h"
#include "io/files.h"
#include "io/loop.h"
#include "io/sql.h"
#include "io/sql_workers.h"
#include "wire/http/message.h"

namespace app::test {

/// Who is signed in: by cookie, as a browser.
struct Person {
  std::string id;
  std::string name;
  std::string email;
  std::string password;
  std::string cookie;  // "rostrum_session=..."
  std::string csrf;
};

/// A request, as a browser on a page of ours sends it unless `headers` say otherwise.
struct Ask {
  std::string method = "GET";
  std::string target;  // path and query
  std::optional<boost::json::value> json = {};
  std::optional<std::string> octets = {};  // in place of json
  const Person* person = nullptr;
  std::string token = {};  // access token, as it stands in Authorization
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string address = "203.0.113.9";
  bool is_secure = false;
};

struct Told {
  std::uint16_t status = 0;
  wire::http::Headers headers;
  std::string body;

  /// The body as an object; empty if it is none.
  boost::json::object json() const;
  /// A member of it as a text; "" if there is none.
  std::string text(std::string_view name) const;
  /// "type", or "__type" of the demo's routes.
  std::string type() const;
  /// "name=value" of a Set-Cookie; "" if it sets none of that name.
  std::string cookie(std::string_view name = "rostrum_session") const;
};

/// Nobody has to prove an address, and nothing is too often.
PlatformSettings easy_settings();

class PlatformRig {
 public:
  /// `url`: of an empty database; empty: SQLite in a folder of its own. CHECKs that all is made.
  explicit PlatformRig(PlatformSettings settings = easy_settings(), const std::string& url = {});
  ~PlatformRig();
  PlatformRig(const PlatformRig&) = delete;
  PlatformRig& operator=(const PlatformRig&) = delete;

  Told ask(const Ask& ask);
  /// Begins to ask; `done` is told on another thread.
  void ask_later(const Ask& ask, std::function<void(Told)> done);
  Told get(std::string target) { return ask({.target = std::move(target)}); }
  Told get(std::string target, const Person& person) {
    return ask({.target = std::move(target), .person = &person});
  }
  Told send(std::string method, std::string target, boost::json::object json,
            const Person& person) {
    return ask({.method = std::move(method),
                .target = std::move(target),
                .json = std::move(json),
                .person = &person});
  }
  Told send(std::string method, std::string target, boost::json::object json) {
    return ask({.method = std::move(method), .target = std::move(target), .json = std::move(json)});
  }
  Told erase(std::string target, const Person& person) {
    return ask({.method = "DELETE", .target = std::move(target), .person = &person});
  }

  /// Registers somebody, who is signed in; of a role of the platform if given.
  Person person(const std::string& name, const std::string& role = {});
  /// Signs the person in anew: another session.
  Person signed_in(const Person& person);
  /// An access token of the person.
  std::string access_token(const Person& person);

  Platform& platform() { return *platform_; }
  control::Control& control() { return *control_; }
  io::SqlWorkers& workers() { return *workers_; }
  io::SqlDatabase& database() { return *database_; }
  /// The test's own connection.
  io::SqlConnection& sql() { return *sql_; }
  /// Calls an operation of the API; expects that it succeeds.
  boost::json::object call(std::string operation, boost::json::object input);
  /// Runs something on the home loop and waits for it.
  void on_home(std::function<void()> work);
  const std::string& folder() const { return folder_.path(); }

 private:
  PlatformRequest request_of(const Ask& ask) const;

  io::TemporaryDirectory folder_;
  io::LoopGroup loops_{1};  // one: the home loop
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
  std::unique_ptr<io::SqlWorkers> workers_;
  std::unique_ptr<control::Control> control_;
  std::unique_ptr<Platform> platform_;
};

}  // namespace app::test
