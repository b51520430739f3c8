// One request to the platform while it is answered: straight-line code on a thread of the crew,
// which may wait for the database and for control.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/app.h"
#include "app/core/refusal.h"
#include "app/core/route.h"
#include "base/time.h"
#include "control/control.h"
#include "io/sql.h"
#include "io/sql_workers.h"

namespace app {

struct Parts;

enum class Role : std::uint8_t { kViewer, kStreamer, kModerator, kAdministrator };

/// Who asks.
struct Viewer {
  std::string id;    // of the account, for ever
  std::string name;  // as its owner writes it, now
  Role role = Role::kViewer;
  std::string session;  // its key in the table of sessions; empty for access tokens
};

struct Call {
  Parts& parts;
  const Route& route;
  const PlatformRequest& request;
  std::vector<std::pair<std::string_view, std::string>> captures;  // of the path
  boost::json::object input;  // checked against Route::input; of a query: texts made values
  std::optional<Viewer> viewer;
  /// For reading, outside of a transaction. Writes go through write().
  io::SqlConnection& sql;
  base::WallTime now;
  /// Takes over from the answer: Answer::comes_later(). From any thread, once.
  using Later = std::move_only_function<void(Outcome<Answer>)>;
  std::function<Later()> take_later;

  /// The segment of the path that stands at "{name}".
  const std::string& capture(std::string_view name) const;
  const Viewer& me() const { return *viewer; }  // behind Access::kSignedIn

  // Members of the input; absent and null are the same.
  bool has(std::string_view name) const;
  std::string text(std::string_view name, std::string_view absent = {}) const;
  std::int64_t integer(std::string_view name, std::int64_t absent = 0) const;
  bool flag(std::string_view name, bool absent = false) const;

  /// Runs in the writer's transaction and waits until it is durable; may run more than once. What
  /// it refuses is not written.
  Outcome<void> write(std::function<Outcome<void>(io::SqlConnection&)> work);
  /// Calls an operation of the API as ourselves and waits for the answer.
  control::OwnAnswer control(std::string_view operation, boost::json::object input);
  /// "https://live.example.org", as this request's client reached us or as configured.
  std::string site_url() const;
};

/// Call::write for those who have no call.
Outcome<void> write_and_wait(io::SqlWorkers& sql,
                             std::function<Outcome<void>(io::SqlConnection&)> work);
/// Call::control likewise; `host` and `is_secure` decide endpoints in the answer. Never from a
/// loop or a worker of the database.
control::OwnAnswer control_and_wait(control::Control& control, control::OwnCall call);

/// For what people have sent: white space at both ends removed.
std::string_view trimmed(std::string_view text);

}  // namespace app
