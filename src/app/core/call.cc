#include "app/core/call.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <future>
#include <memory>

#include "app/core/parts.h"
#include "base/check.h"

namespace app {

namespace json = boost::json;

const std::string& Call::capture(std::string_view name) const {
  for (const auto& [known, value] : captures) {
    if (known == name) return value;
  }
  CHECK(false && "the route has no such segment");
}

bool Call::has(std::string_view name) const {
  return input.contains(name);
}

std::string Call::text(std::string_view name, std::string_view absent) const {
  const json::value* value = input.if_contains(name);
  return value != nullptr ? std::string(value->as_string()) : std::string(absent);
}

std::int64_t Call::integer(std::string_view name, std::int64_t absent) const {
  const json::value* value = input.if_contains(name);
  return value != nullptr ? value->as_int64() : absent;
}

bool Call::flag(std::string_view name, bool absent) const {
  const json::value* value = input.if_contains(name);
  return value != nullptr ? value->as_bool() : absent;
}

Outcome<void> Call::write(std::function<Outcome<void>(io::SqlConnection&)> work) {
  return write_and_wait(parts.sql, std::move(work));
}

control::OwnAnswer Call::control(std::string_view operation, json::object input_of_it) {
  return control_and_wait(parts.control, {.operation = std::string(operation),
                                          .input = std::move(input_of_it),
                                          .host = request.http.host,
                                          .is_secure = request.is_secure});
}

std::string Call::site_url() const {
  if (!parts.settings.public_url.empty()) return parts.settings.public_url;
  return fmt::format("{}://{}", request.is_secure ? "https" : "http", request.http.host);
}

Outcome<void> write_and_wait(io::SqlWorkers& sql,
                             std::function<Outcome<void>(io::SqlConnection&)> work) {
  // Set by the last attempt, on the writer's thread, before that tells us of the end.
  std::optional<Refusal> refusal;
  auto written =
      sql.write_and_wait([&refusal, &work](io::SqlConnection& connection) -> base::Expected<void> {
        refusal.reset();
        auto done = work(connection);
        if (done) return {};
        refusal = std::move(done.error());
        return base::fail(base::ErrorCode::kInvalid, refusal->type);
      });
  if (written) return {};
  if (refusal) return std::unexpected(std::move(*refusal));
  return broken(written.error());
}

control::OwnAnswer control_and_wait(control::Control& control, control::OwnCall call) {
  auto promise = std::make_shared<std::promise<control::OwnAnswer>>();
  auto answer = promise->get_future();
  control.call(std::move(call),
               [promise](control::OwnAnswer given) { promise->set_value(std::move(given)); });
  return answer.get();
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace app
