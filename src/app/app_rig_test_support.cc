#include "app/app_rig_test_support.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <future>

#include "base/check.h"

namespace app::test {

namespace json = boost::json;

namespace {

constexpr std::string_view kPassword = "Secret-word-1";
constexpr std::string_view kSession = "/api/platform/v1/session";

io::TemporaryDirectory make_folder() {
  auto made = io::TemporaryDirectory::create();
  CHECK(made.has_value());
  return std::move(*made);
}

template <class T>
T must(base::Expected<T> made) {
  if (!made) ADD_FAILURE() << made.error().message;
  CHECK(made.has_value());
  return std::move(*made);
}

Told told_of(const wire::http::Response& response) {
  Told told{.status = response.status, .headers = response.headers, .body = {}};
  for (const base::Slice& piece : response.body) told.body += piece.text();
  return told;
}

}  // namespace

json::object Told::json() const {
  boost::system::error_code failed;
  json::value value = json::parse(body, failed);
  return !failed && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string Told::text(std::string_view name) const {
  const json::object object = json();
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string Told::type() const {
  const std::string type = text("type");
  return type.empty() ? text("__type") : type;
}

std::string Told::cookie(std::string_view name) const {
  const std::string start = std::string(name) + "=";
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto field = headers[i];
    if (!wire::http::equal_ignoring_case(field.name, "Set-Cookie")) continue;
    if (field.value.starts_with(start)) {
      return std::string(field.value.substr(0, field.value.find(';')));
    }
  }
  return {};
}

PlatformSettings easy_settings() {
  PlatformSettings settings;
  settings.auto_verify = true;
  settings.attempts_per_minute = 0;
  settings.requests_per_second = 0;
  settings.record = false;
  return settings;
}

PlatformRig::PlatformRig(PlatformSettings settings, const std::string& url)
    : folder_(make_folder()) {
  const std::string place = url.empty() ? "sqlite:" + folder_.path() + "/rostrum.db" : url;
  database_ = must(io::SqlDatabase::open({.url = place}));
  CHECK(control::prepare_database(*database_).has_value());
  sql_ = must(database_->connect());
  workers_ = must(io::SqlWorkers::create(*database_, {}));
  control::Settings below;
  below.secrets_file = folder_.path() + "/secrets.key";
  below.objects.folder = folder_.path() + "/objects";
  control_ = must(control::Control::create(std::move(below), *workers_));
  if (settings.data_dir.empty()) settings.data_dir = folder_.path();
  platform_ =
      must(Platform::create(std::move(settings), *database_, *workers_, *control_, loops_.at(0)));
  platform_->start({});
  loops_.start();
}

// What waits for the database is run before control goes.
PlatformRig::~PlatformRig() {
  loops_.stop_and_join();
  platform_.reset();
  workers_.reset();
  control_.reset();
}

PlatformRequest PlatformRig::request_of(const Ask& ask) const {
  PlatformRequest request{.http = {}, .remote_address = ask.address, .is_secure = ask.is_secure};
  request.http.method = wire::http::method_from(ask.method);
  CHECK(request.http.set_target(ask.target).has_value());
  request.http.host = "live.example.org";
  for (const auto& [name, value] : ask.headers) request.http.headers.add(name, value);
  if (ask.json) {
    request.http.headers.add("Content-Type", "application/json");
    request.http.body = base::Slice::take(json::serialize(*ask.json));
  } else if (ask.octets) {
    request.http.body = base::Slice::take(*ask.octets);
  }
  if (!ask.token.empty()) request.http.headers.add("Authorization", ask.token);
  if (ask.person != nullptr) {
    request.http.headers.add("Cookie", ask.person->cookie);
    request.http.headers.add("X-CSRF-Token", ask.person->csrf);
  }
  return request;
}

void PlatformRig::ask_later(const Ask& ask, std::function<void(Told)> done) {
  platform_->handle(request_of(ask), [done = std::move(done)](wire::http::Response response) {
    done(told_of(response));
  });
}

Told PlatformRig::ask(const Ask& ask) {
  auto promise = std::make_shared<std::promise<Told>>();
  auto told = promise->get_future();
  ask_later(ask, [promise](Told given) { promise->set_value(std::move(given)); });
  return told.get();
}

Person PlatformRig::person(const std::string& name, const std::string& role) {
  Person person{.id = {},
                .name = name,
                .email = name + "@example.org",
                .password = std::string(kPassword),
                .cookie = {},
                .csrf = {}};
  const Told told = send("POST", "/api/platform/v1/accounts",
                         {{"name", name}, {"email", person.email}, {"password", person.password}});
  EXPECT_EQ(told.status, 201) << told.body;
  person.cookie = told.cookie();
  person.csrf = told.text("csrfToken");
  const json::object body = told.json();
  if (const json::value* account = body.if_contains("account")) {
    person.id = account->as_object().at("id").as_string().c_str();
  }
  EXPECT_FALSE(person.cookie.empty());
  if (!role.empty()) {
    EXPECT_TRUE(set_account_role(*sql_, name, role).has_value());
    // What the server remembers of a session is its former role.
    return signed_in(person);
  }
  return person;
}

Person PlatformRig::signed_in(const Person& known) {
  const Told told =
      send("POST", std::string(kSession), {{"login", known.name}, {"password", known.password}});
  EXPECT_EQ(told.status, 200) << told.body;
  Person person = known;
  person.cookie = told.cookie();
  person.csrf = told.text("csrfToken");
  return person;
}

std::string PlatformRig::access_token(const Person& person) {
  const Told told = send("POST", std::string(kSession),
                         {{"login", person.name}, {"password", person.password}, {"token", true}});
  EXPECT_EQ(told.status, 200) << told.body;
  return told.text("accessToken");
}

json::object PlatformRig::call(std::string operation, json::object input) {
  std::promise<control::OwnAnswer> promise;
  control_->call({.operation = std::move(operation), .input = std::move(input)},
                 [&](control::OwnAnswer given) { promise.set_value(std::move(given)); });
  control::OwnAnswer answer = promise.get_future().get();
  EXPECT_TRUE(answer.ok()) << answer.error << ": " << answer.message;
  return std::move(answer.output);
}

void PlatformRig::on_home(std::function<void()> work) {
  std::promise<void> done;
  loops_.at(0).post([&] {
    work();
    done.set_value();
  });
  done.get_future().get();
}

}  // namespace app::test
