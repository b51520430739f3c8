#include "app/channels/assets.h"

#include "app/channels/asset_store.h"

namespace app {
namespace {

using wire::http::Method;
using wire::http::Response;

bool is_id(std::string_view text) {
  return text.size() <= 64 && text.find_first_not_of(
                                  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

// A picture never changes under its address, and is never taken for anything else.
Outcome<Answer> serve(Call& call) {
  const std::string& id = call.capture("id");
  if (!is_id(id)) return not_found("There is no such picture.");
  auto served = AssetStore::of(call).load(call.sql, id);
  if (!served) return std::unexpected(std::move(served.error()));
  if (!*served) return not_found("There is no such picture.");
  const std::string tag = "\"" + id + "\"";
  const bool is_known = call.request.http.headers.get("If-None-Match") == tag;
  Response response = is_known ? Response::with_status(304)
                               : Response::with_body(200, (*served)->media_type, (*served)->octets);
  response.headers.add("Cache-Control", "public, max-age=31536000, immutable");
  response.headers.add("ETag", tag);
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.add("Cross-Origin-Resource-Policy", "cross-origin");
  response.headers.add("Content-Disposition", "inline");
  return Answer::as_it_is(std::move(response));
}

constexpr Route kRoutes[] = {{.method = Method::kGet,
                              .path = "/api/platform/v1/assets/{id}",
                              .summary = "A picture that somebody uploaded",
                              .run = serve,
                              .group = "Channels"}};

}  // namespace

base::Expected<std::unique_ptr<Assets>> Assets::create(Parts& parts, io::SqlConnection& sql) {
  auto made = std::make_unique<AssetStore>(parts);
  if (auto done = made->set_up(sql); !done) return base::fail(std::move(done.error()));
  return made;
}

std::span<const Route> Assets::routes() {
  return kRoutes;
}

}  // namespace app
