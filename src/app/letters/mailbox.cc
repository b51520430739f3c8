// The development mailbox: without a mail server, what would have been sent can be read by whoever
// sits at this machine, and by administrators. Letters open accounts, so nobody else gets near.
#include <boost/json/array.hpp>
#include <charconv>

#include "app/letters/letter_store.h"
#include "app/letters/local_client.h"
#include "app/letters/post.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;

Outcome<void> admit(const Call& call) {
  if (!call.parts.settings.mail.url.empty()) {
    return not_found("There is no mailbox here: letters are sent by mail.");
  }
  if (call.viewer && call.viewer->role == Role::kAdministrator) return {};
  if (is_local_client(call.request)) return {};
  return forbidden("Only administrators, and people at this machine, see the mailbox.");
}

json::object describe(const StoredLetter& stored) {
  return {{"id", std::to_string(stored.id)},
          {"to", stored.letter.to},
          {"subject", stored.letter.subject},
          {"kind", stored.letter.kind},
          {"sentAt", base::to_rfc3339_ms(stored.created_at)}};
}

Outcome<Answer> list(Call& call) {
  if (auto allowed = admit(call); !allowed) return std::unexpected(std::move(allowed.error()));
  const auto found = LetterStore(call.parts.post->key()).mailbox(call.sql);
  if (!found) return broken(found.error());
  json::array letters;
  for (const StoredLetter& stored : *found) letters.push_back(describe(stored));
  return Answer(json::object{{"letters", std::move(letters)}});
}

Outcome<Answer> read(Call& call) {
  if (auto allowed = admit(call); !allowed) return std::unexpected(std::move(allowed.error()));
  const std::string& text = call.capture("id");
  std::int64_t id = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return not_found("There is no such letter.");
  }
  const auto found = LetterStore(call.parts.post->key()).find_in_mailbox(call.sql, id);
  if (!found) return broken(found.error());
  if (!*found) return not_found("There is no such letter.");
  json::object letter = describe(**found);
  letter["text"] = (*found)->letter.text;
  return Answer(std::move(letter));
}

Outcome<Answer> empty(Call& call) {
  if (auto allowed = admit(call); !allowed) return std::unexpected(std::move(allowed.error()));
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto done = LetterStore(call.parts.post->key()).empty_mailbox(sql);
    if (!done) return broken(done.error());
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  return Answer::nothing();
}

constexpr Field kLetter[] = {
    {"id", Type::kText},
    {"to", Type::kText, {}, 0, 0, "The address"},
    {"subject", Type::kText},
    {"kind", Type::kText, {}, 0, 0, "What it is about: verify, reset, digest, ..."},
    {"sentAt", Type::kText, {}, 0, 0, "RFC 3339"}};
constexpr Field kLetters[] = {{.name = "letters",
                               .type = Type::kList,
                               .description = "Newest first, at most 500",
                               .members = kLetter}};
constexpr Field kWholeLetter[] = {kLetter[0], kLetter[1], kLetter[2],
                                  kLetter[3], kLetter[4], {"text", Type::kText}};

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/mailbox",
     .summary = "What would have been sent, if there were a mail server",
     .output = kLetters,
     .run = list,
     .group = "Letters"},
    {.method = Method::kGet,
     .path = "/api/platform/v1/mailbox/{id}",
     .summary = "One letter of the development mailbox",
     .output = kWholeLetter,
     .run = read,
     .group = "Letters"},
    {.method = Method::kDelete,
     .path = "/api/platform/v1/mailbox",
     .summary = "Empty the development mailbox",
     .run = empty,
     .group = "Letters"},
};

}  // namespace

std::span<const Route> Post::routes() {
  return kRoutes;
}

}  // namespace app
